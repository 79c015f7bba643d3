/** What the player does next, by the fragment table: which fragment, what to fetch, what to let go, when to start. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fragmentAt, frameAt, framesIn, keyframeAtOrBefore, leadToStart, LIMITS, middleSecOf, nextStep, secOf, tighter, type Limits, type Run, type Situation } from '../../../src/renderer/player/fragments.ts';
import type { Fragment } from '../../../src/shared/contract/take.ts';

const RATE = { num: 25, den: 1 };
const HEADER = 1000;

/** A take as the engine writes it: GOPs of 25 frames in fragments of 9, 8 and 8, the first of all after 5. */
function table(seconds: number, bytesPerFrame = 1000): Fragment[] {
  const fragments: Fragment[] = [];
  let offset = HEADER;
  for (let frame = 0; frame < seconds * 25; ) {
    const inGop = frame % 25;
    const frames = frame === 0 ? 5 : frame === 5 ? 10 : frame === 15 ? 10 : inGop === 0 ? 9 : 8;
    fragments.push({ index: fragments.length, firstFrame: frame, frames, keyframe: inGop === 0, offset, bytes: frames * bytesPerFrame });
    frame += frames;
    offset += frames * bytesPerFrame;
  }
  return fragments;
}

const situation = (over: Partial<Situation>): Situation => ({ fragments: table(60), rate: RATE, complete: false, run: null, playheadSec: 0, limits: LIMITS, ...over });

test('a frame is found in its fragment, also at both its ends, and beyond the last one is none', () => {
  const fragments = table(7);
  fc.assert(
    fc.property(fc.nat(framesIn(fragments) + 30), (frame) => {
      const expected = fragments.findIndex(({ firstFrame, frames }) => frame >= firstFrame && frame < firstFrame + frames);
      expect(fragmentAt(fragments, frame)).toBe(expected < 0 ? fragments.length : expected);
    }),
  );
  expect(fragmentAt([], 0)).toBe(0);
});

test('a seek to the middle of a frame shows that frame, at any rate', () => {
  for (const rate of [RATE, { num: 30000, den: 1001 }, { num: 24000, den: 1001 }, { num: 60, den: 1 }]) {
    const frames = Array.from({ length: 5000 }, (_, i) => i * 37);
    expect(frames.map((frame) => frameAt(middleSecOf(frame, rate), rate))).toEqual(frames);
    expect(frames.map((frame) => frameAt(secOf(frame, rate), rate))).toEqual(frames);
  }
});

test('the first bytes are fetched as soon as there are any', () => {
  expect(nextStep(situation({ fragments: [] }))).toEqual({ do: 'wait' });
  expect(nextStep(situation({ fragments: table(60).slice(0, 1) }))).toEqual({ do: 'append', first: 0, end: 1 });
});

test('a seek begins at the keyframe before, and where the sound of its first frame is', () => {
  const fragments = table(60);
  const at = (playheadSec: number) => nextStep(situation({ playheadSec })) as { first: number };
  const inside = at(middleSecOf(30 * 25 + 20, RATE));
  expect(fragments[inside.first]).toMatchObject({ keyframe: true, firstFrame: 750 });
  // The sound of the GOP's first frame may begin in the fragment before.
  expect(fragments[at(middleSecOf(750, RATE)).first]).toMatchObject({ keyframe: true, firstFrame: 725 });
});

test('a jump far outside what is there empties the buffer, a small one fetches what lies between', () => {
  const run = { first: 20, end: 40 };
  expect(nextStep(situation({ run, playheadSec: 1 }))).toEqual({ do: 'restart' });
  const far = situation({ fragments: table(600), run, playheadSec: 500 });
  expect(nextStep(far)).toEqual({ do: 'restart' });
  expect(nextStep(situation({ run, playheadSec: 20 }))).toMatchObject({ do: 'append', first: 40 });
});

test('a place that is not rendered yet is waited for with all that there is', () => {
  const fragments = table(10);
  const end = fragments.length;
  expect(nextStep(situation({ fragments, run: { first: 0, end }, playheadSec: 40 }))).toEqual({ do: 'wait' });
  expect(nextStep(situation({ fragments, run: { first: 0, end: end - 2 }, playheadSec: 40 }))).toEqual({ do: 'append', first: end - 2, end });
});

test('an empty buffer waits for the place that is meant, and shows nothing from elsewhere first', () => {
  const fragments = table(10);
  expect(nextStep(situation({ fragments, playheadSec: 40 }))).toEqual({ do: 'wait' });
  expect(nextStep(situation({ fragments, playheadSec: 40, complete: true }))).toMatchObject({ do: 'append', end: fragments.length });
});

test('the end is told once everything is there, and only of a take that is over', () => {
  const fragments = table(10);
  const run = { first: 0, end: fragments.length };
  expect(nextStep(situation({ fragments, run, complete: true }))).toEqual({ do: 'end' });
  expect(nextStep(situation({ fragments, run, complete: false }))).toEqual({ do: 'wait' });
});

