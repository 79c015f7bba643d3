/**
 * A take coded again: smaller, to a size of file, or with subtitles in the picture. Its sound and its tags go along as they are. Where a
 * rate is aimed at, x264 reads everything twice, so that the bits go where they are needed.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Codec, CodecContext, Dictionary, Packet, Rational, type Frame } from 'node-av/lib';
import {
  AV_CODEC_FLAG_CLOSED_GOP, AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_PASS1, AV_CODEC_FLAG_PASS2, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P,
  AV_PROFILE_H264_HIGH, AVDISCARD_ALL, FF_ENCODER_H264_NVENC, FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { burnFilter } from './burn.ts';
import { checkCall, inputFailure, isEnd, present } from './failure.ts';
import { openFilterChain } from './filters.ts';
import { xmpBox } from './marking.ts';
import { openMp4Output } from './mp4Output.ts';
import { rateValue, type Rate } from './rate.ts';
import { withoutBrands } from './remux.ts';
import { decodeFrames, openSource } from './source.ts';
import { drainPackets, tagBt709 } from './videoEncoder.ts';

export interface ReencodeOptions {
  /** What the take is. */
  from: { width: number; height: number; rate: Rate; frames: number };
  /** Even, no larger than the take. */
  size: { width: number; height: number };
  /** A script of captions (burn.ts) to be drawn in, for pictures of `size`. */
  captionFile: string | null;
  /** Constant quality; so much per second of picture; or so large a file, at most. */
  aim: { crf: number } | { videoKbps: number } | { fileBytes: number };
  encoder: 'x264' | 'nvenc';
  threads: number;
  /** For what the first reading leaves to the second. */
  workFolder: string;
  signal?: AbortSignal;
  /** Awaited before each picture: work stands still until it resolves. */
  gate?: () => Promise<void>;
  /** 0..1; goes back where the result was too large and is coded once more. */
  onProgress?: (fraction: number) => void;
}

/** What a file may be, as parts of the size that was asked for: never over it, since it is mostly somebody's limit. */
const REACHED = { least: 0.97, aim: 0.985, most: 1 };
/** After the last try it may be over by so much. */
const TOLERATED = 1.03;
const TRIES = 4;
/** What an MP4 spends on a picture and on a packet of sound beside their bytes, and once on all; measured from the second try on. */
const TABLE_BYTES = { picture: 14, sound: 10, rest: 4000 };
/** Of the whole work, where everything is read twice. */
const FIRST_PASS_SHARE = 0.35;
/** Between keyframes: seeking in a file on disk need not be as quick as in a live one. */
const GOP_SEC = 4;

type Pass = 'only' | 'first' | 'second';

/** Writes `to`, which appears only when it is complete. @throws io, invalid-input where the source is damaged or no file can be that small, canceled */
export async function reencode(from: string, to: string, options: ReencodeOptions): Promise<void> {
  const { aim, from: take, onProgress = () => undefined } = options;
  if ('crf' in aim) {
    await encodeTo(from, to, options, { crf: aim.crf }, 'only', onProgress);
    return;
  }
  const twice = options.encoder === 'x264';
  const codeAt = async (kbps: number, isFirstTry: boolean): Promise<Coded> => {
    if (!twice) return encodeTo(from, to, options, { kbps }, 'only', onProgress);
    if (isFirstTry) await encodeFirstPass(from, options, kbps, (fraction) => onProgress(FIRST_PASS_SHARE * fraction));
    return encodeTo(from, to, options, { kbps }, 'second', (fraction) => onProgress(FIRST_PASS_SHARE + (1 - FIRST_PASS_SHARE) * fraction));
  };
  if ('videoKbps' in aim) {
    await codeAt(aim.videoKbps, true);
    return;
  }

  const seconds = take.frames / rateValue(take.rate);
  const sound = await soundOf(from, options.signal);
  let besideBytes = sound.bytes + sound.packets * TABLE_BYTES.sound + take.frames * TABLE_BYTES.picture + TABLE_BYTES.rest;
  let kbps = kbpsOf(REACHED.aim * aim.fileBytes - besideBytes, seconds);
  for (let attempt = 1; ; attempt++) {
    const { videoBytes } = await codeAt(kbps, attempt === 1);
    const { size } = await stat(to);
    const reached = size / aim.fileBytes;
    if (reached >= REACHED.least && reached <= REACHED.most) return;
    besideBytes = size - videoBytes;
    const next = Math.max(1, Math.round((kbps * Math.max(1, REACHED.aim * aim.fileBytes - besideBytes)) / videoBytes));
    if (attempt < TRIES && next !== kbps) {
      kbps = next;
      continue;
    }
    // Smaller than asked for: there is no more in the pictures.
    if (reached <= TOLERATED) return;
    throw new StudioError('invalid-input', `This video cannot be made as small as ${aim.fileBytes} bytes at ${options.size.width}×${options.size.height}: ${size} was the least. Choose a smaller frame size, or a larger file.`, { details: { leastBytes: size } });
  }
}

