/** What exports can be: presets for common places, how large the file will be, and what can be had of a take at all. */
import type { ExportSettings } from '../../../shared/contract/export.ts';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import { durationOf } from './takeWords.ts';

export type VideoSettings = Extract<ExportSettings, { kind: 'video' }>;
export interface Size { width: number; height: number }

export const BUILT_IN = ['original', 'youtube', 'instagram', 'mail', 'audio', 'subtitles', 'poster'] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
/** Why a preset does not fit a take. */
export type Misfit = 'needs-portrait';

export const MAIL_BYTES = 10_000_000;
const INSTAGRAM_KBPS = 8000;
const SOUND_KBPS = 132;
/** Characters of a file's name, and of one that is made of what is said. */
const LONGEST_NAME = 60;
const NAMED_BY_CHARACTERS = 40;
/** 48 kHz, 16 bit, one channel. */
const WAV_BYTES_PER_SEC = 96_000;
/** What x264 needs at the studio's constant quality, bits per pixel and frame; a talking head moves little. */
const BITS_PER_PIXEL = 0.045;

const video = (change: Partial<VideoSettings> = {}): VideoSettings => ({ kind: 'video', mode: 'copy', encoder: 'auto', subtitles: 'none', ...change });

/** The size within these sides, as sharp as the take allows and in its aspect; null: the take is no larger. */
export function fitted({ width, height }: Size, longSide: number, shortSide: number): Size | null {
  const scale = Math.min(1, longSide / Math.max(width, height), shortSide / Math.min(width, height));
  return scale === 1 ? null : { width: even(width * scale), height: even(height * scale) };
}
const even = (value: number): number => Math.max(64, 2 * Math.round(value / 2));

export function presetFor(preset: BuiltIn, take: TakeInfo): ExportSettings | Misfit {
  const own = { width: take.width ?? 0, height: take.height ?? 0 };
  const encoded = (size: Size | null, change: Partial<VideoSettings>) => video({ mode: 'encode', ...(size ? { size } : {}), ...change });
  switch (preset) {
    case 'original': return video();
    case 'youtube': {
      const size = fitted(own, 1920, 1080);
      return size ? encoded(size, {}) : video();
    }
    case 'instagram':
      return Math.abs(own.width / own.height - 9 / 16) > 0.02 ? 'needs-portrait' : encoded(fitted(own, 1920, 1080), { videoKbps: INSTAGRAM_KBPS });
    case 'mail': return take.sizeBytes <= MAIL_BYTES ? video() : encoded(fitted(own, 1280, (durationOf(take) ?? 0) > 120 ? 480 : 720), { targetBytes: MAIL_BYTES });
    case 'audio': return { kind: 'audio', format: 'm4a' };
    case 'subtitles': return { kind: 'subtitles', format: 'srt', karaoke: false };
    case 'poster': return { kind: 'poster', format: 'jpg', atSec: 0 };
  }
}

/** Whether the pictures stay the take's own bytes. */
export const isSameBytes = (settings: ExportSettings): boolean => settings.kind === 'video' && settings.mode === 'copy';

/** About how large the file will be; null: it cannot be told, and is small. */
export function estimateBytes(settings: ExportSettings, take: TakeInfo): number | null {
  const durationSec = durationOf(take);
  if (durationSec === null || settings.kind === 'subtitles' || settings.kind === 'poster') return null;
  const soundBytes = (SOUND_KBPS * 1000 * durationSec) / 8;
  if (settings.kind === 'audio') return Math.round(settings.format === 'wav' ? WAV_BYTES_PER_SEC * durationSec : soundBytes);
  if (settings.mode === 'copy') return take.sizeBytes;
  if (settings.targetBytes !== undefined) return settings.targetBytes;
  if (settings.videoKbps !== undefined) return Math.round((settings.videoKbps * 1000 * durationSec) / 8 + soundBytes);
  const { width, height } = settings.size ?? { width: take.width ?? 0, height: take.height ?? 0 };
  return Math.round((BITS_PER_PIXEL * width * height * take.framesDone) / 8 + soundBytes);
}

/** The setting with this change, and what follows from it: copied bytes have their own size, rate and pictures. */
export function changedVideo(settings: VideoSettings, change: Partial<VideoSettings>): VideoSettings {
  const next = { ...settings, ...change };
  const isChanged = next.size !== undefined || next.targetBytes !== undefined || next.videoKbps !== undefined || next.subtitles === 'burned';
  if (change.mode === 'copy') return video({ subtitles: next.subtitles === 'burned' ? 'none' : next.subtitles });
  const { size, targetBytes, videoKbps, ...rest } = next;
  return {
    ...rest, mode: isChanged ? 'encode' : next.mode,
    ...(size ? { size } : {}), ...(targetBytes === undefined ? {} : { targetBytes }), ...(videoKbps === undefined ? {} : { videoKbps }),
  };
}

/** The first words, as a name. */
export function firstWords(text: string): string {
  const words = text.trim().split(/\s+/);
  let name = words[0] ?? '';
  for (const word of words.slice(1)) {
    if (name.length + 1 + word.length > NAMED_BY_CHARACTERS) break;
    name += ` ${word}`;
  }
  return name.replace(/[\p{P}\s]+$/u, '');
}

/** A file's name without what a disk would refuse. */
export function fileNameOf(text: string, fallback: string): string {
  const plain = text.replace(/[\u0000-\u001f<>:"/\\|?*\u200e\u200f]/g, ' ').replace(/\s+/g, ' ').replace(/^[. ]+|[. ]+$/g, '');
  return Array.from(plain).slice(0, LONGEST_NAME).join('').trim() || fallback;
}
