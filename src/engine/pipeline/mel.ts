/**
 * The mel picture that Wav2Lip was trained on, streamed: 16 kHz mono, pre-emphasis 0.97, centred 800-sample Hann windows
 * every 200 samples with reflect padding, magnitudes, 80 Slaney mels 55–7600 Hz, clip(1.6·log10(max(1e-5, mel)) + 2.4, −4, 4).
 * One continuous stream: how the sound is cut into pieces changes no number. (Facts of Rudrabha/Wav2Lip's audio.py.)
 */
import { MEL_BINS, MEL_WINDOW } from '../../shared/vocabulary.ts';
import { createRealFft } from './realFft.ts';

export const MEL_SAMPLE_RATE = 16_000;
/** Mel columns per second. */
export const MEL_RATE = 80;
/** The value of digital silence. */
export const MEL_SILENCE = -4;

const FFT_SIZE = 800;
const HOP = 200;
const HALF = FFT_SIZE / 2;
const PRE_EMPHASIS = 0.97;

/** First mel column of frame i's window. */
export function windowStart(frameIndex: number, fps: number): number {
  return Math.floor((frameIndex * MEL_RATE) / fps);
}

/** Frames that a sound of that many samples needs: the sound is the clock, and no tail is cut. */
export function frameCount(samples: number, sampleRate: number, fps: number): number {
  return Math.ceil((samples * fps) / sampleRate - 1e-9); // 1e-9: a rounding error must not add a frame
}

export interface MelStream {
  /** Takes the next samples (mono 16 kHz, −1..1, any number) and gives the columns they complete, `[n,80]`, oldest first. */
  push(pcm: Float32Array): Float32Array;
  /**
   * Ends the stream: gives the last columns. Without `minColumns` the end is reflected as in Wav2Lip; with it, silence is
   * added first until there are at least so many columns in all. Sounds under 401 samples get silence in any case.
   */
  flush(minColumns?: number): Float32Array;
}

export function createMelStream(): MelStream {
  /** Pre-emphasised samples from index `base` on; older ones are of no use any more. */
  let samples = new Float64Array(1 << 14);
  let base = 0, count = 0, nextColumn = 0, previous = 0;
  const frame = new Float64Array(FFT_SIZE);
  const spectrum = new Float64Array(HALF + 1);
  const magnitudes = createRealFft(FFT_SIZE);

  const append = (pcm: Float32Array): void => {
    const keepFrom = Math.max(0, nextColumn * HOP - HALF);
    if (count - base + pcm.length > samples.length) {
      const kept = samples.subarray(keepFrom - base, count - base);
      const room = kept.length + pcm.length > samples.length ? new Float64Array(2 * (kept.length + pcm.length)) : samples;
      room.set(kept); // set() is right where the two overlap
      samples = room;
      base = keepFrom;
    }
    for (let i = 0, o = count - base; i < pcm.length; i++, o++) {
      samples[o] = pcm[i] - PRE_EMPHASIS * previous;
      previous = pcm[i];
    }
    count += pcm.length;
  };

  /** Columns from nextColumn up to (without) `end`; samples outside [0, count) are reflected. */
  const columnsUpTo = (end: number): Float32Array => {
    const columns = new Float32Array(Math.max(0, end - nextColumn) * MEL_BINS);
    for (let offset = 0; nextColumn < end; nextColumn++, offset += MEL_BINS) {
      const first = nextColumn * HOP - HALF;
      for (let i = 0; i < FFT_SIZE; i++) {
        const index = Math.abs(first + i);
        frame[i] = samples[(index < count ? index : 2 * (count - 1) - index) - base] * HANN[i];
      }
      magnitudes(frame, spectrum);
      writeMel(spectrum, columns, offset);
    }
    return columns;
  };

  return {
    push(pcm) {
      append(pcm);
      // A column needs its right half in full; column 0 reflects its right half including sample 400.
      return columnsUpTo(count <= HALF ? 0 : Math.floor((count - HALF) / HOP) + 1);
    },
    flush(minColumns = 0) {
      const needed = Math.max(HALF + 1, (minColumns - 1) * HOP);
      if (count < needed && (count > 0 || minColumns > 0)) append(new Float32Array(needed - count));
      return count === 0 ? new Float32Array(0) : columnsUpTo(Math.floor(count / HOP) + 1);
    },
  };
}

/** The whole sound's mel, `[n,80]` column by column, with its end reflected as in Wav2Lip. */
export function melOf(pcm: Float32Array): Float32Array {
  const stream = createMelStream();
  const head = stream.push(pcm), tail = stream.flush();
  const columns = new Float32Array(head.length + tail.length);
  columns.set(head);
  columns.set(tail, head.length);
  return columns;
}