const kbpsOf = (bytes: number, seconds: number): number => Math.max(1, Math.round((bytes * 8) / 1000 / seconds));

interface Coded {
  videoBytes: number;
}

type Rating = { crf: number } | { kbps: number };

/** Codes everything and drops it: what the encoder has learned lies in the work folder. */
async function encodeFirstPass(from: string, options: ReencodeOptions, kbps: number, onProgress: (fraction: number) => void): Promise<void> {
  const encoder = await openEncoder(options, { kbps }, 'first');
  try {
    await encodePictures(from, encoder, options, () => Promise.resolve(), onProgress);
  } finally {
    encoder.freeContext(); // completes its notes
  }
}

async function encodeTo(from: string, to: string, options: ReencodeOptions, rating: Rating, pass: Pass, onProgress: (fraction: number) => void): Promise<Coded> {
  const encoder = await openEncoder(options, rating, pass);
  try {
    const source = await openSource(from);
    try {
      const output = await openMp4Output(to);
      try {
        const { rate } = options.from;
        const timeBase = { num: rate.den, den: rate.num };
        const picture = output.addStream(encoder, timeBase, rate);
        const { audioStream } = source;
        const sound = audioStream && output.addStream(audioStream.codecpar, audioStream.timeBase);
        const tags = withoutBrands(source.format.metadata?.getAll() ?? {});
        await output.start('faststart+use_metadata_tags', tags);

        const soundPackets = packetsOf(source, options.signal);
        let next = sound && (await soundPackets.next());
        /** Sound that is heard up to the picture goes before it, so that players need not look for it. */
        const writeSound = async (untilSec: number) => {
          while (next?.done === false && secondsOf(next.value, audioStream!.timeBase) <= untilSec) {
            await output.write(next.value, sound!, audioStream!.timeBase);
            next = await soundPackets.next();
          }
        };
        let videoBytes = 0;
        await encodePictures(from, encoder, options, async (packet) => {
          await writeSound(secondsOf(packet, timeBase));
          videoBytes += packet.size;
          await output.write(packet, picture, timeBase);
        }, onProgress);
        await writeSound(Infinity);
        await soundPackets.return();
        throwIfCanceled(options.signal);
        await output.commit(xmpBox(tags));
        return { videoBytes };
      } catch (error) {
        await output.discard();
        throw error;
      }
    } finally {
      await source.close();
    }
  } finally {
    encoder.freeContext();
  }
}

async function encodePictures(from: string, encoder: CodecContext, options: ReencodeOptions, onPacket: (packet: Packet) => Promise<void>, onProgress: (fraction: number) => void): Promise<void> {
  const packet = new Packet();
  packet.alloc();
  let done = 0;
  try {
    for await (const picture of picturesOf(from, options)) {
      await options.gate?.();
      throwIfCanceled(options.signal);
      checkCall(await encoder.sendFrame(picture), 'Encoding video');
      await drainPackets(packet, () => encoder.receivePacketSync(packet), onPacket); // the work was done before
      onProgress(Math.min(1, ++done / options.from.frames));
    }
    checkCall(await encoder.sendFrame(null), 'Encoding video');
    await drainPackets(packet, () => encoder.receivePacket(packet), onPacket);
  } finally {
    packet.free();
  }
}

