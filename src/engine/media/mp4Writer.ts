/**
 * One take as one growing fragmented MP4. While it grows it is another file beside its place; each published fragment is complete on
 * disk and never changes; `finish()` gives the file its name. A file that grows under a name of the caller's survives what ends its writer,
 * and another writer can go on in it; any other leaves nothing behind when something fails.
 */
import type { Packet } from 'node-av/lib';
import type { Quality } from '../../shared/contract/request.ts';
import { StudioError } from '../../shared/errors.ts';
import { AAC_PACKET_SAMPLES, AAC_SAMPLE_RATE, openAacEncoder, type AacEncoder } from './aacEncoder.ts';
import { checkSameSettings, readContinuation } from './continuing.ts';
import { openFragmentMuxer, type FragmentMuxer, type Outlets } from './fragmentMuxer.ts';
import { openGrowingFile, type GrowingFile } from './growingFile.ts';
import type { I420 } from './i420.ts';
import { markingTags, type Marking } from './marking.ts';
import { frameStartSample, frameStartSec, rateValue, toRate, type Rate } from './rate.ts';
import { createSampleQueue } from './sampleQueue.ts';
import { openVideoEncoder, type VideoEncoder } from './videoEncoder.ts';

export { soundNeededBefore } from './continuing.ts';

export interface Mp4WriterOptions {
  /** Final name; the folder must exist. */
  file: string;
  /** Even. */
  width: number;
  height: number;
  fps: number | Rate;
  /** 'live': superfast CRF 20, no look-ahead. 'final': medium CRF 17. */
  quality: Quality;
  marking: Marking;
  /**
   * Called once per fragment, in order, when the system has its bytes: they outlive this process, even one that is killed. Awaited: a
   * slow reader slows the writer.
   */
  onFragment?: (fragment: Fragment) => void | Promise<void>;
  /** Encoder threads; more only splits pictures into slices. Default 1: composing runs beside it. */
  threads?: number;
  /**
   * Where the file grows, in the folder of `file`; a new take replaces what lies there. It stays there when writing fails or the process
   * ends, until `abort()` or another writer. Without it: a hidden file of a new name.
   */
  growingFile?: string;
  /** Goes on where an earlier writer of the same take, with the same settings, left `growingFile`. */
  continues?: PublishedTake;
  /** Of a thread that writes take after take. */
  outlets?: Outlets;
}

export interface PublishedTake {
  /** All fragments that were published, at least one. What the file holds beyond them is cut off. */
  fragments: Fragment[];
  initBytes: number;
  /**
   * The take's mono sound, 48 kHz, up to the first sample of the first new frame: the last `soundNeededBefore()` samples or more. `addAudio`
   * goes on from there.
   */
  sound: Float32Array;
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
  /** Of the take, with those that it had when it was continued. The next one has this index. */
  readonly frames: number;
  /** Header bytes at the start of the file; null until the first fragment of the take is published. */
  readonly initBytes: number | null;
  /**
   * Appends mono sound, 48 kHz, −1..1. Only queued here (the array must not change afterwards): it is encoded with the
   * frames that it belongs to, so give the sound of a frame before the frame; nothing is published before the first sound.
   */
  addAudio(samples: Float32Array): void;
  /**
   * Appends one picture, shown at its index / fps; the first of a writer is a keyframe. The pixels are copied before the first await; the promise resolves when
   * the picture is encoded. At most one call may be under way when the next comes, so composing and encoding overlap.
   */
  addFrame(frame: I420, options?: { keyframe?: boolean }): Promise<void>;
  /** Pads the sound with silence to the end of the last frame (what goes beyond is dropped), publishes what is left and renames the file. */
  finish(): Promise<Mp4Summary>;
  /** Closes the encoders and removes the file; `keep` leaves it with what is published. Does nothing after `finish()` or `abort()`. */
  abort(options?: { keep?: boolean }): Promise<void>;
}

