/** Where a clip is cut: the picture's brightness changes all over between two frames. */
import type { I420 } from '../media/i420.ts';

/** Mean change of brightness (0..255) between neighbouring frames' thumbnails that is a cut, not motion. */
const CUT_CHANGE = 24;
const THUMBNAIL = { width: 32, height: 18 };

/** Asked for each frame in order: is it the first of another shot? The very first frame is not. */
export function cutFinder(): (frame: I420) => boolean {
  let before: Float32Array | null = null;
  return (frame) => {
    const thumbnail = thumbnailOf(frame);
    const isCut = before !== null && meanChange(before, thumbnail) > CUT_CHANGE;
    before = thumbnail;
    return isCut;
  };
}

/** Mean brightness of 32×18 fields, from 4×4 samples each. */
function thumbnailOf({ width, height, data }: I420): Float32Array {
  const out = new Float32Array(THUMBNAIL.width * THUMBNAIL.height);
  const samples = 4;
  for (let row = 0; row < THUMBNAIL.height * samples; row++) {
    const line = Math.floor(((row + 0.5) * height) / (THUMBNAIL.height * samples)) * width;
    for (let col = 0; col < THUMBNAIL.width * samples; col++) {
      const x = Math.floor(((col + 0.5) * width) / (THUMBNAIL.width * samples));
      out[Math.floor(row / samples) * THUMBNAIL.width + Math.floor(col / samples)] += data[line + x] / (samples * samples);
    }
  }
  return out;
}

function meanChange(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
