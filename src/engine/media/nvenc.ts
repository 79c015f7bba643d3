/** Whether the graphics card's encoder could be used. Nothing encodes with it: doctor tells of it. */
import { Codec, CodecContext, Rational } from 'node-av/lib';
import { AV_PIX_FMT_YUV420P, FF_ENCODER_H264_NVENC } from 'node-av/constants';
import './failure.ts'; // silences FFmpeg's own lines on stderr

/** Opens NVENC for a small picture and closes it again. */
export async function hasNvenc(): Promise<boolean> {
  const codec = Codec.findEncoderByName(FF_ENCODER_H264_NVENC);
  if (!codec) return false;
  const context = new CodecContext();
  context.allocContext3(codec);
  try {
    context.width = 256;
    context.height = 256;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, 25);
    return (await context.open2(codec)) >= 0;
  } finally {
    context.freeContext();
  }
}
