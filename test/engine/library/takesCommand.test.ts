/** `sima takes …` as a user and a script see it, on real takes of a second. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { openTakes } from '../../../src/engine/library/takes.ts';
import { DIGITAL_SOURCE_TYPE } from '../../../src/engine/media/marking.ts';
import { probe } from '../../../src/engine/media/probe.ts';
import { createWorkplace } from '../../support/cli.ts';
import { writeClickTake } from '../../support/clickTake.ts';
import { CHUNK, OUTCOME, REQUEST, TIMES } from './takes/makeTake.ts';

const place = createWorkplace();
afterAll(() => place.remove());
const home = place.file('home');
const sima = (...args: string[]) => place.sima(['takes', ...args]);
const id = randomUUID();
const recording = randomUUID();
const canceled = randomUUID();

beforeAll(async () => {
  mkdirSync(home);
  const takes = openTakes(home);
  for (const [each, request] of [[id, REQUEST], [recording, { ...REQUEST, script: undefined, audio: 'speech.wav' }]] as const) {
    takes.begin({ id: each, request, kept: false });
    takes.change(each, { state: 'rendering', avatarId: 'ab12', modelId: 'rig', width: 128, height: 96, rate: { num: 25, den: 1 }, framesExpected: 30, warnings: ['The face is small.'] });
    const { summary } = await writeClickTake({
      file: takes.file(each), growingFile: takes.growingFile(each), frames: 30, clickFrame: 10, marking: { takeId: each },
    });
    for (const fragment of summary.fragments) takes.publish(each, fragment, summary.initBytes);
    takes.addChunk(each, CHUNK, TIMES);
    await takes.finish(each, request.audio === undefined ? OUTCOME : { ...OUTCOME, segments: OUTCOME.segments.map((segment) => ({ ...segment, segment: null, words: [] })) });
  }
  takes.begin({ id: canceled, request: REQUEST, kept: false });
  await takes.cancel(canceled);
  await takes.close();
});

test('list and show tell what is known, for people and for scripts', async () => {
  const listed = await sima('list', '--json');
  expect(listed.exitCode).toBe(0);
  expect((listed.json.takes as { id: string; state: string }[]).map((take) => [take.id, take.state])).toEqual([[canceled, 'canceled'], [recording, 'finished'], [id, 'finished']]);
  const shown = await sima('show', id.slice(0, 8), '--json');
  expect(shown).toMatchObject({
    exitCode: 0,
    json: {
      id, take: { framesDone: 30, modelId: 'rig' }, file: path.join(home, 'takes', id, 'take.mp4'), times: OUTCOME.times,
      segments: [{ text: 'سلام. ', lang: 'fa', startSec: 0.28 }, { text: 'Hello.' }], chunks: [{ index: 0, frames: 30, times: TIMES }, { index: 1, times: null }],
    },
  });
  const text = (await sima('show', id)).stdout;
  for (const part of [/128×96, 25 fps/, /1\.20 s, 30 of 30 frames/, /The face is small\./, /kept +no/]) expect(text).toMatch(part);
});

test('export: the same frames as a plain MP4 that says it is AI-generated, with subtitles of what was said', async () => {
  const out = place.file('out.mp4');
  const result = await sima('export', id, '--out', out, '--srt', place.file('out.srt'), '--vtt', place.file('out.vtt'), '--json');
  expect(result).toMatchObject({ exitCode: 0, json: { id, out, frames: 30, durationSec: 1.2 } });
  expect(await probe(out, { packets: true })).toMatchObject({ fragmented: false, faststart: true, video: { frames: 30, width: 128 }, metadata: { digital_source_type: DIGITAL_SOURCE_TYPE, ai_generated: 'true', sima_take_id: id } });
  expect(readFileSync(place.file('out.srt'), 'utf8')).toContain('سلام');
  expect(readFileSync(place.file('out.vtt'), 'utf8')).toMatch(/^WEBVTT\n[^]*Hello\./);
  expect(readdirSync(place.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('subtitles of a take that follows a recording are refused before anything is written', async () => {
  expect(await sima('export', recording, '--out', place.file('y.mp4'), '--srt', place.file('y.srt'))).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('follows a recording') as string });
  expect(existsSync(place.file('y.mp4'))).toBe(false);
});

test('keep, keep --undo, remove', async () => {
  expect(await sima('keep', recording, '--json')).toMatchObject({ exitCode: 0, json: { id: recording, kept: true } });
  expect((await sima('list')).stdout).toMatch(/finished +1\.20 s .* kept +speech\.wav\n.*finished +1\.20 s .*سلام\. Hello\./);
  expect((await sima('keep', recording, '--undo')).stdout).toContain('may go');
  expect(await sima('remove', recording.slice(0, 8), '--json')).toMatchObject({ exitCode: 0, json: { id: recording, removed: true } });
  expect(existsSync(path.join(home, 'takes', recording))).toBe(false);
});

test('what cannot be done is said in one sentence', async () => {
  const own = path.join(home, 'takes', id, 'take.mp4');
  const before = readFileSync(own);
  for (const [args, exitCode, says] of [
    [['show', 'ffff'], 2, /no take “ffff”/],
    [['export', canceled, '--out', place.file('x.mp4')], 2, /is canceled, not finished/],
    [['export', id, '--out', own], 2, /would replace the file of the take/],
    [['remove', '../avatars'], 2, /no take/],
  ] as const) {
    const result = await sima(...args);
    expect(result.stderr).toMatch(says);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.exitCode).toBe(exitCode);
  }
  expect(readFileSync(own).equals(before)).toBe(true);
});

test('a take that was rendered to be kept has its background, wherever the picture lay', async () => {
  const picture = place.file('beach.png');
  await sharp({ create: { width: 64, height: 64, channels: 3, background: '#2080c0' } }).png().toFile(picture);
  const out = place.file('kept.mp4');
  const rendered = await place.sima(['render', '--avatar', PRESENTERS.woman, '--text', 'Hi.', '--size', '128x128', '--background', `picture:${picture}`, '--keep', '--out', out, '--json']);
  expect(rendered.exitCode).toBe(0);
  const [kept] = readdirSync(path.join(home, 'backgrounds'));
  expect(readFileSync(path.join(home, 'backgrounds', kept))).toEqual(readFileSync(picture));
  const shown = await sima('show', rendered.json.id as string, '--json');
  expect((shown.json.take as { request: { background: string } }).request.background).toBe(`picture:${path.join(home, 'backgrounds', kept)}`);
});
