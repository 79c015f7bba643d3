/** The library with real faces: registered once, found, described, removed. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlateReader } from '../../../src/engine/media/plates.ts';
import { openTakes } from '../../../src/engine/library/takes.ts';
import { openLibrary, type Library } from '../../../src/engine/library/avatars.ts';
import type { LibraryEvent } from '../../../src/engine/library/room.ts';
import type { Sessions } from '../../../src/engine/onnx/sessions.ts';
import { drawnFaces, drawnSource, prepareDrawn } from '../../campaign/avatars/synthetic.ts';
import { writeVideoFile } from '../../support/mediaFiles.ts';
import { rgbToI420 } from '../../../src/engine/media/i420.ts';
import { openFaceSessions, pair, WOMAN } from '../avatar/presenters.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

describe('real faces', () => {
  let sessions: Sessions;
  let runs = 0;
  let library: Library;
  const open = () => openLibrary(at('real'), {
    sessions: () => Promise.resolve({ run: (...args: Parameters<Sessions['run']>) => (runs++, sessions.run(...args)) }),
  });
  beforeAll(async () => {
    sessions = await openFaceSessions();
    library = await open();
    await sharp(WOMAN).resize(512, 512).png().toFile(at('sara.png'));
    writeFileSync(at('two.png'), await pair(320));
    const picture = await sharp(WOMAN).resize(320, 320).removeAlpha().raw().toBuffer();
    const frame = rgbToI420(new Uint8Array(picture), 320, 320).data;
    await writeVideoFile(at('clip.mp4'), { width: 320, height: 320, timesMs: Array.from({ length: 10 }, (_, i) => i * 40), draw: () => frame });
  });
  afterAll(async () => {
    await library.close();
    await sessions.close();
  });

  test('a photo is kept whole: source, face data of at most 2 MB, consent', async () => {
    const progress: number[] = [];
    const consent = { who: 'Sara', statement: 'I agree to the use of my picture.' };
    const { record, isNew } = await library.register(at('sara.png'), { name: 'سارا', consent, onProgress: (done) => progress.push(done) });
    expect(isNew).toBe(true);
    expect(record).toMatchObject({ kind: 'photo', width: 512, height: 512, faceIndex: 1, faceCount: 1, consent });
    expect(Date.parse(record.consent!.date)).toBeGreaterThan(Date.now() - 60_000);
    expect(progress.at(-1)).toBe(1);
    expect(record.files.face.bytes).toBeLessThan(2e6);
    expect(readFileSync(path.join(library.show(record.id).folder, record.files.source.name))).toEqual(readFileSync(at('sara.png')));
    expect((await sharp((await library.get(record.id)).thumbnail).metadata()).width).toBe(192);
  });

  test('the same bytes under another name are the same avatar at once, with nothing prepared', async () => {
    writeFileSync(at('again.jpg'), readFileSync(at('sara.png')));
    const before = runs;
    const { record, isNew } = await library.register(at('again.jpg'));
    expect([isNew, record.name, runs]).toEqual([false, 'سارا', before]);
  });

  test('what is read from the disk is what was prepared', async () => {
    const [{ id }] = library.list();
    const prepared = await library.get(id);
    await library.close();
    library = await open();
    const read = await library.get(id);
    expect(read).toEqual({ ...prepared, thumbnail: new Uint8Array(prepared.thumbnail) });
    expect(library.metrics().tiers).toMatchObject({ memory: { count: 0 }, disk: { count: 1 }, prepared: { count: 0 } });
    await library.get(id);
    expect(library.metrics().tiers.memory.count).toBe(1);
  });

  test('of two faces one is chosen, and each is an avatar of its own', async () => {
    await expect(library.register(at('two.png'))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('2 faces') as string });
    const [left, right] = [await library.register(at('two.png'), { faceIndex: 1 }), await library.register(at('two.png'), { faceIndex: 2 })];
    expect(right.record.id).toBe(left.record.id.replace(/-1$/, '-2'));
    const before = runs;
    expect((await library.register(at('two.png'), { faceIndex: 2 })).isNew).toBe(false);
    await expect(library.register(at('two.png'))).rejects.toThrow('2 faces');
    await expect(library.register(at('two.png'), { faceIndex: 3 })).rejects.toThrow('face 3');
    expect(runs).toBe(before);
    expect(() => library.resolve(left.record.id.slice(0, 64))).toThrow(/could be .*-1 or .*-2/);
  });

  test('a clip keeps one plate and one face per frame', async () => {
    const { record } = await library.register(at('clip.mp4'));
    expect(record).toMatchObject({ kind: 'clip', fps: 25, durationSec: 0.4 });
    const { platesFile, face, release } = await library.use(record.id);
    const plates = await openPlateReader(platesFile!);
    expect([plates.count, plates.width, plates.height]).toEqual([10, 320, 320]);
    await plates.close();
    release();
    expect(face.avatar.faces.filter(Boolean)).toHaveLength(10);
    expect(library.list().find(({ id }) => id === record.id)!.uses).toBe(1);
  });

  test('a file without a face leaves nothing', async () => {
    const before = readdirSync(at('real/avatars'));
    await sharp({ create: { width: 300, height: 300, channels: 3, background: '#5a7' } }).png().toFile(at('wall.png'));
    await expect(library.register(at('wall.png'))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('"wall.png"') as string });
    await expect(library.register(at('missing.png'))).rejects.toMatchObject({ code: 'invalid-input' });
    expect(readdirSync(at('real/avatars'))).toEqual(before);
  });

  test('canceling a registration leaves nothing', async () => {
    const before = readdirSync(at('real/avatars'));
    await sharp(WOMAN).resize(640, 640).png().toFile(at('late.png'));
    const abort = new AbortController();
    await expect(library.register(at('late.png'), { signal: abort.signal, onProgress: () => abort.abort() })).rejects.toMatchObject({ code: 'canceled' });
    expect(readdirSync(at('real/avatars'))).toEqual(before);
    expect((await library.verify()).ok).toBe(true);
    expect((await library.register(at('late.png'))).isNew).toBe(true); // its lock is free
  });
});

describe('the index', () => {
  test('finds by name, tag and id, in any spelling; says what is unclear', async () => {
    const library = await openLibrary(at('names'), drawnFaces());
    const add = async (number: number, name: string, tags: string[] = []) => (await library.register(drawnSource(folder, number), { name, tags })).record.id;
    const karimi = await add(1, 'سارا کریمی', ['خبر']);
    const emile = await add(2, 'Émile_50%');
    const names = (search: string) => library.list({ search }).map(({ name }) => name);
    expect(names('كريمي')).toEqual(['سارا کریمی']); // Arabic letters
    expect(names('emile')).toEqual(['Émile_50%']);
    expect(names('خبر')).toEqual(['سارا کریمی']);
    expect(names('50%')).toEqual(['Émile_50%']);
    expect(names('%')).toEqual(['Émile_50%']); // no wildcard
    expect(names(karimi.slice(0, 10))).toEqual(['سارا کریمی']);
    expect(names('nobody')).toEqual([]);
    expect(library.list({ tag: 'خبر' })).toHaveLength(1);
    expect(library.list({ limit: 1, offset: 1 }).map(({ id }) => id)).toEqual([karimi]); // newest first
    expect(library.resolve(emile.slice(0, 8))).toBe(emile);
    for (const wrong of ['', 'abc', 'zzzz', emile.slice(0, 8) + 'g', '%', '../etc']) expect(() => library.resolve(wrong)).toThrow(/There is no avatar/);
    await library.close();
  });

  test('names, tags and consent outlive the index; counts of use live in it', async () => {
    const library = await openLibrary(at('words'), drawnFaces());
    const { id } = (await library.register(drawnSource(folder, 3))).record;
    await library.describe(id, { name: 'Anchor', tags: ['a', 'b'], consent: { who: 'A', statement: 'yes', date: new Date(0).toISOString() } });
    await expect(library.describe(id, { name: ' ' })).rejects.toMatchObject({ code: 'invalid-input' });
    const { release } = await library.use(id);
    release();
    await library.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(at(`words/library.sqlite${ending}`), { force: true });
    const again = await openLibrary(at('words'), drawnFaces());
    expect(again.show(id).record).toMatchObject({ name: 'Anchor', tags: ['a', 'b'], consent: { who: 'A' } });
    expect(again.list()[0]).toMatchObject({ name: 'Anchor', uses: 0, usedAt: null });
    expect((await again.verify()).ok).toBe(true);
    await again.close();
  });

  test('a removed avatar is gone from folder, index and memory', async () => {
    const library = await openLibrary(at('gone'), drawnFaces());
    const { id } = (await library.register(drawnSource(folder, 4))).record;
    const { variantsFolder, release } = await library.use(id);
    release();
    mkdirSync(variantsFolder);
    writeFileSync(path.join(variantsFolder, 'blue.png'), 'x');
    expect((await library.verify()).ok).toBe(true);
    expect(await library.remove(id.slice(0, 6))).toBe(id);
    expect(library.list()).toEqual([]);
    expect(readdirSync(at('gone/avatars'))).toEqual([]);
    await expect(library.get(id)).rejects.toThrow(/There is no avatar/);
    await library.close();
  });

  test('a favourite is marked in the record, so that it outlives the index, and is found by it', async () => {
    const library = await openLibrary(at('liked'), drawnFaces());
    const [one, two] = [(await library.register(drawnSource(folder, 12))).record.id, (await library.register(drawnSource(folder, 13))).record.id];
    await library.describe(one, { favourite: true });
    expect(library.list({ favourite: true }).map(({ id }) => id)).toEqual([one]);
    expect(library.list({ favourite: false }).map(({ id }) => id)).toEqual([two]);
    await library.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(at(`liked/library.sqlite${ending}`), { force: true });
    const again = await openLibrary(at('liked'), drawnFaces());
    expect(again.show(one).row.favourite).toBe(true);
    expect(again.list({ favourite: true })).toHaveLength(1);
    expect((await again.verify()).ok).toBe(true);
    await again.close();
  });

  test('a record from before there were favourites is whole, and nobody’s favourite', async () => {
    const library = await openLibrary(at('unliked'), drawnFaces());
    const { id } = (await library.register(drawnSource(folder, 14))).record;
    await library.close();
    for (const ending of ['', '-wal', '-shm']) rmSync(at(`unliked/library.sqlite${ending}`), { force: true });
    const file = at(`unliked/avatars/${id}/avatar.json`);
    const { record } = JSON.parse(readFileSync(file, 'utf8')) as { record: Record<string, unknown> };
    delete record['favourite'];
    writeFileSync(file, JSON.stringify({ sha256: createHash('sha256').update(JSON.stringify(record)).digest('hex'), record }));
    const again = await openLibrary(at('unliked'), drawnFaces());
    expect(again.list()).toMatchObject([{ id, favourite: false }]);
    expect((await again.verify()).ok).toBe(true);
    await again.describe(id, { favourite: true });
    expect(again.list()).toMatchObject([{ id, favourite: true }]);
    await again.close();
  });

  test('an avatar that was set aside comes back with all that was known of it, until the library is closed', async () => {
    const library = await openLibrary(at('aside'), drawnFaces());
    const { id } = (await library.register(drawnSource(folder, 15), { name: 'Back', tags: ['x'] })).record;
    (await library.use(id)).release();
    const before = library.list();
    expect(await library.setAside(id.slice(0, 8))).toBe(id);
    expect(library.list()).toEqual([]);
    await expect(library.get(id)).rejects.toThrow(/There is no avatar/);
    const other = await openLibrary(at('aside'), drawnFaces()); // another process of the same home lets it lie
    await other.close();
    expect(await library.restore(id)).toEqual(before[0]);
    expect(library.list()).toEqual(before);
    expect((await library.get(id)).avatar.id).toBe(id);
    expect((await library.verify()).ok).toBe(true);

    await library.setAside(id);
    expect((await library.register(drawnSource(folder, 15), { name: 'Anew' })).isNew).toBe(true);
    expect(await library.restore(id)).toMatchObject({ name: 'Anew' }); // it is there again already
    await library.setAside(id);
    await library.close();
    expect(readdirSync(at('aside/avatars/.removed'))).toEqual([]);
    const again = await openLibrary(at('aside'), drawnFaces());
    await expect(again.restore(id)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('no longer') as string });
    await expect(again.restore('../aside')).rejects.toThrow(/There is no avatar/);
    await again.close();
  });

  test('what a killed studio has set aside goes once its hour is over', async () => {
    const kept = at('killed/avatars/.removed');
    for (const [name, ageMs] of [['a'.repeat(64), 3601_000], ['b'.repeat(64), 0]] as const) {
      mkdirSync(path.join(kept, name), { recursive: true });
      utimesSync(path.join(kept, name), new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
    }
    const library = await openLibrary(at('killed'), drawnFaces());
    expect(readdirSync(kept)).toEqual(['b'.repeat(64)]);
    await library.close();
  });

  test('closing cancels what is under way and leaves nothing half-made', async () => {
    const library = await openLibrary(at('closing'), drawnFaces({ prepareFace: async (file, options) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return prepareDrawn(file, options);
    } }));
    const registering = library.register(drawnSource(folder, 9));
    const ended = expect(registering).rejects.toMatchObject({ code: 'canceled' });
    await library.close();
    await ended;
    expect(readdirSync(at('closing/avatars'))).toEqual([]);
  });

  test('preloads what is used most', async () => {
    const library = await openLibrary(at('used'), drawnFaces());
    const ids = [];
    for (const number of [5, 6, 7]) ids.push((await library.register(drawnSource(folder, number))).record.id);
    for (const id of [ids[1], ids[2], ids[1]]) (await library.use(id)).release();
    await library.close();
    const again = await openLibrary(at('used'), drawnFaces());
    expect((await again.thumbnail(ids[0])).length).toBeGreaterThan(100);
    expect(again.metrics().entries).toBe(0);
    await again.preload();
    expect(again.metrics().entries).toBe(2);
    await again.get(ids[1]);
    expect(again.metrics().tiers).toMatchObject({ memory: { count: 1 }, disk: { count: 0 } });
    await again.close();
  });

  test('what an older preparation made is made again on its first use, aloud', async () => {
    const older = await openLibrary(at('older'), drawnFaces());
    const { record } = await older.register(drawnSource(folder, 8), { name: 'Old' });
    await older.close();
    const events: LibraryEvent[] = [];
    const library = await openLibrary(at('older'), drawnFaces({ onEvent: (event) => events.push(event) }));
    await library.describe(record.id, { preparation: 0 } as object);
    await library.get(record.id);
    expect(events[0].sentence).toMatch(/“Old” is prepared again: it was prepared by an older version/);
    expect(events.at(-1)!.kind).toBe('rebuilt');
    expect(library.show(record.id).record).toEqual(record);
    await library.get(record.id);
    expect(library.metrics().tiers).toMatchObject({ prepared: { count: 1 }, memory: { count: 1 } });
    await library.close();
  });

  test('an index of an older Sima is brought up to date and keeps its rows', async () => {
    const first = await openLibrary(at('migrated'), drawnFaces());
    const { record } = await first.register(drawnSource(folder, 10));
    (await first.use(record.id)).release();
    await first.close();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(at('migrated/library.sqlite'));
    // As the first migration alone leaves it.
    for (const { name } of database.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'avatars'").all()) database.exec(`DROP TABLE ${name}`);
    database.pragma('user_version = 1');
    database.close();
    const library = await openLibrary(at('migrated'), drawnFaces());
    expect(library.list()).toMatchObject([{ id: record.id, uses: 1 }]);
    expect((await library.register(drawnSource(folder, 11))).isNew).toBe(true); // takes a lock
    await library.close();
    const takes = openTakes(at('migrated'));
    expect(takes.list()).toEqual([]);
    await takes.close();
  });

  test('an index of a newer Sima is left alone', async () => {
    await (await openLibrary(at('newer'), drawnFaces())).close();
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(at('newer/library.sqlite'));
    database.pragma('user_version = 99');
    database.close();
    await expect(openLibrary(at('newer'), drawnFaces())).rejects.toMatchObject({ code: 'io', message: expect.stringContaining('newer version') as string });
  });
});
