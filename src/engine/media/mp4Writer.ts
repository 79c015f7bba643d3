/**
 * One take as one growing fragmented MP4. While it grows it is called `FILE.part`; each published fragment is complete on
 * disk and never changes; `finish()` gives the file its name. Whatever fails or is aborted leaves nothing behind.
 */
import { rename, rm } from 'node:fs/promises';
import { Dictionary, FormatContext, IOContext, Rational, type Packet, type Stream } from 'node-av/lib';
import { AVIO_FLAG_WRITE } from 'node-av/constants';
import { StudioError } from '../../shared/errors.ts';
import { AAC_PACKET_SAMPLES, AAC_SAMPLE_RATE, openAacEncoder } from './aacEncoder.ts';
import { checkCall, checkOutput, outputFailure } from './failure.ts';
import type { I420 } from './i420.ts';
import { markingTags, type Marking } from './marking.ts';
import { frameStartSample, rateValue, toRate, type Rate } from './rate.ts';
import { createSampleQueue } from './sampleQueue.ts';
import { openVideoEncoder } from './videoEncoder.ts';

export interface Mp4WriterOptions {
  /** Final name; the folder must exist. */
  file: string;
  /** Even. */
  width: number;
  height: number;
  fps: number | Rate;
  /** 'live': superfast CRF 20, no look-ahead. 'final': medium CRF 17. */
  quality: 'live' | 'final';
  marking: Marking;
  /** Called once per fragment, in order, when its bytes are on disk. Awaited: a slow reader slows the writer. */
  onFragment?: (fragment: Fragment) => void | Promise<void>;
  /** Encoder threads; more only splits pictures into slices. Default 1: composing runs beside it. */
  threads?: number;
}

/** One run of frames with its sound, decodable after the fragments before it. */
export interface Fragment {
  index: number;
  firstFrame: number;
  frames: number;
  /** The first frame is a keyframe: decoding may start here, given the file's first `initBytes` bytes. */
  keyframe: boolean;
  /** Where its bytes lie in the file. Before the first fragment lie the `initBytes` of the header. */
  offset: number;
  bytes: number;
}

export interface Mp4Summary {
  file: string;
  frames: number;
  durationSec: number;
  sizeBytes: number;
  initBytes: number;
  fragments: Fragment[];
}

export interface Mp4Writer {
  /** The file that grows, to be read while `finish()` has not resolved. */
  readonly growingFile: string;
  readonly frames: number;
  /** Header bytes at the start of the file; null until the first fragment is published. */
  readonly initBytes: number | null;
  /**
   * Appends mono sound, 48 kHz, −1..1. Only queued here (the array must not change afterwards): it is encoded with the
   * frames that it belongs to, so give the sound of a frame before the frame.
   */
  addAudio(samples: Float32Array): void;
  /**
   * Appends one picture, shown at its index / fps. The pixels are copied before the first await; the promise resolves when
   * the picture is encoded. At most one call may be under way when the next comes, so composing and encoding overlap.
   */
  addFrame(frame: I420, options?: { keyframe?: boolean }): Promise<void>;
  /** Pads the sound with silence to the end of the last frame, publishes what is left and renames the file. */
  finish(): Promise<Mp4Summary>;
  /** Removes everything. Does nothing after `finish()`. */
  abort(): Promise<void>;
}

export const FRAGMENT_SEC = { first: 0.2, longest: 0.4 } as const;
const QUALITY = {
  live: { preset: 'superfast', crf: 20, lookAhead: false },
  final: { preset: 'medium', crf: 17, lookAhead: true },
} as const;

/**
 * After how many frames of a GOP a fragment ends, e.g. [9, 18] at 25 fps. The take's first fragment is short, because the
 * first picture on screen waits for it.
 */
export function fragmentEnds(gopFrames: number, fps: number, first: boolean): number[] {
  const longest = Math.max(1, Math.floor(FRAGMENT_SEC.longest * fps + 1e-9));
  const start = first ? Math.min(gopFrames, Math.max(1, Math.ceil(FRAGMENT_SEC.first * fps - 1e-9))) : 0;
  const pieces = Math.ceil((gopFrames - start) / longest);
  const ends = Array.from({ length: pieces }, (_, piece) => start + Math.ceil(((gopFrames - start) * (piece + 1)) / pieces));
  return (first ? [start, ...ends] : ends).filter((end) => end < gopFrames);
}

