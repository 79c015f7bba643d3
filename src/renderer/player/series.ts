/** Figures per frame that come piece by piece: an hour of them is a few megabytes, in one array that canvases read directly. */

export interface Series {
  readonly length: number;
  /** NaN where nothing is known. */
  at(index: number): number;
  /** null: not known. What lies there already is replaced. */
  put(at: number, values: readonly (number | null)[]): void;
}

export function createSeries(): Series {
  let room = new Float32Array(4096);
  let length = 0;
  return {
    get length() {
      return length;
    },
    at: (index) => (index >= 0 && index < length ? room[index] : NaN),
    put(at, values) {
      const end = at + values.length;
      if (end > room.length) {
        const larger = new Float32Array(Math.max(end, room.length * 2));
        larger.set(room.subarray(0, length));
        room = larger;
      }
      if (at > length) room.fill(NaN, length, at);
      for (const [i, value] of values.entries()) room[at + i] = value ?? NaN;
      length = Math.max(length, end);
    },
  };
}
