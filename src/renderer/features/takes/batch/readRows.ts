/** Scripts from a table or a text, whatever program wrote it. */
import Papa from 'papaparse';

export interface ReadRow {
  name: string;
  text: string;
  /** As it is written there: a name or an id; '' for none. */
  avatar: string;
  voice: string;
}

export const MOST_ROWS = 5000;
const LONGEST_NAME = 200;

type Column = keyof ReadRow;
/** Headings that people write, in either language. */
const HEADINGS: Record<Column, readonly string[]> = {
  name: ['name', 'title', 'file', 'filename', 'id', 'نام', 'عنوان', 'اسم', 'پرونده', 'فایل'],
  text: ['text', 'script', 'words', 'content', 'متن', 'نوشته', 'سناریو', 'محتوا'],
  avatar: ['avatar', 'face', 'presenter', 'speaker', 'چهره', 'آواتار', 'گوینده', 'مجری'],
  voice: ['voice', 'صدا', 'گفتار'],
};
const isTable = /\.(csv|tsv|tab)$/i;

/** Bytes as text: what spreadsheets write, by the mark at the beginning; UTF-8, else the Windows Arabic page. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1256').decode(bytes);
  }
}

/** @param fileName null: pasted, so the text itself tells what it is */
export function readRows(text: string, fileName: string | null): ReadRow[] {
  const plain = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const asTable = fileName === null ? looksLikeTable(plain) : isTable.test(fileName) || (/\.txt$/i.test(fileName) && hasHeading(plain));
  return (asTable ? tableRows(plain) : paragraphs(plain)).map((row) => ({ ...row, name: row.name.slice(0, LONGEST_NAME) }));
}

const cellsOf = (text: string): string[][] => Papa.parse<string[]>(text, { skipEmptyLines: 'greedy', delimitersToGuess: [',', '\t', ';', '|', '؛'] }).data.map((row) => row.map((cell) => cell.trim()));

function columnOf(heading: string): Column | null {
  const plain = heading.toLowerCase().replace(/[\s_\u200c]+/g, '');
  return (Object.keys(HEADINGS) as Column[]).find((column) => HEADINGS[column].includes(plain)) ?? null;
}

/** Two columns that are known, or the one that is needed alone. */
function hasHeading(text: string): boolean {
  const [first = []] = cellsOf(text.split('\n', 1)[0]);
  const known = first.map(columnOf).filter((column) => column !== null);
  return known.includes('text') && known.length === first.length;
}

/** A heading; or tabs in every line, as they come from a spreadsheet. */
function looksLikeTable(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return hasHeading(text) || (lines.length > 0 && lines.every((line) => line.includes('\t')));
}

function tableRows(text: string): ReadRow[] {
  const [first, ...rest] = cellsOf(text);
  if (first === undefined) return [];
  const headings = first.map(columnOf);
  const isHeading = headings.includes('text');
  const columns = isHeading ? headings : guessed([first, ...rest]);
  return (isHeading ? rest : [first, ...rest]).map((cells) => {
    const at = (column: Column) => cells[columns.indexOf(column)] ?? '';
    return { name: at('name'), text: at('text'), avatar: at('avatar'), voice: at('voice') };
  });
}

/** Without a heading: the longest column is the text, the one before it the name, those after it avatar and voice. */
function guessed(rows: readonly string[][]): (Column | null)[] {
  const width = Math.max(...rows.map((row) => row.length));
  const lengths = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + (row[i]?.length ?? 0), 0));
  const text = lengths.indexOf(Math.max(...lengths));
  return lengths.map((_, i) => (i === text ? 'text' : i === text - 1 ? 'name' : i === text + 1 ? 'avatar' : i === text + 2 ? 'voice' : null));
}

/** One script per paragraph; where there is only one paragraph of several lines, one per line. */
function paragraphs(text: string): ReadRow[] {
  const blocks = text.split(/\n[^\S\n]*\n/).map((block) => block.trim()).filter((block) => block !== '');
  const texts = blocks.length === 1 ? blocks[0].split('\n').map((line) => line.trim()).filter((line) => line !== '') : blocks;
  return texts.map((each) => ({ name: '', text: each, avatar: '', voice: '' }));
}
