/** What watchers are told of a take beside its pictures, and takes of which a segment is changed: with the real engine. */
import { appendFileSync, copyFileSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openClip } from '../../../src/engine/media/clip.ts';
import { rateValue } from '../../../src/engine/media/rate.ts';
import type { RenderRequest, ScriptSegment } from '../../../src/shared/contract/request.ts';
import { PEAKS_PER_FRAME, takeEvent, type MouthCurve, type SaidSegment, type TakeEvent, type TakeInfo } from '../../../src/shared/contract/take.ts';
import { speechLike } from '../../support/codedTake.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';
import { readAudio } from '../../support/sounds.ts';
import { expectWhole, followed, fragmentsOf, hashOf, openTestStudio, requestOf, type Followed, type TestStudio } from '../../support/studios.ts';

const SEGMENTS: ScriptSegment[] = [
  { text: 'سلام. ' },
  { text: 'My mother bought five blue lamps. ', voice: 'espeak-en-gb', rate: 1.1 },
  { text: 'What a fine day it is.', pitch: 1.2 },
];

let open: TestStudio;
let sessionId: string;
let parent: Followed;
beforeAll(async () => {
  open = await openTestStudio();
  sessionId = open.studio.seats.open().seatId;
  parent = await rendered({ segments: SEGMENTS }, 'project-1');
});
afterAll(() => open.close());

const begun = (request: Partial<RenderRequest>, projectId: string | null = null): TakeInfo => {
  const whole = request.segments ? { ...requestOf(), script: undefined, ...request } : requestOf(request);
  return open.studio.start({ sessionId, request: whole, leadSec: null, projectId });
};
const rendered = (request: Partial<RenderRequest>, projectId: string | null = null, onEvent?: (event: TakeEvent) => void): Promise<Followed> => followed(open.studio, begun(request, projectId).id, onEvent);
const edited = async (takeId: string, segments: ScriptSegment[], onEvent?: (event: TakeEvent) => void): Promise<Followed> =>
  followed(open.studio, (await open.studio.edit({ sessionId, takeId, segments, leadSec: null })).id, onEvent);

const saidIn = (events: readonly TakeEvent[]): SaidSegment[] => events.flatMap((event) => (event.type === 'said' ? [event.segment] : []));
const curvesIn = (events: readonly TakeEvent[]): MouthCurve[] => events.flatMap((event) => (event.type === 'curve' ? [event.curve] : []));
/** All of it; each frame once, in order. */
function curveIn(events: readonly TakeEvent[]): Omit<MouthCurve, 'firstFrame'> {
  const curves = curvesIn(events);
  let next = 0;
  for (const { firstFrame, opening, peaks } of curves) {
    expect(firstFrame).toBe(next);
    expect(peaks).toHaveLength(opening.length * PEAKS_PER_FRAME);
    next += opening.length;
  }
  return { opening: curves.flatMap(({ opening }) => opening), peaks: curves.flatMap(({ peaks }) => peaks) };
}

/** Every frame that was published was told of. */
function expectAllTold(events: readonly TakeEvent[]): void {
  let known = 0;
  for (const event of events) {
    if (event.type === 'curve') known = Math.max(known, event.curve.firstFrame + event.curve.opening.length);
  }
  expect(known).toBe(fragmentsOf(events).reduce((sum, { frames }) => sum + frames, 0));
}

async function lumas(file: string): Promise<Uint8Array[]> {
  const clip = await openClip(file);
  const all: Uint8Array[] = [];
  for await (const { data, width, height } of clip.frames()) all.push(data.slice(0, width * height));
  await clip.close();
  return all;
}

