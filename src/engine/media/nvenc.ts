/** Whether the graphics card's encoder could be used. Nothing encodes with it: doctor tells of it. */
import { Codec, CodecContext, FFmpegError, Rational } from 'node-av/lib';
import { AV_PIX_FMT_YUV420P, FF_ENCODER_H264_NVENC } from 'node-av/constants';
import './failure.ts'; // silences FFmpeg's own lines on stderr

/** Opens NVENC for a small picture and closes it again. @returns why it cannot be used; null where it can */
export async function whyNoNvenc(): Promise<string | null> {
  const codec = Codec.findEncoderByName(FF_ENCODER_H264_NVENC);
  if (!codec) return 'this platform’s codec library has none';
  const context = new CodecContext();
  context.allocContext3(codec);
  try {
    context.width = 256;
    context.height = 256;
    context.pixelFormat = AV_PIX_FMT_YUV420P;
    context.timeBase = new Rational(1, 25);
    const opened = await context.open2(codec);
    return opened < 0 ? `no NVIDIA card or driver answers (${FFmpegError.strerror(opened)})` : null;
  } finally {
    context.freeContext();
  }
}
