/** A video file as upright I420 pictures on a constant grid of time, whatever camera it came from. */
import type { Frame, Stream } from 'node-av/lib';
import {
  AV_NOPTS_VALUE, AVCOL_PRI_BT2020, AVCOL_PRI_UNSPECIFIED, AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_UNSPECIFIED, AVCOL_SPC_BT709, AVCOL_SPC_RGB, AVCOL_SPC_SMPTE170M, AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG,
  AVCOL_TRC_ARIB_STD_B67, AVCOL_TRC_SMPTE2084,
} from 'node-av/constants';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { coverTransform, type CoverTransform } from './cover.ts';
import { openFilterChain, type FilterChain } from './filters.ts';
import type { I420 } from './i420.ts';
import { frameRateOf } from './probe.ts';
import { rateValue, toRate, type Rate } from './rate.ts';
import { rotationOf } from './rotation.ts';
import { decodeFrames, openSource } from './source.ts';

/** What a clip may be; larger ones are refused with these numbers in the sentence. Sides count in either orientation. */
export const CLIP_LIMITS = { maxSec: 120, maxLongSide: 3840, maxShortSide: 2160, minSide: 32, maxFps: 60 } as const;

/** Rates that cameras mean by nearly the same average, e.g. 29.87 of a phone. */
const USUAL_RATES = [24_000 / 1001, 24, 25, 30_000 / 1001, 30, 48, 50, 60_000 / 1001, 60];

export interface ClipOptions {
  /** Grid of the pictures given; default: the clip's own rate. */
  fps?: number | Rate;
  /** Even; the upright picture is scaled to cover it and cut in the middle. Default: its own size, made even. */
  size?: { width: number; height: number };
  /** Longest that is read, seconds; default: that of CLIP_LIMITS. */
  maxSec?: number;
  signal?: AbortSignal;
}

export interface ClipInfo {
  /** Upright size with square pixels, before scaling; may be odd. */
  sourceWidth: number;
  sourceHeight: number;
  /** Size of the pictures given; even. */
  width: number;
  height: number;
  /** Source pixels → pixels of the pictures given. */
  transform: CoverTransform;
  rate: Rate;
  durationSec: number | null;
  hasAudio: boolean;
}

export interface Clip {
  info: ClipInfo;
  /** All pictures from the start, each with memory of its own. Can be called once. */
  frames(): AsyncGenerator<I420>;
  close(): Promise<void>;
}

/** The clip's own rate on the grid of usual ones. */
function clipRate(stream: Stream): Rate {
  const fps = Math.min(CLIP_LIMITS.maxFps, Math.max(1, rateValue(frameRateOf(stream))));
  const usual = USUAL_RATES.find((rate) => Math.abs(fps / rate - 1) < 5e-4) ?? USUAL_RATES.find((rate) => Math.abs(fps / rate - 1) < 0.01);
  return toRate(usual ?? Math.max(1, Math.round(fps)));
}

/**
 * Opens a video file. Errors: `invalid-input` for files that are missing, damaged, without pictures or beyond CLIP_LIMITS.
 * The opener closes.
 */
