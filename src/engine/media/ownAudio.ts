/**
 * The user's own sound, made ready to be followed: silence at its ends is cut, noise between words lowered, and one gain brings it to the wanted
 * loudness. One pass over the file decides all of it (more, where many peaks must be limited), the next one does it while the sound is heard. The file
 * itself stays as it is.
 */
import type { RecordingReport } from '../../shared/contract/recording.ts';
import { StudioError } from '../../shared/errors.ts';
import { decodeAudio } from './audio.ts';
import { createLevelMeter, LEVEL_SEC, loudLevel } from './levels.ts';
import { createLimiter } from './limiter.ts';
import { loudnessGain, MAX_LIMITING_DB, measureIntegrated, measureLoudness, peaksWarning, TARGET_LUFS, type LoudnessGain } from './loudness.ts';
import { openSoundFilter } from './soundFilter.ts';

export interface RecordingWish {
  file: string;
  /** Nothing is done to it. */
  asRecorded?: boolean | undefined;
  /** LUFS, integrated; TARGET_LUFS unless given. */
  loudnessLufs?: number | undefined;
}

/** A recording, and what is to be done while it is heard. Samples are mono at `sampleRate`, counted from the file's first one. */
export interface OwnAudio {
  file: string;
  sampleRate: number;
  from: number;
  to: number;
  /** Amplitude of the noise gate's threshold; null: no gate. */
  gateThreshold: number | null;
  /** null: samples stay what they are, peaks too. */
  gain: number | null;
  /** Mean square per LEVEL_SEC of what is heard, before gain and gate. */
  levels: Float64Array;
  durationSec: number;
  report: RecordingReport;
}

const SHORTEST_RECORDING_SEC = 0.3;
/** Below it there is no sound, only what a converter makes of silence. */
const SILENCE_DBFS = -75;

/** Left before the first word and after the last one: lips part before a word, and a room dies away after it. */
const KEPT_SEC = 0.15;
/** Speech is within so much of its loud parts … */
const SPEECH_RANGE_DB = 35;
/** … and so much above the noise of its pauses; noise itself wavers by 2–3 dB from level to level. */
const OVER_NOISE_DB = 10;
/** Where everything is about as loud, nothing of it is silence. */
const LEAST_CONTRAST_DB = 12;
/** A knock or a click is shorter than a word. */
const SHORTEST_WORD_LEVELS = 3;

/** The share of all levels that is taken for the noise of pauses, and how much it may waver: music has no such floor. */
const PAUSES = [0.03, 0.12] as const;
const STEADY_DB = 4;
const NOTHING_DB = -100;
/** The gate is left off where noise is nearer to the loud parts: soft consonants lie 25 dB below vowels. */
const CLEAR_DB = 28;
/** Nobody hears noise below this in the finished sound. */
const INAUDIBLE_DBFS = -72;
/** By how much the gate lowers noise: enough to be quiet, too little to sound cut out. −12 dB */
const GATE_RANGE = 0.25;
/** The gate opens so long before a sound: soft first consonants are not cut. It closes by itself 0.2–0.4 s after a word, by FFmpeg's smoothing. */
const GATE_AHEAD_SEC = 0.1;

/** Where peaks are limited by more, the result is measured … */
const HEARD_LIMITING_DB = 1;
/** … and lifted, unless it is so near already, so often at most. */
const NEAR_LU = 0.25;
const MOST_PASSES = 3;

const db = (level: number): number => 10 * Math.log10(level + 1e-12);

/**
 * Listens to a recording and decides what is to be done with it.
 * @throws invalid-input in one sentence: missing, damaged, without a sound track, silent throughout, shorter than 0.3 s, longer than an hour; canceled
 */
