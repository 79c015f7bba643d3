/**
 * Loudness by EBU R 128 and the one gain per take that brings it to −16 LUFS, or what was asked for. One gain, not FFmpeg's loudnorm: in one pass that
 * follows the sound and lifts pauses and soft words, so that a voice breathes and melody is lost; its linear mode is this gain, without the limiter.
 */
import { USUAL_LUFS } from '../../shared/contract/recording.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import { openSoundFilter, type SoundFilter } from './soundFilter.ts';

/** What voices are made to, and recordings unless something else is asked for. */
export const TARGET_LUFS = USUAL_LUFS;
/** Head room for lossy coding: true peaks stay below it. */
const PEAK_LIMIT_DBTP = -1;
/** More than this would lift the noise of a nearly silent recording to speech level. */
const MAX_GAIN_DB = 40;

export interface Loudness {
  /** Gated, whole recording; null where nothing is louder than −70 LUFS (or all of it is shorter than 0.4 s). */
  integratedLufs: number | null;
  /** null for digital silence. */
  truePeakDbtp: number | null;
}

type Sound = Float32Array | AsyncIterable<Float32Array>;

/**
 * Measures mono samples (−1..1). ~1 ms per second of sound.
 * @param sound all at once, or a stream in blocks of any length: an hour needs no more memory than a second
 */
export async function measureLoudness(sound: Sound, sampleRate: number, signal?: AbortSignal): Promise<Loudness> {
  return through(sound, sampleRate, 'ebur128=peak=true:framelog=quiet', signal, (filter) => {
    const peak = Number(filter.result('ebur128', 'true_peak'));
    return { integratedLufs: integratedIn(filter), truePeakDbtp: Number.isFinite(peak) && peak > -120 ? peak : null };
  });
}

/** The same without its peaks, whose measuring takes most of the time. */
export const measureIntegrated = (sound: Sound, sampleRate: number, signal?: AbortSignal): Promise<Loudness['integratedLufs']> =>
  through(sound, sampleRate, 'ebur128=framelog=quiet', signal, integratedIn);

function integratedIn(filter: SoundFilter): number | null {
  const integrated = Number(filter.result('ebur128', 'integrated'));
  return integrated > -70 ? integrated : null;
}

async function through<T>(sound: Sound, sampleRate: number, chain: string, signal: AbortSignal | undefined, resultOf: (filter: SoundFilter) => T): Promise<T> {
  const filter = await openSoundFilter(sampleRate, chain);
  try {
    const drain = async (samples: Float32Array | null) => {
      const passing = filter.push(samples); // the sound itself passes through unchanged
      try {
        while (!(await passing.next()).done) throwIfCanceled(signal);
      } finally {
        await passing.return(undefined);
      }
    };
    for await (const samples of sound instanceof Float32Array ? [sound] : sound) await drain(samples);
    await drain(null);
    return resultOf(filter);
  } finally {
    filter.close();
  }
}

export interface LoudnessGain {
  /** Factor for every sample of the take; give it to the limiter. */
  gain: number;
  gainDb: number;
  /** How far the highest peak lies over the limit with this gain, dB; the limiter takes that away. */
  limitedDb: number;
  /** Why the take stays audibly quieter than that and what helps, for the user; null where it does not. */
  warning: string | null;
}

/** Peaks may be limited by this much; beyond it a voice begins to sound pressed. */
export const MAX_LIMITING_DB = 6;
/** Falling short of the target by less than this is not heard. */
const HEARD_DB = 1;

/**
 * One gain for the whole take, to the wanted loudness. Where that lifts peaks over −1 dBTP, they are limited (limiter.ts) by at most
 * 6 dB; where that is not enough the gain is lowered: rather quieter than pressed, never clipped.
 */
export function loudnessGain(loudness: Loudness, targetLufs = TARGET_LUFS): LoudnessGain {
  if (loudness.integratedLufs === null) return { gain: 1, gainDb: 0, limitedDb: 0, warning: null };
  const missing = targetLufs - loudness.integratedLufs;
  const wanted = Math.min(MAX_GAIN_DB, missing);
  const free = loudness.truePeakDbtp === null ? wanted : PEAK_LIMIT_DBTP - loudness.truePeakDbtp;
  const gainDb = Math.min(wanted, free + MAX_LIMITING_DB);
  const warning = gainDb < wanted ? peaksWarning(loudness.integratedLufs + gainDb, targetLufs) : missing - gainDb < HEARD_DB ? null : quietWarning(loudness.integratedLufs, gainDb);
  return { gain: 10 ** (gainDb / 20), gainDb, limitedDb: Math.max(0, gainDb - free), warning };
}

/** Where limiting leaves the sound audibly quieter than it is wanted; else null. */
export function peaksWarning(lufs: number, targetLufs: number): string | null {
  if (targetLufs - lufs < HEARD_DB) return null;
  return `The recording has single peaks far above its speech, so the video is quieter than usual (${inLufs(lufs)} instead of ${inLufs(targetLufs)} LUFS). Cut out knocks and clicks, or compress the recording, for full loudness.`;
}

const quietWarning = (lufs: number, gainDb: number): string =>
  `The recording is very quiet (${inLufs(lufs)} LUFS). It is raised by ${MAX_GAIN_DB} dB, and its noise with it; the video stays quieter than usual (${inLufs(lufs + gainDb)} LUFS). Record it louder or nearer to the microphone.`;

const inLufs = (level: number): string => level.toFixed(0).replace('-', '−');
