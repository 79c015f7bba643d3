/** Float32 samples in, runs of wanted length out, without copying what waits. */
export interface SampleQueue {
  readonly length: number;
  push(samples: Float32Array): void;
  /** The first `count` samples, which leave the queue; fewer if it holds fewer. */
  take(count: number): Float32Array;
}

export function createSampleQueue(): SampleQueue {
  const blocks: Float32Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(samples) {
      if (samples.length === 0) return;
      blocks.push(samples);
      length += samples.length;
    },
    take(count) {
      const run = new Float32Array(Math.min(count, length));
      for (let filled = 0; filled < run.length; ) {
        const block = blocks[0];
        const part = block.subarray(0, run.length - filled);
        run.set(part, filled);
        filled += part.length;
        if (part.length === block.length) blocks.shift();
        else blocks[0] = block.subarray(part.length);
      }
      length -= run.length;
      return run;
    },
  };
}