export async function openClip(file: string, options: ClipOptions = {}): Promise<Clip> {
  const source = await openSource(file);
  try {
    const stream = source.videoStream;
    if (!stream) throw new StudioError('invalid-input', `${file} holds no moving picture.`);
    const rotation = rotationOf(stream);
    const square = squareSize(stream);
    const turned = rotation.degrees === 90 || rotation.degrees === 270;
    const [sourceWidth, sourceHeight] = turned ? [square.height, square.width] : [square.width, square.height];
    const durationSec = source.format.duration === AV_NOPTS_VALUE ? null : Number(source.format.duration) / 1e6;
    const { maxSec = CLIP_LIMITS.maxSec } = options;
    checkLimits(file, sourceWidth, sourceHeight, durationSec, maxSec);
    const rate = options.fps === undefined ? clipRate(stream) : toRate(options.fps);
    const size = options.size ?? { width: sourceWidth - (sourceWidth % 2), height: sourceHeight - (sourceHeight % 2) };
    const transform = options.size ? coverTransform(sourceWidth, sourceHeight, size.width, size.height) : identity(sourceWidth, sourceHeight);
    const info: ClipInfo = { sourceWidth, sourceHeight, ...size, transform, rate, durationSec, hasAudio: source.audioStream !== null };
    const frameTicks = BigInt(Math.max(1, Math.round(stream.timeBase.den / stream.timeBase.num / rateValue(clipRate(stream)))));
    const maxFrames = maxSec * rateValue(rate);

    const chainFor = (frame: Frame): Promise<FilterChain> => openFilterChain('video', sourceArguments(frame, stream), [
      `scale=${square.width}:${square.height}:flags=bicubic`, // square pixels, before turning
      rotation.filters,
      'setpts=PTS-STARTPTS',
      `fps=${rate.num}/${rate.den}:round=near`,
      isHdr(frame) ? TONE_MAP : '',
      // In one pass: size, matrix and range; chroma of our format lies to the left as usual.
      `scale=${transform.scaledWidth}:${transform.scaledHeight}:flags=bicubic+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv`,
      'format=yuv420p',
      `crop=${size.width}:${size.height}:${transform.cropX}:${transform.cropY}:exact=1`,
    ].filter(Boolean).join(','));

    return {
      info,
      async *frames() {
        let chain: FilterChain | null = null;
        let shape = '';
        let given = 0;
        const pictures = async function* (frame: Frame | null): AsyncGenerator<I420> {
          if (!chain) return;
          for await (const filtered of chain.run(frame)) {
            throwIfCanceled(options.signal);
            if (++given > maxFrames) throw tooLong(file, maxSec);
            yield { width: size.width, height: size.height, data: filtered.toBuffer() };
          }
        };
        try {
          for await (const frame of decodeFrames(source, stream, { threads: 2, signal: options.signal })) {
            frame.pts = frame.bestEffortTimestamp;
            // Without a duration the last picture would be dropped.
            if (frame.duration <= 0n) frame.duration = frameTicks;
            nameColours(frame);
            const next = `${frame.width}×${frame.height} ${frame.format}`;
            if (shape !== '' && next !== shape) {
              throw new StudioError('invalid-input', `${file} changes its picture size or kind in the middle. Convert it to a plain MP4 first.`);
            }
            shape = next;
            chain ??= await chainFor(frame);
            yield* pictures(frame);
          }
          yield* pictures(null);
          if (given === 0) throw new StudioError('invalid-input', `${file} holds no picture that can be decoded.`);
        } finally {
          (chain)?.close();
        }
      },
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

const identity = (width: number, height: number): CoverTransform => ({ scaledWidth: width, scaledHeight: height, cropX: 0, cropY: 0, scaleX: 1, scaleY: 1 });

/** Coded size with square pixels: anamorphic video is widened or narrowed as a player would. */
function squareSize(stream: Stream): { width: number; height: number } {
  const { width, height, sampleAspectRatio: coded } = stream.codecpar;
  const aspect = stream.sampleAspectRatio.num > 0 ? stream.sampleAspectRatio : coded;
  const ratio = aspect.num > 0 && aspect.den > 0 ? aspect.num / aspect.den : 1;
  return { width: ratio > 0.2 && ratio < 5 ? Math.round(width * ratio) : width, height };
}

const tooLong = (file: string, maxSec: number) => new StudioError('invalid-input', `${file} is longer than ${maxSec} seconds. Cut it first.`);

function checkLimits(file: string, width: number, height: number, durationSec: number | null, maxSec: number): void {
  const { maxLongSide, maxShortSide, minSide } = CLIP_LIMITS;
  if (Math.max(width, height) > maxLongSide || Math.min(width, height) > maxShortSide) {
    throw new StudioError('invalid-input', `${file} is ${width}×${height}; at most ${maxLongSide}×${maxShortSide} can be used. Make it smaller first.`);
  }
  if (Math.min(width, height) < minSide) throw new StudioError('invalid-input', `${file} is only ${width}×${height}; at least ${minSide}×${minSide} is needed.`);
  if (durationSec !== null && durationSec > maxSec + 0.5) throw tooLong(file, maxSec);
}

/** Untagged video: HDR is BT.2020, standard definition is BT.601 by custom, anything larger BT.709. */
function nameColours(frame: Frame): void {
  if (isHdr(frame)) {
    if (frame.colorSpace === AVCOL_SPC_UNSPECIFIED) frame.colorSpace = AVCOL_SPC_BT2020_NCL;
    if (frame.colorPrimaries === AVCOL_PRI_UNSPECIFIED) frame.colorPrimaries = AVCOL_PRI_BT2020;
  }
  if (frame.colorSpace === AVCOL_SPC_UNSPECIFIED) {
    frame.colorSpace = frame.width >= 1280 || frame.height > 576 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
  }
  if (frame.colorRange === AVCOL_RANGE_UNSPECIFIED && frame.colorSpace !== AVCOL_SPC_RGB) frame.colorRange = AVCOL_RANGE_MPEG;
}

const isHdr = (frame: Frame): boolean => frame.colorTrc === AVCOL_TRC_SMPTE2084 || frame.colorTrc === AVCOL_TRC_ARIB_STD_B67;
/** HDR phone clips would look grey. Linear light, 203 cd/m² (the reference white of ITU-R BT.2408) near white, a shoulder above, back to BT.709. */
const TONE_MAP = 'zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p';

function sourceArguments(frame: Frame, stream: Stream): string {
  return [
    `video_size=${frame.width}x${frame.height}`, `pix_fmt=${frame.format}`, `time_base=${stream.timeBase.num}/${stream.timeBase.den}`,
    'pixel_aspect=1/1', `colorspace=${frame.colorSpace}`, `range=${frame.colorRange}`,
  ].join(':');
}
