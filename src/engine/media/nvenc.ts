/** Whether the graphics card's encoder can be used: doctor tells of it, exports encode with it. */
import { Codec, CodecContext, FFmpegError, Rational } from 'node-av/lib';
import { AV_PIX_FMT_YUV420P, FF_ENCODER_H264_NVENC } from 'node-av/constants';
import './failure.ts'; // silences FFmpeg's own lines on stderr

/** Opens NVENC for a small picture and closes it again. */
export async function hasNvenc(): Promise<boolean> {
  return (await whyNoNvenc()) === null;
}

/** null: it opens for pictures of this size; else the reason, as the end of a sentence. */
export async function whyNoNvenc(width = 256, height = 256): Promise<string | null> {
  const codec = Codec.findEncoderByName(FF_ENCODER_H264_NVENC);
  if (!codec) return 'this build of FFmpeg has none';
  const context = new CodecContext();
  context.allocContext3(codec);
  try {
    context.width = width;
    context.height = height;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, 25);
    const opened = await context.open2(codec);
    return opened >= 0 ? null : `it needs an NVIDIA card with an encoder, and its driver; FFmpeg says “${FFmpegError.strerror(opened)}”`;
  } finally {
    context.freeContext();
  }
}
