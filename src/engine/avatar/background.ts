/** What is behind the person: kept, blurred, one colour, or another picture. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { blurredBackground, edgeColours, type Colours } from './edgeColours.ts';
import type { Matte } from './matte.ts';
import { openPhoto, rawPicture, sniff } from './picture.ts';
import { colourPlanes, pixelReader, rowReader, shrunk, workingSize, type Plane } from './planes.ts';
import type { Picture } from './sample.ts';

export type Background =
  | { kind: 'keep' }
  /** amount 0..1: how far out of focus. */
  | { kind: 'blur'; amount?: number }
  /** `#rrggbb`, sRGB. */
  | { kind: 'colour'; colour: string }
  /** A photo file; it covers the plate, its middle stays in view. */
  | { kind: 'picture'; file: string };

/** A background ready to be drawn at one size. */
export type Backdrop = { kind: 'keep' } | { kind: 'blur'; amount: number } | { kind: 'colour'; rgb: [r: number, g: number, b: number] } | { kind: 'picture'; picture: Picture };

const USUAL_BLUR = 0.5;
/** Box radius of the strongest blur as a share of the plate's longer side; three of them make the blur. */
const WIDEST_BLUR = 0.04;
/** Longer side of the picture in which a wide blur is made. */
const BLURRED_SIDE = 320;

/**
 * Reads the command line's form: `keep`, `blur` or `blur:0.7` (0 to 1), `#00b140` or `colour:#00b140`, `picture:FILE`.
 * @throws StudioError invalid-input
 */
export function parseBackground(text: string): Background {
  const trimmed = text.trim();
  const [, word = '', rest = null] = /^([a-z]+)(?::(.*))?$/is.exec(trimmed) ?? [];
  const kind = word.toLowerCase();
  if (kind === 'keep' && rest === null) return { kind: 'keep' };
  if (kind === 'blur') {
    if (rest === null) return { kind: 'blur' };
    const amount = rest.trim() === '' ? NaN : Number(rest);
    if (!(amount >= 0 && amount <= 1)) throw new StudioError('invalid-input', `The background blur must be a number from 0 to 1, got "${rest}". Write for example blur:0.7.`);
    return { kind: 'blur', amount };
  }
  if (trimmed.startsWith('#')) return { kind: 'colour', colour: colourOf(trimmed) };
  if (kind === 'colour' || kind === 'color') return { kind: 'colour', colour: colourOf(rest?.trim() ?? '') };
  if (kind === 'picture') {
    if (!rest?.trim()) throw new StudioError('invalid-input', 'The background picture has no file. Write picture:FILE with a JPEG, PNG, WebP, TIFF or AVIF file.');
    return { kind: 'picture', file: rest.trim() };
  }
  throw new StudioError('invalid-input', `"${text}" is no background. Write keep, blur, blur:0.7, a colour such as #00b140, or picture:FILE.`);
}

function colourOf(text: string): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const full = short ? `#${short.slice(1).map((digit) => digit + digit).join('')}` : text;
  if (!/^#[0-9a-f]{6}$/i.test(full)) throw new StudioError('invalid-input', `"${text}" is no background colour. Write # and six hexadecimal digits, for example #00b140.`);
  return full.toLowerCase();
}

/**
 * Reads what a background needs for plates of one size.
 * @throws StudioError invalid-input where the colour is none, or the file is missing or no picture
 */
export async function openBackdrop(background: Background, { width, height }: { width: number; height: number }): Promise<Backdrop> {
  switch (background.kind) {
    case 'keep':
      return background;
    case 'blur':
      return { kind: 'blur', amount: Math.min(1, Math.max(0, background.amount ?? USUAL_BLUR)) };
    case 'colour': {
      const value = parseInt(colourOf(background.colour).slice(1), 16);
      return { kind: 'colour', rgb: [value >> 16, (value >> 8) & 255, value & 255] };
    }
    case 'picture': {
      const { file } = background;
      await checkPicture(file);
      const photo = await openPhoto(file);
      return { kind: 'picture', picture: await rawPicture(photo.pixels().resize(width, height, { fit: 'cover', kernel: 'lanczos3' }), file) };
    }
  }
}

