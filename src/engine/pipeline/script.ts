/**
 * A script as segments: sentences, and clauses or runs of words where a sentence would take longer than 15 s to say.
 * Everything here is one pass over the text, so a script of the greatest length is split in milliseconds.
 */
import { MAX_SCRIPT_CHARACTERS, USUAL_PAUSES_MS, type PausesMs } from '../../shared/contract/request.ts';
import { StudioError } from '../../shared/errors.ts';
import { BLANK } from '../../shared/marks.ts';
import type { Lang, Segment } from '../../shared/vocabulary.ts';
import { isAbbreviation, mayEndSentence } from '../voice/normalise/abbreviations.ts';
import { dominantLang, isSpeakable } from '../voice/normalise/letters.ts';
import { pauseKind, pauseTable } from '../voice/pauses.ts';
import { markedOf } from '../voice/ssml/ssml.ts';

/** Of estimated speech at normal rate; the estimate errs by up to a fifth, the bound to keep is 15 s. */
const LONGEST_SEC = 12;

const STRENGTH = { word: 0, clause: 1, sentence: 2, paragraph: 3 } as const;
type Strength = (typeof STRENGTH)[keyof typeof STRENGTH];

/** A stretch whose speech takes as long as that of its letters, divided by the rate. */
export interface Pace {
  start: number;
  end: number;
  rate: number;
}

/** A place where the script may be cut: before the character at `at`. */
interface Cut {
  at: number;
  strength: Strength;
}

/**
 * Refuses what cannot be rendered, before any work.
 * @throws invalid-input: empty, nothing speakable, longer than MAX_SCRIPT_CHARACTERS, or with marks that cannot be read
 */
export function checkScript(text: string): void {
  if (text.length > MAX_SCRIPT_CHARACTERS) {
    throw new StudioError(
      'invalid-input',
      `The text has ${text.length.toLocaleString('en-US')} characters; at most ${MAX_SCRIPT_CHARACTERS.toLocaleString('en-US')} are possible. Split it into several videos.`,
    );
  }
  if (text.trim() === '') throw new StudioError('invalid-input', 'The text is empty. Give at least one word in Persian or English.');
  if (!isSpeakable(markedOf(text)?.plain ?? text)) {
    throw new StudioError('invalid-input', 'The text has nothing that can be spoken: no Persian or English letter and no number, only signs or emoji.');
  }
}

export interface SplitOptions {
  /** Of speech, 0.5–2: a slower voice gets shorter segments. */
  rate?: number;
  /** Of segments before the first that has letters: where the script is part of a longer text. */
  lang?: Lang | undefined;
  /** Stretches that are said slower or faster than that. */
  paces?: readonly Pace[];
  /** Silences that are not the usual ones. */
  pauses?: PausesMs | undefined;
}

/**
 * Splits a script into segments of at most ~15 s of speech. Joined, their texts are the script, character for character; each
 * segment has something to say (unless the whole script has nothing).
 */
export function split(script: string, { rate = 1, lang: langBefore, paces = [], pauses }: SplitOptions = {}): Segment[] {
  if (script === '') return [];
  const cuts = findCuts(script);
  const spokenSec = estimate(script, paces, (MARK_SEC * pauseTable(pauses).comma) / USUAL_PAUSES_MS.comma);
  const longestSec = LONGEST_SEC * Math.min(1, rate);
  const ends: number[] = [];
  let start = 0;
  let cutIndex = 0;
  for (const sentenceEnd of sentenceEnds(script, cuts)) {
    while (cutIndex < cuts.length && cuts[cutIndex].at <= start) cutIndex++;
    let last = cutIndex;
    while (last < cuts.length && cuts[last].at < sentenceEnd) last++;
    ends.push(...partEnds(script, start, sentenceEnd, cuts.slice(cutIndex, last), spokenSec, longestSec), sentenceEnd);
    start = sentenceEnd;
    cutIndex = last;
  }
  let lang: Lang = langBefore ?? dominantLang(script) ?? 'en';
  return ends.map((end, index) => {
    const text = script.slice(index === 0 ? 0 : ends[index - 1], end);
    lang = dominantLang(text) ?? lang;
    return { index, text, lang };
  });
}

/** Where a sentence is cut between two words. */
const WORD_PAUSE_MS = 60;

/** Seconds of silence between this segment and the next one at normal rate, by what ends it. */
export function pauseAfter({ text }: Pick<Segment, 'text'>, pauses?: PausesMs): number {
  const tail = /[^\p{L}\p{N}]*$/u.exec(text.replaceAll(BLANK, '').slice(-40))![0];
  const kind = pauseKind(tail);
  return (kind === null ? WORD_PAUSE_MS : pauseTable(pauses)[kind]) / 1000;
}

