/** I420 pictures as packed RGB for detectors, scaled on the way if wanted. */
import { openFilterChain } from './filters.ts';
import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, AVCOL_SPC_BT709 } from 'node-av/constants';
import type { I420 } from './i420.ts';
import { allocI420Frame, copyIntoFrame } from './videoEncoder.ts';

export interface RgbConverter {
  /** `[H,W,3]` 0..255 sRGB, memory of its own. */
  convert(picture: I420): Promise<Uint8Array>;
  close(): void;
}

/** Converts pictures of one size; the result has `to`'s size (default: the same). The opener closes. */
export async function openRgbConverter(width: number, height: number, to: { width: number; height: number } = { width, height }): Promise<RgbConverter> {
  const input = `video_size=${width}x${height}:pix_fmt=${AV_PIX_FMT_YUV420P}:time_base=1/25:pixel_aspect=1/1:colorspace=${AVCOL_SPC_BT709}:range=${AVCOL_RANGE_MPEG}`;
  const chain = await openFilterChain('video', input, `scale=${to.width}:${to.height}:flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24`);
  const frame = allocI420Frame(width, height);
  let pts = 0n;
  return {
    async convert(picture) {
      copyIntoFrame(picture, frame);
      frame.pts = pts++;
      let rgb: Uint8Array = new Uint8Array(0);
      for await (const filtered of chain.run(frame)) rgb = filtered.toBuffer();
      return rgb;
    },
    close() {
      frame.free();
      chain.close();
    },
  };
}
