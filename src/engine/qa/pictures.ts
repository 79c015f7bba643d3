/** Moments of a take as pictures: the frame, the source picture that it was made from, and what differs between the two. */
import sharp from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import { pictureOfI420, type Picture } from '../avatar/sample.ts';
import { pictureAt } from '../media/poster.ts';
import type { TakePlates } from './ofTake.ts';

export interface PictureOrder {
  what: 'frame' | 'plate' | 'difference';
  atSec: number;
  /** How much differences are enlarged. */
  gain: number;
  /** At most so many pixels wide. */
  width: number | null;
}

/** @throws invalid-input where there is no such moment, or its source picture is not known any more */
export async function pictureOf(file: string, { what, atSec, gain, width }: PictureOrder, { plates, signal }: { plates: TakePlates | null; signal: AbortSignal }): Promise<Uint8Array> {
  const plateAt = async (): Promise<Picture> => {
    const plate = await plates?.at(atSec);
    if (!plate) throw new StudioError('invalid-input', 'The picture that this moment was made from is not known any more: its avatar was removed.');
    return pictureOfI420(plate.picture);
  };
  if (what === 'plate') return jpegOf(await plateAt(), width);
  const { rgb, width: wide, height } = await pictureAt(file, atSec, signal);
  const frame: Picture = { width: wide, height, rgb: new Uint8Array(rgb) };
  return jpegOf(what === 'frame' ? frame : difference(frame, await plateAt(), gain), width);
}

/** Black where they agree. */
function difference(frame: Picture, source: Picture, gain: number): Picture {
  return { ...frame, rgb: frame.rgb.map((value, i) => Math.min(255, Math.abs(value - source.rgb[i]) * gain)) };
}

async function jpegOf({ rgb, width, height }: Picture, most: number | null): Promise<Uint8Array> {
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  if (most !== null && most < width) picture.resize(most);
  return picture.jpeg({ quality: 85 }).toBuffer();
}
