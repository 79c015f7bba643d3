/** Opens photos of every common kind as upright 8-bit sRGB, and says clearly why one cannot be opened. */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import type { Picture } from './sample.ts';

/** 50 megapixels: more than any phone photo people register, and 150 MB in memory. */
const MAX_PIXELS = 50_000_000;
/** Transparent parts show this light grey: a neutral studio wall, easier on the eye than white. */
const BACKDROP = { r: 224, g: 224, b: 224 };
const READABLE = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'];

export interface OpenPhoto {
  /** Upright size in pixels. */
  width: number;
  height: number;
  /** A fresh pipeline that gives upright 8-bit sRGB without alpha; callers add resize or crop, then `raw()`. */
  pixels(): Sharp;
}

/**
 * What a file is by its first bytes, whatever its name says. 'unknown' may still be a video: many containers have no clear mark.
 * @throws StudioError invalid-input where the file is missing, empty or not a file
 */
export async function sniff(file: string): Promise<'photo' | 'clip' | 'unknown'> {
  const head = await firstBytes(file);
  const text = head.toString('latin1');
  const ascii = (from: number, to: number) => text.slice(from, to);
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'photo';
  if (text.startsWith('\x89PNG\r\n') || text.startsWith('GIF8') || ascii(0, 4) === 'II*\0' || ascii(0, 4) === 'MM\0*') return 'photo';
  // BigTIFF, BMP, JPEG XL, JPEG 2000, PSD: pictures, though not all of them can be opened here.
  if (ascii(0, 4) === 'II+\0' || ascii(0, 4) === 'MM\0+' || ascii(0, 2) === 'BM' || ascii(0, 4) === '8BPS' || text.startsWith('\xff\x0a') || ascii(4, 8) === 'JXL ' || ascii(4, 8) === 'jP  ') return 'photo';
  if (ascii(0, 4) === 'RIFF') return ascii(8, 12) === 'WEBP' ? 'photo' : 'clip';
  if (ascii(4, 8) === 'ftyp') return /^(avi[fs]|hei[cxms]|hev[cxms]|mif1|msf1)/.test(ascii(8, 12)) ? 'photo' : 'clip';
  // Matroska/WebM, Ogg, FLV, ASF, MPEG program stream, QuickTime atoms.
  if (text.startsWith('\x1aE\xdf\xa3') || text.startsWith('OggS') || text.startsWith('FLV') || text.startsWith('0&\xb2u') || text.startsWith('\0\0\x01\xba')) return 'clip';
  if (['moov', 'mdat', 'wide', 'free'].includes(ascii(4, 8))) return 'clip';
  return 'unknown';
}

/**
 * Reads a photo's header: EXIF orientation, alpha, grey, 16-bit, CMYK, palette and embedded colour profiles are all brought to
 * upright 8-bit sRGB by `pixels()`. Of an animation only the first picture counts.
 * @throws StudioError invalid-input where the file cannot be read as a picture or is larger than MAX_PIXELS
 */
export async function openPhoto(file: string): Promise<OpenPhoto> {
  await firstBytes(file);
  let metadata: Metadata;
  try {
    // The limit is checked below, in our own words; reading the header costs nothing even for a bomb.
    metadata = await sharp(file, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw unreadable(file, error);
  }
  const { format, pages = 1, pageHeight } = metadata;
  const tall = pages > 1 && pageHeight ? pageHeight : metadata.height;
  if (!READABLE.includes(format)) throw unreadable(file, new Error(`the format ${format} is not supported`));
  if (metadata.width * tall > MAX_PIXELS) {
    const found = `${metadata.width}×${tall}`;
    throw new StudioError('invalid-input', `The picture "${basename(file)}" is too large: ${found} pixels, the limit is ${MAX_PIXELS / 1e6} megapixels. Make it smaller and try again.`);
  }
  const turned = (metadata.orientation ?? 1) >= 5;
  return {
    width: turned ? tall : metadata.width,
    height: turned ? metadata.width : tall,
    pixels: () => sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient().flatten({ background: BACKDROP }).toColourspace('srgb'),
  };
}

/** The whole photo in memory. @throws StudioError invalid-input where the pixels are damaged or incomplete */
export async function loadPicture(file: string): Promise<Picture> {
  const photo = await openPhoto(file);
  return rawPicture(photo.pixels(), file);
}

/** Runs a pipeline of `pixels()` to its end. */
export async function rawPicture(pipeline: Sharp, file: string): Promise<Picture> {
  try {
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { width: info.width, height: info.height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    if (!(await stat(file)).isFile()) throw new StudioError('invalid-input', `"${file}" is not a file. Give a photo or a video of a face.`);
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      if (bytesRead === 0) throw new StudioError('invalid-input', `The file "${basename(file)}" is empty. Give a photo or a video of a face.`);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof StudioError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StudioError('invalid-input', missing ? `There is no file "${file}".` : `The file "${file}" cannot be opened: ${(error as Error).message}.`, { cause: error });
  }
}

function unreadable(file: string, cause: unknown): StudioError {
  const detail = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0].trim();
  return new StudioError('invalid-input', `The file "${basename(file)}" cannot be read as a picture (${detail}). It may be damaged, incomplete or of another kind: give a JPEG, PNG, WebP, TIFF or AVIF photo.`, { cause });
}