/** The take's pictures as they are to be coded; time is their number. The frame given is reused. */
async function* picturesOf(from: string, { from: take, size, captionFile, signal }: ReencodeOptions): AsyncGenerator<Frame> {
  const { num, den } = take.rate;
  const filters = [
    ...(size.width === take.width && size.height === take.height ? [] : [`scale=${size.width}:${size.height}:flags=lanczos+accurate_rnd+full_chroma_int`]),
    ...(captionFile === null ? [] : [burnFilter(captionFile)]),
  ];
  const source = await openSource(from);
  try {
    const stream = present(source.videoStream, 'picture in the take');
    // In numbers: colorspace BT.709, limited range.
    const input = `video_size=${take.width}x${take.height}:pix_fmt=${AV_PIX_FMT_YUV420P}:time_base=${den}/${num}:pixel_aspect=1/1:frame_rate=${num}/${den}:colorspace=1:range=1`;
    const chain = filters.length === 0 ? null : await openFilterChain('video', input, [...filters, 'format=yuv420p'].join(','));
    try {
      let index = 0n;
      for await (const frame of decodeFrames(source, stream, { threads: 2, ...(signal ? { signal } : {}) })) {
        const number = index++;
        frame.pts = number;
        frame.duration = 1n;
        if (!chain) yield coded(frame, number);
        else for await (const filtered of chain.run(frame)) yield coded(filtered, number);
      }
      if (chain) for await (const filtered of chain.run(null)) yield coded(filtered, index++);
    } finally {
      chain?.close();
    }
  } finally {
    await source.close();
  }
}

/** Free of what its first coding decided. */
function coded(frame: Frame, number: bigint): Frame {
  frame.pts = number;
  frame.pictType = AV_PICTURE_TYPE_NONE;
  tagBt709(frame);
  return frame;
}

async function openEncoder(options: ReencodeOptions, rating: Rating, pass: Pass): Promise<CodecContext> {
  const { size, from: { rate }, encoder, threads, workFolder } = options;
  const codec = present(Codec.findEncoderByName(encoder === 'nvenc' ? FF_ENCODER_H264_NVENC : FF_ENCODER_LIBX264), 'H.264 encoder');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = size.width;
  context.height = size.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(rate.den, rate.num);
  context.framerate = new Rational(rate.num, rate.den);
  context.sampleAspectRatio = new Rational(1, 1);
  context.gopSize = Math.max(1, Math.round(GOP_SEC * rateValue(rate)));
  context.profile = AV_PROFILE_H264_HIGH;
  tagBt709(context);
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_CLOSED_GOP, ...(pass === 'first' ? [AV_CODEC_FLAG_PASS1] : pass === 'second' ? [AV_CODEC_FLAG_PASS2] : []));
  if ('kbps' in rating) context.bitRate = BigInt(rating.kbps * 1000);
  const settings = Dictionary.fromObject(encoder === 'nvenc' ? nvencSettings(rating) : x264Settings(rating, pass, path.join(workFolder, 'first-pass.log')));
  if (encoder === 'x264') context.threadCount = threads;
  const opened = await context.open2(codec, settings);
  settings.free();
  if (opened < 0) context.freeContext();
  checkCall(opened, `Opening the H.264 encoder for ${size.width}×${size.height}`);
  return context;
}

const x264Settings = (rating: Rating, pass: Pass, notesFile: string): Record<string, string | number> => ({
  preset: 'medium',
  ...('crf' in rating ? { crf: rating.crf } : {}),
  ...(pass === 'only' ? {} : { stats: notesFile }),
});
/** Two looks at each picture within the card, no pictures that refer forward: the same order in and out on every generation of cards. */
const nvencSettings = (rating: Rating): Record<string, string | number> => ({
  preset: 'p6', rc: 'vbr', bf: 0, multipass: 'fullres', ...('crf' in rating ? { cq: rating.crf, b: 0 } : {}),
});

const secondsOf = (packet: Packet, timeBase: { num: number; den: number }): number => (Number(packet.dts) * timeBase.num) / timeBase.den;

/** The sound's packets. Each is valid until the next is asked for. */
async function* packetsOf(source: Awaited<ReturnType<typeof openSource>>, signal: AbortSignal | undefined): AsyncGenerator<Packet, void, void> {
  const { audioStream, format, file } = source;
  for (const stream of format.streams) if (stream.index !== audioStream?.index) stream.discard = AVDISCARD_ALL;
  const packet = new Packet();
  packet.alloc();
  try {
    while (audioStream) {
      throwIfCanceled(signal);
      const code = await format.readFrame(packet);
      if (isEnd(code)) return;
      if (code < 0) throw inputFailure(file, code);
      if (packet.streamIndex === audioStream.index) yield packet;
      packet.unref();
    }
  } finally {
    packet.free();
  }
}

async function soundOf(file: string, signal: AbortSignal | undefined): Promise<{ packets: number; bytes: number }> {
  const source = await openSource(file);
  const sum = { packets: 0, bytes: 0 };
  try {
    for await (const packet of packetsOf(source, signal)) {
      sum.packets += 1;
      sum.bytes += packet.size;
    }
    return sum;
  } finally {
    await source.close();
  }
}
