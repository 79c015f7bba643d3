import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel } from '../../../src/engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';
import { posesFromPhonemes } from '../../../src/engine/pipeline/articulation.ts';
import { contactOf, isVowel } from '../../../src/engine/pipeline/articulationTable.ts';
import { listen } from '../../../src/engine/pipeline/listen.ts';
import { MEL_SAMPLE_RATE } from '../../../src/engine/pipeline/mel.ts';
import { ESPEAK_SAMPLE_RATE, openEspeak, type Espeak } from '../../../src/engine/voice/espeak.ts';
import { phonemesOf } from '../../../src/engine/voice/phonemes.ts';
import { POSE_SIZE, type Phoneme } from '../../../src/shared/vocabulary.ts';

// Voices f4, m4 and victor are kept out of training (models/make/rigVoices.ts).
const UTTERANCES = [
  ['en-us+f4', 'Bob may happen to mop up the bathroom before supper; perhaps my mother will help him tomorrow.'],
  ['en-GB-x-rp+m4', 'A probable number of people came to the market by boat, because the map had been misprinted.'],
  ['fa+victor', 'بهتر است امشب با مادربزرگ مهربان به مهمانی برویم و پنیر و مربا ببریم.'],
  ['fa+f4', 'پزشک پیر پس از مدتی مبلغ کمی پرداخت، اما پرونده مبهم ماند.'],
  ['fa+m4', 'در کتابخانه دانشگاه ساکت نشسته بودم و داستان کوتاهی از دوران کودکی نویسنده را می‌خواندم.'],
  ['en-us+m4', 'The old harbour was quiet that evening; children ran along the shore, and gulls circled above the lighthouse.'],
  ['en-029+f4', 'We could see nothing through the fog until the train had already left the station.'],
  ['fa+f4', 'باران آرام روی سقف خانه می‌ریخت و صدای دریا از دور شنیده می‌شد.'],
] as const;

let espeak: Espeak;
let sessions: Sessions;
beforeAll(async () => {
  espeak = await openEspeak();
  const folder = fileURLToPath(new URL('../../../models', import.meta.url));
  sessions = await openSessions({ models: [await findModel({ shipped: folder, imported: folder + '/none' }, 'rig')], device: 'cpu' });
});
afterAll(() => sessions.close());

/** At 16 kHz with half a second of silence before it. */
function recording(voice: string, text: string): { pcm: Float32Array; phonemes: Phoneme[] } {
  const { pcm, events } = espeak.say(text, voice, 1, 1);
  const ratio = ESPEAK_SAMPLE_RATE / MEL_SAMPLE_RATE;
  const lead = MEL_SAMPLE_RATE / 2;
  const out = new Float32Array(lead + Math.floor(pcm.length / ratio));
  for (let i = 0; i < out.length - lead - 1; i++) {
    const at = i * ratio;
    const base = Math.floor(at);
    out[lead + i] = (pcm[base] + (at - base) * (pcm[base + 1] - pcm[base])) / 32768;
  }
  const phonemes = phonemesOf(events, pcm.length / ESPEAK_SAMPLE_RATE).map((p) => ({ ...p, startSec: p.startSec + 0.5, endSec: p.endSec + 0.5 }));
  return { pcm: out, phonemes };
}

/** All poses of a sound that comes in pieces of the given lengths, over and over. */
async function heard(pcm: Float32Array, pieces: number[] = [pcm.length], fps = 25): Promise<Float32Array & { speech?: boolean }> {
  const listener = listen({ sessions, fps });
  const poses: number[] = [];
  for (let at = 0, n = 0; at < pcm.length; n++) {
    const length = pieces[n % pieces.length];
    poses.push(...(await listener.push(pcm.subarray(at, at + length))));
    at += length;
  }
  poses.push(...(await listener.flush()));
  return Object.assign(Float32Array.from(poses), { speech: listener.speechFound() });
}

