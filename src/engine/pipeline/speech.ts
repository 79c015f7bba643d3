/** What the take says, as pieces of sound for the timeline: a script spoken segment by segment, or a recording. */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { decodeAudio } from '../media/audio.ts';
import { createLimiter } from '../media/limiter.ts';
import { resample } from '../media/resample.ts';
import { isSpeakable } from '../voice/normalise/letters.ts';
import { pauseAfter, split } from './script.ts';
import { TIMELINE_RATE, type Piece } from './timeline.ts';
import type { Voices } from '../voice/voices.ts';

/** Silence before the first sound: the mouth rests in the first frame and parts its lips in time (240 ms, RIG recipe). */
export const LEAD_IN_SEC = 0.28;
/** Silence after the last sound: within 0.8 s the mouth is back at rest, so the last frame is the plate again. */
export const TAIL_SEC = 0.84;

export interface SpeakJob {
  script: string;
  /** One voice for everything; without it each segment is spoken by its language's default. */
  voice?: string | undefined;
  rate: number;
  pitch: number;
}

/**
 * Speaks the script segment by segment, with its pauses, between a short silence at each end.
 * @throws invalid-input where nothing of it can be spoken
 */
export async function* speakScript(job: SpeakJob, voices: Pick<Voices, 'speak'>, signal?: AbortSignal): AsyncGenerator<Piece, void, void> {
  const segments = split(job.script, { rate: job.rate });
  const last = segments.findLast(({ text }) => isSpeakable(text));
  let endsInSilence = false;
  let begun = false;
  for (const segment of segments) {
    throwIfCanceled(signal);
    const spoken = await voices.speak(segment.text, { voice: job.voice ?? segment.lang, rate: job.rate, pitch: job.pitch }, signal);
    if (spoken.pcm.length === 0) continue;
    if (!begun) yield silence(LEAD_IN_SEC);
    begun = true;
    endsInSilence = segment === last;
    const pcm = followedBySilence(resample(spoken.pcm, spoken.sampleRate, TIMELINE_RATE), endsInSilence ? TAIL_SEC : pauseAfter(segment) / job.rate);
    yield { segment, pcm, sampleRate: TIMELINE_RATE, words: spoken.words, phonemes: spoken.phonemes };
  }
  if (!begun) throw new StudioError('invalid-input', 'Nothing of this text can be spoken. Write at least one word in Persian or English.');
  if (!endsInSilence) yield silence(TAIL_SEC);
}

/** A recording with one gain for all of it; the few peaks that this lifts too high are turned down. */
export async function* hearRecording(file: string, gain: number, signal?: AbortSignal): AsyncGenerator<Piece, void, void> {
  const limiter = createLimiter(gain, TIMELINE_RATE);
  const piece = (pcm: Float32Array): Piece => ({ segment: null, pcm, sampleRate: TIMELINE_RATE, words: [], phonemes: null });
  for await (const pcm of decodeAudio(file, signal ? { sampleRate: TIMELINE_RATE, signal } : { sampleRate: TIMELINE_RATE })) {
    throwIfCanceled(signal);
    yield piece(limiter.push(pcm));
  }
  yield piece(limiter.finish());
}

function silence(durationSec: number): Piece {
  return { segment: null, pcm: new Float32Array(Math.round(durationSec * TIMELINE_RATE)), sampleRate: TIMELINE_RATE, words: [], phonemes: [] };
}

function followedBySilence(pcm: Float32Array, durationSec: number): Float32Array {
  const both = new Float32Array(pcm.length + Math.round(durationSec * TIMELINE_RATE));
  both.set(pcm);
  return both;
}
