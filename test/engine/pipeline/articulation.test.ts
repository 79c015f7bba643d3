import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { actAt, posesFromPhonemes } from '../../../src/engine/pipeline/articulation.ts';
import { contactOf, isVowel, unknownSymbols } from '../../../src/engine/pipeline/articulationTable.ts';
import { ESPEAK_SAMPLE_RATE, openEspeak, type Espeak } from '../../../src/engine/voice/espeak.ts';
import { phonemesOf } from '../../../src/engine/voice/phonemes.ts';
import { POSE_PARAMETERS, POSE_SIZE, type Phoneme } from '../../../src/shared/vocabulary.ts';

const ENGLISH =
  'She sells the brown puppy a warm blue blanket. My father measured five huge azure boats before church, and the young boy, who ' +
  'never stopped singing, jumped up from the table. Perhaps our new map is public property, but I may be wrong about Sam. The pure ' +
  'choir here will oil that tour.';
const PERSIAN =
  'سلام، حال شما چطور است؟ بابا به مامان پیام داد که قلب من قرمز است. ژاله، پیاز و بادمجان و ماست را از بازار خرید؛ ' +
  'مردم ما کم کم به شب آمدند، پس بمانیم. خواهر بزرگم چای می‌خورد و در باغ آواز می‌خواند. مسئله و جمعه را فهمیدم.';

let espeak: Espeak;
beforeAll(async () => {
  espeak = await openEspeak();
});

function spoken(text: string, voice: string, rate = 1): { phonemes: Phoneme[]; durationSec: number } {
  const { pcm, events } = espeak.say(text, voice, rate, 1);
  const durationSec = pcm.length / ESPEAK_SAMPLE_RATE;
  return { phonemes: phonemesOf(events, durationSec), durationSec };
}

const column = (poses: Float32Array, parameter: (typeof POSE_PARAMETERS)[number]) =>
  Float32Array.from({ length: poses.length / POSE_SIZE }, (_, i) => poses[i * POSE_SIZE + POSE_PARAMETERS.indexOf(parameter)]);
const laidOut = (symbols: [string, number][], startSec = 1): Phoneme[] => {
  let at = startSec;
  return symbols.map(([symbol, durationSec]) => ({ symbol, startSec: at, endSec: (at += durationSec) }));
};
const quantile = (values: number[], q: number) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * q)];

describe('poses of spoken text', () => {
  for (const [voice, text] of [['fa', PERSIAN], ['en-us', ENGLISH], ['en-GB-x-rp', ENGLISH]] as const) {
    for (const fps of [25, 29.97, 30]) {
      it(`${voice} at ${fps} fps closes at every m b p, opens on vowels, moves smoothly`, () => {
        const { phonemes, durationSec } = spoken(text, voice);
        const frames = Math.ceil(durationSec * fps);
        const poses = posesFromPhonemes(phonemes, { fps, firstFrame: 0, frames });
        const close = column(poses, 'close');
        expect(unknownSymbols(phonemes).size).toBe(0);

        let bilabials = 0;
        let vowels = 0;
        let closedVowels = 0;
        for (const [i, { symbol, startSec, endSec }] of phonemes.entries()) {
          const first = Math.max(0, Math.floor((startSec - 0.07) * fps));
          const last = Math.min(frames - 1, Math.floor(endSec * fps));
          if (contactOf(symbol) === 'close') {
            bilabials++;
            expect(Math.max(...close.subarray(first, last + 1)), `${symbol} at ${startSec.toFixed(2)} s`).toBe(1);
          } else if (isVowel(symbol)) {
            // A stop that follows has its silent closure at the end of this interval; what is left must be long enough to be seen.
            const heardUntil = endSec - (/^[pbtdkɡq]/u.test(phonemes[i + 1]?.symbol ?? '') ? 0.045 : 0);
            if (heardUntil - startSec < 0.08) continue;
            vowels++;
            if (Math.min(...close.subarray(Math.floor(startSec * fps), Math.ceil(heardUntil * fps))) > 0.5) closedVowels++;
          }
        }
        expect(bilabials).toBeGreaterThan(25);
        expect(vowels).toBeGreaterThan(30);
        expect(closedVowels / vowels).toBeLessThanOrEqual(0.03);

        for (const parameter of POSE_PARAMETERS) {
          const curve = [...column(poses, parameter)];
          expect(Math.min(...curve)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...curve)).toBeLessThanOrEqual(1);
          if (parameter === 'act') continue;
          const bends = curve.slice(2).map((value, i) => Math.abs(value - 2 * curve[i + 1] + curve[i]));
          const range = Math.max(...curve) - Math.min(...curve);
          expect(range, parameter).toBeGreaterThan(0.3);
          expect(quantile(bends, 0.95) / range, parameter).toBeLessThanOrEqual(0.75);
        }
      });
    }
  }

  it('is at least 1000 times faster than real time', () => {
    const { phonemes, durationSec } = spoken(ENGLISH, 'en-us');
    const range = { fps: 25, firstFrame: 0, frames: Math.ceil(durationSec * 25) };
    posesFromPhonemes(phonemes, range);
    const times = [1, 2, 3, 4, 5].map(() => {
      const start = process.cpuUsage().user;
      posesFromPhonemes(phonemes, range);
      return (process.cpuUsage().user - start) / 1e6;
    });
    expect(durationSec / Math.min(...times)).toBeGreaterThan(1000);
  });
});