/** In this place's own words: the photo reader speaks of faces. */
async function checkPicture(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (!found) throw new StudioError('invalid-input', `There is no background picture "${file}". Check the path.`);
  if (!found.isFile() || found.size === 0) throw new StudioError('invalid-input', `The background "${file}" is ${found.isFile() ? 'an empty file' : 'not a file'}. Give a JPEG, PNG, WebP, TIFF or AVIF picture.`);
  if ((await sniff(file)) === 'clip') throw new StudioError('invalid-input', `The background "${basename(file)}" is a video. Give a picture: JPEG, PNG, WebP, TIFF or AVIF.`);
}

/**
 * Draws the person of a picture before another background. Where alpha is 1 the picture's own pixels stay, where it is 0 the
 * backdrop's stand exactly; between, the person's colour is first freed of the old background's.
 * @param backdrop opened for the picture's size
 */
export function withBackground(picture: Picture, matte: Matte, backdrop: Backdrop): Picture {
  if (backdrop.kind === 'keep') return picture;
  const { width, height, rgb } = picture;
  if (matte.alpha.length !== width * height) throw new StudioError('bug', `The matte has ${matte.alpha.length} pixels, the picture ${width * height}.`);
  if (backdrop.kind === 'picture' && (backdrop.picture.width !== width || backdrop.picture.height !== height)) {
    throw new StudioError('bug', `The background is ${backdrop.picture.width}×${backdrop.picture.height}, the picture ${width}×${height}.`);
  }
  const size = { width: matte.coarse.width, height: matte.coarse.height };
  const alpha = shrunk({ width, height, values: matte.alpha }, size.width, size.height);
  const { person, background } = edgeColours(colourPlanes(picture, size.width, size.height), alpha);
  const own = person.map((plane) => pixelReader(plane, width, height));
  const old = background.map((plane) => pixelReader(plane, width, height));
  const fill = backdropLines(backdrop, background, alpha, { width, height });

  const out = new Uint8ClampedArray(rgb);
  const line = new Float32Array(width * 3);
  for (let row = 0, o = 0; row < height; row++) {
    fill(row, line);
    for (let col = 0; col < width; col++, o++) {
      const a = matte.alpha[o];
      if (a >= 1) continue;
      for (let c = 0, i = o * 3; c < 3; c++, i++) {
        const behind = line[col * 3 + c];
        if (a <= 0) {
          out[i] = behind;
          continue;
        }
        const [f, b] = [own[c](col, row) * 255, old[c](col, row) * 255];
        const freed = Math.min(255, Math.max(0, f + a * (rgb[i] - a * f - (1 - a) * b)));
        out[i] = a * freed + (1 - a) * behind;
      }
    }
  }
  return { width, height, rgb: new Uint8Array(out.buffer) };
}

/** Writes one line of the new background, R, G, B 0..255 per pixel. */
function backdropLines(backdrop: Exclude<Backdrop, { kind: 'keep' }>, old: Colours, alpha: Plane, { width, height }: { width: number; height: number }): (row: number, out: Float32Array) => void {
  switch (backdrop.kind) {
    case 'colour':
      return (_, out) => {
        for (let i = 0; i < out.length; i++) out[i] = backdrop.rgb[i % 3];
      };
    case 'picture':
      return (row, out) => {
        out.set(backdrop.picture.rgb.subarray(row * width * 3, (row + 1) * width * 3));
      };
    case 'blur': {
      // A wide blur looks the same from fewer pixels.
      const size = workingSize(alpha.width, alpha.height, backdrop.amount > 0.3 ? BLURRED_SIDE : Infinity);
      const radius = Math.max(1, Math.round(backdrop.amount * WIDEST_BLUR * Math.max(size.width, size.height)));
      const smaller = old.map((plane) => shrunk(plane, size.width, size.height)) as Colours;
      const reads = blurredBackground(smaller, shrunk(alpha, size.width, size.height), radius).map((plane) => rowReader(plane, width, height));
      const channel = new Float32Array(width);
      return (row, out) => {
        reads.forEach((read, c) => {
          read(row, channel);
          for (let col = 0; col < width; col++) out[col * 3 + c] = channel[col] * 255;
        });
      };
    }
  }
}