export interface WindowStream {
  /** Takes the next samples and gives the windows they complete, each a fresh `[80,16]` (bins × columns). */
  push(pcm: Float32Array): Float32Array[];
  /**
   * Ends the stream: gives the rest of `frames` windows, the sound padded with silence.
   * @param frames of the whole stream; as many as the sound needs (frameCount) unless given
   */
  flush(frames?: number): Float32Array[];
}

/**
 * Cuts a mel into one window per video frame, in order; a window comes about 0.2 s of sound after its frame.
 * @param syncOffsetFrames the window of frame i is that of frame i + offset; outside the sound there is silence
 */
export function createWindowStream(fps: number, syncOffsetFrames = 0): WindowStream {
  const stream = createMelStream();
  /** Columns from `base` on, `[n,80]`; older ones are of no use any more. */
  let columns = new Float32Array(0);
  let base = 0, samples = 0, next = 0;
  const start = () => windowStart(next + syncOffsetFrames, fps);
  const end = () => base + columns.length / MEL_BINS;

  const add = (fresh: Float32Array): void => {
    if (fresh.length === 0) return;
    const from = Math.min(Math.max(base, start()), end());
    const kept = columns.subarray((from - base) * MEL_BINS);
    columns = new Float32Array(kept.length + fresh.length);
    columns.set(kept);
    columns.set(fresh, kept.length);
    base = from;
  };
  const window = (): Float32Array => {
    const out = new Float32Array(MEL_BINS * MEL_WINDOW).fill(MEL_SILENCE);
    for (let column = 0; column < MEL_WINDOW; column++) {
      const from = (start() + column - base) * MEL_BINS;
      if (from < 0 || from >= columns.length) continue;
      for (let bin = 0; bin < MEL_BINS; bin++) out[bin * MEL_WINDOW + column] = columns[from + bin];
    }
    next++;
    return out;
  };

  return {
    push(pcm) {
      samples += pcm.length;
      add(stream.push(pcm));
      const windows: Float32Array[] = [];
      while (start() + MEL_WINDOW <= end()) windows.push(window());
      return windows;
    },
    flush(frames = frameCount(samples, MEL_SAMPLE_RATE, fps)) {
      if (frames > next) add(stream.flush(Math.max(1, windowStart(frames - 1 + syncOffsetFrames, fps) + MEL_WINDOW)));
      return Array.from({ length: Math.max(0, frames - next) }, window);
    },
  };
}

/** Periodic Hann, as spectra use it. */
const HANN = Float64Array.from({ length: FFT_SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FFT_SIZE));

/** Each mel band as its first FFT bin and its weights from there: triangles of equal area between 82 points, 55–7600 Hz. */
const BANDS = slaneyBands(55, 7600);

function writeMel(spectrum: Float64Array, columns: Float32Array, offset: number): void {
  for (let bin = 0; bin < MEL_BINS; bin++) {
    const { first, weights } = BANDS[bin];
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += spectrum[first + i] * weights[i];
    columns[offset + bin] = Math.min(4, Math.max(-4, 1.6 * Math.log10(Math.max(1e-5, sum)) + 2.4));
  }
}

function slaneyBands(low: number, high: number): { first: number; weights: Float64Array }[] {
  // Slaney's scale: linear below 1 kHz (200/3 Hz per mel), logarithmic above (27 mels to 6.4 kHz).
  const perMel = 200 / 3, knee = 1000 / perMel, step = Math.log(6.4) / 27;
  const toMel = (hz: number) => (hz < 1000 ? hz / perMel : knee + Math.log(hz / 1000) / step);
  const toHz = (mel: number) => (mel < knee ? mel * perMel : 1000 * Math.exp(step * (mel - knee)));
  const points = Array.from({ length: MEL_BINS + 2 }, (_, i) => toHz(toMel(low) + ((toMel(high) - toMel(low)) * i) / (MEL_BINS + 1)));
  const binHz = MEL_SAMPLE_RATE / FFT_SIZE;
  return Array.from({ length: MEL_BINS }, (_, band) => {
    const [left, centre, right] = points.slice(band, band + 3);
    const first = Math.floor(left / binHz) + 1, last = Math.ceil(right / binHz) - 1;
    const weights = Float64Array.from({ length: Math.max(0, last - first + 1) }, (_unused, i) => {
      const hz = (first + i) * binHz;
      return (Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)) * 2) / (right - left);
    });
    return { first, weights };
  });
}