// Bounded repeats: an unbounded one would look at the rest of the text from every word.
const LINK = String.raw`(?:https?://|www\.)[^\s<>«»"“”،؛]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}`;
const TOKEN = new RegExp(String.raw`(${LINK})|([.!?؟…۔]+)(["'”’»)\]]*)(\s*)|(\n\s*)|([؛;:،,—–])(["'”’»)\]]*)(\s*)|([^\S\n]+\n\s*|\s+)|[^\s.!?؟…۔؛;:،,—–]+`, 'giu');

/** After a quotation: “Stop!” he said; «خوبی؟» و رفت. */
const GOES_ON = /^\p{Ll}|^(?:و|که|را|گفت|پرسید)\s/u;

/** All cuts in order. Sentence ends inside a quotation count as clauses: «سلام. خوبی؟» stays whole if it can. */
function findCuts(script: string): Cut[] {
  const quoted = quotations(script);
  const cuts: Cut[] = [];
  let quote = 0;
  let sentenceStart = 0;
  for (const match of script.matchAll(TOKEN)) {
    const [token, link, stop, closing, stopSpace, newline, mark, , markSpace, space] = match;
    if (link !== undefined) continue;
    const end = match.index + token.length;
    let strength: Strength | null = null;
    if (stop !== undefined) {
      strength = stopStrength(script, match.index, stop, end, stopSpace, sentenceStart);
      if (strength === STRENGTH.sentence && closing !== '' && GOES_ON.test(script.slice(end, end + 12))) strength = STRENGTH.clause;
    } else if (newline !== undefined || space?.includes('\n')) {
      strength = STRENGTH.paragraph;
    } else if (mark !== undefined) {
      if (markSpace.includes('\n')) strength = STRENGTH.paragraph;
      else if (markSpace !== '' || mark === '،' || mark === '؛') strength = isDigit(script[match.index - 1]) && isDigit(script[end]) && markSpace === '' ? null : STRENGTH.clause;
    } else if (space !== undefined) strength = STRENGTH.word;
    if (strength === null || end >= script.length) continue;
    while (quote < quoted.length && quoted[quote].end <= match.index) quote++;
    const inside = quote < quoted.length && quoted[quote].start < match.index && end < quoted[quote].end;
    if (inside && strength > STRENGTH.clause) strength = STRENGTH.clause;
    cuts.push({ at: end, strength });
    if (strength >= STRENGTH.sentence) sentenceStart = end;
  }
  return cuts;
}

/** Whether a full stop, question mark… ends a sentence. */
function stopStrength(script: string, at: number, stop: string, end: number, space: string, sentenceStart: number): Strength | null {
  const next = script[end] ?? '';
  if (space.includes('\n')) return STRENGTH.paragraph;
  if (space === '') {
    // Without a space only where nothing else is meant: «سلام.خوبی», wow!next, but not 3.5, file.txt, e.g.
    if (/[!?؟…۔]/u.test(stop)) return /[\p{L}\p{N}]/u.test(next) ? STRENGTH.sentence : null;
    return stop === '.' && isPersianLetter(script[at - 1]) && isPersianLetter(next) && !isAbbreviation(wordBefore(script, at)) ? STRENGTH.sentence : null;
  }
  if (stop === '.') {
    const word = wordBefore(script, at);
    // «۱. سلام»: the number of a list.
    if (/^\s*[0-9۰-۹٠-٩]+$/u.test(script.slice(Math.max(sentenceStart, at - 12), at))) return null;
    const following = script.slice(end, end + 16);
    // Never between “Dr.” and the name.
    if (isAbbreviation(word, following)) return mayEndSentence(word, following) ? STRENGTH.sentence : null;
  }
  // A thought that trails off and goes on in small letters is one sentence.
  if (/^(?:…|\.{2,})$/u.test(stop) && /\p{Ll}/u.test(next)) return STRENGTH.clause;
  return STRENGTH.sentence;
}

function wordBefore(script: string, at: number): string {
  const before = script.slice(Math.max(0, at - 24), at);
  // The end of 21st is no St.
  return /[0-9](?:st|nd|rd|th)$/i.test(before) ? '' : (/[\p{L}\p{M}](?:[\p{L}\p{M}.\u200C]*[\p{L}\p{M}])?$/u.exec(before)?.[0] ?? '');
}

const isDigit = (character: string | undefined): boolean => character !== undefined && /[0-9۰-۹٠-٩]/u.test(character);
const isPersianLetter = (character: string | undefined): boolean => character !== undefined && /(?=\p{L})\p{Script=Arabic}/u.test(character);

/** A quotation longer than this is a text of its own, and an opening mark without its partner protects nothing. */
const LONGEST_QUOTATION = 300;
const PARTNER: Record<string, string> = { '«': '»', '“': '”', '"': '"', '(': ')' };

