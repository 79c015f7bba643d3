/**
 * How a script will be spoken, without speaking it: its segments, how long they take, and every place that is said otherwise than it is
 * written. Quick enough for every keystroke: what was planned before is remembered sentence by sentence.
 */
import { setImmediate } from 'node:timers/promises';
import type { AppliedEntry, PausesMs } from '../../shared/contract/request.ts';
import { markFault, type PlanInput, type ScriptPlan, type SpokenChange } from '../../shared/contract/voice.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { checkScript } from '../pipeline/script.ts';
import { planSpeech, type PlannedSegment } from '../pipeline/speechPlan.ts';
import { turnsOf, type Turn } from './delivery.ts';
import { isSpeakable } from './normalise/letters.ts';
import { spokenChanges } from './spokenChanges.ts';

export interface PlanParts {
  /** The voice of an id, or of a language. @throws invalid-input */
  findVoice: (name: string) => { id: string };
  /** The user's own, for what the project says nothing of: another array whenever it has changed. */
  lexicon?: readonly AppliedEntry[];
  /** The user's silences. */
  pauses?: PausesMs | undefined;
}

export type Planner = (input: PlanInput, parts: PlanParts, signal?: AbortSignal) => Promise<ScriptPlan>;

/** What a sentence is, whoever speaks it. */
interface Said {
  /** At normal rate. */
  speechSec: number;
  changes: SpokenChange[];
}

/** What a take is silent before its first sound (pipeline/speech.ts, which would bring the codecs along). */
export const SILENCE_BEFORE_SEC = 0.28;
const NONE: readonly AppliedEntry[] = [];
const MOST_REMEMBERED = 6000;
/** How long the host's thread is kept at a time. */
const SLICE_MS = 8;

export function createPlanner(): Planner {
  const remembered = new Map<string, Said>();
  let rememberedFor: { own: readonly AppliedEntry[]; asked: string } = { own: [], asked: '' };

  return async (input, { findVoice, lexicon = NONE, pauses }, signal) => {
    const entries = input.lexicon?.length ? [...input.lexicon, ...lexicon] : lexicon;
    const key = { own: lexicon, asked: JSON.stringify([input.lexicon ?? [], pauses]) };
    if (key.own !== rememberedFor.own || key.asked !== rememberedFor.asked) remembered.clear();
    rememberedFor = key;
    const problems: StudioError[] = [];
    const attempt = <T>(work: () => T): T | null => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof StudioError)) throw error;
        problems.push(error);
        return null;
      }
    };

    attempt(() => checkScript(input.segments.map(({ text }) => text).join('')));
    const segments: ScriptPlan['segments'] = [];
    const pieceAt = pieceFinder(input.segments);
    let start = 0;
    let speechSec = 0;
    let sliceEndMs = performance.now() + SLICE_MS;
    // Of a text whose marks cannot be read nothing is known.
    for (const segment of attempt(() => planSpeech({ ...input, pauses })) ?? []) {
      const { text, lang, voice: asked, rate, pauseSec, index, marked } = segment;
      if (performance.now() > sliceEndMs) {
        await setImmediate();
        throwIfCanceled(signal);
        sliceEndMs = performance.now() + SLICE_MS;
      }
      const name = marked ? `${text}\n${JSON.stringify(marked)}` : text;
      let said = remembered.get(name);
      if (!said) {
        said = saidOf(segment, entries, pauses);
        if (remembered.size >= MOST_REMEMBERED) remembered.clear();
        if (rememberedFor === key) remembered.set(name, said); // else another question came between
      }
      const voice = attempt(() => findVoice(asked).id) ?? asked;
      const estimateSec = said.speechSec / rate + pauseSec;
      segments.push({ index, start, end: start + text.length, from: pieceAt(start + firstSpoken(marked?.plain ?? text)), text, lang, voice, estimateSec, changes: said.changes });
      start += text.length;
      speechSec += estimateSec;
    }
    const [problem] = problems;
    return { segments, estimateSec: segments.length === 0 ? 0 : SILENCE_BEFORE_SEC + speechSec, problem: problem?.message ?? null, problemAt: markFault.safeParse(problem?.details).data ?? null };
  };
}

/** Of the pieces the one that an offset lies in; asked in rising order. */
function pieceFinder(pieces: PlanInput['segments']): (offset: number) => number {
  let piece = 0;
  let end = pieces[0]?.text.length ?? 0;
  return (offset) => {
    while (offset >= end && piece < pieces.length - 1) end += pieces[++piece].text.length;
    return piece;
  };
}

/** What stands before it may be of a piece that has nothing to say. */
function firstSpoken(text: string): number {
  for (let at = 0; at < text.length; at++) if (isSpeakable(text[at])) return at;
  return 0;
}

function saidOf({ text, marked }: PlannedSegment, lexicon: readonly AppliedEntry[], pauses: PausesMs | undefined): Said {
  const turns = turnsOf(text, { lexicon, pauses, marked });
  const changes = [...spokenChanges(text, lexicon, marked), ...unsaid(marked?.plain ?? text, turns)].sort((a, b) => a.start - b.start);
  return { speechSec: turns.reduce((sum, turn) => sum + secondsOf(turn), 0), changes };
}

/** Seconds per letter, measured on eSpeak at normal rate; a mark inside of a word's reading is a short pause. */
const LETTER_SEC: Record<Lang, number> = { fa: 0.094, en: 0.061 };
const SPACE_SEC = 0.012;
const MARK_SEC = 0.2;

function secondsOf({ run: { text, lang }, rate, gapSec, pauses }: Turn): number {
  // The last mark ends the run: its pause is not the run's.
  const inner = text.replace(/[,،.?؟!]+$/u, '');
  const marks = inner.match(/[,،.?؟!]/gu)?.length ?? 0;
  const spaces = inner.match(/ /g)?.length ?? 0;
  const letters = inner.match(/\p{L}/gu)?.length ?? 0;
  const inWords = Math.max(0, marks - pauses.length);
  return (letters * LETTER_SEC[lang] + spaces * SPACE_SEC + inWords * MARK_SEC) / rate + gapSec + pauses.reduce((sum, { sec }) => sum + sec, 0);
}

/** Signs and letters that no voice here can say; punctuation is heard as a pause. */
const UNSAID = /(?:(?=\P{ASCII})\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\u200D\uFE0F]*)+|(?:(?=\p{L})[^\p{Script=Arabic}\p{Script=Latin}])+/gu;

function unsaid(text: string, turns: readonly Turn[]): SpokenChange[] {
  const said = turns.flatMap(({ run }) => run.words);
  return [...text.matchAll(UNSAID)]
    .map(({ 0: written, index }) => ({ start: index, end: index + written.length, written, spoken: '', reason: 'silent' }))
    .filter(({ start, end }) => !said.some((word) => word.start < end && start < word.end));
}
