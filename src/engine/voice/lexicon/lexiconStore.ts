/** The user's own lexicon, `<home>/lexicon.json`: one owner, the host; the file is written whole or not at all. */
import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { lexicon as lexiconSchema, type AppliedEntry, type LexiconEntry, type RenderRequest } from '../../../shared/contract/request.ts';
import { StudioError } from '../../../shared/errors.ts';
import type { Lang } from '../../../shared/vocabulary.ts';
import type { LibraryEvent } from '../../library/room.ts';
import { writeWhole } from '../../media/wholeFile.ts';
import { checkEntry, entriesIn, entryKey } from './lexicon.ts';
import { lexiconFromCsv, lexiconToCsv, type ReadLexicon } from './lexiconCsv.ts';
import { markedOf } from '../ssml/ssml.ts';
import { starterEntries } from './starter.ts';

const fileSchema = z.strictObject({ version: z.literal(1), entries: lexiconSchema });
const MOST_ENTRIES = 20_000;

export interface LexiconStore {
  /** Another array whenever it has changed. */
  entries(): readonly LexiconEntry[];
  /** What applies to texts: these, then the starter lexicon where it is on. Another array whenever it has changed. */
  applied(): readonly AppliedEntry[];
  /** Adds the word, or says it otherwise from now on. @throws invalid-input, io */
  put(entry: LexiconEntry): Promise<void>;
  /** @throws invalid-input where it is not there */
  remove(lang: Lang, word: string): Promise<void>;
  /** Puts all lines that hold an entry. */
  importCsv(csv: string): Promise<{ added: number; refused: ReadLexicon['refused'] }>;
  exportCsv(): string;
}

/** @param onEvent told where a damaged file was set aside @param hasStarter whether the starter lexicon is on, now */
export async function openLexicon(home: string, onEvent: (event: LibraryEvent) => void = () => undefined, hasStarter: () => boolean = () => true): Promise<LexiconStore> {
  const file = path.join(home, 'lexicon.json');
  let entries = await readEntries(file, onEvent);
  let writing: Promise<unknown> = Promise.resolve();
  let both: { own: readonly LexiconEntry[]; all: readonly AppliedEntry[] } | null = null;
  /** One change at a time, each on what the one before has left. */
  const change = (work: (before: readonly LexiconEntry[]) => LexiconEntry[]): Promise<void> => {
    const changing = writing.then(async () => {
      const after = work(entries);
      if (after.length > MOST_ENTRIES) throw new StudioError('invalid-input', `The lexicon would have ${after.length} words, and ${MOST_ENTRIES} is the most. Remove some first.`);
      await writeWhole(file, `${JSON.stringify({ version: 1, entries: after } satisfies z.input<typeof fileSchema>)}\n`);
      entries = after;
    });
    writing = changing.catch(() => undefined); // whoever asked is told
    return changing;
  };
  return {
    entries: () => entries,
    applied() {
      if (!hasStarter()) return entries;
      if (both?.own !== entries) both = { own: entries, all: [...entries, ...starterEntries()] };
      return both.all;
    },
    async put(entry) {
      checkEntry(entry);
      await change((before) => withEntries(before, [entry]));
    },
    remove: (lang, word) =>
      change((before) => {
        const key = entryKey({ lang, word });
        const after = before.filter((each) => entryKey(each) !== key);
        if (after.length === before.length) throw new StudioError('invalid-input', `The lexicon has no word “${word}”.`);
        return after;
      }),
    async importCsv(csv) {
      const { entries: read, refused } = lexiconFromCsv(csv);
      if (read.length > 0) await change((before) => withEntries(before, read));
      return { added: read.length, refused };
    },
    exportCsv: () => lexiconToCsv(entries),
  };
}

/**
 * The request with all pronunciations that apply to its text: its own first, then the user's and the starter lexicon's. A take keeps them, so what it
 * says does not depend on later changes. @throws invalid-input where an entry of its own, or a mark of its text, cannot be used
 */
export function withLexicon(request: RenderRequest, entries: readonly AppliedEntry[]): RenderRequest {
  // Of a take that is made again: whether the starter lexicon applies is asked anew.
  const own = request.lexicon?.filter(({ starter }) => !starter) ?? [];
  own.forEach(checkEntry);
  const text = request.script ?? request.segments?.map((segment) => segment.text).join('');
  if (text === undefined) return request;
  const applied = [...own, ...entriesIn(markedOf(text)?.plain ?? text, entries, null)];
  return applied.length === 0 && request.lexicon === undefined ? request : { ...request, lexicon: withoutDoubles(applied) };
}

/** A word that is there keeps its place. */
function withEntries(before: readonly LexiconEntry[], added: readonly LexiconEntry[]): LexiconEntry[] {
  const all = new Map(before.map((entry) => [entryKey(entry), entry]));
  for (const entry of added) all.set(entryKey(entry), entry);
  return [...all.values()];
}

/** The first of each word; the starter lexicon may have several for one, by what stands beside it. */
function withoutDoubles(entries: readonly AppliedEntry[]): AppliedEntry[] {
  const all = new Map<string, AppliedEntry>();
  for (const entry of entries) {
    const key = entry.starter ? JSON.stringify(entry) : entryKey(entry);
    if (!all.has(key)) all.set(key, entry);
  }
  return [...all.values()];
}

async function readEntries(file: string, onEvent: (event: LibraryEvent) => void): Promise<LexiconEntry[]> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).entries;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code !== undefined && code.startsWith('E')) throw new StudioError('io', `The lexicon ${file} cannot be read.`, { cause: error });
    const aside = `${file}.damaged`;
    await rename(file, aside);
    onEvent({ kind: 'damaged', id: null, sentence: `The lexicon ${file} is damaged. It was set aside as ${aside}, and the lexicon begins empty.` });
    return [];
  }
}
