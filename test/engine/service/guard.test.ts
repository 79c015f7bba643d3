/** The names that the service answers to; test/engine/service/hostile.test.ts tries it over the wire. */
import { expect, test } from 'vitest';
import { createGuard, createToken } from '../../../src/engine/service/guard.ts';
import { openService } from '../../../src/engine/service/server.ts';
import { openServing } from './serving.ts';

const token = createToken();
const lets = (host: string, port: number, name: string): boolean =>
  createGuard({ token, host, port }).refuses(new Headers({ host: name, authorization: `Bearer ${token}` }), new URL('http://service/')) === null;

test.each([
  ['127.0.0.1', 4000, ['localhost:4000', '127.0.0.1:4000', '[::1]:4000'], ['localhost', 'localhost:4001', '10.0.0.1:4000', 'sima.example:4000', 'localhost.:4000', '[::1', 'localhost:4000:1', '']],
  ['studio.local', 80, ['studio.local', 'STUDIO.LOCAL:80', 'localhost'], ['other.local', 'studio.local:81']],
  ['0.0.0.0', 4000, ['192.168.1.2:4000', '[fe80::1]:4000', 'localhost:4000'], ['rebound.example:4000', '192.168.1.2', '192.168.1.2.example:4000']],
  ['fd00::2', 4000, ['[fd00::2]:4000'], ['fd00::2:4000', '[fd00::3]:4000']],
] as const)('on %s, port %d', (host, port, own, foreign) => {
  expect(own.filter((name) => !lets(host, port, name))).toEqual([]);
  expect(foreign.filter((name) => lets(host, port, name))).toEqual([]);
});

test('a token has 256 bits and is compared whole', () => {
  expect(Buffer.from(token, 'base64url').length).toBe(32);
  const guard = createGuard({ token, host: '127.0.0.1', port: 1 });
  for (const wrong of [token.slice(0, -1), `${token}x`, token.toUpperCase(), '']) {
    expect(guard.refuses(new Headers({ host: '127.0.0.1:1' }), new URL(`http://service/?token=${wrong}`))).toMatchObject({ status: 401 });
    expect(guard.cookieFor(new URL(`http://service/?token=${wrong}`))).toBeNull();
  }
});

test('a port in use is said so, and what to do', async () => {
  const serving = await openServing();
  const options = { host: '127.0.0.1', port: serving.service.port, handlers: serving.studio.handlers, takeFile: () => '', uploadsFolder: serving.uploadsFolder, metrics: () => Promise.resolve('') };
  await expect(openService(options)).rejects.toMatchObject({ code: 'io', message: expect.stringMatching(/another program uses it.*--port/) as string });
  await serving.close();
});
