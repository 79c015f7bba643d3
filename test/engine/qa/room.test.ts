/** Pictures of takes that several people step through at once, in one room of the engine's. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { createQaRoom, type QaTake } from '../../../src/engine/qa/room.ts';
import { requestOf } from '../../support/studios.ts';

test('each gets the picture of its own take, and no face stays in use when the room is closed', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'sima-qa-room-'));
  const engine = await openEngine({ home });
  const signal = new AbortController().signal;
  const inUse = new Set<object>();
  const { sessions, voices, library } = engine;
  const room = createQaRoom({
    sessions, voices, isBusy: () => false,
    avatarOf: async (id) => {
      const { face: { avatar }, variantsFolder, release } = await library.use(id);
      const use = {};
      inUse.add(use);
      return { avatar, variantsFolder, release: () => {
        expect(inUse.delete(use)).toBe(true); // once
        release();
      } };
    },
  });
  try {
    const { record } = await library.register(PRESENTERS.woman);
    const takeOf = (takeId: string, width: number): QaTake => ({ takeId, request: requestOf({ size: { width, height: width } }), avatarId: record.id, rate: { num: 25, den: 1 }, frames: 25, endKnownFrom: 0, poses: null, segments: [] });
    const takes = [takeOf('large', 256), takeOf('small', 128), takeOf('middle', 192)];
    const ask = (take: QaTake, frame: number) => room.picture({ file: '', take, what: 'plate', atSec: (frame + 0.25) / 25, gain: 1, width: null }, signal);
    const asked = [0, 8, 16].flatMap((frame) => takes.map((take) => [take, frame] as const));
    const alone: Uint8Array[] = [];
    for (const [take, frame] of asked) alone.push(await ask(take, frame));
    expect(await Promise.all(asked.map(([take, frame]) => ask(take, frame)))).toEqual(alone);
    await room.close();
    expect(inUse.size).toBe(0);
  } finally {
    await engine.close();
    await rm(home, { recursive: true, force: true });
  }
});