const FRAGMENT_SEC = { first: 0.2, longest: 0.4 } as const;
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

/**
 * Opens the encoders and the growing file. Errors: `io` where it cannot be written, or not be continued because it is missing, damaged or of other
 * settings (then it stays as it is); `invalid-input` for an impossible size.
 */
export async function openMp4Writer(options: Mp4WriterOptions): Promise<Mp4Writer> {
  const { file, width, height, onFragment } = options;
  if (!(width >= 16 && height >= 16) || width % 2 !== 0 || height % 2 !== 0) {
    throw new StudioError('invalid-input', `A video of ${width}×${height} is not possible: width and height must be even, 16 or more.`);
  }
  const rate = toRate(options.fps);
  const gopFrames = Math.max(1, Math.floor(rateValue(rate)));
  const ends = { first: fragmentEnds(gopFrames, rateValue(rate), true), later: fragmentEnds(gopFrames, rateValue(rate), false) };
  const past = options.continues ? await readContinuation(options.growingFile, options.continues, rate) : null;

  let video: VideoEncoder | undefined;
  let audio: AacEncoder | undefined;
  let muxer: FragmentMuxer | undefined;
  const closeEncoders = () => {
    for (const each of [video, audio, muxer]) each?.close();
    video = audio = muxer = undefined;
  };
  const open = async () => {
    video = await openVideoEncoder({ width, height, rate, gopFrames, threads: options.threads ?? 1, ...QUALITY[options.quality] });
    audio = await openAacEncoder(past?.firstSample);
    muxer = await openFragmentMuxer({
      video: video.context, audio: audio.context, rate, tags: markingTags(options.marking), fragmentsBefore: past?.fragments.length ?? 0,
      ...(options.outlets ? { outlets: options.outlets } : {}),
    });
    if (past) checkSameSettings(options.growingFile!, past.header, await muxer.takeHeader());
    const growing: GrowingFile = await openGrowingFile(file, options.growingFile, past?.sizeBytes);
    return { video, audio, muxer, growing };
  };
  const { growing, ...encoders } = await open().catch((error: unknown) => {
    closeEncoders();
    throw error;
  });

  const waitingSamples = createSampleQueue();
  const waitingPackets: Packet[] = [];
  const fragments: Fragment[] = [...(past?.fragments ?? [])];
  const firstFrame = past?.endFrame ?? 0;
  const filling = { firstFrame, frames: 0, soundPackets: 0, gopFrames: 0, keyframe: true };
  let initBytes: number | null = past?.header.length ?? null;
  let frames = firstFrame; // given to the encoder
  let lastKeyframe = firstFrame;
  let state: 'open' | 'finished' | 'failed' | 'aborted' = 'open';
  let busy: Promise<void> = Promise.resolve();
  let underWay = 0;
  if (past) waitingSamples.push(past.sound);

  /** Encodes waiting samples until the packets reach `endSample`, and adds those that begin before it. */
  const addSound = async (endSample: number, last: boolean) => {
    if (last) waitingSamples.push(new Float32Array(Math.max(0, endSample - encoders.audio.samples - waitingSamples.length)));
    for (;;) {
      // A packet comes out one packet after its samples went in; only the very last may be shorter.
      const wanted = (last ? endSample : endSample + AAC_PACKET_SAMPLES) - encoders.audio.samples;
      const count = last ? Math.min(AAC_PACKET_SAMPLES, wanted) : AAC_PACKET_SAMPLES;
      if (wanted <= 0 || waitingSamples.length < count) break;
      waitingPackets.push(...(await encoders.audio.encode(waitingSamples.take(count))));
    }
    if (last) waitingPackets.push(...(await encoders.audio.flush()));
    while (waitingPackets.length > 0 && (last || waitingPackets[0].pts < BigInt(endSample))) {
      const packet = waitingPackets.shift()!;
      const beyond = packet.pts + packet.duration - BigInt(endSample);
      if (last && beyond > 0n) packet.duration -= beyond; // players end the sound there
      if (packet.duration > 0n && packet.pts >= BigInt(past?.endSample ?? -AAC_PACKET_SAMPLES)) {
        encoders.muxer.addSound(packet);
        filling.soundPackets += 1;
      }
      packet.free();
    }
  };

  const publish = async (last: boolean) => {
    const endFrame = filling.firstFrame + filling.frames;
    await addSound(frameStartSample(endFrame, rate, AAC_SAMPLE_RATE), last);
    if (initBytes === null) {
      // The header takes the encoder's delay from the first packet: a header without sound would shift all that comes later.
      if (filling.soundPackets === 0) return;
      const header = await encoders.muxer.takeHeader();
      await growing.append(header);
      initBytes = header.length;
    }
    const { firstFrame, frames: count, soundPackets, keyframe } = filling;
    if (count + soundPackets === 0) return;
    const offset = growing.sizeBytes;
    const bytes = await encoders.muxer.takeFragment();
    await growing.append(bytes);
    const fragment = { index: fragments.length, firstFrame, frames: count, keyframe, offset, bytes: bytes.length };
    fragments.push(fragment);
    filling.firstFrame = endFrame;
    filling.frames = filling.soundPackets = 0;
    await onFragment?.(fragment);
  };

  const onVideoPacket = async (packet: Packet) => {
    const keyframe = packet.isKeyframe;
    if (keyframe) {
      if (filling.frames > 0) await publish(false);
      filling.gopFrames = 0;
    }
    if (filling.frames === 0) filling.keyframe = keyframe;
    encoders.muxer.addPicture(packet);
    filling.frames += 1;
    filling.gopFrames += 1;
    const isFirstGop = filling.firstFrame + filling.frames === filling.gopFrames;
    if ((isFirstGop ? ends.first : ends.later).includes(filling.gopFrames)) await publish(false);
  };

  const fail = async (error: unknown): Promise<never> => {
    if (state === 'open') {
      state = 'failed';
      closeEncoders();
      await (options.growingFile === undefined ? growing.discard() : growing.close());
    }
    throw error;
  };
  const mustBeOpen = () => {
    if (state !== 'open') throw new StudioError('bug', `${file} is ${state}; nothing can be added.`);
  };

  return {
    growingFile: growing.path,
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
    async addFrame(frame, { keyframe = false } = {}) {
      mustBeOpen();
      if (past?.isWhole) throw new StudioError('bug', `${file} has its last fragment; it can only be finished.`);
      if (underWay > 1) throw new StudioError('bug', 'addFrame was called a third time while two pictures wait: await each call.');
      const frameIndex = frames++;
      const isKeyframe = keyframe || frameIndex === firstFrame || frameIndex - lastKeyframe >= gopFrames;
      if (isKeyframe) lastKeyframe = frameIndex;
      const taken = encoders.video.take(frame);
      underWay += 1;
      busy = busy
        .then(() => encoders.video.encode(taken, frameIndex, isKeyframe, onVideoPacket))
        .catch(fail)
        .finally(() => {
          underWay -= 1;
        });
      await busy;
    },
    async finish() {
      await busy;
      mustBeOpen();
      try {
        if (frames === 0) throw new StudioError('bug', `${file} would hold no picture.`);
        await encoders.video.flush(onVideoPacket);
        await publish(true);
        closeEncoders();
        await growing.commit();
        state = 'finished';
        return { file, frames, durationSec: frameStartSec(frames, rate), sizeBytes: growing.sizeBytes, initBytes: initBytes ?? 0, fragments };
      } catch (error) {
        return await fail(error);
      }
    },
    async abort({ keep = false } = {}) {
      await busy.catch(() => undefined);
      if (state === 'finished' || state === 'aborted') return;
      state = 'aborted';
      closeEncoders();
      await (keep ? growing.close() : growing.discard());
    },
  };
}
