/** Portraits with a mark of each user's own, and the search for these marks in what came back: nobody's frames may be in another's video. */
import sharp from 'sharp';
import { openClip } from '../../engine/media/clip.ts';
import { i420Planes, rgbToYuv } from '../../engine/media/i420.ts';

/** Edge of the mark in the top left corner, of the picture's width; far from the face, so nothing moves there. */
const MARK_SHARE = 1 / 12;

/** A colour for each user: hues as far apart as they can be. */
export function markOf(user: number, users: number): [number, number, number] {
  const hue = (user / users) * 6;
  const rising = Math.round(255 * (1 - Math.abs((hue % 2) - 1)));
  const channels: [number, number, number][] = [[255, rising, 0], [rising, 255, 0], [0, 255, rising], [0, rising, 255], [rising, 0, 255], [255, 0, rising]];
  return channels[Math.floor(hue) % 6];
}

/** Writes the portrait at that size with the mark in its corner. */
export async function writeMarked(portrait: string, to: string, size: number, [r, g, b]: [number, number, number]): Promise<void> {
  const edge = Math.ceil(size * MARK_SHARE);
  const mark = await sharp({ create: { width: edge, height: edge, channels: 3, background: { r, g, b } } }).png().toBuffer();
  await sharp(portrait).resize(size, size).composite([{ input: mark, left: 0, top: 0 }]).png().toFile(to);
}

/** Decodes every frame of a video and tells how many there are, and how many of them do not bear the user's own mark. */
export async function countMarks(file: string, user: number, users: number): Promise<{ frames: number; foreign: number }> {
  const colours = Array.from({ length: users }, (_, each) => rgbToYuv(...markOf(each, users)));
  const clip = await openClip(file);
  let frames = 0;
  let foreign = 0;
  try {
    for await (const frame of clip.frames()) {
      frames += 1;
      const planes = i420Planes(frame);
      const at = Math.floor((frame.width * MARK_SHARE) / 2);
      const chroma = Math.floor(at / 2) * (frame.width / 2) + Math.floor(at / 2);
      const seen = [planes.y[at * frame.width + at], planes.u[chroma], planes.v[chroma]];
      const distances = colours.map((colour) => colour.reduce((sum, value, i) => sum + Math.abs(value - seen[i]), 0));
      if (distances[user] !== Math.min(...distances) || distances[user] > 30) foreign += 1;
    }
  } finally {
    await clip.close();
  }
  return { frames, foreign };
}
