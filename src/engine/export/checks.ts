/** What cannot be exported is said before the work, with what would be possible. */
import type { ExportSettings } from '../../shared/contract/export.ts';
import { StudioError } from '../../shared/errors.ts';
import { rateValue } from '../media/rate.ts';
import type { ExportedTake } from './api.ts';

type VideoSettings = Extract<ExportSettings, { kind: 'video' }>;

/** Of the take's sound, as the take's encoder makes it; and of the MP4's tables per second. */
const SOUND_BYTES_PER_SEC = 16_500;
/** Below so many bits per pixel, x264 can leave out no more, and nobody would want to look at it. */
const LEAST_BITS_PER_PIXEL = 0.003;
const LEAST_VIDEO_KBPS = 10;

export const secondsOf = ({ frames, rate }: Pick<ExportedTake, 'frames' | 'rate'>): number => frames / rateValue(rate);

export const sizeOf = (settings: VideoSettings, { width, height }: Pick<ExportedTake, 'width' | 'height'>): { width: number; height: number } => settings.size ?? { width, height };

/** @throws invalid-input with what is wrong and what would be right */
export function checkSettings(settings: ExportSettings, take: ExportedTake): void {
  switch (settings.kind) {
    case 'video':
      return checkVideo(settings, take);
    case 'subtitles':
      if (settings.karaoke && settings.format !== 'vtt') throw refusal('Only WebVTT can mark the time of each word: choose VTT, or leave the word times out.');
      return checkSpoken(take);
    case 'poster': {
      const seconds = secondsOf(take);
      if (settings.atSec >= seconds) throw refusal(`There is no picture at ${settings.atSec} s: the take lasts ${seconds.toFixed(2)} s.`);
      return;
    }
    case 'audio':
  }
}

function checkVideo(settings: VideoSettings, take: ExportedTake): void {
  const { mode, size, targetBytes, videoKbps, subtitles } = settings;
  if (mode === 'copy') {
    const wish = size ? 'another size' : targetBytes !== undefined ? 'a size of file' : videoKbps !== undefined ? 'a bit rate' : subtitles === 'burned' ? 'subtitles in the picture' : null;
    if (wish !== null) throw refusal(`A copy keeps the take’s own bytes, so it cannot have ${wish}. Choose to encode it again.`);
  }
  if (targetBytes !== undefined && videoKbps !== undefined) throw refusal('A size of file and a bit rate are two ways to say the same: give one of them.');
  if (size) checkSize(size, take);
  if (subtitles !== 'none') checkSpoken(take);
  const least = leastKbps(sizeOf(settings, take), take);
  const { width, height } = sizeOf(settings, take);
  if (videoKbps !== undefined && videoKbps < least) throw refusal(`${videoKbps} kbit/s are too few for a picture of ${width}×${height}: give at least ${least}, or a smaller frame size.`, { leastKbps: least });
  const leastBytes = Math.ceil((secondsOf(take) * (SOUND_BYTES_PER_SEC + (least * 1000) / 8)) / 1000) * 1000;
  if (targetBytes !== undefined && targetBytes < leastBytes) {
    throw refusal(`${megabytes(targetBytes)} are too little for ${secondsOf(take).toFixed(1)} s of ${width}×${height}: give at least ${megabytes(leastBytes)}, or a smaller frame size.`, { leastBytes });
  }
}

function checkSize({ width, height }: { width: number; height: number }, take: ExportedTake): void {
  if (width > take.width || height > take.height) {
    throw refusal(`The take is ${take.width}×${take.height}; ${width}×${height} would be larger, with nothing more to see. Choose a smaller size, or render the script again at that size.`);
  }
  const exact = (width * take.height) / take.width;
  // Sizes are even, so the nearest one may be a pixel off.
  if (Math.abs(height - exact) > 1 && Math.abs(width - (height * take.width) / take.height) > 1) {
    throw refusal(`${width}×${height} has another shape than the take (${take.width}×${take.height}): with this width it would be ${width}×${2 * Math.round(exact / 2)}. To cut the picture otherwise, render the script again at that size.`);
  }
}

function checkSpoken({ isSpoken }: ExportedTake): void {
  if (!isSpoken) throw refusal('Subtitles come from a text, and this take follows a recording without one. Leave the subtitles out, or render it again with what is said in it (its transcript).');
}

const leastKbps = ({ width, height }: { width: number; height: number }, { rate }: ExportedTake): number =>
  Math.max(LEAST_VIDEO_KBPS, Math.ceil((width * height * rateValue(rate) * LEAST_BITS_PER_PIXEL) / 1000));

/** About what the export will occupy, more rather than less. */
export function estimatedBytes(settings: ExportSettings, take: ExportedTake): number {
  const seconds = secondsOf(take);
  switch (settings.kind) {
    case 'video': {
      if (settings.targetBytes !== undefined) return settings.targetBytes;
      if (settings.videoKbps !== undefined) return Math.ceil(seconds * ((settings.videoKbps * 1000) / 8 + SOUND_BYTES_PER_SEC));
      return take.sizeBytes;
    }
    case 'audio':
      return Math.ceil(seconds * (settings.format === 'wav' ? 96_000 : SOUND_BYTES_PER_SEC));
    case 'poster':
      return take.width * take.height * 3;
    case 'subtitles':
      return 10_000;
  }
}

const refusal = (message: string, details?: unknown): StudioError => new StudioError('invalid-input', message, details === undefined ? {} : { details });
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;
