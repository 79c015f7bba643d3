/** Packages: what goes in comes out byte for byte, and what somebody else made of one is not believed. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPackage, readPackage, writePackage } from '../../../src/engine/library/packageFile.ts';

let folder: string;
let file: string;
let out: string;
const sound = Buffer.from(Array.from({ length: 2_600_000 }, (_, i) => (i * 7919) % 251));
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'sima-package-'));
  file = path.join(folder, 'travels.simapack');
  out = path.join(folder, 'out');
  mkdirSync(out);
  writeFileSync(path.join(folder, 'voice.WAV'), sound);
  writeFileSync(path.join(folder, 'no ending'), 'face');
  await writePackage({ text: '{"name":"سفر"}', files: [
    { purpose: 'recording', id: '', name: 'صدای من.wav', path: path.join(folder, 'voice.WAV') }, { purpose: 'avatar', id: 'ab12-2', name: '../../Sima', path: path.join(folder, 'no ending') },
  ] }, file);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('it comes out as it went in, under names of ours', async () => {
  expect(await isPackage(file)).toBe(true);
  const { text, files } = await readPackage(file, out);
  expect(text).toBe('{"name":"سفر"}');
  expect(files).toEqual([
    { purpose: 'recording', id: '', name: 'صدای من.wav', path: path.join(out, '0-recording.wav') }, { purpose: 'avatar', id: 'ab12-2', name: '../../Sima', path: path.join(out, '1-avatar') },
  ]);
  expect(readFileSync(files[0].path).equals(sound)).toBe(true);
  expect(readFileSync(files[1].path, 'utf8')).toBe('face');
});

test('other files are none, also other databases', async () => {
  const other = path.join(folder, 'other.sqlite');
  new Database(other).exec('CREATE TABLE t (x)').close();
  writeFileSync(path.join(folder, 'text.simapack'), 'SQLite format 3');
  for (const each of [other, path.join(folder, 'text.simapack'), path.join(folder, 'nothing'), folder]) expect(await isPackage(each), each).toBe(false);
});

test('what cannot be read whole leaves no package, and what was there stays', async () => {
  const before = readFileSync(file);
  await expect(writePackage({ text: '{}', files: [{ purpose: 'avatar', id: 'a', name: 'gone', path: path.join(folder, 'gone.png') }] }, file)).rejects.toMatchObject({ code: 'io' });
  await expect(writePackage({ text: '{}', files: [{ purpose: 'recording', id: '', name: 'x', path: path.join(folder, 'voice.WAV') }] }, file, AbortSignal.abort())).rejects.toMatchObject({ code: 'canceled' });
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

const spoilt = (sql: string) => () => void new Database(file).exec(sql).close();
test.each<[string, () => void]>([
  ['a changed byte', () => writeFileSync(file, readFileSync(file).fill(1, 1_500_000, 1_500_001))],
  ['cut off', () => truncateSync(file, 1_000_000)],
  ['a missing piece', spoilt('DELETE FROM pieces WHERE file = 0 AND place = 1')],
  ['a piece that is no piece', spoilt("UPDATE pieces SET bytes = 'text' WHERE file = 0 AND place = 1")],
  ['a piece too large', spoilt('UPDATE pieces SET bytes = zeroblob(5000000) WHERE file = 0 AND place = 0')],
  ['another size', spoilt('UPDATE files SET size_bytes = 3 WHERE number = 1')],
  ['a size beyond all limits', spoilt('UPDATE files SET size_bytes = 1e15 WHERE number = 1')],
  ['a name as long as a file', spoilt("UPDATE files SET name = zeroblob(1000000) WHERE number = 1")],
  ['files that are more than all of it', spoilt('UPDATE files SET size_bytes = 2000000000 WHERE number = 1')],
  ['a text beyond all limits', spoilt('UPDATE project SET text = zeroblob(70000000)')],
  ['an ending that leads elsewhere', spoilt("UPDATE files SET ending = '/../../x' WHERE number = 1")],
  ['a purpose that we do not know', spoilt("UPDATE files SET purpose = 'program' WHERE number = 1")],
  ['no project', spoilt('DELETE FROM project')],
  ['a view in place of a table', spoilt('DROP TABLE project; CREATE VIEW project AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS text FROM n')],
  ['one table more', spoilt('CREATE TABLE more (x)')],
  ['a trigger', spoilt('CREATE TRIGGER t AFTER INSERT ON pieces BEGIN DELETE FROM pieces; END')],
])('refused in a sentence: %s', async (_, spoil) => {
  spoil();
  await expect(readPackage(file, out)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('travels.simapack') as string });
  expect(existsSync(path.join(folder, 'x'))).toBe(false);
});

test('one of a newer Sima says so', async () => {
  const database = new Database(file);
  database.pragma('user_version = 2');
  database.close();
  await expect(readPackage(file, out)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('newer Sima') as string });
});