export async function examineRecording({ file, asRecorded = false, loudnessLufs = TARGET_LUFS }: RecordingWish, sampleRate: number, signal?: AbortSignal): Promise<OwnAudio> {
  const meter = createLevelMeter(sampleRate);
  async function* heard(): AsyncGenerator<Float32Array, void, void> {
    for await (const pcm of decodeAudio(file, { sampleRate, ...(signal ? { signal } : {}) })) {
      meter.add(pcm);
      yield pcm;
    }
  }
  const loudness = await measureLoudness(heard(), sampleRate, signal);
  const durationSec = meter.durationSec();
  const samples = Math.round(durationSec * sampleRate);
  if (durationSec < SHORTEST_RECORDING_SEC) throw new StudioError('invalid-input', `${file} has only ${durationSec.toFixed(2)} s of sound; at least ${SHORTEST_RECORDING_SEC} s are needed. Record it again, or choose another file.`);
  const levels = meter.levels();
  const before = loudness.integratedLufs;
  if (asRecorded) {
    const report: RecordingReport = { durationSec, cutStartSec: 0, cutEndSec: 0, loudness: { before, after: before }, noise: 'kept', warning: null };
    return { file, sampleRate, from: 0, to: samples, gateThreshold: null, gain: null, levels, durationSec, report };
  }

  const loudDb = db(loudLevel(levels));
  if (loudDb < SILENCE_DBFS) throw new StudioError('invalid-input', `${file} is silent throughout. Check the microphone and record it again, choose another file, or use it as recorded for a face that rests.`);
  const noise = noiseOf(levels);
  const speech = speechIn(levels, Math.min(Math.max(loudDb - SPEECH_RANGE_DB, noise.floorDb + OVER_NOISE_DB), loudDb - LEAST_CONTRAST_DB));
  const gain = loudnessGain(loudness, loudnessLufs);
  const kept = Math.round(KEPT_SEC / LEVEL_SEC);
  const first = speech === null ? 0 : Math.max(0, speech.first - kept);
  const end = speech === null ? levels.length : Math.min(levels.length, speech.end + kept);
  const from = Math.round(first * LEVEL_SEC * sampleRate);
  const to = Math.min(samples, Math.round(end * LEVEL_SEC * sampleRate));

  const quiet = noise.floorDb + gain.gainDb < INAUDIBLE_DBFS;
  const gated = !quiet && speech !== null && noise.isSteady && loudDb - noise.floorDb >= CLEAR_DB;
  const own: OwnAudio = {
    file, sampleRate, from, to, gain: gain.gain, levels: levels.slice(first, end), durationSec: (to - from) / sampleRate,
    gateThreshold: gated ? 10 ** ((noise.floorDb + OVER_NOISE_DB) / 20) : null,
    report: {
      durationSec, cutStartSec: from / sampleRate, cutEndSec: (samples - to) / sampleRate,
      loudness: { before, after: before === null ? null : before + gain.gainDb }, noise: quiet ? 'quiet' : gated ? 'lowered' : 'unclear', warning: gain.warning,
    },
  };
  return gain.limitedDb <= HEARD_LIMITING_DB ? own : limited(own, gain, loudnessLufs, signal);
}

/** With what the limiter takes of its loudness made up for, as far as peaks may be limited; a sound of many peaks loses a unit and more. */
async function limited(own: OwnAudio, { gainDb, limitedDb, warning }: LoudnessGain, targetLufs: number, signal?: AbortSignal): Promise<OwnAudio> {
  for (let added = 0, passes = 1; ; passes++) {
    const gain = 10 ** ((gainDb + added) / 20);
    const after = await measureIntegrated(hearOwnAudio({ ...own, gain }, signal), own.sampleRate, signal);
    const more = Math.min(targetLufs - (after ?? targetLufs), MAX_LIMITING_DB - limitedDb - added);
    if (more < NEAR_LU || passes === MOST_PASSES) {
      const loudness = { ...own.report.loudness, after };
      return { ...own, gain, report: { ...own.report, loudness, warning: after === null ? warning : peaksWarning(after, targetLufs) } };
    }
    added += more;
  }
}