test('segments are told with their voices and words, frames with their mouths and loudness, to whoever watches', async () => {
  const { events, take } = parent;
  for (const event of events) takeEvent.parse(event);
  const said = saidIn(events);
  expect(said.map(({ index, text, lang, voice, estimated }) => [index, text, lang, voice, estimated])).toEqual([
    [0, 'سلام. ', 'fa', 'espeak-fa', false], [1, 'My mother bought five blue lamps. ', 'en', 'espeak-en-gb', false], [2, 'What a fine day it is.', 'en', 'espeak-en-us', false],
  ]);
  expect(said[1].words.map(({ text }) => text)).toEqual(['My', 'mother', 'bought', 'five', 'blue', 'lamps']);
  for (const [i, { startSec, endSec, words }] of said.entries()) {
    expect(startSec).toBeCloseTo(said[i - 1]?.endSec ?? 0.28, 6);
    for (const word of words) expect(word.startSec >= startSec && word.endSec <= endSec && word.endSec > word.startSec).toBe(true);
  }
  // The first is told before any picture.
  const order = events.map(({ type }) => type);
  expect(order.indexOf('said')).toBeLessThan(order.indexOf('fragment'));
  expectAllTold(events);

  const { opening, peaks } = curveIn(events);
  expect(opening).toHaveLength(take.framesDone);
  const fps = rateValue(take.rate!);
  expect(opening.slice(0, 3)).toEqual([0, 0, 0]);
  expect(Math.max(...opening.map((value) => value ?? 0))).toBeGreaterThan(0.3);
  // “m” closes the lips, “five” opens them.
  const { startSec, endSec } = said[1].words[3];
  expect(Math.max(...opening.slice(Math.floor(startSec * fps), Math.ceil(endSec * fps)).map((value) => value ?? 0))).toBeGreaterThan(0.25);
  // The loudness is that of the sound in the video.
  const sound = await readAudio(open.studio.takes.file(take.id), { sampleRate: 48_000 });
  const loud = (frame: number) => Math.max(...peaks.slice(frame * PEAKS_PER_FRAME, (frame + 1) * PEAKS_PER_FRAME));
  for (let frame = 5; frame < take.framesDone - 5; frame += 7) {
    const heard = sound.subarray((frame * 48_000) / fps, ((frame + 1) * 48_000) / fps).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(Math.abs(loud(frame) - heard), `frame ${frame}`).toBeLessThan(0.08);
  }

  // Who comes later is told the same.
  const later = await followed(open.studio, take.id);
  expect(saidIn(later.events)).toEqual(said);
  expect(curveIn(later.events)).toEqual({ opening, peaks });
  expect(open.studio.takes.soFar(take.id).track()!.poses).toHaveLength(take.framesDone * 8);
});

test('an engine that is killed leaves no gap in what is told, and a damaged side file takes nothing else along', async () => {
  const { studio, home } = open;
  let killed = false;
  const all = await rendered({ segments: SEGMENTS }, null, (event) => {
    if (killed || event.type !== 'fragment' || event.fragment.index < 4) return;
    killed = true;
    process.kill(studio.engine.pid()!, 'SIGKILL');
  });
  expect(all.take.restarts).toBe(1);
  await expectWhole(studio, all);
  expect(saidIn(all.events)).toEqual(saidIn(parent.events));
  expect(curveIn(all.events)).toEqual(curveIn(parent.events));
  appendFileSync(path.join(home, 'takes', all.take.id, 'track.blob'), 'x');
  const later = await followed(studio, all.take.id);
  expect(curvesIn(later.events)).toEqual([]);
  expect(saidIn(later.events)).toEqual(saidIn(parent.events));
  expect(fragmentsOf(later.events)).toEqual(fragmentsOf(all.events));
});

