/** Worker threads as RPC ports, with a thread of the product. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { onThreadFailure, startThread } from '../../src/engine/threads.ts';
import type { SpeechThreadApi } from '../../src/engine/voice/speechThread.ts';
import type { UnreadableApi } from './unreadableThread.ts';

const ENTRY = new URL('../../src/engine/voice/speechThread.ts', import.meta.url);

test('a process that ends its idle thread waits for that and exits clean', async () => {
  const script = `
    const { startThread } = await import(${JSON.stringify(new URL('../../src/engine/threads.ts', import.meta.url).href)});
    const thread = startThread(new URL(${JSON.stringify(ENTRY.href)}));
    // One call is done, one is under way: its end must not let go of the thread while that is being ended.
    await thread.call('speak', { text: 'Hello.', options: { voice: 'en' } });
    const pending = thread.call('warmUp', null).catch(() => null);
    await thread.terminate();
    await pending;
    console.log('ended');`;
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'sima-thread-')), 'script.mjs');
  writeFileSync(file, script);
  // An unfinished top-level await ends a process with 13, which rejects here.
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  rmSync(path.dirname(file), { recursive: true });
  expect(stdout.trim()).toBe('ended');
});

test('calls that wait when the thread ends fail with io, later ones too', async () => {
  const thread = startThread<SpeechThreadApi>(ENTRY);
  const pending = thread.call('speak', { text: 'Hello there. '.repeat(50), options: { voice: 'en' } });
  pending.catch(() => undefined);
  await thread.terminate();
  await expect(pending).rejects.toMatchObject({ code: 'io' });
  await expect(thread.call('warmUp', null)).rejects.toMatchObject({ code: 'io' });
});

test('a thread that cannot start says why', async () => {
  const thread = startThread<SpeechThreadApi>(new URL('./noSuchThread.ts', import.meta.url));
  await expect(thread.call('warmUp', null)).rejects.toMatchObject({ code: 'bug', message: expect.stringMatching(/noSuchThread/) as string });
});

test('a message that cannot be read, on either side, fails the calls that wait instead of hanging them', async () => {
  const entry = new URL('./unreadableThread.ts', import.meta.url);
  const thread = startThread<UnreadableApi>(entry);
  await expect(thread.call('unreadable', null)).rejects.toMatchObject({ code: 'bug', message: expect.stringMatching(/request could not be read: odd bytes/) as string });

  const started = new Promise<Worker>((resolve) => void process.once('worker', resolve));
  const other = startThread<UnreadableApi>(entry);
  const waiting = other.call('wait', null);
  (await started).emit('messageerror', new Error('odd bytes'));
  await expect(waiting).rejects.toMatchObject({ code: 'bug', message: expect.stringMatching(/reply could not be read: odd bytes/) as string });
  await expect(other.call('wait', null)).rejects.toMatchObject({ code: 'bug' });
});

test('of a thread that worked and then failed by itself the process is told first; not of one that was ended on purpose, or never answered', async () => {
  const told: string[] = [];
  onThreadFailure(({ message }) => told.push(message));
  const ended = startThread<SpeechThreadApi>(ENTRY);
  await ended.call('warmUp', null);
  await ended.terminate();
  await expect(startThread<SpeechThreadApi>(new URL('./noSuchThread.ts', import.meta.url)).call('warmUp', null)).rejects.toMatchObject({ code: 'bug' });
  expect(told).toEqual([]);

  const started = new Promise<Worker>((resolve) => void process.once('worker', resolve));
  const failing = startThread<SpeechThreadApi>(ENTRY);
  await failing.call('warmUp', null);
  const waiting = failing.call('speak', { text: 'Hello there. '.repeat(50), options: { voice: 'en' } }).catch((error: unknown) => told.push((error as Error).message));
  (await started).emit('error', new Error('no memory'));
  await waiting;
  expect(told).toEqual(['no memory', expect.stringContaining('thread failed: no memory')]);
  await failing.terminate();
});
