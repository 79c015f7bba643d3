/** What is behind the person: kept, blurred, one colour, or another picture. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { blurredBackground, edgeColours } from './edgeColours.ts';
import type { Matte } from './matte.ts';
import { openPhoto, rawPicture, sniff } from './picture.ts';
import { colourPlanes, rowReader, type Plane } from './planes.ts';
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
/** Colours at the edge are sought in a picture of this longer side. */
const WORKING_SIDE = 768;

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
export function withBackground(picture: Picture, matte: Pick<Matte, 'alpha'>, backdrop: Backdrop): Picture {
  if (backdrop.kind === 'keep') return picture;
  const { width, height, rgb } = picture;
  if (matte.alpha.length !== width * height) throw new StudioError('bug', `The matte has ${matte.alpha.length} pixels, the picture ${width * height}.`);
  if (backdrop.kind === 'picture' && (backdrop.picture.width !== width || backdrop.picture.height !== height)) {
    throw new StudioError('bug', `The background is ${backdrop.picture.width}×${backdrop.picture.height}, the picture ${width}×${height}.`);
  }
  const scale = Math.min(1, WORKING_SIDE / Math.max(width, height));
  const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const alpha = shrunk(matte.alpha, width, height, wide, high);
  const { person, background } = edgeColours(colourPlanes(picture, wide, high), alpha);
  const behind = backdrop.kind === 'blur' ? blurredBackground(background, alpha, Math.max(1, Math.round(backdrop.amount * WIDEST_BLUR * Math.max(wide, high)))) : null;

  const reader = (planes: readonly Plane[]) => {
    const lines = planes.map(() => new Float32Array(width));
    const reads = planes.map((plane) => rowReader(plane, width, height));
    return { lines, read: (row: number) => { reads.forEach((read, index) => { read(row, lines[index]); }); } };
  };
  const before = reader(person);
  const old = reader(background);
  const blurred = behind ? reader(behind) : null;
  const out = new Uint8ClampedArray(rgb.length);
  for (let row = 0, o = 0; row < height; row++) {
    before.read(row);
    old.read(row);
    blurred?.read(row);
    for (let col = 0; col < width; col++, o++) {
      const a = matte.alpha[o];
      for (let c = 0, i = o * 3; c < 3; c++, i++) {
        if (a >= 1) {
          out[i] = rgb[i];
          continue;
        }
        const drop = blurred ? blurred.lines[c][col] * 255 : backdrop.kind === 'colour' ? backdrop.rgb[c] : backdrop.kind === 'picture' ? backdrop.picture.rgb[i] : rgb[i];
        if (a <= 0) {
          out[i] = drop;
          continue;
        }
        const f = before.lines[c][col] * 255;
        const b = old.lines[c][col] * 255;
        const own = Math.min(255, Math.max(0, f + a * (rgb[i] - a * f - (1 - a) * b)));
        out[i] = a * own + (1 - a) * drop;
      }
    }
  }
  return { width, height, rgb: new Uint8Array(out.buffer) };
}

/** Mean of the alpha that each working pixel covers. */
function shrunk(values: Float32Array, width: number, height: number, wide: number, high: number): Plane {
  const out: Plane = { width: wide, height: high, values: new Float32Array(wide * high) };
  for (let row = 0, o = 0; row < high; row++) {
    const [top, bottom] = [Math.floor((row * height) / high), Math.floor(((row + 1) * height) / high)];
    for (let col = 0; col < wide; col++, o++) {
      const [left, right] = [Math.floor((col * width) / wide), Math.floor(((col + 1) * width) / wide)];
      let sum = 0;
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += values[y * width + x];
      out.values[o] = sum / ((bottom - top) * (right - left));
    }
  }
  return out;
}
