/** Pictures of takes over a real socket: the one that was asked for, of growing and finished takes, made beside the host's thread. */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openClip } from '../../../src/engine/media/clip.ts';
import { createTakeFrames } from '../../../src/engine/service/takeFrame.ts';
import { checked } from '../../../src/shared/door.ts';
import { errorOf, openServing, type Serving } from './serving.ts';

let serving: Serving;
/** Luma of every frame. */
let lumas: Uint8Array[];
beforeAll(async () => {
  serving = await openServing();
  const clip = await openClip(serving.source.file);
  lumas = [];
  for await (const { data, width, height } of clip.frames()) lumas.push(data.slice(0, width * height));
  await clip.close();
});
afterAll(() => serving.close());

const WIDTH = 128;
const HEIGHT = 96;

function finished(id: string) {
  const take = serving.studio.take(id);
  take.publish(take.fragments.length);
  take.end();
  return take;
}

/** Which frame the picture shows. */
async function frameOf(jpeg: Buffer): Promise<number> {
  const grey = await sharp(jpeg).greyscale().raw().toBuffer();
  // JPEG knows black as 0, the video as 16.
  const distance = (luma: Uint8Array) => luma.reduce((sum, value, i) => sum + Math.abs(((value - 16) * 255) / 219 - grey[i]), 0) / luma.length;
  const distances = lumas.map(distance);
  const best = distances.indexOf(Math.min(...distances));
  expect(distances[best]).toBeLessThan(4);
  return best;
}

test('the frame that was asked for, by number and by time, wherever it lies', async () => {
  finished('done');
  for (const frame of [0, 1, 24, 25, 49, 63, 99]) {
    const answer = await serving.ask(`/takes/done/frame.jpg?frame=${frame}&height=${HEIGHT}`);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/jpeg', 'content-length': String(answer.body.length) } });
    expect(answer.headers['cache-control']).toMatch(/^private, max-age=\d+/);
    expect(await frameOf(answer.body)).toBe(frame);
  }
  for (const [at, frame] of [['0', 0], ['1.2', 30], ['1.2399', 30], ['3.96', 99], ['4', 99], ['4000', 99]] as const) {
    expect(await frameOf((await serving.ask(`/takes/done/frame.jpg?at=${at}&height=${HEIGHT}`)).body)).toBe(frame);
  }
});

test('a thumbnail unless a height is given, and never larger than the take', async () => {
  finished('small');
  const sizes = await Promise.all(['', '?height=48', '?height=2160', '?frame=3&height=16'].map(async (query) => sharp((await serving.ask(`/takes/small/frame.jpg${query}`)).body).metadata()));
  expect(sizes.map(({ width, height }) => [width, height])).toEqual([[WIDTH, HEIGHT], [64, 48], [WIDTH, HEIGHT], [21, 16]]);
});

test('of a growing take what is published, also after it has moved; the rest comes later', async () => {
  const take = serving.studio.take('growing');
  take.publish(2);
  const [first, second, third] = take.fragments;
  const ask = (frame: number) => serving.ask(`/takes/growing/frame.jpg?frame=${frame}&height=${HEIGHT}`);
  expect(await frameOf((await ask(second.firstFrame)).body)).toBe(second.firstFrame);
  const early = await ask(third.firstFrame);
  expect(early.status).toBe(404);
  expect(errorOf(early).message).toContain('not rendered yet');
  expect((await ask(first.firstFrame)).headers['cache-control']).toBe('private, no-cache');
  take.move();
  take.publish(take.fragments.length);
  expect(await frameOf((await ask(third.firstFrame)).body)).toBe(third.firstFrame);
  take.end();
  expect(await frameOf((await ask(99)).body)).toBe(99);
});

test('asked again it is not made again, and who has it is told so', async () => {
  finished('again');
  const first = await serving.ask('/takes/again/frame.jpg?frame=50');
  const second = await serving.ask('/takes/again/frame.jpg?frame=50');
  expect(second.body.equals(first.body)).toBe(true);
  const authorization = `Bearer ${serving.service.token}`;
  expect((await serving.ask('/takes/again/frame.jpg?frame=50', { headers: { authorization, 'if-none-match': String(first.headers.etag) } })).status).toBe(304);
  expect(await serving.ask('/takes/again/frame.jpg?frame=50', { method: 'HEAD' })).toMatchObject({ status: 200, body: Buffer.alloc(0) });
});

test('what cannot be shown is refused: no take, no such frame, no such height, a take that failed', async () => {
  finished('whole');
  const status = async (address: string) => (await serving.ask(address)).status;
  expect(await status('/takes/nothing/frame.jpg')).toBe(404);
  expect(await status('/takes/whole/frame.jpg?frame=100')).toBe(404);
  for (const query of ['frame=-1', 'frame=1.5', 'frame=x', 'at=-1', 'at=1e3', 'at=NaN', 'height=0', 'height=9999', 'height=1.5', 'frame=99999999999']) expect(await status(`/takes/whole/frame.jpg?${query}`), query).toBe(400);
  const failed = serving.studio.take('failed');
  failed.publish();
  failed.end('failed');
  expect(await status('/takes/failed/frame.jpg')).toBe(409);
  expect(await serving.ask('/takes/whole/frame.jpg', { headers: {} })).toMatchObject({ status: 401 });
});

test('many at once cost the host’s thread next to nothing, and leave no work file', async () => {
  finished('many');
  const before = process.threadCpuUsage();
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => serving.ask(`/takes/many/frame.jpg?frame=${2 * i}&height=${HEIGHT}`)));
  const { user, system } = process.threadCpuUsage(before);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await frameOf(answers[39].body)).toBe(78);
  expect(readdirSync(serving.uploadsFolder)).toEqual([]);
  // Client and service together, which both live here.
  const perPictureMs = (user + system) / 1000 / answers.length;
  console.log(`pictures: ${perPictureMs.toFixed(1)} ms of the host's thread for each`);
  expect(perPictureMs).toBeLessThan(15);
});

test('however long pictures take, their thread is not ended under them, and goes when none was made for a while', async () => {
  finished('slow');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { studio, uploadsFolder } = serving;
    const frames = createTakeFrames({ handlers: checked(studio.handlers), takeFile: (id) => studio.takeFile(id), workFolder: uploadsFolder });
    let made = 0;
    const asked = Array.from({ length: 20 }, async (_, i) => {
      const { status } = await frames.answer('slow', new Request(`http://x/takes/slow/frame.jpg?frame=${5 * i}&height=96`));
      made += 1;
      return status;
    });
    for (let ended = false; !ended; ended = made === asked.length) {
      await sleep(2);
      vi.advanceTimersByTime(31_000);
    }
    expect(await Promise.all(asked)).toEqual(asked.map(() => 200));
    vi.advanceTimersByTime(31_000);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('closed amid pictures, it ends once those that are being made are made', async () => {
  finished('closing');
  const { studio, uploadsFolder } = serving;
  const frames = createTakeFrames({ handlers: checked(studio.handlers), takeFile: (id) => studio.takeFile(id), workFolder: uploadsFolder });
  const ask = async (frame: number) => (await frames.answer('closing', new Request(`http://x/takes/closing/frame.jpg?frame=${frame}&height=96`)).catch((error: unknown) => error as { status: number })).status;
  const asked = Array.from({ length: 20 }, (_, i) => ask(5 * i));
  await Promise.race(asked);
  await frames.close();
  const statuses = await Promise.all(asked);
  expect(statuses).toContain(200);
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(await ask(1)).toBe(503);
});
