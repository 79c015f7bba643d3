/** What stands for an avatar where its video is not played: its source's first picture. */
import sharp, { type Sharp } from 'sharp';
import { openClip } from '../media/clip.ts';
import { openPhoto } from './picture.ts';
import { pictureOfI420 } from './sample.ts';

/** A JPEG of that height, upright. */
export async function firstPicture({ file, kind }: { file: string; kind: 'photo' | 'clip' }, height: number, signal?: AbortSignal): Promise<Uint8Array> {
  const asJpeg = (pixels: Sharp) => pixels.resize({ height }).jpeg({ quality: 88 }).toBuffer();
  if (kind === 'photo') return asJpeg((await openPhoto(file)).pixels());
  const clip = await openClip(file, { ...(signal ? { signal } : {}) });
  try {
    for await (const frame of clip.frames()) {
      const shrink = 2 ** Math.max(0, Math.floor(Math.log2(frame.height / height)));
      const { width, height: high, rgb } = pictureOfI420(frame, { left: 0, top: 0, width: Math.floor(frame.width / shrink), height: Math.floor(frame.height / shrink), shrink });
      return await asJpeg(sharp(rgb, { raw: { width, height: high, channels: 3 } }));
    }
    throw new Error(`${file} has no pictures.`); // openClip's frames say so themselves
  } finally {
    await clip.close();
  }
}