describe('finite support', () => {
  it('gives the same numbers however the frames are split, and whatever is farther than 0.8 s is left out', () => {
    const { phonemes, durationSec } = spoken(PERSIAN, 'fa');
    const fps = 25;
    const frames = Math.ceil((durationSec + 2) * fps);
    const whole = posesFromPhonemes(phonemes, { fps, firstFrame: 0, frames });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: frames - 1 }), fc.integer({ min: 1, max: 60 }), (firstFrame, wanted) => {
        const count = Math.min(wanted, frames - firstFrame);
        const near = phonemes.filter((p) => p.endSec > firstFrame / fps - 0.85 && p.startSec < (firstFrame + count) / fps + 0.85);
        const part = posesFromPhonemes(near, { fps, firstFrame, frames: count });
        return Buffer.from(part.buffer).equals(Buffer.from(whole.slice(firstFrame * POSE_SIZE, (firstFrame + count) * POSE_SIZE).buffer));
      }),
      { numRuns: 60 },
    );
  });

  it('rests exactly more than 0.8 s from speech, and comes back within 240 ms', () => {
    const phonemes = laidOut([['s', 0.1], ['ɑ', 0.2], ['m', 0.1], ['', 4], ['b', 0.08], ['ɑ', 0.3]]);
    const poses = posesFromPhonemes(phonemes, { fps: 25, firstFrame: 0, frames: 200 });
    for (let i = 0; i < 200; i++) {
      const from = i / 25;
      const far = phonemes.every((p) => p.symbol === '' || from - p.endSec > 0.8 || p.startSec - from > 0.8);
      if (far) expect(poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE).every((value) => value === 0)).toBe(true);
    }
    const act = column(poses, 'act');
    expect(act[25]).toBe(1);
    expect(act[18]).toBe(0);
    expect(act[5.4 * 25 - 7]).toBe(0);
    expect(act[5.4 * 25]).toBe(1);
  });

  it('keeps the lips closed and the mouth engaged in a comma pause', () => {
    for (const pauseSec of [0.2, 0.3, 0.5, 0.8]) {
      const phonemes = laidOut([['s', 0.1], ['ɑ', 0.3], ['', pauseSec], ['ɑ', 0.3], ['t', 0.1]]);
      const poses = posesFromPhonemes(phonemes, { fps: 25, firstFrame: 0, frames: 75 });
      const jaw = column(poses, 'jaw');
      const middle = Math.floor((1.4 + pauseSec / 2) * 25);
      expect(jaw[middle]).toBeLessThan(0.1 * Math.max(...jaw));
      for (let i = 26; i < (1.4 + pauseSec) * 25; i++) expect(poses[i * POSE_SIZE + 7]).toBeGreaterThan(0.99);
    }
    expect(actAt(0.9, 0.9)).toBe(0);
  });
});

describe('symbols', () => {
  it('takes diphthongs, marks, affricates and unknown symbols apart', () => {
    const at = (symbol: string) => posesFromPhonemes(laidOut([[symbol, 0.4]], 0), { fps: 25, firstFrame: 0, frames: 10 });
    const diphthong = at('ˈaʊ');
    expect(column(diphthong, 'jaw')[2]).toBeGreaterThan(column(diphthong, 'jaw')[7]);
    expect(column(diphthong, 'round')[7]).toBeGreaterThan(column(diphthong, 'round')[2] + 0.3);
    expect([...at('ɑ̃')]).toEqual([...at('ɑː')]);
    expect(column(at('dʒ'), 'round')[5]).toBeGreaterThan(0.4);
    expect(column(at('ɸɸ'), 'jaw')[5]).toBeGreaterThan(0.2);
    expect(unknownSymbols([{ symbol: 'ʘ', startSec: 0, endSec: 1 }, { symbol: 'm', startSec: 1, endSec: 2 }])).toEqual(new Map([['ʘ', 1]]));
    expect([contactOf('p'), contactOf('v'), contactOf('əl'), contactOf('')]).toEqual(['close', 'fv', null, null]);
  });

  it('closes before the burst of p, not on it', () => {
    const poses = posesFromPhonemes(laidOut([['ɑ', 0.3], ['p', 0.04], ['ɑ', 0.3]], 0), { fps: 100, firstFrame: 0, frames: 64 });
    const close = column(poses, 'close');
    expect(close[27]).toBeGreaterThan(0.9);
    expect(close[36]).toBeLessThan(0.5);
    expect(close[15]).toBe(0);
  });

  it('has nothing to say without phonemes or frames', () => {
    expect(posesFromPhonemes([], { fps: 25, firstFrame: 3, frames: 4 })).toEqual(new Float32Array(32));
    expect(posesFromPhonemes(laidOut([['a', 1]]), { fps: 25, firstFrame: 0, frames: 0 }).length).toBe(0);
  });
});