/** Opens the encoders and `FILE.part`. Errors: `io` where it cannot be written, `invalid-input` for an impossible size. */
export async function openMp4Writer(options: Mp4WriterOptions): Promise<Mp4Writer> {
  const { file, width, height, onFragment } = options;
  if (width % 2 !== 0 || height % 2 !== 0 || !(width >= 2) || !(height >= 2)) {
    throw new StudioError('invalid-input', `A video of ${width}×${height} is not possible: width and height must be even and positive.`);
  }
  const rate = toRate(options.fps);
  const gopFrames = Math.max(1, Math.floor(rateValue(rate)));
  const ends = { first: fragmentEnds(gopFrames, rateValue(rate), true), later: fragmentEnds(gopFrames, rateValue(rate), false) };
  const growingFile = `${file}.part`;

  const format = new FormatContext();
  const output = new IOContext();
  let opened = false;
  const video = await openVideoEncoder({ width, height, rate, gopFrames, threads: options.threads ?? 1, ...QUALITY[options.quality] });
  const audio = await openAacEncoder();
  const closeAll = async () => {
    video.close();
    audio.close();
    if (opened) await output.closep();
    format.pb = null;
    format.freeContext();
  };
  const removeAll = async () => {
    await closeAll();
    if (opened) await rm(growingFile, { force: true });
  };

  let videoStream: Stream;
  let audioStream: Stream;
  try {
    checkCall(format.allocOutputContext2(null, 'mp4', growingFile), 'Opening the MP4 writer');
    checkOutput(growingFile, await output.open2(growingFile, AVIO_FLAG_WRITE));
    opened = true;
    format.pb = output;
    videoStream = addStream(format, video.context, new Rational(rate.den, rate.num));
    videoStream.avgFrameRate = new Rational(rate.num, rate.den);
    audioStream = addStream(format, audio.context, new Rational(1, AAC_SAMPLE_RATE));
    format.metadata = Dictionary.fromObject(markingTags(options.marking));
    // delay_moov: the header is written with the first fragment, when the encoder's delay is known, so that the edit list
    // takes the AAC priming away. frag_custom: fragments end where we say. skip_trailer: the file is header + fragments.
    const settings = Dictionary.fromObject({ movflags: 'delay_moov+frag_custom+default_base_moof+use_metadata_tags+skip_trailer' });
    checkOutput(growingFile, await format.writeHeader(settings));
    settings.free();
  } catch (error) {
    await removeAll();
    throw error;
  }

  const waitingSamples = createSampleQueue();
  const waitingPackets: Packet[] = [];
  const fragments: Fragment[] = [];
  let initBytes: number | null = null;
  let frames = 0; // given to the encoder
  let lastKeyframe = 0;
  const open = { firstFrame: 0, frames: 0, gopFrames: 0, keyframe: true }; // the fragment that is being filled
  let state: 'open' | 'finished' | 'failed' = 'open';
  let busy: Promise<void> = Promise.resolve();
  let underWay = 0;

  const position = () => Number(output.tell());
  const writePacket = async (packet: Packet, stream: Stream, from: Rational) => {
    packet.streamIndex = stream.index;
    packet.rescaleTs(from, stream.timeBase);
    checkOutput(growingFile, await format.writeFrame(packet));
  };
  const flush = async () => {
    checkOutput(growingFile, await format.writeFrame(null));
    await output.flush();
    checkOutput(growingFile, output.error);
  };

  /** Encodes waiting samples until the packets reach `endSample`, and writes those that begin before it. */
  const writeAudio = async (endSample: number, last: boolean) => {
    if (last) waitingSamples.push(new Float32Array(Math.max(0, endSample - audio.samples - waitingSamples.length)));
    // A packet comes out one packet after its samples went in.
    while (waitingSamples.length >= (last ? 1 : AAC_PACKET_SAMPLES) && (last || audio.samples < endSample + AAC_PACKET_SAMPLES)) {
      waitingPackets.push(...(await audio.encode(waitingSamples.take(AAC_PACKET_SAMPLES))));
    }
    if (last) waitingPackets.push(...(await audio.flush()));
    while (waitingPackets.length > 0 && (last || waitingPackets[0].pts < BigInt(endSample))) {
      const packet = waitingPackets.shift()!;
      await writePacket(packet, audioStream, new Rational(1, AAC_SAMPLE_RATE));
      packet.free();
    }
  };

  const publish = async (last: boolean) => {
    const endFrame = open.firstFrame + open.frames;
    await writeAudio(frameStartSample(endFrame, rate, AAC_SAMPLE_RATE), last);
    if (initBytes === null) {
      await flush(); // the header alone
      initBytes = position();
    }
    const offset = position();
    await flush();
    const fragment: Fragment = {
      index: fragments.length, firstFrame: open.firstFrame, frames: open.frames, keyframe: open.keyframe, offset, bytes: position() - offset,
    };
    fragments.push(fragment);
    open.firstFrame = endFrame;
    open.frames = 0;
    await onFragment?.(fragment);
  };

  const onVideoPacket = async (packet: Packet) => {
    const keyframe = packet.isKeyframe;
    if (keyframe) {
      if (open.frames > 0) await publish(false);
      open.gopFrames = 0;
    }
    if (open.frames === 0) open.keyframe = keyframe;
    await writePacket(packet, videoStream, new Rational(rate.den, rate.num));
    open.frames += 1;
    open.gopFrames += 1;
    const firstGop = open.firstFrame + open.frames === open.gopFrames;
    if ((firstGop ? ends.first : ends.later).includes(open.gopFrames)) await publish(false);
  };

  const fail = async (error: unknown): Promise<never> => {
    if (state === 'open') {
      state = 'failed';
      await removeAll();
    }
    throw outputFailure(file, error);
  };
  const mustBeOpen = () => {
    if (state !== 'open') throw new StudioError('bug', `${file} is ${state === 'failed' ? 'aborted' : 'finished'}; nothing can be added.`);
  };

  return {
    growingFile,
    get frames() {
      return frames;
    },
    get initBytes() {
      return initBytes;
    },
    addAudio(samples) {
      mustBeOpen();
      waitingSamples.push(samples);
    },
    addFrame(frame, { keyframe = false } = {}) {
      mustBeOpen();
      if (underWay > 1) throw new StudioError('bug', 'addFrame was called a third time while two pictures wait: await each call.');
      const frameIndex = frames++;
      const isKeyframe = keyframe || frameIndex === 0 || frameIndex - lastKeyframe >= gopFrames;
      if (isKeyframe) lastKeyframe = frameIndex;
      underWay += 1;
      const before = busy;
      const taken = video.take(frame);
      const work = (async () => {
        await before;
        await video.encode(taken, frameIndex, isKeyframe, onVideoPacket);
      })().finally(() => {
        underWay -= 1;
      });
      busy = work.catch(fail);
      busy.catch(() => undefined);
      return busy;
    },
    async finish() {
      mustBeOpen();
      try {
        await busy;
        if (frames === 0) throw new StudioError('bug', `${file} would hold no picture.`);
        await video.flush(onVideoPacket);
        await publish(true);
        checkOutput(growingFile, await format.writeTrailer());
        const sizeBytes = position();
        await closeAll();
        opened = false;
        await rename(growingFile, file);
        state = 'finished';
        return { file, frames, durationSec: (frames * rate.den) / rate.num, sizeBytes, initBytes: initBytes!, fragments };
      } catch (error) {
        return await fail(error);
      }
    },
    async abort() {
      if (state !== 'open') return;
      state = 'failed';
      await busy.catch(() => undefined);
      await removeAll();
    },
  };
}

function addStream(format: FormatContext, encoder: Parameters<Stream['codecpar']['fromContext']>[0], timeBase: Rational): Stream {
  const stream = format.newStream();
  checkCall(stream.codecpar.fromContext(encoder), 'Describing a stream');
  stream.timeBase = timeBase;
  return stream;
}
