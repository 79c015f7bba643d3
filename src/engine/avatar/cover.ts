/** Which part of a picture fills an output of another shape: scaled to cover it, and moved so that the face stays in. */
import { StudioError } from '../../shared/errors.ts';
import type { Box } from './detect.ts';

/** Scale the source to scaledWidth×scaledHeight, then cut width×height at (left, top). All even where there is an output size. */
export interface Cover {
  scaledWidth: number;
  scaledHeight: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Room kept around the face box (forehead to chin), as shares of its width and height: hair and neck belong to the face. */
const ROOM = { side: 0.35, above: 0.5, below: 0.3 };

/** A source's own size is kept up to this: players rarely decode more, and a photo of 12 megapixels need not become such a video. */
const MAX_OWN = { longSide: 3840, shortSide: 2160 };

const even = (pixels: number) => Math.max(2, 2 * Math.floor(pixels / 2));

/**
 * Without an output size: the source's own pixels, an odd last column or row dropped, and only beyond 4K made smaller. With one: scaled so that it is covered and cut
 * in the middle; where that would cut into the face, its hair or its neck, the face becomes the middle, as far as the picture goes.
 * @param face in source pixels; null where there is none to look after
 * @throws StudioError invalid-input for an odd or empty output size
 */
export function coverOf(source: { width: number; height: number }, size: { width: number; height: number } | null, face: Box | null): Cover {
  if (!size) {
    const shrink = Math.min(1, MAX_OWN.longSide / Math.max(source.width, source.height), MAX_OWN.shortSide / Math.min(source.width, source.height));
    if (shrink < 1) return coverOf(source, { width: even(source.width * shrink), height: even(source.height * shrink) }, null);
    const [width, height] = [even(source.width), even(source.height)];
    return { scaledWidth: Math.max(width, source.width), scaledHeight: Math.max(height, source.height), left: 0, top: 0, width, height };
  }
  const { width, height } = size;
  if (!(width >= 2 && height >= 2 && width % 2 === 0 && height % 2 === 0)) {
    throw new StudioError('invalid-input', `The video size must be even numbers of pixels, got ${width}×${height}.`);
  }
  const scale = Math.max(width / source.width, height / source.height);
  // Even sizes and cuts, so that colour is not shifted against brightness in a clip's frames.
  const scaledWidth = 2 * Math.round(Math.max(width, source.width * scale) / 2);
  const scaledHeight = 2 * Math.round(Math.max(height, source.height * scale) / 2);
  const along = (scaled: number, window: number, from: number, to: number) => {
    let start = (scaled - window) / 2;
    if (face && (from < start || to > start + window)) start = (from + to - window) / 2;
    return 2 * Math.round(Math.min(scaled - window, Math.max(0, start)) / 2);
  };
  const [sx, sy] = [scaledWidth / source.width, scaledHeight / source.height];
  const { x, y, width: w, height: h } = face ?? { x: 0, y: 0, width: 0, height: 0 };
  return {
    scaledWidth,
    scaledHeight,
    left: along(scaledWidth, width, (x - w * ROOM.side) * sx, (x + w * (1 + ROOM.side)) * sx),
    top: along(scaledHeight, height, (y - h * ROOM.above) * sy, (y + h * (1 + ROOM.below)) * sy),
    width,
    height,
  };
}
