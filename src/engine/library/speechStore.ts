/**
 * Speech that is kept: the same text by the same voice is spoken once, also across processes and crashes, so a take can be rendered again
 * bit for bit. `<home>/speech/xx/<key>.blob`; which of them are kept is decided by their last use and a budget. The files carry a checksum, so
 * they are not flushed to the disk one by one: one that a loss of power has cut off is spoken anew.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { orCanceled, throwIfCanceled } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { findVoice } from '../voice/catalogue.ts';
import type { DeliveryOptions } from '../voice/delivery.ts';
import { entriesIn } from '../voice/lexicon/lexicon.ts';
import { pauseTable } from '../voice/pauses.ts';
import type { SpokenText } from '../voice/speakText.ts';
import type { Voices } from '../voice/voices.ts';
import { storageFailure } from './durable.ts';
import type { LibraryEvent } from './room.ts';
import { decodeSpeech, encodeSpeech, keyOf, type Said } from './speechBlob.ts';

/** About three hours of speech. */
const SPEECH_BUDGET_BYTES = 1e9;
/** So much of the budget is left after making room, so that room is not made for every text. */
const KEPT_SHARE = 0.9;
/** A half-written file that is older than this is nobody's. */
const PART_MS = 3_600_000;

export interface SpeechStoreOptions {
  budgetBytes?: number;
  /** What a language alone means, where it is not the catalogue's. */
  defaults?: Partial<Record<Lang, string>> | undefined;
  /** Told once when speech can no longer be kept. */
  onEvent?: (event: LibraryEvent) => void;
}

/** Voices whose speech is kept; those that name none of their own are the shipped ones. */
type SpeakingVoices = Omit<Voices, 'find'> & Partial<Pick<Voices, 'find'>>;

/** One text being fetched, spoken or stored, for however many want it. */
interface Speaking {
  work: Promise<SpokenText>;
  done: boolean;
  waiting: number;
  abort: AbortController;
}

/**
 * The same voices, whose speech is kept in that folder. What cannot be kept is spoken all the same. Several callers may get the same arrays:
 * they are not to be changed. Closing closes the voices.
 */