test('the last segment is said otherwise: what comes before is the parent’s, byte for byte, and the sound goes on across the border', async () => {
  const { studio } = open;
  const changed = [SEGMENTS[0], SEGMENTS[1], { text: 'What a dark night it was.', pitch: 1.2 }];
  const started = performance.now();
  const child = await edited(parent.take.id, changed);
  const editMs = performance.now() - started;
  await expectWhole(studio, child);
  expect(child.take).toMatchObject({ parentId: parent.take.id, projectId: 'project-1', kept: false, avatarId: parent.take.avatarId, request: { segments: changed } });
  expect(saidIn(child.events).map(({ text }) => text)).toEqual(changed.map(({ text }) => text));
  expect(saidIn(child.events).slice(0, 2)).toEqual(saidIn(parent.events).slice(0, 2));

  const [before, after] = [parent, child].map(({ take }) => studio.takes.file(take.id));
  const changeSec = saidIn(parent.events)[2].startSec;
  const fragments = fragmentsOf(child.events);
  const border = fragments.findIndex((fragment, i) => hashOf(after, fragment) !== hashOf(before, fragmentsOf(parent.events)[i]));
  const { firstFrame, keyframe } = fragments[border];
  const fps = rateValue(child.take.rate!);
  expect(keyframe).toBe(true);
  expect(firstFrame / fps).toBeLessThanOrEqual(changeSec - 0.3 + 1e-6);
  expect(firstFrame / fps).toBeGreaterThan(changeSec - 0.3 - 0.5);
  expect(fragments.slice(0, border)).toEqual(fragmentsOf(parent.events).slice(0, border));
  const [old, own] = [before, after].map((file) => readFileSync(file).subarray(0, fragments[0].offset).toString('latin1'));
  expect(own.replaceAll(child.take.id, parent.take.id)).toBe(old);
  expect(own).not.toContain(parent.take.id);

  const [was, is] = await Promise.all([lumas(before), lumas(after)]);
  for (let frame = 0; frame < firstFrame; frame++) expect(Buffer.compare(was[frame], is[frame]), `frame ${frame}`).toBe(0);
  // Up to the change the frames drawn anew show the same, but for coding.
  const distance = (frame: number) => was[frame].reduce((sum, value, i) => sum + Math.abs(value - is[frame][i]), 0) / was[frame].length;
  for (let frame = firstFrame; frame < Math.floor((changeSec - 0.3) * fps); frame++) expect(distance(frame)).toBeLessThan(2);
  // The same sound, within what coding anew changes, until the new words begin.
  const [wasHeard, isHeard] = await Promise.all([readAudio(before, { sampleRate: 48_000 }), readAudio(after, { sampleRate: 48_000 })]);
  const same = Math.floor(changeSec * 48_000) - 1024;
  let worst = 0;
  for (let i = 0; i < same; i++) worst = Math.max(worst, Math.abs(wasHeard[i] - isHeard[i]));
  expect(worst).toBeLessThan(0.05);
  expect(curveIn(child.events).opening.slice(0, firstFrame)).toEqual(curveIn(parent.events).opening.slice(0, firstFrame));
  expectAllTold(child.events);
  expect(editMs).toBeLessThan(60_000);

  // A child has children of its own.
  const again = await edited(child.take.id, [...changed.slice(0, 2), { text: 'Good night.' }]);
  await expectWhole(studio, again);
  expect(again.take.parentId).toBe(child.take.id);
});

test('the first segment, another voice, one more, one less: each child is what a take of its segments is', async () => {
  const { studio } = open;
  const wanted: ScriptSegment[][] = [
    [{ ...SEGMENTS[0], voice: 'espeak-fa-woman' }, ...SEGMENTS.slice(1)],
    [...SEGMENTS, { text: ' Yes.' }],
    SEGMENTS.slice(0, 2),
  ];
  for (const segments of wanted) {
    const child = await edited(parent.take.id, segments);
    await expectWhole(studio, child);
    const fresh = await rendered({ segments, avatar: parent.take.avatarId! });
    expect(child.take.framesDone).toBe(fresh.take.framesDone);
    expect(saidIn(child.events)).toEqual(saidIn(fresh.events));
    // Beyond what the mouth of the frames before the change could not know.
    expect(curveIn(child.events).peaks).toEqual(curveIn(fresh.events).peaks);
  }
});

test('an engine killed amid a child, which then goes on', async () => {
  const { studio } = open;
  let killed = false;
  let copied = 0;
  const child = await edited(parent.take.id, [...SEGMENTS.slice(0, 2), { text: 'What a long, dark and cold night it was in the old house.' }], (event) => {
    if (event.type === 'take' && copied === 0) copied = event.take.framesDone;
    if (killed || event.type !== 'progress') return;
    killed = true;
    process.kill(studio.engine.pid()!, 'SIGKILL');
  });
  expect(copied).toBeGreaterThan(20);
  expect(child.take.restarts).toBe(1);
  await expectWhole(studio, child);
  expect(curveIn(child.events).opening).toHaveLength(child.take.framesDone);
});

