/** Which voice says which segment of a script, with which pause after it: what a take speaks, and what an edit of it is compared by. */
import type { RenderRequest } from '../../shared/contract/request.ts';
import type { Lang, Segment } from '../../shared/vocabulary.ts';
import { dominantLang, isSpeakable } from '../voice/normalise/letters.ts';
import { pauseAfter, split } from './script.ts';

/** What is said, as it was asked for: `script`, or `segments`; the other fields are theirs where they have none of their own. */
export type SpokenScript = Pick<RenderRequest, 'script' | 'segments' | 'voice' | 'rate' | 'pitch' | 'lexicon'>;

export interface PlannedSegment extends Segment {
  /** An id, or `fa` / `en` for that language's default. */
  voice: string;
  rate: number;
  pitch: number;
  /** Silence after it. */
  pauseSec: number;
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
 */
export function planSpeech(said: SpokenScript): PlannedSegment[] {
  const pieces = said.segments ?? [{ text: said.script ?? '' }];
  let lang: Lang | undefined = dominantLang(textOf(said)) ?? undefined;
  let unspoken = '';
  const planned: PlannedSegment[] = [];
  for (const { text, voice = said.voice, rate = said.rate, pitch = said.pitch } of pieces) {
    for (const segment of split(text, { rate, lang })) {
      lang = segment.lang;
      const last = planned.at(-1);
      if (isSpeakable(segment.text)) {
        planned.push({ index: planned.length, text: unspoken + segment.text, lang, voice: voice ?? lang, rate, pitch, pauseSec: 0 });
        unspoken = '';
      } else if (last) last.text += segment.text;
      else unspoken += segment.text;
    }
  }
  for (const segment of planned) segment.pauseSec = segment.index === planned.length - 1 ? TAIL_SEC : pauseAfter(segment) / segment.rate;
  return planned;
}
