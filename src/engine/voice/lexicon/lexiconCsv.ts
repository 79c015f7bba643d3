/** The lexicon as a table that spreadsheets read: `lang,word,say,phonemes`, one entry a line (RFC 4180, UTF-8 with its mark). */
import { lexiconEntry, type LexiconEntry } from '../../../shared/contract/request.ts';
import { errorData } from '../../../shared/errors.ts';
import { checkEntry } from './lexicon.ts';

const COLUMNS = ['lang', 'word', 'say', 'phonemes'] as const;
/** What spreadsheets of other countries put between columns. */
const SEPARATORS = [',', ';', '\t'];

export function lexiconToCsv(entries: readonly LexiconEntry[]): string {
  const cell = (text = ''): string => (/["\r\n,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = entries.map((entry) => COLUMNS.map((column) => cell(entry[column])).join(','));
  return `\uFEFF${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

export interface ReadLexicon {
  entries: LexiconEntry[];
  /** Lines that hold no entry, with the reason; lines count from 1. */
  refused: { line: number; reason: string }[];
}

export function lexiconFromCsv(csv: string): ReadLexicon {
  const found: ReadLexicon = { entries: [], refused: [] };
  for (const { line, cells } of csvRecords(csv, COLUMNS)) {
    const { lang, word = '', say, phonemes } = cells;
    const read = lexiconEntry.safeParse({ lang: lang?.toLowerCase(), word, say, phonemes });
    try {
      if (!read.success) throw new Error(read.error.issues.map(({ path, message }) => `${path.join('.') || 'entry'}: ${message}`).join('; '));
      checkEntry(read.data);
      found.entries.push(read.data);
    } catch (error) {
      found.refused.push({ line, reason: error instanceof Error ? error.message : errorData(error).message });
    }
  }
  return found;
}

/** Trimmed cells of each record by their columns, empty ones left out. Columns are those that the first line names, or these in order where it names none. */
export function csvRecords<Name extends string>(csv: string, columns: readonly Name[]): { line: number; cells: Partial<Record<Name, string>> }[] {
  const text = csv.replace(/^\uFEFF/, '');
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const separator = SEPARATORS.reduce((best, each) => (head.split(each).length > head.split(best).length ? each : best));
  const rows = rowsOf(text, separator);
  const names = rows[0]?.cells.map((cell) => cell.trim().toLowerCase()) ?? [];
  const hasNames = names.includes('word') && names.includes('lang');
  const order: readonly string[] = hasNames ? names : columns;
  return (hasNames ? rows.slice(1) : rows).flatMap(({ line, cells }) => {
    const named = columns.map((column) => [column, cells[order.indexOf(column)]?.trim()] as const).filter(([, cell]) => cell);
    return cells.every((cell) => cell.trim() === '') ? [] : [{ line, cells: Object.fromEntries(named) as Partial<Record<Name, string>> }];
  });
}

/** Cells of each record, with the line on which it begins. Quoted cells may hold separators, line ends and doubled quotes. */
function rowsOf(text: string, separator: string): { line: number; cells: string[] }[] {
  const rows: { line: number; cells: string[] }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begun = 1;
  const end = (): void => {
    rows.push({ line: begun, cells: [...cells, cell] });
    cells = [];
    cell = '';
    begun = line;
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (sign === '\n' || (sign === '\r' && text[i + 1] !== '\n')) line += 1;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === separator) {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[i + 1] === '\n') {
        i += 1;
        line += 1;
      }
      end();
    } else cell += sign;
  }
  if (cell !== '' || cells.length > 0) end();
  return rows;
}
