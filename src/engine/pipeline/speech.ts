/** What the take says, as pieces of sound for the timeline: a script spoken segment by segment, or a recording. */
import type { SaidSegment } from '../../shared/contract/take.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { hearOwnAudio, type OwnAudio } from '../media/ownAudio.ts';
import { resample } from '../media/resample.ts';
import { findVoice, type Voice } from '../voice/catalogue.ts';
import type { Voices } from '../voice/voices.ts';
import { ownVoice, planSpeech, TAIL_SEC, type SpokenScript } from './speechPlan.ts';
import { TIMELINE_RATE, type Piece } from './timeline.ts';

/** Silence before the first sound: the mouth rests in the first frame and parts its lips in time (240 ms, RIG recipe). */
export const LEAD_IN_SEC = 0.28;

export interface SpeakJob extends SpokenScript {
  /** Segments whose place on the timeline is settled, because frames of them are published: however they are said now, they take as long as they took. */
  placed?: ReadonlyMap<number, SaidSegment>;
  /** Of segments placed before this moment nothing is heard any more: they are not spoken again. */
  unheardBeforeSec?: number;
  /** What `fa` and `en` mean to the user. */
  defaultVoices?: Partial<Record<Lang, string>> | undefined;
  /** Of all voices that there are; the shipped ones unless given. */
  voiceOf?: (id: string) => Voice;
  /** Told of what could not be said as it should be. */
  onWarning?: (sentence: string) => void;
}

/**
 * Speaks the script segment by segment, with its pauses, between a short silence at each end.
 * @throws invalid-input where nothing of it can be spoken
 */
export async function* speakScript(job: SpeakJob, voices: Pick<Voices, 'speak'>, signal?: AbortSignal): AsyncGenerator<Piece, void, void> {
  const segments = planSpeech(job);
  let endsInSilence = false;
  let begun = false;
  for (const { pauseSec, ...planned } of segments) {
    throwIfCanceled(signal);
    const { index, text, lang, rate, pitch, marked } = planned;
    const known = job.placed?.get(index);
    if (known && known.endSec < (job.unheardBeforeSec ?? 0)) {
      if (!begun) yield silence(LEAD_IN_SEC);
      begun = true;
      yield unheard(known);
      continue;
    }
    const voice = (job.voiceOf ?? findVoice)(known?.voice ?? ownVoice(planned.voice, job.defaultVoices)).id;
    const spoken = await voices.speak(text, { voice, rate, pitch, lexicon: job.lexicon, pauses: job.pauses, marked }, signal);
    for (const warning of spoken.warnings ?? []) job.onWarning?.(warning);
    const estimated = spoken.estimated ?? false;
    const segment = { index, text, lang, voice, estimated };
    const isSilent = spoken.pcm.length === 0;
    if (!isSilent && !begun) {
      yield silence(LEAD_IN_SEC);
      begun = true;
    }
    endsInSilence = !isSilent && index === segments.length - 1;
    const sound = isSilent ? spoken.pcm : followedBySilence(resample(spoken.pcm, spoken.sampleRate, TIMELINE_RATE), pauseSec);
    const pcm = known ? lasting(sound, samplesOf(known)) : sound;
    yield { segment, pcm, sampleRate: TIMELINE_RATE, words: spoken.words, phonemes: estimated ? null : spoken.phonemes };
  }
  if (!begun) throw new StudioError('invalid-input', 'Nothing of this text can be spoken. Write at least one word in Persian or English.');
  if (!endsInSilence) yield silence(TAIL_SEC);
}

/** A recording, examined at TIMELINE_RATE, with all that was decided for it. */
export async function* hearRecording(recording: OwnAudio, signal?: AbortSignal): AsyncGenerator<Piece, void, void> {
  for await (const pcm of hearOwnAudio(recording, signal)) {
    throwIfCanceled(signal);
    yield { segment: null, pcm, sampleRate: TIMELINE_RATE, words: [], phonemes: null };
  }
}

function silence(durationSec: number): Piece {
  return { segment: null, pcm: new Float32Array(Math.round(durationSec * TIMELINE_RATE)), sampleRate: TIMELINE_RATE, words: [], phonemes: [] };
}

function followedBySilence(pcm: Float32Array, durationSec: number): Float32Array {
  const both = new Float32Array(pcm.length + Math.round(durationSec * TIMELINE_RATE));
  both.set(pcm);
  return both;
}

/** As long as the segment, and its words at their places. */
function unheard({ index, text, lang, voice, estimated, startSec, endSec, words }: SaidSegment): Piece {
  const since = ({ text: word, ...times }: SaidSegment['words'][number]) => ({ text: word, startSec: times.startSec - startSec, endSec: times.endSec - startSec });
  return { segment: { index, text, lang, voice, estimated }, pcm: new Float32Array(samplesOf({ startSec, endSec })), sampleRate: TIMELINE_RATE, words: words.map(since), phonemes: [] };
}

const samplesOf = ({ startSec, endSec }: Pick<SaidSegment, 'startSec' | 'endSec'>): number => Math.round(endSec * TIMELINE_RATE) - Math.round(startSec * TIMELINE_RATE);

/** Cut, or followed by silence, to exactly so many samples. */
function lasting(pcm: Float32Array, samples: number): Float32Array {
  if (pcm.length === samples) return pcm;
  const exact = new Float32Array(samples);
  exact.set(pcm.subarray(0, samples));
  return exact;
}
