/** Loudness by EBU R 128 and the one gain per take that brings it to −16 LUFS. */
import { Frame } from 'node-av/lib';
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import { throwIfCanceled } from '../../shared/errors.ts';
import { openFilterChain } from './filters.ts';

/** What streaming platforms and podcasts aim at for speech. */
export const TARGET_LUFS = -16;
/** Head room for lossy coding: true peaks stay below it. */
export const PEAK_LIMIT_DBTP = -1;
/** More than this would lift the noise of a nearly silent recording to speech level. */
export const MAX_GAIN_DB = 40;

export interface Loudness {
  /** Gated, whole recording; null where nothing is louder than −70 LUFS (or all of it is shorter than 0.4 s). */
  integratedLufs: number | null;
  /** null for digital silence. */
  truePeakDbtp: number | null;
}

/**
 * Measures mono samples (−1..1). ~1 ms per second of sound.
 * @param sound all at once, or a stream in blocks of any length: an hour needs no more memory than a second
 */
export async function measureLoudness(sound: Float32Array | AsyncIterable<Float32Array>, sampleRate: number, signal?: AbortSignal): Promise<Loudness> {
  const chain = await openFilterChain('audio', `sample_rate=${sampleRate}:sample_fmt=flt:channel_layout=mono:time_base=1/${sampleRate}`, 'ebur128=peak=true:framelog=quiet');
  try {
    const drain = async (frame: Frame | null) => {
      throwIfCanceled(signal);
      const filtered = chain.run(frame);
      while (!(await filtered.next()).done); // the sound itself passes through unchanged
    };
    let measured = 0;
    for await (const samples of sound instanceof Float32Array ? [sound] : sound) {
      for (let start = 0; start < samples.length; start += sampleRate) {
        const block = samples.subarray(start, start + sampleRate);
        const frame = Frame.fromAudioBuffer(Buffer.from(block.buffer, block.byteOffset, block.byteLength), {
          nbSamples: block.length, format: AV_SAMPLE_FMT_FLT, sampleRate, channelLayout: AV_CHANNEL_LAYOUT_MONO,
          timeBase: { num: 1, den: sampleRate }, pts: BigInt(measured),
        });
        measured += block.length;
        await drain(frame).finally(() => frame.free());
      }
    }
    await drain(null);
    const integrated = Number(chain.result('ebur128', 'integrated'));
    const peak = Number(chain.result('ebur128', 'true_peak'));
    return { integratedLufs: integrated > -70 ? integrated : null, truePeakDbtp: Number.isFinite(peak) && peak > -120 ? peak : null };
  } finally {
    chain.close();
  }
}

export interface LoudnessGain {
  /** Factor for every sample of the take; give it to the limiter. */
  gain: number;
  gainDb: number;
  /** How far the highest peak lies over the limit with this gain, dB; the limiter takes that away. */
  limitedDb: number;
  /** Why the take stays audibly quieter than −16 LUFS and what helps, for the user; null where it does not. */
  warning: string | null;
}

/** Peaks may be limited by this much; beyond it a voice begins to sound pressed. */
export const MAX_LIMITING_DB = 6;
/** Falling short of the target by less than this is not heard. */
const HEARD_DB = 1;

/**
 * One gain for the whole take, to −16 LUFS. Where that lifts peaks over −1 dBTP, they are limited (limiter.ts) by at most
 * 6 dB; where that is not enough the gain is lowered: rather quieter than pressed, never clipped.
 */
export function loudnessGain(loudness: Loudness): LoudnessGain {
  if (loudness.integratedLufs === null) return { gain: 1, gainDb: 0, limitedDb: 0, warning: null };
  const missing = TARGET_LUFS - loudness.integratedLufs;
  const wanted = Math.min(MAX_GAIN_DB, missing);
  const free = loudness.truePeakDbtp === null ? wanted : PEAK_LIMIT_DBTP - loudness.truePeakDbtp;
  const gainDb = Math.min(wanted, free + MAX_LIMITING_DB);
  const warning = missing - gainDb < HEARD_DB ? null : quietness(loudness.integratedLufs, gainDb, gainDb < wanted);
  return { gain: 10 ** (gainDb / 20), gainDb, limitedDb: Math.max(0, gainDb - free), warning };
}

function quietness(lufs: number, gainDb: number, peaks: boolean): string {
  const [was, is, usual] = [lufs, lufs + gainDb, TARGET_LUFS].map((level) => level.toFixed(0).replace('-', '−'));
  return peaks
    ? `The recording has single peaks far above its speech, so the video is quieter than usual (${is} instead of ${usual} LUFS). Cut out knocks and clicks, or compress the recording, for full loudness.`
    : `The recording is very quiet (${was} LUFS). It is raised by ${MAX_GAIN_DB} dB, and its noise with it; the video stays quieter than usual (${is} LUFS). Record it louder or nearer to the microphone.`;
}
