import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChunkPlanner, type PlannedSound } from '../../../src/engine/pipeline/chunks.ts';

/** All chunks of a take whose sound is known. */
function planChunks(sounds: readonly PlannedSound[], rate: Parameters<typeof createChunkPlanner>[0]) {
  const planner = createChunkPlanner(rate);
  return [...sounds.flatMap((sound) => planner.push(sound)), ...planner.end()];
}

const SAMPLE_RATE = 8000;
const FPS_25 = { num: 25, den: 1 };

/** Noise with words of the given lengths, each followed by a short gap. */
function speech(wordSecs: readonly number[], pauseSec = 0.3): PlannedSound {
  const words: PlannedSound['words'][number][] = [];
  let at = 0;
  for (const sec of wordSecs) {
    words.push({ startSec: at, endSec: at + sec });
    at += sec + 0.05;
  }
  return { pcm: new Float32Array(Math.round((at + pauseSec) * SAMPLE_RATE)).fill(0.1), sampleRate: SAMPLE_RATE, words };
}
const seconds = (sounds: readonly PlannedSound[]) => sounds.reduce((sum, sound) => sum + sound.pcm.length, 0) / SAMPLE_RATE;

describe('chunk plan', () => {
  it('tiles every frame exactly, whatever comes in', () => {
    const word = fc.double({ min: 0.05, max: 1.5, noNaN: true });
    const sound = fc.oneof(
      fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => speech(words)),
      fc.integer({ min: 0, max: 60_000 }).map((length): PlannedSound => ({ pcm: new Float32Array(length).fill(0.1), sampleRate: SAMPLE_RATE, words: [] })),
    );
    const rate = fc.constantFrom(FPS_25, { num: 30, den: 1 }, { num: 30_000, den: 1001 }, { num: 60, den: 1 });
    fc.assert(
      fc.property(fc.array(sound, { maxLength: 8 }), rate, (sounds, fps) => {
        const chunks = planChunks(sounds, fps);
        let frame = 0;
        chunks.forEach((chunk, i) => {
          expect(chunk).toMatchObject({ index: i, firstFrame: frame });
          expect(chunk.frames).toBeGreaterThan(0);
          expect((chunk.frames * fps.den) / fps.num).toBeLessThan(16.1);
          frame += chunk.frames;
        });
        expect(frame).toBe(Math.max(0, Math.ceil((seconds(sounds) * fps.num) / fps.den - 1e-6)));
      }),
      { numRuns: 150 },
    );
  });

  it('starts with 1–2 s and grows to 5–15 s', () => {
    const sounds = Array.from({ length: 10 }, () => speech(Array.from({ length: 20 }, () => 0.3)));
    const lengths = planChunks(sounds, FPS_25).map((chunk) => chunk.frames / 25);
    expect(lengths[0]).toBeGreaterThanOrEqual(1);
    expect(lengths[0]).toBeLessThanOrEqual(2);
    expect(lengths[1]).toBeGreaterThan(lengths[0]);
    for (const length of lengths.slice(4, -1)) {
      expect(length).toBeGreaterThanOrEqual(5);
      expect(length).toBeLessThanOrEqual(15);
    }
  });

  it('cuts at the ends of words and segments', () => {
    const sounds = [speech([0.5, 0.6, 0.5, 0.6, 0.5, 0.6]), speech([0.4, 0.4, 0.4])];
    const ends = [0, ...sounds].flatMap((_, i) => (i === 0 ? [] : sounds[i - 1].words.map((word) => word.endSec + (i === 2 ? seconds([sounds[0]]) : 0))));
    ends.push(seconds([sounds[0]]), seconds(sounds));
    for (const { firstFrame, frames } of planChunks(sounds, FPS_25)) {
      const cutSec = (firstFrame + frames) / 25;
      expect(Math.min(...ends.map((end) => Math.abs(end - cutSec)))).toBeLessThanOrEqual(0.041);
    }
  });

  it('without words cuts in the quiet', () => {
    const pcm = new Float32Array(3 * SAMPLE_RATE).fill(0.3);
    pcm.fill(0.001, 1.6 * SAMPLE_RATE, 1.85 * SAMPLE_RATE);
    const [first] = planChunks([{ pcm, sampleRate: SAMPLE_RATE, words: [] }], FPS_25);
    expect(first.frames / 25).toBeGreaterThanOrEqual(1.6);
    expect(first.frames / 25).toBeLessThanOrEqual(1.85);
  });

  it('settles chunks as soon as they are known', () => {
    const planner = createChunkPlanner(FPS_25);
    expect(planner.push(speech([0.4, 0.4]))).toHaveLength(1);
    expect(planner.push(speech([0.2], 0))).toHaveLength(0);
    expect(planner.end()).toHaveLength(1);
    expect(createChunkPlanner(FPS_25).end()).toEqual([]);
  });

  it('does not make a chunk of the silence after the last word', () => {
    expect(planChunks([speech([0.4, 0.5], 0.9)], FPS_25)).toHaveLength(1);
    // As takes have it: a breath before the first word, and the mouth coming to rest after the last one.
    const breath: PlannedSound = { pcm: new Float32Array(0.28 * SAMPLE_RATE), sampleRate: SAMPLE_RATE, words: [] };
    expect(planChunks([breath, speech([0.41, 0.6], 0.84)], FPS_25)).toHaveLength(1);
    expect(planChunks([breath, speech([0.33, 0.45, 0.4, 0.31, 0.64, 0.54], 0.84)], FPS_25)).toHaveLength(2);
  });
});
