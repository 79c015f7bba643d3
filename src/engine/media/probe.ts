/** What a media file is, read from the file itself. */
import { open } from 'node:fs/promises';
import { Packet, avGetCodecName, avGetPixFmtName, type Stream } from 'node-av/lib';
import {
  AV_NOPTS_VALUE, AV_PROFILE_AAC_LOW, AV_PROFILE_H264_BASELINE, AV_PROFILE_H264_CONSTRAINED, AV_PROFILE_H264_HIGH, AV_PROFILE_H264_MAIN,
  AVCOL_PRI_BT709, AVCOL_PRI_UNSPECIFIED, AVCOL_RANGE_JPEG, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709, AVCOL_SPC_UNSPECIFIED, AVCOL_TRC_BT709, AVCOL_TRC_UNSPECIFIED,
} from 'node-av/constants';
import { throwIfCanceled } from '../../shared/errors.ts';
import { openSource, type Source } from './source.ts';
import { rotationOf } from './rotation.ts';
import type { Rate } from './rate.ts';

export interface VideoProbe {
  codec: string;
  /** e.g. 'avc1'. */
  codecTag: string;
  profile: string;
  pixelFormat: string;
  /** Size as coded; a rotation of 90 or 270 swaps it on screen. */
  width: number;
  height: number;
  /** Clockwise degrees to turn the picture for display. */
  rotation: 0 | 90 | 180 | 270;
  colour: { primaries: string; transfer: string; matrix: string; range: string };
  fps: Rate;
  /** Every frame lasts equally long. null unless packets were counted. */
  constantRate: boolean | null;
  /** null unless packets were counted. */
  frames: number | null;
  startSec: number;
  durationSec: number | null;
}

export interface AudioProbe {
  codec: string;
  profile: string;
  sampleRate: number;
  channels: number;
  startSec: number;
  durationSec: number | null;
}

export interface MediaProbe {
  container: string;
  durationSec: number | null;
  sizeBytes: number;
  /** Header before the pictures, in one piece: plays while it downloads. null if it is no MP4. */
  faststart: boolean | null;
  fragmented: boolean;
  metadata: Record<string, string>;
  video: VideoProbe | null;
  audio: AudioProbe | null;
}

const named = (table: [number, string][]) => (value: number): string => table.find(([number]) => number === value)?.[1] ?? `code ${value}`;
const primaries = named([[AVCOL_PRI_BT709, 'bt709'], [AVCOL_PRI_UNSPECIFIED, 'unknown']]);
const transfer = named([[AVCOL_TRC_BT709, 'bt709'], [AVCOL_TRC_UNSPECIFIED, 'unknown']]);
const matrix = named([[AVCOL_SPC_BT709, 'bt709'], [AVCOL_SPC_UNSPECIFIED, 'unknown']]);
const range = named([[AVCOL_RANGE_MPEG, 'tv'], [AVCOL_RANGE_JPEG, 'pc'], [0, 'unknown']]);
const videoProfile = named([
  [AV_PROFILE_H264_HIGH, 'High'], [AV_PROFILE_H264_MAIN, 'Main'], [AV_PROFILE_H264_BASELINE, 'Baseline'],
  [AV_PROFILE_H264_BASELINE | AV_PROFILE_H264_CONSTRAINED, 'Constrained Baseline'],
]);
const audioProfile = named([[AV_PROFILE_AAC_LOW, 'LC']]);

const seconds = (ticks: bigint, stream: Stream): number | null =>
  ticks === AV_NOPTS_VALUE ? null : (Number(ticks) * stream.timeBase.num) / stream.timeBase.den;

/**
 * @param options.packets count the frames and measure exact durations by reading every packet (no decoding)
 * Errors: `invalid-input` if the file is no readable media.
 */