function quotations(script: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let open: { at: number; partner: string } | null = null;
  for (const { 0: mark, index } of script.matchAll(/[«»“”"()\n]/gu)) {
    if (open && (mark === '\n' || index - open.at > LONGEST_QUOTATION)) open = null;
    if (open && mark === open.partner) {
      found.push({ start: open.at, end: index + 1 });
      open = null;
    } else if (!open && Object.hasOwn(PARTNER, mark)) open = { at: index, partner: PARTNER[mark] };
  }
  return found;
}

/** Ends of the sentences; what has nothing to say goes with the sentence before it, or after it at the start. */
function sentenceEnds(script: string, cuts: readonly Cut[]): number[] {
  const ends: number[] = [];
  let start = 0;
  let spoken = false;
  for (const end of [...cuts.filter((cut) => cut.strength >= STRENGTH.sentence).map((cut) => cut.at), script.length]) {
    const speakable = isSpeakable(script.slice(start, end));
    if (!speakable && spoken) ends[ends.length - 1] = end;
    else if (spoken || ends.length === 0) ends.push(end);
    else ends[0] = end;
    spoken ||= speakable;
    start = end;
  }
  return ends;
}

/** Inner ends of the parts of one sentence that is too long: at clauses near the ideal length, else at words, else anywhere. */
function partEnds(script: string, start: number, end: number, cuts: readonly Cut[], spokenSec: Float64Array, longestSec: number): number[] {
  const ends: number[] = [];
  let from = start;
  let next = 0;
  while (spokenSec[end] - spokenSec[from] > longestSec) {
    const leftSec = spokenSec[end] - spokenSec[from];
    const idealSec = leftSec / Math.ceil(leftSec / longestSec);
    while (next < cuts.length && cuts[next].at <= from) next++;
    let best: { at: number; cost: number } | null = null;
    for (let i = next; i < cuts.length; i++) {
      const sec = spokenSec[cuts[i].at] - spokenSec[from];
      if (sec > longestSec) break;
      if (sec < idealSec * 0.3) continue;
      // A clause end is worth going a third of the length away for.
      const cost = Math.abs(sec - idealSec) - (cuts[i].strength >= STRENGTH.clause ? longestSec / 3 : 0);
      if (!best || cost < best.cost) best = { at: cuts[i].at, cost };
    }
    const at: number = best?.at ?? insideWord(script, from, end, spokenSec, longestSec);
    ends.push(at);
    from = at;
  }
  return ends;
}

/** A word of many seconds is cut between two whole characters. */
function insideWord(script: string, from: number, end: number, spokenSec: Float64Array, longestSec: number): number {
  let at = from + 1;
  while (at < end && spokenSec[at + 1] - spokenSec[from] <= longestSec) at++;
  while (at < end && /[\p{M}\u200C\u200D\u2060\uDC00-\uDFFF\uFE0F]/u.test(script[at])) at++;
  return at;
}

/** A comma inside of a sentence, as it is usually said. */
const MARK_SEC = 0.16;

/**
 * Seconds of speech before each character, at normal rate. Measured on eSpeak: Persian ~12, English ~16 letters and spaces per
 * second, digits ~0.42 s each, capitals that are spelled ~0.25 s, a comma ~0.16 s.
 */
function estimate(script: string, paces: readonly Pace[], markSec: number): Float64Array {
  const each = new Float64Array(script.length);
  let lastCapital = false;
  let lastSpoken = false;
  for (let i = 0; i < script.length; i++) {
    let sec = 0;
    const code = script.charCodeAt(i);
    const capital = code >= 65 && code <= 90;
    if (capital) sec += lastCapital ? 0.25 : 0.1;
    else if ((code >= 48 && code <= 57) || (code >= 0x660 && code <= 0x669) || (code >= 0x6f0 && code <= 0x6f9)) sec += 0.45;
    else if (code >= 0x600 && code <= 0x6ff) sec += code === 0x60c || code === 0x61b || code === 0x61f ? (lastSpoken ? markSec : 0) : 0.085;
    else if ((code >= 97 && code <= 122) || (code >= 0xc0 && code <= 0x24f)) sec += 0.067;
    else if (code === 32) sec += 0.03;
    else if (lastSpoken && /[,.;:!?()—–-]/.test(script[i])) sec += markSec;
    else if (/[%$€£&+=@#/_]/.test(script[i])) sec += 0.4;
    else if (code >= 0xfb50 && code <= 0xfefc) sec += 0.15;
    lastCapital = capital;
    lastSpoken = /[\p{L}\p{N}\p{M}]/u.test(script[i]);
    each[i] = sec;
  }
  for (const { start, end, rate } of paces) for (let i = Math.max(0, start); i < Math.min(end, script.length); i++) each[i] /= rate;
  const before = new Float64Array(script.length + 2);
  for (let i = 0; i < script.length; i++) before[i + 1] = before[i] + each[i];
  before[script.length + 1] = before[script.length];
  return before;
}
