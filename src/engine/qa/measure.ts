/** Measures the lip-sync of a video on its frames: of any video, and more of one whose source pictures and spoken sounds are known. */
import type { QaReport } from '../../shared/contract/qa.ts';
import { worstVerdict } from '../../shared/qaLimits.ts';
import type { Phoneme } from '../../shared/vocabulary.ts';
import { openClip } from '../media/clip.ts';
import { rateValue } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { ahead } from '../pipeline/ahead.ts';
import { judge, rangeInSpeech, type Evidence } from './judge.ts';
import type { FaceOnPlate } from './look.ts';
import { loudnessOf, soundingOf } from './loudness.ts';
import { lipClosures } from './speechSounds.ts';
import { watchFace } from './watch.ts';

/** Longest video that is looked at. */
const QA_MAX_SEC = 7200;
/** Half of the frames of a faster video are looked at. */
const MOST_FPS = 31;
/** A video without segments of its own is told of in stretches of at most this. */
const STRETCH_SEC = 15;
/** What of the work is looking at frames. */
const WATCHING = 0.97;

export interface QaSegment {
  index: number;
  text: string;
  startSec: number;
  endSec: number;
}

export interface MeasureOptions {
  sessions: Pick<Sessions, 'run'>;
  takeId?: string | null;
  /** Of a take. */
  segments?: readonly QaSegment[];
  /** What is said when; null: not known. */
  phonemes?: readonly Phoneme[] | null;
  /** What a moment's frame was made from; null: not known. */
  plateAt?: ((sec: number) => Promise<FaceOnPlate | null>) | null;
  signal?: AbortSignal | undefined;
  /** 0..1 */
  onProgress?: (done: number) => void;
  /** Before each frame. */
  giveWay?: () => Promise<void>;
}

/** @throws invalid-input where the file is no video that can be read; canceled */
export async function measureVideo(file: string, options: MeasureOptions): Promise<QaReport> {
  const { sessions, takeId = null, phonemes = null, plateAt = null, signal, onProgress, giveWay } = options;
  const clip = await openAtMost(file, signal);
  const { info } = clip;
  const fps = rateValue(info.rate);
  const expected = Math.max(1, (info.durationSec ?? 0) * fps);
  const seen = await watchFace(ahead(clip.frames(), 1), {
    fps, sessions, signal, giveWay,
    plateOf: plateAt && ((frame) => plateAt((frame + 0.5) / fps)),
    onFrame: (done) => onProgress?.(Math.min(1, done / expected) * WATCHING),
  }).finally(() => clip.close());

  const frames = seen.opening.length;
  const loudness = info.hasAudio ? await loudnessOf(file, frames, fps, signal) : null;
  const sounding = loudness ? soundingOf(loudness) : seen.opening.map(() => false);
  const evidence: Evidence = { fps, seen, loudness, sounding, range: rangeInSpeech(seen.opening, sounding), closures: phonemes && lipClosures(phonemes), hasSource: plateAt !== null };
  const measures = judge(evidence, { from: 0, to: frames });
  const durationSec = frames / fps;
  const segments = (options.segments?.length ? options.segments : stretches(durationSec)).map((segment) => {
    const own = judge(evidence, { from: Math.min(frames, Math.round(segment.startSec * fps)), to: Math.min(frames, Math.round(segment.endSec * fps)) });
    return { ...segment, verdict: worstVerdict(own.map(({ verdict }) => verdict)), measures: own };
  });
  onProgress?.(1);
  const loudest = loudness ? loudness.reduce((most, value) => Math.max(most, value), 1e-9) : 1;
  return {
    takeId, durationSec, frames, width: info.width, height: info.height, fps,
    verdict: worstVerdict(measures.map(({ verdict }) => verdict)),
    measures, segments,
    opening: seen.opening.map((value) => (Number.isNaN(value) ? null : thousandth(value))),
    loudness: seen.opening.map((_, i) => thousandth((loudness?.[i] ?? 0) / loudest)),
  };
}

const thousandth = (value: number): number => Math.round(value * 1000) / 1000;

async function openAtMost(file: string, signal: AbortSignal | undefined): Promise<Awaited<ReturnType<typeof openClip>>> {
  const clip = await openClip(file, { maxSec: QA_MAX_SEC, ...(signal ? { signal } : {}) });
  const { num, den } = clip.info.rate;
  if (num / den <= MOST_FPS) return clip;
  await clip.close();
  return openClip(file, { maxSec: QA_MAX_SEC, fps: { num, den: den * 2 }, ...(signal ? { signal } : {}) });
}

function stretches(durationSec: number): QaSegment[] {
  const count = Math.max(1, Math.ceil(durationSec / STRETCH_SEC));
  return Array.from({ length: count }, (_, index) => ({ index, text: '', startSec: (durationSec * index) / count, endSec: (durationSec * (index + 1)) / count }));
}