export async function probe(file: string, options: { packets?: boolean; signal?: AbortSignal } = {}): Promise<MediaProbe> {
  const source = await openSource(file);
  try {
    const { format, videoStream, audioStream } = source;
    const counted = options.packets ? await countPackets(source, options.signal) : null;
    const boxes = await topLevelBoxes(file);
    const durationOf = (stream: Stream) => counted?.get(stream.index)?.durationSec ?? seconds(stream.duration, stream);
    return {
      container: format.iformat?.name ?? 'unknown',
      durationSec: format.duration === AV_NOPTS_VALUE ? null : Number(format.duration) / 1e6,
      sizeBytes: boxes.sizeBytes,
      faststart: boxes.names.includes('ftyp') ? boxes.names.indexOf('moov') >= 0 && boxes.names.indexOf('moov') < boxes.names.indexOf('mdat') : null,
      fragmented: boxes.names.includes('moof'),
      metadata: format.metadata?.getAll() ?? {},
      video: videoStream && {
        codec: avGetCodecName(videoStream.codecpar.codecId) ?? 'unknown',
        codecTag: videoStream.codecpar.codecTagString ?? '',
        profile: videoProfile(videoStream.codecpar.profile),
        pixelFormat: avGetPixFmtName(videoStream.codecpar.format as Parameters<typeof avGetPixFmtName>[0]) ?? 'unknown',
        width: videoStream.codecpar.width,
        height: videoStream.codecpar.height,
        rotation: rotationOf(videoStream).degrees,
        colour: {
          primaries: primaries(videoStream.codecpar.colorPrimaries),
          transfer: transfer(videoStream.codecpar.colorTrc),
          matrix: matrix(videoStream.codecpar.colorSpace),
          range: range(videoStream.codecpar.colorRange),
        },
        fps: frameRateOf(videoStream),
        constantRate: counted?.get(videoStream.index)?.evenlySpaced ?? null,
        frames: counted?.get(videoStream.index)?.packets ?? null,
        startSec: counted?.get(videoStream.index)?.startSec ?? seconds(videoStream.startTime, videoStream) ?? 0,
        durationSec: durationOf(videoStream),
      },
      audio: audioStream && {
        codec: avGetCodecName(audioStream.codecpar.codecId) ?? 'unknown',
        profile: audioProfile(audioStream.codecpar.profile),
        sampleRate: audioStream.codecpar.sampleRate,
        channels: audioStream.codecpar.channelLayout.nbChannels,
        startSec: Math.max(0, seconds(audioStream.startTime, audioStream) ?? 0),
        durationSec: durationOf(audioStream),
      },
    };
  } finally {
    await source.close();
  }
}

/** Frames per second as the file states them: the average, or the finest grid where there is no average. */
export function frameRateOf(stream: Stream): Rate {
  const { num, den } = stream.avgFrameRate.num > 0 && stream.avgFrameRate.den > 0 ? stream.avgFrameRate : stream.rFrameRate;
  return num > 0 && den > 0 ? { num, den } : { num: 25, den: 1 };
}

interface Counted {
  packets: number;
  startSec: number;
  durationSec: number;
  evenlySpaced: boolean;
}

/** Exact spans by packet times: where the last packet ends, counted from 0. */
async function countPackets(source: Source, signal: AbortSignal | undefined): Promise<Map<number, Counted>> {
  const packet = new Packet();
  packet.alloc();
  const times = new Map<number, { pts: number[]; last: number }>();
  const streams = source.format.streams;
  try {
    while ((await source.format.readFrame(packet)) >= 0) {
      throwIfCanceled(signal);
      const entry = times.get(packet.streamIndex) ?? { pts: [], last: 0 };
      times.set(packet.streamIndex, entry);
      const pts = Number(packet.pts === AV_NOPTS_VALUE ? packet.dts : packet.pts);
      entry.pts.push(pts);
      entry.last = Math.max(entry.last, pts + Number(packet.duration));
      packet.unref();
    }
  } finally {
    packet.free();
  }
  return new Map(
    [...times].map(([index, { pts, last }]) => {
      const unit = streams[index].timeBase.num / streams[index].timeBase.den;
      pts.sort((a, b) => a - b);
      const mean = pts.length > 1 ? (pts[pts.length - 1] - pts[0]) / (pts.length - 1) : 0;
      // A grid that is rounded to ticks (1/1000 s in Matroska) is still constant.
      const evenlySpaced = pts.every((tick, place) => Math.abs(tick - pts[0] - place * mean) <= 1);
      return [index, { packets: pts.length, startSec: pts[0] * unit, durationSec: last * unit, evenlySpaced }];
    }),
  );
}

/** Names of the outermost boxes of an MP4, in order; of other files, nonsense that holds no 'ftyp'. */
async function topLevelBoxes(file: string): Promise<{ names: string[]; sizeBytes: number }> {
  const handle = await open(file);
  try {
    const sizeBytes = (await handle.stat()).size;
    const names: string[] = [];
    const head = Buffer.alloc(16);
    for (let offset = 0; offset + 8 <= sizeBytes && names.length < 100_000; ) {
      await handle.read(head, 0, 16, offset);
      names.push(head.toString('latin1', 4, 8));
      if (offset === 0 && names[0] !== 'ftyp') break;
      const size = head.readUInt32BE(0) === 1 ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(0);
      if (size < 8) break;
      offset += size;
    }
    return { names, sizeBytes };
  } finally {
    await handle.close();
  }
}
