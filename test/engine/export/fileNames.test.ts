import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { deliver, nameOfScript, safeName } from '../../../src/engine/export/fileNames.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'sima-names-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ['سلام، من سیما هستم و می‌خواهم درباره‌ی کتاب‌ها حرف بزنم.', 'سلام، من سیما هستم و می‌خواهم درباره‌ی'],
  ['Hello there!\nSecond line.', 'Hello there! Second line'],
  ['\u2067\u200Fسلام\u2069', 'سلام'],
  ['... --', null],
  ['a/b:c*d?e"f<g>h|i\\j', 'a b c d e f g h i j'],
  ['   ', null],
])('the name of %j is %j', (script, name) => expect(nameOfScript(script)).toBe(name));

test.each([['con', '_con'], ['COM1.x', '_COM1.x'], ['.hidden', 'hidden'], ['ends. . ', 'ends'], ['\u0000', null]])('%j is written %j', (name, safe) => expect(safeName(name)).toBe(safe));

test('whatever is said, its name is one that every disk takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (script) => {
      const name = nameOfScript(script);
      if (name === null) return;
      expect(name).not.toMatch(/[<>:"/\\|?*\u0000-\u001F\u202A-\u202E\u2066-\u2069]|^[.\s]|[.\s]$/u);
      expect(Array.from(name).length).toBeGreaterThan(0);
      expect(Array.from(name).length).toBeLessThanOrEqual(61);
    }),
  );
});

test('files of one export get one number, and those of ten at once their own', async () => {
  const folder = mkdtempSync(path.join(root, 'at-once-'));
  const work = mkdtempSync(path.join(root, 'work-'));
  writeFileSync(path.join(folder, 'x.srt'), 'mine');
  const given = await Promise.all(
    Array.from({ length: 10 }, (_, i) => {
      const files = ['.mp4', '.srt'].map((ending) => ({ file: path.join(work, `${i}${ending}`), ending }));
      for (const { file } of files) writeFileSync(file, `${i}`);
      return deliver(files, folder, 'x');
    }),
  );
  expect(new Set(given.flat()).size).toBe(20);
  for (const [i, files] of given.entries()) {
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual([`${i}`, `${i}`]);
    expect(path.parse(files[0]).name).toBe(path.parse(files[1]).name);
  }
  expect(readFileSync(path.join(folder, 'x.srt'), 'utf8')).toBe('mine');
  expect(readdirSync(folder)).toHaveLength(21);
  expect(readdirSync(work)).toEqual([]);
});

test('where a second file’s name is taken at the last moment, the first one is not lost', async () => {
  const folder = mkdtempSync(path.join(root, 'race-'));
  const files = ['.mp4', '.srt'].map((ending) => ({ file: path.join(root, `raced${ending}`), ending }));
  for (const { file } of files) writeFileSync(file, 'made');
  // A link that leads nowhere is no file to those who look, and one to those who write.
  symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'x.srt'));
  const given = await deliver(files, folder, 'x');
  expect(given.map((file) => [path.basename(file), readFileSync(file, 'utf8')])).toEqual([['x (2).mp4', 'made'], ['x (2).srt', 'made']]);
  expect(readdirSync(folder).sort()).toEqual(['x (2).mp4', 'x (2).srt', 'x.srt']);
});

test('a name that is too long for the disk is an error of the disk, and leaves nothing', async () => {
  const folder = mkdtempSync(path.join(root, 'long-'));
  const file = path.join(root, 'made.mp4');
  writeFileSync(file, '');
  await expect(deliver([{ file, ending: '.mp4' }], folder, 'n'.repeat(300))).rejects.toMatchObject({ code: 'io' });
  expect(readdirSync(folder)).toEqual([]);
});