/** The recording's sound as it is to be followed, in blocks. Every time the same, to the last bit. @throws as examineRecording */
export async function* hearOwnAudio({ file, sampleRate, from, to, gateThreshold, gain }: OwnAudio, signal?: AbortSignal): AsyncGenerator<Float32Array, void, void> {
  const cut = between(decodeAudio(file, { sampleRate, ...(signal ? { signal } : {}) }), from, to);
  const sound = gateThreshold === null ? cut : gated(cut, sampleRate, gateThreshold);
  if (gain === null) return yield* sound;
  const limiter = createLimiter(gain, sampleRate);
  for await (const pcm of sound) yield limiter.push(pcm);
  yield limiter.finish();
}

/** What pauses sound like. Digital silence, as between joined pieces, tells nothing of a room, unless it is all the pauses that there are. */
function noiseOf(levels: Float64Array): { floorDb: number; isSteady: boolean } {
  const rising = levels.filter((level) => db(level) > NOTHING_DB).sort();
  const [low, high] = PAUSES.map((share) => db(rising[Math.floor(share * (rising.length - 1))] ?? 0));
  const isSteady = high - low <= STEADY_DB;
  return !isSteady && rising.length < (1 - PAUSES[1]) * levels.length ? { floorDb: NOTHING_DB, isSteady: true } : { floorDb: high, isSteady };
}

/** From the first run of loud levels to the end of the last one; null where none is as long as a word. */
function speechIn(levels: Float64Array, thresholdDb: number): { first: number; end: number } | null {
  let first = -1;
  let end = -1;
  for (let at = 0, run = 0; at < levels.length; at++) {
    run = db(levels[at]) > thresholdDb ? run + 1 : 0;
    if (run < SHORTEST_WORD_LEVELS) continue;
    if (first < 0) first = at + 1 - run;
    end = at + 1;
  }
  return first < 0 ? null : { first, end };
}

/** Ends its source early where nothing more is wanted of it. */
async function* between(sound: AsyncIterable<Float32Array>, from: number, to: number): AsyncGenerator<Float32Array, void, void> {
  let at = 0;
  for await (const pcm of sound) {
    const part = pcm.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += pcm.length;
    if (part.length > 0) yield part;
    if (at >= to) return;
  }
}

/** FFmpeg's gate, which hears the sound a little before it lets it through. As many samples come out as went in. */
async function* gated(sound: AsyncIterable<Float32Array>, sampleRate: number, threshold: number): AsyncGenerator<Float32Array, void, void> {
  const ahead = Math.round(GATE_AHEAD_SEC * sampleRate);
  // Silence behind both of its inputs: what it still holds when they end is lost.
  const gate = await openSoundFilter(sampleRate, [
    'asplit=2[sound][key]',
    `[sound]adelay=delays=${ahead}S,apad=pad_len=${sampleRate}[late]`,
    `[key]apad=pad_len=${ahead + sampleRate}[early]`,
    `[late][early]sidechaingate=threshold=${threshold}:ratio=4:range=${GATE_RANGE}:attack=10:release=120:detection=rms,atrim=start_sample=${ahead},aformat=sample_fmts=flt`,
  ].join(';'));
  let held = 0;
  async function* through(pcm: Float32Array | null): AsyncGenerator<Float32Array, void, void> {
    held += pcm?.length ?? 0;
    for await (const frame of gate.push(pcm)) {
      const heard = samplesOf(frame).subarray(0, held);
      held -= heard.length;
      yield heard;
    }
  }
  try {
    for await (const pcm of sound) yield* through(pcm);
    yield* through(null);
  } finally {
    gate.close();
  }
}

/** A copy: the frame is used again. */
function samplesOf(frame: { toBuffer(): Buffer; nbSamples: number }): Float32Array {
  const bytes = frame.toBuffer();
  return new Float32Array(Uint8Array.from(bytes).buffer, 0, frame.nbSamples);
}
