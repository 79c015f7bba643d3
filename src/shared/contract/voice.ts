/** Voices, and what they will say. */
import { z } from 'zod';
import { count, id, lang, sentence } from './common.ts';
import { lexicon, pausesMs, scriptSegment } from './request.ts';

export const voiceInfo = z.object({
  id,
  name: z.string(),
  lang,
  engine: z.enum(['espeak', 'piper']),
  /** What the language alone means. */
  isDefault: z.boolean(),
  installed: z.boolean(),
  /** `shipped` ones cannot be removed; `known` ones can be fetched. */
  origin: z.enum(['shipped', 'imported', 'known']),
  licence: z.string(),
  source: z.string(),
  /** null: part of the program. */
  sizeBytes: count.nullable(),
  sampleRate: count.nullable(),
  /** It tells when each word and phoneme is said; else they are estimated. */
  hasTimes: z.boolean(),
});
export type VoiceInfo = z.infer<typeof voiceInfo>;

const factor = z.number().min(0.5).max(2).default(1);
const asked = { voice: id.optional(), rate: factor, pitch: factor, lexicon: lexicon.optional() };

/** One of the ways in which a homograph may be said, as it is written with vowel marks, and what it means then, in its own language. */
export const reading = z.object({ say: z.string(), note: z.string() });
export type Reading = z.infer<typeof reading>;
/**
 * A place of the text that will be said otherwise than it is written, or could be: UTF-16 offsets in the segment's text, end exclusive.
 * `readings`: of a homograph; where nothing tells which is meant, `reason` is `readings` and `spoken` what is written.
 */
export const spokenChange = z.object({ start: count, end: count, written: z.string(), spoken: z.string(), reason: z.string(), readings: z.array(reading).optional() });
export type SpokenChange = z.infer<typeof spokenChange>;

export const planInput = z.strictObject({ segments: z.array(scriptSegment).max(5000), ...asked });
export type PlanInput = z.output<typeof planInput>;
/** What is wrong with the marks of a text, in any language. */
export const MARK_FAULTS = ['syntax', 'entity', 'unsupported', 'element', 'nested', 'attribute', 'missing', 'value', 'empty', 'unspeakable', 'content', 'sounds'] as const;
export type MarkFaultKind = (typeof MARK_FAULTS)[number];
/** Where the marks of a text cannot be used, and why. `line` and `column` count from 1, in UTF-16; `start` and `end` are offsets in the text. */
export const markFault = z.object({
  fault: z.enum(MARK_FAULTS),
  line: z.int().min(1),
  column: z.int().min(1),
  start: count,
  end: count,
  /** What stands there. */
  found: z.string(),
  /** What could. */
  known: z.array(z.string()),
});
export type MarkFault = z.infer<typeof markFault>;

/** How a script will be spoken, without speaking it: quick enough for every keystroke. */
export const scriptPlan = z.object({
  segments: z.array(
    z.object({
      index: count,
      /** UTF-16 offsets in the whole script, end exclusive: the segments follow on each other without gap. */
      start: count,
      end: count,
      /** Of the input's segments, the one that it comes from. */
      from: count,
      text: z.string(),
      lang,
      voice: z.string(),
      /** By the count of what is said; off by up to a fifth. */
      estimateSec: z.number(),
      changes: z.array(spokenChange),
    }),
  ),
  estimateSec: z.number(),
  /** Why it cannot be rendered; null: it can. */
  problem: sentence.nullable(),
  /** The place of the problem, where it is one of the marks. */
  problemAt: markFault.nullable(),
});
export type ScriptPlan = z.infer<typeof scriptPlan>;

export const sayInput = z.strictObject({ text: z.string().min(1).max(500), pauses: pausesMs.optional(), ...asked });
export const saidSample = z.object({
  /** A WAV file in base64. */
  wav: z.string(),
  durationSec: z.number(),
  voice: id,
  words: z.array(z.object({ text: z.string(), startSec: z.number(), endSec: z.number() })),
  /** IPA with times; null where the voice tells none. */
  phonemes: z.array(z.object({ symbol: z.string(), startSec: z.number(), endSec: z.number() })).nullable(),
  changes: z.array(spokenChange),
  /** What could not be said as it should be. */
  warnings: z.array(sentence),
});

/** Bringing something large from its source, on the user's click. */
export const fetchEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), doneBytes: count, totalBytes: count.nullable() }),
  z.object({ type: z.literal('installed'), id }),
]);
