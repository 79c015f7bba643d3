/** The page's scheme in the app: the service's own routes behind it, over a studio of a script, real takes and real uploads. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createRoutes } from '../../src/engine/service/routes.ts';
import { serviceHandlers } from '../../src/engine/service/serviceHandlers.ts';
import { openUploads, type Uploads } from '../../src/engine/service/uploads.ts';
import { checked } from '../../src/shared/door.ts';
import { writeSource } from '../engine/service/serving.ts';
import { createTestStudio, type TestStudio } from '../engine/service/testStudio.ts';
import { defaultSession, electron, resetElectron } from '../support/electron.ts';

vi.mock('electron', async () => (await import('../support/electron.ts')).electronModule());
const { answerScheme, declareScheme, isPageUrl, PAGE_GUARD } = await import('../../src/main/scheme.ts');

let folder: string;
let studio: TestStudio;
let uploads: Uploads;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sima-scheme-'));
  const page = path.join(folder, 'page');
  mkdirSync(path.join(page, 'assets'), { recursive: true });
  writeFileSync(path.join(page, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(path.join(page, 'assets', 'index-abcd1234.js'), 'export {}');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  symlinkSync(path.join(folder, 'secret.txt'), path.join(page, 'link.txt'));
  studio = createTestStudio(folder, await writeSource(folder));
  const workFolder = path.join(folder, 'uploads');
  uploads = await openUploads({ folder: workFolder, limitBytes: 1 << 20 });
  resetElectron();
  answerScheme(defaultSession().protocol as unknown as Electron.Protocol, createRoutes({
    guard: PAGE_GUARD, handlers: checked(serviceHandlers(studio.handlers, uploads)), takeFile: (id) => studio.takeFile(id), workFolder, uploads, metrics: () => Promise.resolve(''), page,
  }));
});
afterAll(async () => {
  await uploads.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => electron.schemes.splice(0));

const ask = async (url: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> => defaultSession().handled.get('sima')!(new Request(url, init));

test('the scheme is declared as secure and standard, and lets nobody pass the page’s policy', () => {
  declareScheme();
  expect(electron.schemes).toEqual([{ scheme: 'sima', privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true, codeCache: true } }]);
});

test('the page and its files come with the policy of the service’s', async () => {
  for (const url of ['sima://studio/', 'sima://studio', 'sima://studio/index.html']) {
    const page = await ask(url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = page.headers.get('content-security-policy')!;
    for (const part of ["default-src 'self'", "script-src 'self'", "connect-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) expect(policy).toContain(part);
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  }
  const script = await ask('sima://studio/assets/index-abcd1234.js');
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toContain('immutable');
});

test('nothing outside the page’s folder', async () => {
  for (const url of ['sima://studio/../secret.txt', 'sima://studio/%2e%2e/secret.txt', 'sima://studio/..%2fsecret.txt', 'sima://studio/assets/..%2f..%2fsecret.txt', 'sima://studio/link.txt', 'sima://studio/%00', 'sima://studio/%', 'sima://studio//etc/passwd', 'sima://studio/nothing.js']) {
    const answer = await ask(url);
    expect([url, answer.status]).toEqual([url, 404]);
    expect(await answer.text()).not.toContain('secret');
  }
});

test('other hosts of the scheme and other origins are refused', async () => {
  expect((await ask('sima://evil/')).status).toBe(403);
  for (const origin of ['https://example.org', 'null', 'sima://evil', 'file://']) expect((await ask('sima://studio/uploads?name=x', { method: 'PUT', headers: { origin }, body: 'x' })).status).toBe(403);
});

test('a take while it grows, and in ranges when it is finished', async () => {
  const take = studio.take('wanted');
  take.publish(3);
  const growing = await ask('sima://studio/takes/wanted.mp4');
  expect(growing.headers.get('content-type')).toBe('video/mp4');
  const reader = growing.body!.getReader();
  expect((await reader.read()).value!.length).toBeGreaterThan(100);
  await reader.cancel();
  take.publish(1000);
  take.end();
  const whole = await ask('sima://studio/takes/wanted.mp4');
  expect([whole.status, whole.headers.get('accept-ranges'), Number(whole.headers.get('content-length'))]).toEqual([200, 'bytes', take.bytes.length]);
  const part = await ask('sima://studio/takes/wanted.mp4', { headers: { range: 'bytes=100-199' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${take.bytes.length}`]);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(take.bytes.subarray(100, 200));
  expect((await ask('sima://studio/takes/wanted.mp4', { headers: { range: `bytes=${take.bytes.length}-` } })).status).toBe(416);
  expect((await ask('sima://studio/takes/unknown.mp4')).status).toBe(404);
});

test('a file is brought as a stream of bytes; too large is refused; nothing else may be sent', async () => {
  const pieces = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => (pieces.length > 0 ? controller.enqueue(pieces.shift()) : controller.close()) });
  const answer = await ask('sima://studio/uploads?name=me.png', { method: 'PUT', headers: { origin: 'sima://studio' }, body, duplex: 'half' });
  expect(answer.status).toBe(201);
  const { upload } = (await answer.json()) as { upload: string };
  expect([...readFileSync(await uploads.resolve(upload))]).toEqual([1, 2, 3]);
  expect((await ask('sima://studio/uploads?name=big', { method: 'PUT', body: new Uint8Array((1 << 20) + 1) })).status).toBe(413);
  expect((await ask('sima://studio/uploads?name=none', { method: 'PUT' })).status).toBe(400);
  for (const method of ['POST', 'DELETE', 'PATCH']) expect((await ask('sima://studio/', { method })).status).toBe(405);
});

test.each([['sima://studio/', true], ['sima://studio', true], ['sima://studio/index.html', true], ['sima://studio/?x#y', true], ['sima://studio/assets/a.js', false], ['sima://other/', false], ['https://studio/', false], ['', false]])('%s is the page: %s', (url, is) => {
  expect(isPageUrl(url)).toBe(is);
});
