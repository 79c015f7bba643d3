/** Another sample rate for a stream of mono Float32 samples: no seam at block borders, no lost tail, nothing shifted. */
import { SoftwareResampleContext } from 'node-av/lib';
import { AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP } from 'node-av/constants';
import { checkCall } from './failure.ts';

export interface Resampler {
  /** The next samples of the stream; gives what is ready, which may be nothing yet. */
  push(samples: Float32Array): Float32Array;
  /** The rest. In total ceil(n · toRate / fromRate) samples for n given ones. */
  finish(): Float32Array;
  close(): void;
}

const asBuffer = (samples: Float32Array): Buffer => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

/** Sample k of the output is the input at time k / toRate: the filter's delay is taken out by libswresample. */
export function createResampler(fromRate: number, toRate: number): Resampler {
  if (fromRate === toRate) {
    return { push: (samples) => samples, finish: () => new Float32Array(0), close: () => undefined };
  }
  const swr = new SoftwareResampleContext();
  checkCall(
    swr.allocSetOpts2(AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP, toRate, AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP, fromRate),
    `Preparing to resample ${fromRate} Hz to ${toRate} Hz`,
  );
  checkCall(swr.init(), `Preparing to resample ${fromRate} Hz to ${toRate} Hz`);
  let taken = 0;
  let given = 0;
  const convert = (samples: Float32Array | null): Float32Array => {
    const room = new Float32Array(swr.getOutSamples(samples?.length ?? 0) + 32);
    const count = swr.convertSync([asBuffer(room)], room.length, samples ? [asBuffer(samples)] : null, samples?.length ?? 0);
    checkCall(count, 'Resampling');
    return room.subarray(0, count);
  };
  return {
    push(samples) {
      if (samples.length === 0) return new Float32Array(0);
      taken += samples.length;
      const out = convert(samples);
      given += out.length;
      return out;
    },
    finish() {
      // The filter's tail runs past the end; what is cut is its ringing into the silence after it.
      const rest = new Float32Array(Math.max(0, Math.ceil((taken * toRate) / fromRate) - given));
      const out = taken === 0 ? rest : convert(null);
      rest.set(out.subarray(0, rest.length));
      given += rest.length;
      return rest;
    },
    close: () => swr.free(),
  };
}

/** A whole recording at another rate: ceil(n · toRate / fromRate) samples. */
export function resample(samples: Float32Array, fromRate: number, toRate: number): Float32Array {
  if (fromRate === toRate) return samples;
  const resampler = createResampler(fromRate, toRate);
  try {
    const head = resampler.push(samples);
    const tail = resampler.finish();
    const whole = new Float32Array(head.length + tail.length);
    whole.set(head);
    whole.set(tail, head.length);
    return whole;
  } finally {
    resampler.close();
  }
}
