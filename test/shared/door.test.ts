/** The door, and that the document and the contract name the same methods. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contract, type StudioServerApi } from '../../src/shared/contract.ts';
import { checked } from '../../src/shared/door.ts';
import { StudioError } from '../../src/shared/errors.ts';
import type { Handlers } from '../../src/shared/rpc.ts';

const signal = new AbortController().signal;

test('input is checked and completed before it reaches the studio; other methods are not there', async () => {
  const seen: unknown[] = [];
  const handlers = {
    calls: { ...Object.fromEntries(Object.keys(contract.calls).map((name) => [name, (input: unknown) => void seen.push(input)])), 'studio.shutdown': () => null },
    streams: Object.fromEntries(Object.keys(contract.streams).map((name) => [name, () => [] as never])),
  } as unknown as Handlers<StudioServerApi>;
  const door = checked(handlers);
  await door.calls['takes.start']({ sessionId: 's', request: { avatar: 'a', script: 'x' } }, signal);
  expect(seen).toEqual([{ sessionId: 's', leadSec: null, projectId: null, request: { avatar: 'a', script: 'x', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live' } }]);
  expect(() => door.calls['takes.start']({ sessionId: 's', request: { avatar: 'a', script: 'x', audio: 'y' } }, signal)).toThrow(StudioError);
  expect(() => door.calls['takes.want']({ takeId: 'x', playheadSec: NaN }, signal)).toThrow(/playheadSec/);
  expect(() => door.streams['takes.watch']({} as never, signal)).toThrow(/takeId/);
  expect(seen.length).toBe(1);
  expect([Object.keys(door.calls), Object.keys(door.streams)]).toEqual([Object.keys(contract.calls), Object.keys(contract.streams)]);
});

test('docs/PROTOCOL.md lists every method, and no other', () => {
  const document = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  const [, methods] = /### Methods(.*?)\n## /s.exec(document)!;
  const listed = [...methods.matchAll(/^\| `(\w+\.\w+)` \| (.*?) \|/gm)];
  expect(listed.map(([, name]) => name)).toEqual([...Object.keys(contract.calls), ...Object.keys(contract.streams)]);
  for (const [, name, input] of listed) {
    const { shape = {} } = ({ ...contract.calls, ...contract.streams } as Record<string, { input: { shape?: object } }>)[name].input;
    const named = [...input.matchAll(/\w+(?=\??[,}])/g)].map(([field]) => field);
    expect([name, named]).toEqual([name, Object.keys(shape)]);
  }
});
