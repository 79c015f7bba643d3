/** A batch's rows from whatever table or text was given. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchRow, type Project } from '../../../src/shared/contract/project.ts';
import { decodeText, readRows } from '../../../src/renderer/features/takes/batch/readRows.ts';
import { batchRows, problemOf, projectOfRow } from '../../../src/renderer/features/takes/batch/rows.ts';

const texts = (text: string, name: string | null = null) => readRows(text, name).map((row) => row.text);

test('columns stand in any order, under headings of either language, with any delimiter', () => {
  const row = { name: 'one', text: 'Hello, "you"!', avatar: 'Sara', voice: 'espeak-en-gb' };
  expect(readRows('voice,text,name,avatar\nespeak-en-gb,"Hello, ""you""!",one,Sara\n', 'a.csv')).toEqual([row]);
  expect(readRows('Voice;Script;Title;Face\r\nespeak-en-gb;"Hello, ""you""!";one;Sara', 'a.csv')).toEqual([row]);
  expect(readRows('\ufeffنام\tمتن\tچهره\tصدا\nیک\tسلام، دنیا!\tسارا\t\n', 'a.tsv')).toEqual([{ name: 'یک', text: 'سلام، دنیا!', avatar: 'سارا', voice: '' }]);
  expect(readRows('name,text\na,"Two\nlines"\n\nb,Three', 'a.csv')).toMatchObject([{ name: 'a', text: 'Two\nlines' }, { name: 'b', text: 'Three' }]);
});

test('without headings the longest column is the text', () => {
  expect(readRows('one,This is a long sentence.\ntwo,This is another one.', 'a.csv')).toMatchObject([{ name: 'one', text: 'This is a long sentence.' }, { name: 'two' }]);
  expect(texts('Hello there.\nGoodbye.', 'a.csv')).toEqual(['Hello there.', 'Goodbye.']);
});

test('a text is one script per paragraph, or per line where there is but one; commas in it are no columns', () => {
  expect(texts('First, and still first.\nSecond line of it.\n\nAnother one.', 'a.txt')).toEqual(['First, and still first.\nSecond line of it.', 'Another one.']);
  expect(texts('One, two.\nThree, four.')).toEqual(['One, two.', 'Three, four.']);
  expect(texts('name,text\na,Pasted table.')).toEqual(['Pasted table.']);
  expect(texts('a\tFrom a spreadsheet.\nb\tAnother.')).toEqual(['From a spreadsheet.', 'Another.']);
  expect(texts(' \n\n ', 'a.txt')).toEqual([]);
});

test('any text is read without losing itself in it, and makes rows that a project may keep', () => {
  const known = { avatars: [], voices: [] };
  const written = fc.array(fc.constantFrom('a', 'سلام', ' ', '\n', '\n\n', '\r\n', '\t', ',', ';', '|', '"', '""', '\0', '\ufeff', '\ud800', '😀', 'text', 'name,text\n'), { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(fc.property(written, fc.constantFrom('a.csv', 'a.txt', null), (text, name) => {
    const rows = batchRows(readRows(text, name), known, (number) => `Row ${number}`);
    for (const row of rows) expect(batchRow.safeParse(row).success).toBe(true);
  }), { numRuns: 200 });
});

test('files of spreadsheets are read in their own encodings', () => {
  const utf16 = Uint8Array.from([0xff, 0xfe, ...Buffer.from('متن\nسلام', 'utf16le')]);
  expect(decodeText(utf16)).toBe('متن\nسلام');
  expect(decodeText(new TextEncoder().encode('سلام'))).toBe('سلام');
  expect(decodeText(Uint8Array.from([0xd3, 0xe1, 0xc7, 0xe3]))).toBe('سلام'); // Windows' Arabic page
});

test('avatars and voices are found by name, in either spelling of the letters, by id or its beginning; what is not found is a problem', () => {
  const known = { avatars: [{ id: 'abcdef01', name: 'سارا کریمی' }, { id: 'ffee0011', name: 'David' }], voices: [{ id: 'espeak-fa-woman', name: 'Persian', lang: 'fa' as const, isDefault: false }, { id: 'espeak-fa', name: 'Persian (man)', lang: 'fa' as const, isDefault: true }] };
  const rows = batchRows([
    { name: '', text: 'a', avatar: 'سارا كريمي', voice: 'persian' }, { name: 'n', text: 'b', avatar: 'FFEE', voice: '' }, { name: '', text: ' ', avatar: '', voice: '' },
    { name: '', text: 'c', avatar: 'Nobody', voice: '' }, { name: '', text: 'd', avatar: '', voice: 'none' }, { name: '', text: 'e', avatar: '', voice: '' }, { name: '', text: 'f', avatar: '', voice: 'FA' },
  ], known, (number) => `Row ${number}`);
  expect(rows[0]).toEqual({ name: 'Row 1', text: 'a', avatarId: 'abcdef01', voice: 'espeak-fa-woman', takeId: null });
  expect(rows[1]).toMatchObject({ name: 'n', avatarId: 'ffee0011', voice: null });
  expect(rows.map((row) => problemOf(row, known, 'abcdef01'))).toEqual([null, null, 'no-text', 'unknown-avatar', 'unknown-voice', null, null]);
  expect(rows[6].voice).toBe('espeak-fa');
  expect(problemOf(rows[5], known, null)).toBe('no-avatar');
});

test('a face is found by any of its names', () => {
  const known = { avatars: [{ id: 'aa', name: 'Sima · سیما' }, { id: 'bb', name: 'Kian · کیان' }], voices: [] };
  const rows = batchRows(['كيان', 'sima', 'Kian · کیان', 'کیانا'].map((avatar) => ({ name: '', text: 'a', avatar, voice: '' })), known, String);
  expect(rows.map(({ avatarId }) => avatarId)).toEqual(['bb', 'aa', 'bb', 'کیانا']);
});

test('a row is said by the project’s voices, a face of its own by that face’s, and what the row names goes before both', () => {
  const avatars = [{ id: 'sima', voices: { fa: 'woman', en: 'woman-en' } }, { id: 'kian', voices: { fa: 'man', en: 'man-en' } }];
  const project = { avatarId: 'sima', voices: { fa: 'woman', en: 'my-own' }, segments: [{ text: 'old' }], audio: { file: 'f', name: 'n' } } as unknown as Project;
  const row = { name: '', text: 'سلام', avatarId: null, voice: null, takeId: null };
  expect(projectOfRow(project, row, avatars)).toEqual({ ...project, audio: null, segments: [{ text: 'سلام' }] });
  expect(projectOfRow(project, { ...row, avatarId: 'kian' }, avatars)).toMatchObject({ avatarId: 'kian', voices: { fa: 'man', en: 'my-own' } });
  expect(projectOfRow(project, { ...row, avatarId: 'kian', voice: 'x' }, avatars)).toMatchObject({ avatarId: 'kian', segments: [{ text: 'سلام', voice: 'x' }], voices: { fa: null, en: null } });
});
