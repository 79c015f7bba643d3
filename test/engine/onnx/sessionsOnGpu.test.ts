/** What the room does when a GPU fails it. Where there is none, a session thread is pretended that answers as one on a GPU does. */
import { beforeEach, expect, test, vi } from 'vitest';
import { fakeWav2Lip } from '../../../models/make/wav2lipFake.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import type { Opening } from '../../../src/engine/onnx/loading.ts';
import { openSessions } from '../../../src/engine/onnx/sessions.ts';
import { savedModel, temporaryFolder } from './testModels.ts';

const gpu = vi.hoisted(() => ({ calls: [] as string[], failsAt: Infinity, failure: null as Error | null }));
vi.mock('../../../src/engine/threads.ts', () => ({
  startThread: () => ({
    call(name: string, input: { device?: string; batch?: number; id?: string } | null) {
      gpu.calls.push([name, input?.device ?? input?.batch].filter((part) => part !== undefined).join(' '));
      if (name === 'warm') return input!.batch! >= gpu.failsAt ? Promise.reject(gpu.failure!) : Promise.resolve({ ms: input!.batch!, runs: 2 });
      if (name !== 'open') return Promise.resolve(null);
      const onCpu = input!.device === 'cpu';
      return Promise.resolve({
        device: onCpu ? 'cpu' : 'cuda', refused: [], threads: 1, inputs: [], outputs: [], wav2lip: null, loadMs: 1, first: { batch: 1, ms: 1 },
        moreBatches: onCpu ? [] : [8, 16, 32], warmUpRuns: 3,
      } satisfies Opening);
    },
    terminate: () => Promise.resolve(),
  }),
}));
const outOfMemory = new StudioError('capacity', 'CUDA failure 2: out of memory');

const models = [await savedModel(await temporaryFolder(), 'lips', fakeWav2Lip({ size: 96, names: 'short', order: 'mel-first', batch: 'open', precision: 'float32' }))];
beforeEach(() => Object.assign(gpu, { calls: [], failsAt: Infinity, failure: null }));

test('a batch size that finds no memory while it is warmed is not used, nor any larger one', async () => {
  Object.assign(gpu, { failsAt: 16, failure: outOfMemory });
  const sessions = await openSessions({ models });
  expect(await sessions.load('lips')).toMatchObject({ device: 'cuda', batches: [1, 8], residentBytes: null });
  expect(sessions.counters()).toMatchObject({ warmUpRuns: { lips: 5 } });
});

test('a device of auto\'s choice that fails at a batch size gives way to the CPU and says why; a named one fails', async () => {
  Object.assign(gpu, { failsAt: 8, failure: new StudioError('device', 'The model “lips” failed on cuda: no kernel image.') });
  const auto = await openSessions({ models });
  expect(await auto.load('lips')).toMatchObject({ device: 'cpu', batches: [1], refused: [{ device: 'cuda', reason: 'The model “lips” failed on cuda: no kernel image.' }] });
  const named = await openSessions({ models, device: 'cuda' });
  await expect(named.load('lips')).rejects.toMatchObject({ code: 'device' });
});

test('falling back to the CPU: once for all who ask, for later loads too, with the reason; then nothing is left to do', async () => {
  const sessions = await openSessions({ models });
  await sessions.load('lips');
  gpu.calls.length = 0;
  const [one, other] = await Promise.all([sessions.fallBackToCpu('lips'), sessions.fallBackToCpu('lips')]);
  expect(one).toMatchObject({ device: 'cpu', batches: [1], refused: [{ device: 'cuda', reason: expect.stringContaining('memory') as string }] });
  expect(other).toBe(one);
  expect(await sessions.load('lips')).toBe(one);
  expect(await sessions.fallBackToCpu('lips')).toBe(one);
  expect(gpu.calls).toEqual(['open cpu']); // the thread frees the old session once the new one is open
});
