/** A chain of FFmpeg's filters for mono sound, which comes in blocks of any length: an hour needs no more memory than a second. */
import { Frame } from 'node-av/lib';
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLT } from 'node-av/constants';
import { openFilterChain, type FilterChain } from './filters.ts';

export interface SoundFilter {
  /** The next samples, −1..1; null: no more come. Gives what is ready; a yielded frame is reused. */
  push(samples: Float32Array | null): AsyncGenerator<Frame>;
  result: FilterChain['result'];
  close(): void;
}

/** @param chain e.g. `ebur128=peak=true`; its last filter decides the format of what comes out */
export async function openSoundFilter(sampleRate: number, chain: string): Promise<SoundFilter> {
  const filters = await openFilterChain('audio', `sample_rate=${sampleRate}:sample_fmt=flt:channel_layout=mono:time_base=1/${sampleRate}`, chain);
  let given = 0;
  return {
    async *push(samples) {
      if (samples === null) {
        yield* filters.run(null);
        return;
      }
      // A second at a time: some filters answer a long frame with one that is as long.
      for (let start = 0; start < samples.length; start += sampleRate) {
        const block = samples.subarray(start, start + sampleRate);
        const frame = Frame.fromAudioBuffer(Buffer.from(block.buffer, block.byteOffset, block.byteLength), {
          nbSamples: block.length, format: AV_SAMPLE_FMT_FLT, sampleRate, channelLayout: AV_CHANNEL_LAYOUT_MONO,
          timeBase: { num: 1, den: sampleRate }, pts: BigInt(given),
        });
        given += block.length;
        try {
          yield* filters.run(frame);
        } finally {
          frame.free();
        }
      }
    },
    result: (filterName, option) => filters.result(filterName, option),
    close: () => filters.close(),
  };
}