export function storedVoices(voices: SpeakingVoices, folder: string, { budgetBytes = SPEECH_BUDGET_BYTES, defaults = {}, onEvent = () => undefined }: SpeechStoreOptions = {}): Voices {
  const speaking = new Map<string, Speaking>();
  const find = (id: string) => voices.find?.(id) ?? findVoice(id);
  const fileOf = (key: string) => path.join(folder, key.slice(0, 2), `${key}.blob`);
  /** Of all files, as far as this process knows; null: not counted yet. */
  let keptBytes: number | null = null;
  let storing: Promise<void> = Promise.resolve();
  let failing = false;

  async function kept(key: string, said: Said): Promise<SpokenText | null> {
    const file = fileOf(key);
    try {
      const spoken = decodeSpeech(await readFile(file), file, said);
      const now = new Date();
      utimes(file, now, now).catch(() => undefined); // in use by somebody is all that matters
      return spoken;
    } catch {
      return null; // not there, or damaged: it is spoken, and the file written anew
    }
  }

  async function store(key: string, said: Said, spoken: SpokenText): Promise<void> {
    const file = fileOf(key);
    const part = `${file}.${randomUUID()}.part`;
    try {
      const bytes = encodeSpeech(said, spoken);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(part, bytes, { flag: 'wx' });
      await rename(part, file);
      keptBytes = keptBytes === null ? await bytesIn(folder) : keptBytes + bytes.length;
      if (keptBytes > budgetBytes) keptBytes = await makeRoom(folder, budgetBytes * KEPT_SHARE);
      failing = false;
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      const { message } = storageFailure(error, `The folder ${folder}`) as Error;
      if (!failing) onEvent({ kind: 'speech', id: null, sentence: `${message} Until then what is spoken is not kept, and is spoken anew when it is wanted again.` });
      failing = true;
    }
  }

  function begin(key: string, said: Said, delivery: Pick<DeliveryOptions, 'lexicon' | 'pauses' | 'marked'>): Speaking {
    const abort = new AbortController();
    let isStored: Promise<void> = Promise.resolve();
    const forget = () => {
      if (speaking.get(key) === begun) speaking.delete(key);
    };
    const fetchOrSpeak = async (): Promise<SpokenText> => {
      try {
        const known = await kept(key, said);
        if (known) return known;
        const { text, voice, rate, pitch } = said;
        const spoken = await voices.speak(text, { voice, rate, pitch, ...delivery }, abort.signal);
        if (spoken.pcm.length === 0) return spoken;
        // Once it is handed on: the first picture waits for this speech, nobody waits for the file.
        isStored = storing = storing.then(() => setImmediate()).then(() => store(key, said, spoken));
        return spoken;
      } finally {
        begun.done = true;
        void isStored.then(forget);
      }
    };
    const begun: Speaking = { done: false, waiting: 0, abort, work: Promise.resolve().then(fetchOrSpeak) };
    speaking.set(key, begun);
    return begun;
  }

  return {
    list: () => voices.list(),
    find,
    async speak(text, { voice, rate = 1, pitch = 1, lexicon = [], pauses, marked }, signal) {
      throwIfCanceled(signal);
      const { id, version } = find(voice === 'fa' || voice === 'en' ? (defaults[voice] ?? voice) : voice);
      // Only what applies: a word that is added elsewhere leaves this text's speech as it is.
      const applied = entriesIn(marked?.plain ?? text, lexicon);
      const words = applied.map(({ lang, word, say, phonemes, starter, before, after }) => [lang, word, say ?? null, phonemes ?? null, ...(starter ? ['starter', before ?? null, after ?? null] : [])]);
      const manner = pauses || marked ? JSON.stringify([pauses && pauseTable(pauses), marked]) : '';
      const said: Said = { voice: id, version, rate, pitch, lexicon: words.length === 0 ? '' : JSON.stringify(words), manner, text };
      const key = keyOf(said);
      const shared = speaking.get(key) ?? begin(key, said, { ...(applied.length > 0 ? { lexicon: applied } : {}), ...(pauses ? { pauses } : {}), ...(marked ? { marked } : {}) });
      shared.waiting += 1;
      try {
        return await orCanceled(shared.work, signal);
      } finally {
        shared.waiting -= 1;
        if (shared.waiting === 0 && !shared.done) {
          // Nobody wants it any more; who comes now begins anew.
          if (speaking.get(key) === shared) speaking.delete(key);
          shared.abort.abort();
        }
      }
    },
    async close() {
      await storing;
      await voices.close();
    },
  };
}

interface KeptFile {
  file: string;
  bytes: number;
  usedMs: number;
}

/** All speech of the folder; forgotten parts are removed. */
async function filesIn(folder: string): Promise<KeptFile[]> {
  const files: KeptFile[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const file = path.join(folder, name);
    const info = await stat(file).catch(() => null); // null: another process has just removed it
    if (!info?.isFile()) continue;
    if (name.endsWith('.blob')) files.push({ file, bytes: info.size, usedMs: info.mtimeMs });
    else if (name.endsWith('.part') && Date.now() - info.mtimeMs > PART_MS) await rm(file, { force: true });
  }
  return files;
}

const sum = (files: readonly KeptFile[]): number => files.reduce((bytes, file) => bytes + file.bytes, 0);
const bytesIn = async (folder: string): Promise<number> => sum(await filesIn(folder));

/** Removes what was not used for the longest time. @returns the bytes that are left */
async function makeRoom(folder: string, budgetBytes: number): Promise<number> {
  const files = (await filesIn(folder)).sort((a, b) => a.usedMs - b.usedMs);
  let bytes = sum(files);
  for (const { file, bytes: size } of files) {
    if (bytes <= budgetBytes) break;
    await rm(file, { force: true });
    bytes -= size;
  }
  return bytes;
}
