/** H.264 High from I420 frames: yuv420p, BT.709 tags, no B-frames, closed GOPs. One encoder per file. */
import { CodecContext, Codec, Dictionary, Frame, Packet, Rational } from 'node-av/lib';
import {
  AV_CODEC_FLAG_CLOSED_GOP, AV_CODEC_FLAG_GLOBAL_HEADER, AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P,
  AV_PROFILE_H264_HIGH, AVCHROMA_LOC_LEFT, AVCOL_PRI_BT709, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709, AVCOL_TRC_BT709, FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { StudioError } from '../../shared/errors.ts';
import { checkCall, isAgain, isEnd, present } from './failure.ts';
import { i420Bytes, type I420 } from './i420.ts';
import type { Rate } from './rate.ts';

export interface VideoEncoderOptions {
  width: number;
  height: number;
  rate: Rate;
  preset: 'ultrafast' | 'superfast' | 'medium';
  /** x264's constant rate factor: 17 is visually lossless, 20 very good. */
  crf: number;
  /** Longest distance between keyframes; 1 makes every picture a keyframe. */
  gopFrames: number;
  /** false: each picture comes out as soon as it went in (live). true: x264 looks ahead for better quality per byte. */
  lookAhead: boolean;
  threads: number;
  /** Cheaper to decode at more bytes: no arithmetic coding, no deblocking (pictures of this quality need none). */
  fastDecode?: boolean;
}

export interface VideoEncoder {
  context: CodecContext;
  /** Copies the pixels into memory of the encoder's; at most two pictures may be taken and not yet encoded. */
  take(picture: I420): Frame;
  /** Encodes a taken picture. Packets come to `onPacket` with pts = frameIndex, and are valid only until it resolves. */
  encode(taken: Frame, frameIndex: number, keyframe: boolean, onPacket: (packet: Packet) => Promise<void>): Promise<void>;
  /** Gives the pictures still held back. */
  flush(onPacket: (packet: Packet) => Promise<void>): Promise<void>;
  close(): void;
}

/** The tags that say how our pixels are to be shown, on a codec context or on a frame. */
export function tagBt709(target: Pick<Frame, 'colorRange' | 'colorPrimaries' | 'colorTrc' | 'colorSpace' | 'chromaLocation'>): void {
  target.colorRange = AVCOL_RANGE_MPEG;
  target.colorPrimaries = AVCOL_PRI_BT709;
  target.colorTrc = AVCOL_TRC_BT709;
  target.colorSpace = AVCOL_SPC_BT709;
  target.chromaLocation = AVCHROMA_LOC_LEFT;
}

/** An AVFrame of our raw format with memory of its own. The opener closes it with `free()`. */
function allocI420Frame(width: number, height: number): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = AV_PIX_FMT_YUV420P;
  checkCall(frame.getBuffer(), 'Allocating a picture');
  tagBt709(frame);
  return frame;
}

/** Shows I420 pixels in an AVFrame of the same size. They are copied to `memory` first: `fromBuffer` copies nothing, the frame shows that memory from then on. */
function copyIntoFrame(picture: I420, frame: Frame, memory: Buffer): void {
  if (picture.width !== frame.width || picture.height !== frame.height) {
    throw new StudioError('bug', `A picture of ${picture.width}×${picture.height} came where ${frame.width}×${frame.height} was agreed.`);
  }
  checkCall(frame.makeWritable(), 'Making a picture writable');
  memory.set(picture.data.subarray(0, memory.length));
  checkCall(frame.fromBuffer(memory), 'Copying a picture');
}

export async function openVideoEncoder(options: VideoEncoderOptions): Promise<VideoEncoder> {
  const { width, height, rate, gopFrames, lookAhead } = options;
  const codec = present(Codec.findEncoderByName(FF_ENCODER_LIBX264), 'H.264 encoder');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(rate.den, rate.num);
  context.framerate = new Rational(rate.num, rate.den);
  context.sampleAspectRatio = new Rational(1, 1);
  context.gopSize = gopFrames;
  context.maxBFrames = 0;
  context.profile = AV_PROFILE_H264_HIGH;
  context.threadCount = options.threads;
  tagBt709(context);
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_CLOSED_GOP);
  // Keyframes come where we ask (chunk starts) and each gopFrames: x264's own scene cuts would break up fragments.
  const immediate = ':force-cfr=1:rc-lookahead=0:sync-lookahead=0:mbtree=0:sliced-threads=1';
  const settings = Dictionary.fromObject({
    preset: options.preset,
    crf: options.crf,
    'forced-idr': 1,
    // ultrafast drops the 8×8 transform, and with it the High profile.
    'x264-params': `scenecut=0:keyint=${gopFrames}:min-keyint=1:8x8dct=1:${options.fastDecode ? 'cabac=0:no-deblock=1' : 'cabac=1'}${lookAhead ? '' : immediate}`,
  });
  const opened = await context.open2(codec, settings);
  settings.free();
  if (opened < 0) context.freeContext();
  checkCall(opened, `Opening the H.264 encoder for ${width}×${height}`);

  const packet = new Packet();
  packet.alloc();
  // Two pictures in turn: one may still be in the encoder's hands while the next is copied.
  const pictures = [0, 1].map(() => ({ frame: allocI420Frame(width, height), memory: Buffer.alloc(i420Bytes(width, height)) }));

  let turn = 0;
  return {
    context,
    take(picture) {
      const { frame, memory } = pictures[turn++ % 2];
      copyIntoFrame(picture, frame, memory);
      return frame;
    },
    async encode(picture, frameIndex, keyframe, onPacket) {
      picture.pts = BigInt(frameIndex);
      picture.duration = 1n;
      picture.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
      // The work is done in here, off this thread; taking the packet afterwards costs nothing, so it waits for no event loop.
      checkCall(await context.sendFrame(picture), 'Encoding video');
      await drainPackets(packet, () => context.receivePacketSync(packet), onPacket);
    },
    async flush(onPacket) {
      checkCall(await context.sendFrame(null), 'Encoding video');
      await drainPackets(packet, () => context.receivePacket(packet), onPacket);
    },
    close() {
      for (const { frame } of pictures) frame.free();
      packet.free();
      context.freeContext();
    },
  };
}

/** Hands on every packet that an encoder has ready, each one frame long, in the one that is given. */
export async function drainPackets(packet: Packet, receive: () => number | Promise<number>, onPacket: (packet: Packet) => Promise<void>): Promise<void> {
  for (;;) {
    const code = await receive();
    if (isAgain(code) || isEnd(code)) return;
    checkCall(code, 'Encoding video');
    packet.duration = 1n;
    await onPacket(packet);
    packet.unref();
  }
}