describe('an hour', () => {
  const HOUR = table(3600, 12_000); // 300 kB/s: 1080p

  /** The player's loop without a browser: what it holds at each moment. */
  function play(limits: Limits, seeks: readonly number[] = []): { most: number; steps: number; shown: boolean } {
    let run = null as Run | null;
    let most = 0;
    let steps = 0;
    let shown = true;
    const settle = (playheadSec: number) => {
      for (let i = 0; ; i++) {
        if (i > 500) throw new Error('it never settles');
        const step = nextStep({ fragments: HOUR, rate: RATE, complete: true, run, playheadSec, limits });
        steps += 1;
        if (step.do === 'wait' || step.do === 'end') break;
        if (step.do === 'restart') run = null;
        else if (step.do === 'evict') run = { first: step.first, end: run!.end };
        else run = { first: run?.first ?? step.first, end: step.end };
        if (run !== null) {
          expect(HOUR[run.first].keyframe).toBe(true);
          const held = HOUR[run.end - 1].offset + HOUR[run.end - 1].bytes - HOUR[run.first].offset;
          most = Math.max(most, held);
        }
      }
      const at = fragmentAt(HOUR, frameAt(playheadSec, RATE));
      shown &&= run !== null && at >= run.first && at < run.end;
    };
    for (const sec of seeks) settle(sec);
    for (let sec = 0; sec < 3600; sec += 1) settle(sec + 0.5);
    return { most, steps, shown };
  }

  test('stays within its bytes while it plays through, and what is shown is always there', () => {
    const { most, shown } = play(LIMITS);
    expect(most).toBeLessThan(LIMITS.bytes + LIMITS.spanBytes);
    expect(shown).toBe(true);
  });

  test('plays to the end in a browser with room for a few seconds, whatever their bytes, and however much of it is made already', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 30_000 }), fc.double({ min: 4, max: 12, noNaN: true }), fc.integer({ min: 1, max: 40 }), (bytesPerFrame, roomSec, publishedSec) => {
        const all = table(40, bytesPerFrame);
        const room = Math.max(400e3, roomSec * 25 * bytesPerFrame);
        let [run, limits, playheadSec, madeSec, stoodFor]: [Run | null, Limits, number, number, number] = [null, LIMITS, 0, publishedSec, 0];
        while (playheadSec < 39.9) {
          madeSec += 0.12; // a little faster than it plays
          const fragments = all.filter(({ firstFrame, frames }) => firstFrame + frames <= 25 * madeSec);
          const step = nextStep({ fragments, rate: RATE, complete: fragments.length === all.length, run, playheadSec, limits });
          const held = (of: Run) => fragments[of.end - 1].offset + fragments[of.end - 1].bytes - fragments[of.first].offset;
          if (step.do === 'append') {
            const next: Run = { first: run?.first ?? step.first, end: step.end };
            if (held(next) <= room) run = next;
            else limits = tighter(limits, run === null ? 0 : held(run), held({ first: step.first, end: step.end }));
          } else if (step.do === 'evict') run = { first: step.first, end: run!.end };
          else if (step.do === 'restart') run = null;
          const endSec = run === null ? 0 : (fragments[run.end - 1].firstFrame + fragments[run.end - 1].frames) / 25;
          const before = playheadSec;
          if (step.do === 'wait' || step.do === 'end') playheadSec = Math.min(endSec, playheadSec + 0.1);
          stoodFor = playheadSec > before ? 0 : stoodFor + 1;
          expect(stoodFor).toBeLessThan(100);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('stays within less after the browser has refused more', () => {
    const limits = tighter(LIMITS, 20e6, 2e6);
    const { most, shown } = play(limits);
    expect(limits.bytes).toBe(14e6);
    expect(most).toBeLessThan(14e6 + limits.spanBytes);
    expect(shown).toBe(true);
  });

  test('any seeks leave one run that begins with a keyframe and holds what is shown', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 3599, noNaN: true }), { maxLength: 12 }), (seeks) => {
        let run = null as Run | null;
        for (const playheadSec of seeks) {
          for (let i = 0; i < 500; i++) {
            const step = nextStep({ fragments: HOUR, rate: RATE, complete: true, run, playheadSec, limits: LIMITS });
            if (step.do === 'wait' || step.do === 'end') break;
            if (step.do === 'restart') run = null;
            else if (step.do === 'evict') run = { first: step.first, end: run!.end };
            else run = { first: run?.first ?? step.first, end: step.end };
          }
          const at = fragmentAt(HOUR, frameAt(playheadSec, RATE));
          expect(at >= run!.first && at < run!.end).toBe(true);
          expect(HOUR[run!.first].keyframe).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test('what falls behind is let go in stretches, at a keyframe', () => {
  const fragments = table(600);
  const run = { first: 0, end: fragmentAt(fragments, 100 * 25) };
  const step = nextStep(situation({ fragments, run, playheadSec: 90 })) as { do: string; first: number };
  expect(step.do).toBe('evict');
  expect(fragments[step.first].keyframe).toBe(true);
  expect(secOf(fragments[step.first].firstFrame, RATE)).toBeCloseTo(30, 0);
  expect(nextStep(situation({ fragments, run, playheadSec: 63 })).do).not.toBe('evict');
});

test('it keeps to the last keyframe at or before', () => {
  const fragments = table(3);
  for (let at = 0; at < fragments.length; at++) expect(fragments[keyframeAtOrBefore(fragments, at)]).toMatchObject({ keyframe: true, firstFrame: Math.floor(fragments[at].firstFrame / 25) * 25 });
});

test('starting waits for a second, for all of a shorter rest, and longer where rendering is slower than playing', () => {
  expect(leadToStart({ speed: null, leftSec: null })).toBe(1);
  expect(leadToStart({ speed: 3, leftSec: 100 })).toBe(1);
  expect(leadToStart({ speed: 3, leftSec: 0.4 })).toBe(0.4);
  expect(leadToStart({ speed: 1.4, leftSec: 100 })).toBe(3);
  expect(leadToStart({ speed: 0.5, leftSec: 8 })).toBe(4);
  expect(leadToStart({ speed: 0.9, leftSec: 2 })).toBe(2);
  expect(leadToStart({ speed: 0.5, leftSec: 100 })).toBe(10);
});