test('a pronunciation that is new changes the segments that it applies to', async () => {
  const { studio } = open;
  const child = await studio.edit({ sessionId, takeId: parent.take.id, segments: SEGMENTS, lexicon: [{ lang: 'en', word: 'fine', say: 'lovely' }], leadSec: null });
  expect(child.framesDone).toBeGreaterThan(20);
  await expectWhole(studio, await followed(studio, child.id));
});

test('what cannot be edited is refused in words, and leaves nothing', async () => {
  const { studio, home } = open;
  const edit = (takeId: string, segments = SEGMENTS) => studio.edit({ sessionId, takeId, segments, leadSec: null });
  const before = studio.takes.list().length;
  await expect(edit(parent.take.id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/^Nothing of the take .* would change/) as string });
  // The same text, cut elsewhere but said alike.
  await expect(edit(parent.take.id, [{ text: 'سلام. ', voice: 'fa' }, ...SEGMENTS.slice(1)])).rejects.toMatchObject({ message: expect.stringContaining('would change') as string });
  await expect(edit(parent.take.id, [{ text: ' … ' }])).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('nothing that can be spoken') as string });
  await expect(edit(parent.take.id, [{ text: 'Hello.', voice: 'nobody' }])).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('nobody') as string });
  await expect(edit('no-such-take')).rejects.toMatchObject({ code: 'invalid-input' });
  const audio = path.join(home, 'own.wav');
  await writeAudioFile(audio, speechLike(2 * 48_000), 48_000, 'pcm_s16le');
  const recording = await rendered({ audio, transcript: 'سلام، خوبی؟' });
  await expect(edit(recording.take.id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('follows a recording') as string });
  const busy = studio.start({ sessionId, request: requestOf({ script: 'Hello there. '.repeat(10) }), leadSec: 1 });
  await expect(edit(busy.id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/is (queued|rendering), not finished/) as string });
  await studio.cancel(busy.id);
  expect(studio.takes.list().length).toBe(before + 2);

  // A recording's words are told with its transcript, as estimates.
  const [segment, ...more] = saidIn(recording.events);
  expect(more).toEqual([]);
  expect(segment).toMatchObject({ text: 'سلام، خوبی؟', lang: 'fa', voice: null, estimated: true, words: [{ text: 'سلام' }, { text: 'خوبی' }] });
  expect(curveIn(recording.events).opening).toHaveLength(recording.take.framesDone);
  expect(saidIn((await followed(studio, recording.take.id)).events)).toEqual([segment]);

  const man = await rendered({ avatar: PRESENTERS.man });
  const avatars = await studio.library();
  await avatars.remove(man.take.avatarId!);
  await expect(edit(man.take.id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('was removed from the library') as string });
});

test('a take of before there was a track is edited as well; what is not known of its frames is told as unknown', async () => {
  const { studio, home } = open;
  const old = await rendered({ segments: SEGMENTS });
  rmSync(path.join(home, 'takes', old.take.id, 'track.blob'));
  const child = await edited(old.take.id, [...SEGMENTS.slice(0, 2), { text: 'Good night.' }]);
  await expectWhole(studio, child);
  const { opening } = curveIn(child.events);
  expect(opening[0]).toBeNull();
  expect(opening.at(-1)).toBe(0);
});

test('a take before a picture is changed after the picture that was brought has gone', async () => {
  const beach = path.join(open.home, 'beach.png');
  copyFileSync(PRESENTERS.man, beach);
  const start = open.studio.handlers.calls['takes.start'];
  const { id } = await start({ sessionId, request: requestOf({ script: 'Hello there.', background: `picture:${beach}` }), leadSec: null, projectId: null }, new AbortController().signal);
  expect((await followed(open.studio, id)).take.state).toBe('finished');
  rmSync(beach);
  await open.studio.engine.restart('The next day.'); // nothing of it is at hand any more
  const child = await edited(id, [{ text: 'Hello Bob.' }]);
  expect(child.take).toMatchObject({ state: 'finished', parentId: id });
});
