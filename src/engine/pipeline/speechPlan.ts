/** Which voice says which segment of a script, with which pause after it: what a take speaks, and what an edit of it is compared by. */
import type { RenderRequest } from '../../shared/contract/request.ts';
import { BLANK, MARKUP, PAD } from '../../shared/marks.ts';
import type { Lang, Segment } from '../../shared/vocabulary.ts';
import { dominantLang, isSpeakable } from '../voice/normalise/letters.ts';
import { pauseTable } from '../voice/pauses.ts';
import { langByMarks, markedOf, marksWithin, type Marked } from '../voice/ssml/ssml.ts';
import { pauseAfter, split, type Pace } from './script.ts';

/** What is said, as it was asked for: `script`, or `segments`; the other fields are theirs where they have none of their own. */
export type SpokenScript = Pick<RenderRequest, 'script' | 'segments' | 'voice' | 'rate' | 'pitch' | 'lexicon' | 'pauses'>;

export interface PlannedSegment extends Segment {
  /** An id, or `fa` / `en` for that language's default. */
  voice: string;
  rate: number;
  pitch: number;
  /** Silence after it. */
  pauseSec: number;
  /** What the marks of a marked script say of it; offsets in its text. */
  marked?: Marked;
}

/** Silence after the last sound: within 0.8 s the mouth is back at rest, so the last frame is the plate again. */
export const TAIL_SEC = 0.84;

/** The voice that the user means by `fa` or `en`, where one was chosen; any other name is itself. */
export const ownVoice = (name: string, chosen: Partial<Record<Lang, string>> = {}): string => (name === 'fa' || name === 'en' ? (chosen[name] ?? name) : name);

/** The whole text. */
export const textOf = ({ script, segments }: Pick<SpokenScript, 'script' | 'segments'>): string => script ?? segments?.map(({ text }) => text).join('') ?? '';

/**
 * The segments in order, each at most 15 s long: a piece over that bound is split like a script. Joined, their texts are the whole text, unless
 * nothing of it can be spoken: then there is none. A piece that has nothing to say goes with the segment before it, or after it at the start.
 * @throws invalid-input where the marks of a marked script cannot be read
 */
export function planSpeech(said: SpokenScript): PlannedSegment[] {
  const script = textOf(said);
  const marked = markedOf(script);
  const plain = marked?.plain ?? script;
  let lang: Lang | undefined = dominantLang(plain) ?? undefined;
  const planned: { end: number; lang: Lang; voice: string | undefined; rate: number; pitch: number }[] = [];
  let pieceEnd = 0;
  let end = 0;
  for (const { text, voice = said.voice, rate = said.rate, pitch = said.pitch } of said.segments ?? [{ text: script }]) {
    pieceEnd += text.length;
    const from = end;
    const piece = plain.slice(from, marked ? afterTag(script, plain, pieceEnd) : pieceEnd);
    for (const segment of split(piece, { rate, lang, paces: marked ? pacesOf(marked, from, from + piece.length) : [], pauses: said.pauses })) {
      end += segment.text.length;
      lang = segment.lang;
      if (marked?.standIns.some((standIn) => standIn.start < end && end < standIn.end)) continue; // one piece, however long
      if (isSpeakable(segment.text)) planned.push({ end, lang, voice, rate, pitch });
      else if (planned.length > 0) planned.at(-1)!.end = end;
    }
  }
  return planned.map((segment, index) => {
    const start = index === 0 ? 0 : planned[index - 1].end;
    const text = script.slice(start, segment.end);
    const marks = marked && marksWithin(marked, start, segment.end);
    const { trailing, inside } = marks ? pausesOf(marks) : { trailing: [], inside: [] };
    const after = pauseAfter({ text: marks?.plain ?? text }, said.pauses) / segment.rate;
    const asked = trailing.map((pause) => (typeof pause === 'number' ? pause : pauseTable(said.pauses)[pause] / 1000 / segment.rate)).reduce((sum, sec) => sum + sec, 0);
    const isLast = index === planned.length - 1;
    const ownLang = (marks && langByMarks(marks)) ?? segment.lang;
    return {
      index, text, lang: ownLang, voice: segment.voice ?? ownLang, rate: segment.rate, pitch: segment.pitch,
      pauseSec: isLast ? Math.max(TAIL_SEC, asked) : trailing.length > 0 ? asked : after, ...(marks ? { marked: { ...marks, pauses: inside } } : {}),
    };
  });
}

/** Those after the last word are between segments. */
function pausesOf({ plain, pauses }: Marked): { trailing: Marked['pauses'][number]['pause'][]; inside: Marked['pauses'] } {
  let spokenTo = plain.length;
  while (spokenTo > 0 && !/[\p{L}\p{N}]/u.test(plain[spokenTo - 1])) spokenTo--;
  return { trailing: pauses.filter(({ at }) => at >= spokenTo).map(({ pause }) => pause), inside: pauses.filter(({ at }) => at < spokenTo) };
}

/** Where a piece may end that was cut inside of a tag or an entity. */
function afterTag(script: string, plain: string, cut: number): number {
  if (plain[cut - 1] === BLANK && plain[cut] === BLANK) {
    for (const { 0: tag, index } of script.matchAll(MARKUP)) if (index < cut && cut < index + tag.length) return index + tag.length;
  }
  let at = cut;
  while (plain[at] === PAD) at++;
  return at;
}

/** How fast the marks want stretches of that part to be said; what a piece is said as may be longer than what is written. */
function pacesOf({ manners, standIns }: Marked, from: number, to: number): Pace[] {
  const saidAs = standIns.map(({ start, end, said }) => ({ start, end, rate: 'say' in said ? (end - start) / said.say.length : 1 }));
  return [...manners, ...saidAs].flatMap(({ start, end, rate }) => (rate === 1 || end <= from || start >= to ? [] : [{ start: start - from, end: end - from, rate }]));
}
