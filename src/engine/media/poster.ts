/** One picture of a take as a file. */
import sharp from 'sharp';
import { AV_PIX_FMT_RGB24, AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { StudioError } from '../../shared/errors.ts';
import { checkCall, present } from './failure.ts';
import { openFilterChain } from './filters.ts';
import { xmpPacket } from './marking.ts';
import { decodeFrames, openSource } from './source.ts';
import { writeWhole } from './wholeFile.ts';

export interface PosterOptions {
  format: 'jpg' | 'png';
  /** The picture that is shown then. */
  atSec: number;
  signal?: AbortSignal;
}

/** Writes the picture, marked as what it is: of an AI-generated video. @throws io, invalid-input where there is no picture at that time, canceled */
export async function writePoster(from: string, to: string, { format, atSec, signal }: PosterOptions): Promise<void> {
  const { rgb, width, height, tags } = await pictureAt(from, atSec, signal);
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  const xmp = xmpPacket(tags);
  if (xmp !== null) picture.withXmp(xmp);
  const bytes = await (format === 'jpg' ? picture.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }) : picture.png()).toBuffer();
  await writeWhole(to, bytes);
}

/** The picture that is shown then, packed RGB. @throws invalid-input where the file is no film, or ends before */
export async function pictureAt(file: string, atSec: number, signal: AbortSignal | undefined): Promise<{ rgb: Buffer; width: number; height: number; tags: Record<string, string> }> {
  const source = await openSource(file);
  try {
    const stream = present(source.videoStream, 'picture in the take');
    const { num, den } = stream.timeBase;
    const wanted = BigInt(Math.floor((atSec * den) / num + 1e-6));
    checkCall(await source.format.seekFrame(stream.index, wanted, AVSEEK_FLAG_BACKWARD), 'Finding the picture');
    for await (const frame of decodeFrames(source, stream, signal ? { signal } : {})) {
      if (frame.pts + frame.duration <= wanted) continue;
      const { width, height } = frame;
      const chain = await openFilterChain('video', `video_size=${width}x${height}:pix_fmt=${frame.format}:time_base=${num}/${den}:pixel_aspect=1/1:colorspace=1:range=1`, 'scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp:in_color_matrix=bt709:in_range=tv,format=rgb24');
      try {
        for await (const filtered of chain.run(frame)) {
          if ((filtered.format as number) === AV_PIX_FMT_RGB24) return { rgb: filtered.toBuffer(), width, height, tags: source.format.metadata?.getAll() ?? {} };
        }
      } finally {
        chain.close();
      }
    }
    throw new StudioError('invalid-input', `There is no picture at ${atSec} s: the take ends before.`);
  } finally {
    await source.close();
  }
}