const biggestDifference = (a: Float32Array, b: Float32Array) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe('listening to a recording', () => {
  it('closes the lips on m b p, opens them on vowels, and follows the text path, on voices it never heard', async () => {
    let bilabials = 0, closed = 0, vowels = 0, falselyClosed = 0;
    const wanted: number[] = [], got: number[] = [];
    for (const [voice, text] of UTTERANCES) {
      const { pcm, phonemes } = recording(voice, text);
      const poses = await heard(pcm);
      expect(poses.speech).toBe(true);
      const frames = poses.length / POSE_SIZE;
      for (let p = 0; p < POSE_SIZE; p++) {
        const bends = Array.from({ length: frames - 2 }, (_, i) => Math.abs(poses[i * POSE_SIZE + p] - 2 * poses[(i + 1) * POSE_SIZE + p] + poses[(i + 2) * POSE_SIZE + p]));
        expect(bends.sort((a, b) => a - b)[Math.floor(0.95 * bends.length)]).toBeLessThanOrEqual(0.75);
      }
      const taught = posesFromPhonemes(phonemes, { fps: 25, firstFrame: 0, frames });
      for (let i = 0; i < frames; i++) {
        wanted.push(taught[i * POSE_SIZE]);
        got.push(poses[i * POSE_SIZE]);
      }
      const close = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => poses[Math.min(frames - 1, from + i) * POSE_SIZE + 3]);
      for (const [n, { symbol, startSec, endSec }] of phonemes.entries()) {
        if (contactOf(symbol) === 'close') {
          bilabials++;
          if (Math.max(...close(Math.floor((startSec - 0.06) * 25), Math.floor(endSec * 25))) >= 0.6) closed++;
        } else if (isVowel(symbol)) {
          const heardUntil = endSec - (/^[pbtdkɡq]/u.test(phonemes[n + 1]?.symbol ?? '') ? 0.045 : 0);
          if (heardUntil - startSec < 0.06) continue;
          const middle = Math.floor(((startSec + heardUntil) / 2 - 0.01) * 25);
          if (taught[middle * POSE_SIZE + 3] > 0.5) continue; // squeezed between two bilabials, closed by the text path too
          vowels++;
          if (close(middle, middle)[0] > 0.5) falselyClosed++;
        }
      }
    }
    expect(bilabials).toBeGreaterThan(45);
    expect(closed / bilabials).toBeGreaterThanOrEqual(0.88);
    // rigEvaluate.ts finds 1.8 % of 792; here are too few vowels for that bound, and many between bilabials.
    expect(vowels).toBeGreaterThan(110);
    expect(falselyClosed / vowels).toBeLessThanOrEqual(0.05);
    expect(correlation(wanted, got)).toBeGreaterThanOrEqual(0.85);
  });

  it('gives the same poses however the sound is cut', async () => {
    const { pcm } = recording(...UTTERANCES[0]);
    const whole = await heard(pcm);
    expect(whole.length).toBe(Math.ceil((pcm.length / MEL_SAMPLE_RATE) * 25) * POSE_SIZE);
    for (const pieces of [[1600], [7, 20_000, 333], [16_000, 1]]) {
      const cut = await heard(pcm, pieces);
      expect(cut.length).toBe(whole.length);
      expect(biggestDifference(cut, whole)).toBeLessThanOrEqual(1e-6);
    }
  });

  it('gives the same curves at a tenth of the level', async () => {
    const { pcm } = recording(...UTTERANCES[1]);
    const loud = await heard(pcm);
    const soft = await heard(pcm.map((sample) => sample / 10));
    expect(biggestDifference(loud, soft)).toBeLessThanOrEqual(0.01);
  });

  it('rests exactly in silence, in noise, and more than 0.8 s from speech', async () => {
    const silence = await heard(new Float32Array(3 * MEL_SAMPLE_RATE));
    expect(silence.every((value) => value === 0)).toBe(true);
    expect(silence.speech).toBe(false);

    let state = 1;
    const hiss = Float32Array.from({ length: 4 * MEL_SAMPLE_RATE }, () => ((state = (state * 48271) % 2147483647) / 2147483647 - 0.5) * 0.02);
    const noise = await heard(hiss);
    expect(noise.every((value) => value === 0)).toBe(true);
    expect(noise.speech).toBe(false);

    const { pcm, phonemes } = recording(...UTTERANCES[2]);
    const lead = 3 * MEL_SAMPLE_RATE;
    const long = new Float32Array(lead + pcm.length + lead);
    long.set(pcm, lead);
    const poses = await heard(long);
    const first = 3 + phonemes.find(({ symbol }) => symbol !== '')!.startSec;
    const last = 3 + phonemes.findLast(({ symbol }) => symbol !== '')!.endSec;
    let moved = 0;
    for (let i = 0; i < poses.length / POSE_SIZE; i++) {
      const pose = poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE);
      // The network finds the ends of speech to within 0.1 s.
      if (i / 25 < first - 0.9 || i / 25 > last + 0.9) expect([...pose]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
      if (pose[0] > 0.3) moved++;
    }
    expect(moved).toBeGreaterThan(20);
  });

  it('gives exactly the frames asked for, also of next to nothing', async () => {
    const listener = listen({ sessions, fps: 30 });
    expect((await listener.push(new Float32Array(5))).length).toBe(0);
    expect((await listener.flush(7)).length).toBe(7 * POSE_SIZE);
    expect((await listen({ sessions, fps: 25 }).flush()).length).toBe(0);
    await expect(listener.flush()).rejects.toMatchObject({ code: 'bug' });
  });

  it('stops at once when canceled', async () => {
    const listener = listen({ sessions, fps: 25 });
    const stop = new AbortController();
    stop.abort();
    await expect(listener.push(new Float32Array(5 * MEL_SAMPLE_RATE), stop.signal)).rejects.toMatchObject({ code: 'canceled' });
  });
});

function correlation(a: number[], b: number[]): number {
  const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: number[], mx: number, y: number[], my: number) => x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
