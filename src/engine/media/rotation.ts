/** How a camera was held: the display matrix of a video stream, as degrees and as FFmpeg filters. */
import type { Stream } from 'node-av/lib';
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';

export interface Rotation {
  /** Clockwise turn that makes the picture upright, to the nearest quarter. */
  degrees: 0 | 90 | 180 | 270;
  /** Filters that do it, '' for none. */
  filters: string;
}

/** Matrix entries are 16.16 fixed point: [a b u, c d v, x y w] maps coded (p, q) to (a·p + c·q, b·p + d·q). */
export function rotationOf(stream: Stream): Rotation {
  const matrix = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  if (!matrix || matrix.length < 36) return { degrees: 0, filters: '' };
  const entry = (index: number) => matrix.readInt32LE(index * 4) / 65536;
  const [a, b, c, d] = [entry(0), entry(1), entry(3), entry(4)];
  const mirrored = a * d - b * c < 0;
  // Where the coded x-axis points on screen; for a mirrored picture the mirror (left–right) is applied first.
  const angle = (Math.atan2(mirrored ? -b : b, mirrored ? -a : a) * 180) / Math.PI;
  const degrees = ((((Math.round(angle / 90) * 90) % 360) + 360) % 360) as Rotation['degrees'];
  const turn = { 0: '', 90: 'transpose=clock', 180: 'hflip,vflip', 270: 'transpose=cclock' }[degrees];
  return { degrees, filters: [mirrored ? 'hflip' : '', turn].filter(Boolean).join(',') };
}
