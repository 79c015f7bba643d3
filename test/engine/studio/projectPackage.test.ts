/** A project that is taken to another home in one file: there it says the same, with the same face, voice and background. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import { backgroundFile } from '../../../src/shared/contract/request.ts';
import { openTestStudio, type TestStudio } from '../../support/studios.ts';

const MARK = { takeId: 'left-here', segmentIndex: 0, verdict: null, note: 'not good enough' };
const ROW = { name: 'one', text: 'سلام.', avatarId: null, voice: null, takeId: 'left-here' };

let here: TestStudio;
let there: TestStudio;
beforeAll(async () => {
  [here, there] = await Promise.all([openTestStudio(), openTestStudio()]);
});
afterAll(() => Promise.all([here.close(), there.close()]));

test('packed here and opened there, it has all that it needs; opened twice, nothing twice', async () => {
  const [ours, theirs] = [here.client(), there.client()];
  const portrait = path.join(here.home, 'portrait.jpg');
  const [recording, picture] = [path.join(here.home, 'voice.wav'), path.join(here.home, 'wall.png')];
  await sharp(PRESENTERS.woman).resize(256, 256).jpeg().toFile(portrait);
  writeFileSync(recording, 'a recording');
  writeFileSync(picture, 'a picture');
  let avatarId = '';
  for await (const event of ours.stream('avatars.register', { file: portrait, name: 'لیلا' })) if (event.type === 'registered') avatarId = event.avatar.id;
  const made = await ours.call('projects.create', { name: 'سفر', segments: [{ text: 'سلام.' }] });
  await ours.call('projects.save', { project: { ...made, avatarId, audio: { file: recording, name: 'صدای من.wav' }, background: `picture:${picture}`, takeIds: ['left-here'], marks: [MARK], batch: [ROW] } });
  for (const file of [portrait, recording, picture]) rmSync(file);
  const file = path.join(there.home, 'travels.simapack');
  const packed = path.join(here.home, 'travels.simapack');
  expect(await here.studio.packProject(made.id, packed)).toBe('سفر');
  copyFileSync(packed, file);
  // It can be read by whoever gets it, with or without Sima.
  const bytes = readFileSync(packed);
  for (const ours of [here.home, 'left-here', 'not good enough']) expect(bytes.includes(ours)).toBe(false);

  const left = path.join(there.home, 'projects', 'killed.unpacking');
  mkdirSync(left, { recursive: true });
  utimesSync(left, 0, 0);
  const opened = await theirs.call('projects.import', { file });
  expect(readdirSync(path.dirname(left)).filter((name) => name.endsWith('.unpacking'))).toEqual([]);
  expect(opened).toMatchObject({ id: made.id, name: 'سفر', segments: [{ text: 'سلام.' }], avatarId, audio: { name: 'صدای من.wav' }, takeIds: [], marks: [], batch: [{ ...ROW, takeId: null }] });
  for (const [kept, text] of [[opened.audio!.file, 'a recording'], [backgroundFile(opened.background)!, 'a picture']]) {
    expect(kept.startsWith(path.join(there.home, 'projects'))).toBe(true);
    expect(readFileSync(kept, 'utf8')).toBe(text);
  }
  expect(await theirs.call('avatars.list', {})).toMatchObject([{ id: avatarId, name: 'لیلا' }]);

  const again = await theirs.call('projects.import', { file });
  expect(again.id).not.toBe(opened.id);
  expect(await theirs.call('avatars.list', {})).toHaveLength(1);
  expect((await theirs.call('projects.list', null)).map(({ name }) => name)).toEqual(['سفر', 'سفر']);
});

test('what it needs and has no more is said before anything is written', async () => {
  const { projects } = here.studio;
  const recording = path.join(here.home, 'gone.wav');
  writeFileSync(recording, 'soon gone');
  const made = await projects.create({ name: 'Lost' });
  await projects.save({ ...made, audio: { file: recording, name: 'gone.wav' } });
  rmSync((await projects.open(made.id)).audio!.file);
  const to = path.join(here.home, 'lost.simapack');
  await expect(here.studio.packProject(made.id, to)).rejects.toMatchObject({ code: 'missing-asset', message: expect.stringContaining('gone.wav') as string });
  expect(() => readFileSync(to)).toThrow();
});
