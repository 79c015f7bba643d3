/**
 * The starter lexicon that ships, `resources/persian/starter.csv`: Persian words that the voices read wrong, and homographs with their readings. It
 * lies below the user's and the project's entries; vowel marks in the text win over all of them. Its columns are the lexicon's and three more:
 * `use` (always; beside: where one of the words in `before` or `after` stands right there; offered: only shown to who asks), and `note`, what the
 * reading means, in Persian.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AppliedEntry } from '../../../shared/contract/request.ts';
import type { Reading } from '../../../shared/contract/voice.ts';
import { PROJECT } from '../../places.ts';
import { csvRecords } from './lexiconCsv.ts';
import { plainLetters } from '../normalise/letters.ts';

const COLUMNS = ['lang', 'word', 'say', 'phonemes', 'use', 'before', 'after', 'note'] as const;

interface Starter {
  entries: readonly AppliedEntry[];
  /** By word, those of words that have several. */
  readings: ReadonlyMap<string, readonly Reading[]>;
}

let read: Starter | null = null;
const starter = (): Starter => (read ??= readStarter(readFileSync(path.join(PROJECT, 'resources', 'persian', 'starter.csv'), 'utf8')));

/** What applies by itself: readings that depend on what stands beside them first. */
export const starterEntries = (): readonly AppliedEntry[] => starter().entries;

/** How a word may be said, where it may be said in several ways: a homograph, written without the marks that would tell. */
export const readingsOf = (word: string): readonly Reading[] => starter().readings.get(plainLetters(word)) ?? [];

/** @throws where a line cannot be used: the file is part of the program */
export function readStarter(csv: string): Starter {
  const entries: AppliedEntry[] = [];
  const readings = new Map<string, Reading[]>();
  for (const { line, cells } of csvRecords(csv, COLUMNS)) {
    const { lang = 'fa', word, say, phonemes, use, before, after, note } = cells;
    const isBeside = before !== undefined || after !== undefined;
    if (word === undefined || (say === undefined) === (phonemes === undefined) || lang !== 'fa' || !/^(?:always|beside|offered)$/.test(use ?? '') || isBeside !== (use === 'beside')) throw new Error(`resources/persian/starter.csv, line ${line}: a word, either say or phonemes, and its use are needed; words beside it where its use is beside.`);
    const how = say === undefined ? { phonemes: phonemes! } : { say };
    if (use !== 'offered') entries.push({ lang, word, ...how, starter: true, ...(before === undefined ? {} : { before: before.split(' ') }), ...(after === undefined ? {} : { after: after.split(' ') }) });
    if (say !== undefined && note !== undefined) readings.set(word, [...(readings.get(word) ?? []).filter((reading) => reading.say !== say), { say, note }]);
  }
  for (const [word, { length }] of readings) if (length < 2) readings.delete(word);
  return { entries: entries.sort((a, b) => Number(isOpen(a)) - Number(isOpen(b))), readings };
}

const isOpen = ({ before, after }: AppliedEntry): boolean => before === undefined && after === undefined;
