/** A recording's text on its clock: estimates, but in order, within the sound, and in silence nothing is said. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLevelMeter } from '../../../src/engine/media/levels.ts';
import { speakScript } from '../../../src/engine/pipeline/speech.ts';
import { TIMELINE_RATE } from '../../../src/engine/pipeline/timeline.ts';
import { speechClock, transcribed } from '../../../src/engine/pipeline/transcript.ts';
import { openVoices } from '../../../src/engine/voice/voices.ts';

const RATE = 1000;
/** Seconds of sound and of silence in turns. */
function clockOf(...seconds: number[]) {
  const meter = createLevelMeter(RATE);
  seconds.forEach((sec, i) => meter.add(Float32Array.from({ length: sec * RATE }, (_, n) => (i % 2 === 0 ? 0.5 : 0.0005) * (n % 2 === 0 ? 1 : -1))));
  return speechClock(meter.levels(), meter.durationSec());
}

test('words share the time in which something is heard; none lies in a pause', () => {
  const [first, second] = transcribed('سلام دوست من. Nobody knows.', clockOf(1, 2, 1));
  expect([first.text, second.text]).toEqual(['سلام دوست من. ', 'Nobody knows.']);
  expect([first.lang, second.lang, first.voice, first.estimated]).toEqual(['fa', 'en', null, true]);
  expect([...first.words, ...second.words].map(({ text }) => text)).toEqual(['سلام', 'دوست', 'من', 'Nobody', 'knows']);
  for (const { startSec, endSec } of [...first.words, ...second.words]) {
    const middle = (startSec + endSec) / 2;
    if (endSec - startSec < 1) expect(middle < 1.02 || middle > 2.98, `${startSec}–${endSec}`).toBe(true);
  }
  expect(first.words[0].startSec).toBeCloseTo(0, 1);
  expect(second.words[1].endSec).toBeCloseTo(4, 1);
  expect([first.endSec, second.endSec]).toEqual([second.startSec, 4]);
});

test('in order and within the recording, whatever it is', () => {
  const sound = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 });
  const text = fc.array(fc.constantFrom('سلام', 'hello', '۱۲۳', '…', '. ', '\n', ' ', 'e.g.', '😀')).map((parts) => parts.join(''));
  fc.assert(fc.property(sound, text, (seconds, transcript) => {
    const clock = clockOf(...seconds);
    const segments = transcribed(transcript, clock);
    expect(segments.map((segment) => segment.text).join('')).toBe(transcript);
    let at = 0;
    for (const { startSec, endSec } of segments.flatMap(({ words }) => words)) {
      expect(startSec).toBeGreaterThanOrEqual(at - 1e-9);
      expect(endSec).toBeGreaterThanOrEqual(startSec);
      at = endSec;
    }
    expect(at).toBeLessThanOrEqual(clock.durationSec);
  }));
});

test('a stop is where its pause is, however long the letters before it take', () => {
  // Of three sentences as long, the first has nearly half of all letters.
  const [first, second, third] = transcribed('Nobody really knows. She left me. He is gone.', clockOf(1, 0.5, 1, 0.5, 1));
  expect([first, second, third].map(({ startSec }) => Math.round(startSec * 20) / 20)).toEqual([0, 1.5, 3]);
  expect([first.words[2].endSec, second.words[2].endSec].map((sec) => Math.round(sec * 20) / 20)).toEqual([1, 2.5]);
});

test('words are where a voice says them, as nearly as letters tell', async () => {
  const script = 'بهرام پرسید: «این پارچهٔ آبی متری چند است؟» پیرمرد لبخند زد و گفت: «برای شما، مهمان من باشید!» People often ask me about the problem, and I promise: my simple plan may be better. Keep a map, and never permit a bumpy path to spoil a happy mood.';
  const voices = await openVoices();
  const meter = createLevelMeter(TIMELINE_RATE);
  const spoken: number[] = [];
  for await (const { pcm, words } of speakScript({ script, rate: 1, pitch: 1 }, voices)) {
    spoken.push(...words.map(({ startSec }) => startSec + meter.durationSec()));
    meter.add(pcm);
  }
  await voices.close();
  const placed = transcribed(script, speechClock(meter.levels(), meter.durationSec())).flatMap(({ words }) => words);
  expect(placed).toHaveLength(spoken.length);
  const off = placed.map(({ startSec }, i) => Math.abs(startSec - spoken[i])).sort((a, b) => a - b);
  expect(off[Math.floor(off.length / 2)]).toBeLessThan(0.15);
  expect(off[Math.floor(0.95 * off.length)]).toBeLessThan(0.4);
});

test('without a transcript there is one segment without words', () => {
  expect(transcribed(undefined, clockOf(2))).toEqual([{ index: 0, text: '', lang: 'en', voice: null, estimated: true, startSec: 0, endSec: 2, words: [] }]);
});
