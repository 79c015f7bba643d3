/** What of a text a voice says at a time: in which order and manner, and how long the silences between are, by its marks and its punctuation. */
import type { AppliedEntry, PausesMs } from '../../shared/contract/request.ts';
import { StudioError } from '../../shared/errors.ts';
import { withoutMarks } from '../../shared/marks.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { lexiconOf, type Lexicon } from './lexicon/lexicon.ts';
import { dominantLang, langOf } from './normalise/letters.ts';
import { shares, utterances, type UtteranceText } from './normalise/utterances.ts';
import { pauseKind, pauseTable, type InnerPause } from './pauses.ts';
import { readAs } from './ssml/sayAs.ts';
import type { Marked } from './ssml/ssml.ts';
import { NEUTRAL, within, type Manner } from './ssml/ssmlElements.ts';

export interface DeliveryOptions {
  /** 0.5–2, 1 = normal (also when left out). */
  rate?: number;
  pitch?: number;
  /** How the user wants words to be said. */
  lexicon?: readonly AppliedEntry[] | undefined;
  /** Silences that are not the usual ones. */
  pauses?: PausesMs | undefined;
  /** What the text's marks say, where it is marked. */
  marked?: Marked | undefined;
}

export interface Turn {
  /** Its words' places are those in the text. */
  run: UtteranceText;
  rate: number;
  pitch: number;
  /** Silence before it. */
  gapSec: number;
  /** A mark asks for the silence: it is kept even where nothing was said before. */
  isGapMarked: boolean;
  /** Silences inside, in order. */
  pauses: InnerPause[];
}

/** Where two languages or manners meet without punctuation between them, milliseconds. */
const BORDER_MS = 20;
/** About six minutes. A segment of a script has at most 15 s; the thread is busy until an utterance is done. */
const MAX_SPOKEN_CHARACTERS = 5000;

/**
 * @param cut what cannot be said at once: a run in pieces
 * @throws invalid-input where it is too long for one piece
 */
export function turnsOf(text: string, { rate = 1, pitch = 1, lexicon, pauses, marked }: DeliveryOptions, cut: (run: UtteranceText) => UtteranceText[] = (run) => [run]): Turn[] {
  const plain = marked?.plain ?? text;
  const table = pauseTable(pauses);
  const base = dominantLang(plain) ?? 'en';
  const own = lexicon && lexiconOf(lexicon);
  const turns: Turn[] = [];
  let markedSec: number | null = null;
  let length = 0;
  for (const part of marked ? partsOf(marked) : [{ ...NEUTRAL, start: 0, end: text.length, breaks: [] }]) {
    const pace = within(rate * part.rate);
    for (const pause of part.breaks) markedSec = (markedSec ?? 0) + (typeof pause === 'number' ? pause : table[pause] / 1000 / pace);
    const words = marked ? withStandIns(own, marked, part.start) : own;
    let isFirst = true;
    for (const run of utterances(plain.slice(part.start, part.end), words, part.lang ?? base).flatMap(cut)) {
      for (const word of run.words) {
        word.start += part.start;
        word.end += part.start;
        if (marked && text[word.end - 1] === '&') word.end = text.indexOf(';', word.end) + 1; // the whole entity
      }
      const before = turns.at(-1)?.run;
      const written = before ? plain.slice(before.words.at(-1)!.end, run.words[0].start) : '';
      const kind = pauseKind(written);
      if (before && isFirst) closed(before, written, ',');
      const isBreak = isFirst ? kind !== null : run.afterBreak;
      const gapMs = !before ? 0 : isBreak ? table[kind ?? 'comma'] : BORDER_MS;
      turns.push({ run, rate: pace, pitch: within(pitch * part.pitch), gapSec: markedSec ?? gapMs / 1000 / pace, isGapMarked: markedSec !== null, pauses: innerPauses(run, plain, table, pace) });
      length += run.text.length;
      markedSec = null;
      isFirst = false;
    }
  }
  const last = turns.at(-1)?.run;
  if (marked && last) closed(last, plain.slice(last.words.at(-1)!.end), '');
  if (length > MAX_SPOKEN_CHARACTERS) {
    throw new StudioError('invalid-input', `The text is too long to be spoken in one piece (${length} characters as spoken, at most ${MAX_SPOKEN_CHARACTERS}). Split it into sentences.`);
  }
  return turns;
}

/** A word as it is shown, and as subtitles find it in the text that is shown. */
export function shownWord(text: string, { start, end }: { start: number; end: number }, marked: Marked | undefined): string {
  const written = text.slice(start, end);
  return marked ? withoutMarks(written) : written;
}

interface Part extends Manner {
  start: number;
  end: number;
  /** Before it. */
  breaks: Marked['pauses'][number]['pause'][];
}

/** Stretches that are said in one manner, cut where a mark asks for silence. */
function partsOf({ plain, manners, pauses }: Marked): Part[] {
  const borders = [...new Set([0, ...manners.flatMap(({ start, end }) => [start, end]), ...pauses.map(({ at }) => at)])].filter((at) => at < plain.length).sort((a, b) => a - b);
  return borders.map((start, i) => {
    const { rate, pitch, lang } = manners.find((manner) => manner.start <= start && start < manner.end) ?? NEUTRAL;
    return { start, end: borders[i + 1] ?? plain.length, rate, pitch, lang, breaks: pauses.filter(({ at }) => at === start).map(({ pause }) => pause) };
  });
}

/** The marks go before the user's lexicon: they are about this very place. @param from of the part whose words are asked for */
function withStandIns(own: Lexicon | undefined, { standIns }: Marked, from: number): Lexicon {
  const byStart = new Map(standIns.map((standIn) => [standIn.start - from, standIn]));
  return {
    at(words, index, base) {
      const standIn = byStart.get(words[index].start);
      if (!standIn) return own?.at(words, index, base) ?? null;
      const { said } = standIn;
      const lang: Lang = standIn.lang ?? ('as' in said ? langOf(said.written) : null) ?? base ?? 'en';
      const word = words[index].text;
      return { words: 1, entry: 'phonemes' in said ? { lang, word, phonemes: said.phonemes } : { lang, word, say: 'say' in said ? said.say : readAs(said.as, said.written, said.format, lang)! } };
    },
  };
}

/** A run that ends at a tag is read as it goes on behind it: to the end of a sentence, a question, or further. @param otherwise where nothing is written there */
function closed(run: UtteranceText, written: string, otherwise: '' | ','): void {
  if (/[,،.?؟!]$/u.test(run.text)) return;
  const kind = pauseKind(written);
  const isPersian = run.lang === 'fa';
  const mark = /[?؟]/.test(written) ? (isPersian ? '؟' : '?') : written.includes('!') ? '!' : kind === 'sentence' || kind === 'ellipsis' || kind === 'paragraph' ? '.' : kind !== null || otherwise === ',' ? (isPersian ? '،' : ',') : '';
  if (mark === '') return;
  run.text += mark;
  run.words.at(-1)!.textEnd = run.text.length;
}

/** After each word that a mark of the run follows, but for the last. */
function innerPauses(run: UtteranceText, plain: string, table: ReturnType<typeof pauseTable>, pace: number): InnerPause[] {
  const endsInMark = shares(run).map((share) => /[,،.?؟!] *$/u.test(share));
  return run.words.slice(0, -1).flatMap(({ end }, word) => (endsInMark[word] ? [{ word, sec: table[pauseKind(plain.slice(end, run.words[word + 1].start)) ?? 'comma'] / 1000 / pace }] : []));
}
