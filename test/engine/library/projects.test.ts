/** Projects on a real disk: what is saved comes back, whatever happens to the files. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openProjects, type ProjectStore } from '../../../src/engine/library/projects.ts';
import { projectSchema, type Project } from '../../../src/shared/contract/project.ts';

let home: string;
let projects: ProjectStore;
const changed = vi.fn();
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-projects-'));
  projects = openProjects(home, changed);
  changed.mockClear();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = (name: string) => path.join(home, 'projects', name);
const saying = (project: Project, text: string): Project => ({ ...project, segments: [{ text }] });

test('a project is made, saved, listed with its first words, opened and removed', async () => {
  expect(await projects.list()).toEqual([]);
  const made = await projects.create({ name: 'Lesson 1', segments: [{ text: 'سلام! ' }, { text: 'من سیما هستم.', voice: 'espeak-fa-woman' }] });
  expect(await projects.open(made.id)).toEqual(made);
  const [row] = await projects.list();
  expect(row).toMatchObject({ id: made.id, name: 'Lesson 1', excerpt: 'سلام! من سیما هستم.', lang: 'fa', takes: 0, file: null, notice: null });
  const { savedAt } = await projects.save({ ...saying(made, 'Hello there.'), takeIds: ['a', 'b'] });
  expect((await projects.list())[0]).toMatchObject({ excerpt: 'Hello there.', lang: 'en', takes: 2, savedAt });
  expect(changed).toHaveBeenCalledTimes(2);
  await projects.remove(made.id);
  expect(await projects.list()).toEqual([]);
  expect(readdirSync(file('')).filter((name) => name.startsWith(made.id))).toEqual([]);
  await expect(projects.open(made.id)).rejects.toMatchObject({ code: 'invalid-input' });
  await expect(projects.remove(made.id)).rejects.toMatchObject({ code: 'invalid-input' });
});

test('who saves over a version that they do not know is told when it was saved, and nothing is written', async () => {
  const made = await projects.create({ name: 'Ours' });
  const [{ savedAt: first }] = await projects.list();
  await new Promise((resolve) => setTimeout(resolve, 5)); // a version is known by its millisecond
  const { savedAt: second } = await projects.save(saying(made, 'mine'), first);
  await expect(projects.save(saying(made, 'yours'), first)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('“Ours” was saved elsewhere') as string, details: { savedAt: second } });
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'mine' }]);
  await projects.save(saying(made, 'yours'), second);
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'yours' }]);
  // One that was removed meanwhile is nobody's other version.
  await projects.remove(made.id);
  await projects.save(saying(made, 'still here'), second);
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'still here' }]);
});

test('a script that is too long for a take is kept all the same', async () => {
  const made = await projects.create({ name: 'Long' });
  const long = saying(made, 'این جملهٔ بلند است. '.repeat(6000));
  await projects.save(long);
  expect((await projects.open(made.id)).segments).toEqual(long.segments);
  expect(projectSchema.safeParse(long).success).toBe(true); // what asks for it to be saved is held to that
  expect(projectSchema.safeParse(saying(made, 'a'.repeat(500_001))).success).toBe(false);
});

test('the last saved is listed first', async () => {
  const [first, second] = [await projects.create({ name: 'first' }), await projects.create({ name: 'second' })];
  utimesSync(projects.fileOf(second.id), 1000, 1000);
  expect((await projects.list()).map(({ name }) => name)).toEqual(['first', 'second']);
  utimesSync(projects.fileOf(first.id), 500, 500);
  expect((await projects.list()).map(({ name }) => name)).toEqual(['second', 'first']);
});

test('a damaged file: the version before is used, that is said, and what is left of it is kept', async () => {
  const made = await projects.create({ name: 'Speech' });
  await projects.save(saying(made, 'one'));
  await projects.save(saying(made, 'two'));
  const whole = readFileSync(projects.fileOf(made.id));
  writeFileSync(projects.fileOf(made.id), whole.subarray(0, 40));
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'one' }]);
  const [row] = await projects.list();
  expect(row.notice).toContain('damaged');
  expect(readFileSync(file(`${made.id}.sima.damaged`))).toEqual(whole.subarray(0, 40));
  await projects.save(saying(made, 'three'));
  expect((await projects.list())[0]).toMatchObject({ notice: null, excerpt: 'three' });
  // Also for who looks at the list first.
  writeFileSync(projects.fileOf(made.id), 'not JSON');
  expect((await projects.list())[0]).toMatchObject({ excerpt: 'one', name: 'Speech' });
});

test('both versions damaged: the project is listed with the reason, and cannot be opened', async () => {
  const made = await projects.create({ name: 'Lost' });
  await projects.save(made);
  for (const name of [`${made.id}.sima`, `${made.id}.sima.bak`]) writeFileSync(file(name), '{');
  await expect(projects.open(made.id)).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('damaged') as string });
  expect(await projects.list()).toMatchObject([{ id: made.id, notice: expect.stringContaining('damaged') as string }]);
});

test('a save that was cut off between its two renamings loses nothing', async () => {
  const made = await projects.create({ name: 'Cut' });
  await projects.save(saying(made, 'old'));
  await projects.save(saying(made, 'new'));
  renameSync(projects.fileOf(made.id), `${projects.fileOf(made.id)}.part`);
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'new' }]);
  expect(await projects.list()).toMatchObject([{ excerpt: 'new', notice: null }]);
});

test('a version is on the disk before it takes the place of the one before, which a loss of power would else take along', async () => {
  const made = await projects.create({ name: 'Power' });
  const any = await open(projects.fileOf(made.id));
  const handles = Object.getPrototypeOf(any) as FileHandle;
  await any.close();
  const flushed: string[] = [];
  const toDisk = handles.sync; // eslint-disable-line @typescript-eslint/unbound-method -- called on each handle below
  const sync = vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    if ((await this.stat()).isFile()) flushed.push(projectSchema.parse(JSON.parse(readFileSync(projects.fileOf(made.id), 'utf8'))).segments.at(0)?.text ?? 'the first');
    return toDisk.call(this);
  });
  try {
    await projects.save(saying(made, 'the second'));
    await projects.save(saying(made, 'the third'));
  } finally {
    sync.mockRestore();
  }
  expect(flushed).toEqual(['the first', 'the second']);
});

test('a project of a newer Sima is refused in clear words, and stays as it is', async () => {
  const made = await projects.create({ name: 'Now' });
  const newer = JSON.stringify({ ...made, version: 7, holograms: [] });
  writeFileSync(projects.fileOf(made.id), newer);
  await expect(projects.open(made.id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/newer Sima.*format is 7/) as string });
  expect(readFileSync(projects.fileOf(made.id), 'utf8')).toBe(newer);
  await expect(projects.adopt(newer, 'The file')).rejects.toMatchObject({ message: expect.stringContaining('newer') as string });
});

test('what is taken over: a free id stays, a taken one is replaced; wrong fields are named; files of this machine are not followed', async () => {
  const made = await projects.create({ name: 'Mine' });
  const secret = path.join(home, 'secret.wav');
  writeFileSync(secret, 'secret');
  const given: Project = { ...made, id: 'from-elsewhere', name: 'Theirs', audio: { file: secret, name: 'x.wav' }, background: `picture:${secret}` };
  const taken = await projects.adopt(JSON.stringify(given), 'The file');
  expect(taken).toEqual({ ...given, audio: null, background: 'keep' });
  expect(existsSync(file('from-elsewhere.files'))).toBe(false);
  expect((await projects.adopt(JSON.stringify(given), 'The file')).id).not.toBe('from-elsewhere');
  expect((await projects.adopt(JSON.stringify({ ...given, id: '../../evil' }), 'The file')).id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await projects.list()).toHaveLength(4);
  await expect(projects.adopt(JSON.stringify({ ...given, rate: 9 }), 'The file')).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('rate') as string });
  for (const text of ['', '{}', '[]', '"x"', '<html>', '{"version":"1"}']) await expect(projects.adopt(text, 'The file')).rejects.toMatchObject({ code: 'invalid-input' });
  for (const id of ['../x', '', '.', 'a/b', 'C:x']) await expect(projects.open(id)).rejects.toMatchObject({ code: 'invalid-input' });
});

test('a recording comes into the project’s own folder, once, and goes when it is no longer used', async () => {
  const made = await projects.create({ name: 'Own voice' });
  const upload = path.join(home, 'uploads', '1b2c');
  mkdirSync(upload, { recursive: true });
  const recording = path.join(upload, 'take.wav');
  writeFileSync(recording, 'sound');
  const withSound: Project = { ...made, audio: { file: recording, name: 'take.wav' }, background: `picture:${recording}` };
  await projects.save(withSound);
  rmSync(upload, { recursive: true });
  const opened = await projects.open(made.id);
  expect(readFileSync(opened.audio!.file, 'utf8')).toBe('sound');
  expect(opened.background).toBe(`picture:${opened.audio!.file}`);
  expect(readFileSync(projects.fileOf(made.id), 'utf8')).not.toContain(home);
  await projects.save(opened);
  // The page that recorded it is still open and its upload has gone: what was kept of it is known by the upload's id.
  await projects.save(withSound);
  await projects.save({ ...withSound, audio: { file: 'upload:1b2c', name: 'take.wav' } });
  expect(readFileSync((await projects.open(made.id)).audio!.file, 'utf8')).toBe('sound');
  // One that is nowhere keeps its name, and nothing is thrown away.
  await projects.save({ ...made, audio: { file: 'upload:ffff', name: 'other.wav' } });
  expect((await projects.open(made.id)).audio!.file).toBe('upload:ffff');
  expect(readdirSync(file(`${made.id}.files`))).toEqual(['1b2c-take.wav']);
  await projects.save({ ...opened, audio: null, background: 'keep' });
  expect(readdirSync(file(`${made.id}.files`))).toEqual([]);
});

test('what was handed out as an upload that has gone is what the document has in its place', async () => {
  const made = await projects.create({ name: 'Open for days' });
  const recording = path.join(home, 'take.wav');
  const picture = path.join(home, 'wall.png');
  writeFileSync(recording, 'sound');
  writeFileSync(picture, 'colours');
  await projects.save({ ...made, audio: { file: recording, name: 'take.wav' }, background: `picture:${picture}` });
  // Both are named alike where nothing is known of either.
  const gone = 'upload:12345678-1234-1234-1234-123456789abc';
  await projects.save({ ...saying(made, 'edited'), audio: { file: gone, name: 'take.wav' }, background: `picture:${gone}` });
  const opened = await projects.open(made.id);
  expect(opened.segments).toEqual([{ text: 'edited' }]);
  expect(readFileSync(opened.audio!.file, 'utf8')).toBe('sound');
  expect(readFileSync(opened.background.replace('picture:', ''), 'utf8')).toBe('colours');
});

test('a recording that is replaced goes when the document that names the new one is on the disk, not before', async () => {
  const made = await projects.create({ name: 'Replaced' });
  const [first, second] = ['first.wav', 'second.wav'].map((name) => path.join(home, name));
  writeFileSync(first, 'the first');
  writeFileSync(second, 'the second');
  await projects.save({ ...made, audio: { file: first, name: 'first.wav' } });
  const any = await open(projects.fileOf(made.id));
  const handles = Object.getPrototypeOf(any) as FileHandle;
  await any.close();
  const named: (string | null)[] = [];
  const toDisk = handles.sync; // eslint-disable-line @typescript-eslint/unbound-method -- called on each handle below
  const sync = vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    const { audio } = projectSchema.parse(JSON.parse(readFileSync(projects.fileOf(made.id), 'utf8')));
    named.push(existsSync(file(audio!.file)) ? audio!.name : null);
    return toDisk.call(this);
  });
  try {
    await projects.save({ ...made, audio: { file: second, name: 'second.wav' } });
  } finally {
    sync.mockRestore();
  }
  expect(new Set(named)).toEqual(process.platform === 'win32' ? new Set(['first.wav']) : new Set(['first.wav', 'second.wav']));
  expect(readdirSync(file(`${made.id}.files`)).map((name) => readFileSync(file(`${made.id}.files/${name}`), 'utf8'))).toEqual(['the second']);
});

test('where the user keeps a project it is saved too; opened from there it is the same project', async () => {
  const made = await projects.create({ name: 'Kept' });
  const own = path.join(home, 'My Film.sima');
  await projects.keepAt(made.id, own);
  expect((await projects.list())[0].file).toBe(own);
  await projects.save(saying(made, 'new words'));
  expect(JSON.parse(readFileSync(own, 'utf8'))).toMatchObject({ id: made.id, segments: [{ text: 'new words' }] });
  // Changed elsewhere, then opened here.
  writeFileSync(own, JSON.stringify(saying(made, 'changed elsewhere')));
  expect(await projects.openFile(own)).toMatchObject({ id: made.id, segments: [{ text: 'changed elsewhere' }] });
  const stranger = path.join(home, 'other.sima');
  writeFileSync(stranger, JSON.stringify({ ...made, name: 'Same id' }));
  const opened = await projects.openFile(stranger);
  expect(opened.id).not.toBe(made.id);
  expect((await projects.list()).find(({ id }) => id === opened.id)).toMatchObject({ file: stranger, name: 'Same id' });
  rmSync(path.join(home, 'gone'), { force: true });
  await projects.keepAt(opened.id, path.join(home, 'other2.sima'));
  await expect(projects.openFile(path.join(home, 'nothing.sima'))).rejects.toMatchObject({ code: 'invalid-input' });
});

test('what the user’s own file names elsewhere on this machine is not followed: others may have written it', async () => {
  const made = await projects.create({ name: 'Shared' });
  const recording = path.join(home, 'take.wav');
  writeFileSync(recording, 'sound');
  await projects.save({ ...made, audio: { file: recording, name: 'take.wav' }, background: `picture:${recording}` });
  const own = path.join(home, 'Shared.sima');
  await projects.keepAt(made.id, own);
  const kept = await projects.openFile(own);
  expect(readFileSync(kept.audio!.file, 'utf8')).toBe('sound');
  expect(kept.background).toBe(`picture:${kept.audio!.file}`);
  const secret = path.join(home, 'secret.key');
  writeFileSync(secret, 'secret');
  for (const name of [secret, `${made.id}.files/../../../secret.key`, '../../secret.key']) {
    writeFileSync(own, JSON.stringify({ ...made, audio: { file: name, name: 'x.wav' }, background: `picture:${name}` }));
    await projects.openFile(own);
    const opened = await projects.open(made.id);
    for (const each of [opened.audio?.file, opened.background.replace('picture:', '')]) expect(each !== undefined && existsSync(each)).toBe(false);
  }
  expect(readdirSync(file(`${made.id}.files`)).filter((name) => name.includes('secret'))).toEqual([]);
});

test('a copy of a project’s file names nothing of the project that it is a copy of, however often it is opened', async () => {
  const made = await projects.create({ name: 'Film' });
  const recording = path.join(home, 'take.wav');
  writeFileSync(recording, 'sound');
  await projects.save({ ...made, audio: { file: recording, name: 'take.wav' }, background: `picture:${recording}` });
  const [own, copy] = [path.join(home, 'Film.sima'), path.join(home, 'Film 2.sima')];
  await projects.keepAt(made.id, own);
  copyFileSync(own, copy);
  const once = await projects.openFile(copy);
  expect(once).toMatchObject({ audio: null, background: 'keep' });
  expect(await projects.openFile(copy)).toEqual(once);
  expect(await projects.open(once.id)).toEqual(once);
  expect(readFileSync((await projects.openFile(own)).audio!.file, 'utf8')).toBe('sound');
});

test('while the user’s own file cannot be written, saving the same again says which version is there, and leaves that and the one before alone', async () => {
  const made = await projects.create({ name: 'USB stick' });
  const stick = path.join(home, 'stick');
  const own = path.join(stick, 'a.sima');
  mkdirSync(stick);
  await projects.save(saying(made, 'before'));
  await projects.keepAt(made.id, own);
  rmSync(stick, { recursive: true });
  const edited = saying(made, 'edited');
  await expect(projects.save(edited)).rejects.toMatchObject({ code: 'io' });
  const [{ savedAt: kept }] = await projects.list();
  const { ino } = statSync(projects.fileOf(made.id));
  changed.mockClear();
  for (let i = 0; i < 3; i++) await expect(projects.save(edited, kept)).rejects.toMatchObject({ code: 'io', details: { kept } });
  expect(statSync(projects.fileOf(made.id)).ino).toBe(ino);
  expect(JSON.parse(readFileSync(`${projects.fileOf(made.id)}.bak`, 'utf8'))).toMatchObject({ segments: [{ text: 'before' }] });
  expect(changed).not.toHaveBeenCalled();
  mkdirSync(stick);
  expect(await projects.save(edited, kept)).toEqual({ savedAt: kept });
  expect(JSON.parse(readFileSync(own, 'utf8'))).toMatchObject({ segments: [{ text: 'edited' }] });
});

test('a place of the user’s that cannot be written is told, and the project is saved all the same', async () => {
  const made = await projects.create({ name: 'USB stick' });
  const stick = path.join(home, 'stick');
  mkdirSync(stick);
  await projects.keepAt(made.id, path.join(stick, 'a.sima'));
  rmSync(stick, { recursive: true });
  await expect(projects.save(saying(made, 'still here'))).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('saved in the studio') as string });
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'still here' }]);
});

test('saves of one project follow one another', async () => {
  const made = await projects.create({ name: 'Busy' });
  await Promise.all(Array.from({ length: 20 }, (_, i) => projects.save(saying(made, `version ${i}`))));
  expect((await projects.open(made.id)).segments).toEqual([{ text: 'version 19' }]);
  expect(readdirSync(file('')).filter((name) => name.includes(made.id)).sort()).toEqual([`${made.id}.sima`, `${made.id}.sima.bak`]);
});
