/** The boxes of an MP4 (ISO/IEC 14496-12), as far as continuing a take must read them. Only for files that our own muxer wrote. */

export interface Box {
  type: string;
  /** Without size and type. */
  body: Buffer;
}

const HEADER_BYTES = 8;

/** The boxes that lie one after the other in `bytes`; ends early where a size makes no sense. */
export function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < HEADER_BYTES || at + size > bytes.length) break;
    boxes.push({ type: bytes.toString('latin1', at + 4, at + HEADER_BYTES), body: bytes.subarray(at + HEADER_BYTES, at + size) });
    at += size;
  }
  return boxes;
}

/** The first box of each type on the way inward, e.g. ['moov', 'mvhd']; null if there is none. */
export function boxAt(bytes: Buffer, path: string[]): Buffer | null {
  let body: Buffer | null = bytes;
  for (const type of path) body = body === null ? null : (boxesIn(body).find((box) => box.type === type)?.body ?? null);
  return body;
}

/** One track's part of a fragment, times in ticks of the track's timescale. */
export interface TrackRun {
  trackId: number;
  /** Decode time of its first sample. */
  start: number;
  samples: number;
  end: number;
}

/** What a `moof` says; null if it is not one that our muxer writes (64-bit times, one run per track). */
export function readMoof(moof: Buffer): { sequence: number; tracks: TrackRun[] } | null {
  const mfhd = boxAt(moof, ['mfhd']);
  if (mfhd === null) return null;
  const tracks: TrackRun[] = [];
  for (const { type, body } of boxesIn(moof)) {
    if (type !== 'traf') continue;
    const [tfhd, tfdt, trun] = ['tfhd', 'tfdt', 'trun'].map((each) => boxAt(body, [each]));
    if (!tfhd || !tfdt || !trun || tfdt[0] !== 1) return null;
    const start = Number(tfdt.readBigUInt64BE(4));
    const samples = trun.readUInt32BE(4);
    tracks.push({ trackId: tfhd.readUInt32BE(4), start, samples, end: start + durationOf(trun, samples, tfhd) });
  }
  return { sequence: mfhd.readUInt32BE(4), tracks };
}

/** Sum of the samples' durations: each has its own (flag 0x100 of the run) or all have the default of the `tfhd`. */
function durationOf(trun: Buffer, samples: number, tfhd: Buffer): number {
  const flags = trun.readUIntBE(1, 3);
  if ((flags & 0x100) === 0) {
    // Before the default duration may lie a base offset (0x1) and a sample description (0x2).
    const given = tfhd.readUIntBE(1, 3);
    return (given & 0x8) === 0 ? 0 : samples * tfhd.readUInt32BE(8 + (given & 0x1 ? 8 : 0) + (given & 0x2 ? 4 : 0));
  }
  // Before the samples may lie a data offset (0x1) and the first sample's flags (0x4); a sample may have size, flags and time offset.
  const first = 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  const stride = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length;
  return Array.from({ length: samples }, (_, i) => trun.readUInt32BE(first + i * stride)).reduce((sum, each) => sum + each, 0);
}
