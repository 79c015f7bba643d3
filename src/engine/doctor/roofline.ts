/**
 * What a machine can reach with a network at all: its roofline. A frame costs so many operations and moves so many bytes; a device
 * does so many of each in a second at its peak; the scarcer of the two is the ceiling. What is measured is a share of that.
 */

/** What one frame of a network costs. */
export interface NetworkCost {
  /** Multiplications and additions counted apart. */
  flopsPerFrame: number;
  /** To and from memory; a batch shares the weights. */
  bytesPerFrame: (batch: number) => number;
}

/**
 * The full-size Wav2Lip network at 96 px, counted over its layers; the test beside this counts them again in the graph that
 * models/make/wav2lipFull.ts makes. A convolution is kernel² × in × out multiplications with additions at each place of its output (a
 * transposed one: of its input), borders included: 3,966,984,192. Numbers moved: each layer reads its input once and writes its output
 * once (rectifier and sum ride along; a residual reads its input again for the sum), 11,990,016 per frame, and each of the 36,275,283
 * weights and biases is read once per batch. That no number is kept on the chip from layer to layer is the usual simplification.
 */
export const WAV2LIP_96 = { flops: 7_933_968_384, activations: 11_990_016, weights: 36_275_283 } as const;

/** @param bytesPerNumber 4 for float32, 2 for float16 */
export function wav2lipCost(bytesPerNumber: 2 | 4): NetworkCost {
  const { flops, activations, weights } = WAV2LIP_96;
  return { flopsPerFrame: flops, bytesPerFrame: (batch) => (activations + weights / batch) * bytesPerNumber };
}

/** A device at its best; null: not known. */
export interface DevicePeak {
  name: string;
  flopsPerSec: number | null;
  bytesPerSec: number | null;
}

/** What onnxruntime reaches of a roof on such networks: an assumption for machines on which nothing was measured. */
export const ASSUMED_SHARE = 0.35;
/** The guide's: inference of a chunk of 5 to 15 s. */
export const GUIDE_CHUNK = { ms: 150, seconds: [5, 15], fps: 25 } as const;

export interface RooflineInput extends NetworkCost {
  device: DevicePeak;
  /** Batch sizes to judge, and a warmed run of each; `ms` null: not measured. */
  batches: readonly { batch: number; ms: number | null }[];
}

export interface RooflineBatch {
  batch: number;
  /** At 100 % of the device's peak; null where neither of its peaks is known. With one of them known, the ceiling by that one. */
  ceilingFramesPerSec: number | null;
  /** What the ceiling comes from. null where one of the peaks is not known. */
  boundBy: 'compute' | 'memory' | null;
  measuredFramesPerSec: number | null;
  /** Measured ÷ ceiling. Above 1 the peak that was given is too low, e.g. measured while the machine was busy. */
  shareReached: number | null;
}

/** `met`, `missed`: measured here. Else by the ceiling: `likely` at the assumed share, `barely` only close to the peak, `impossible`, `unknown`. */
export type Reach = 'met' | 'missed' | 'likely' | 'barely' | 'impossible' | 'unknown';

export interface RooflineChunk {
  durationSec: number;
  frames: number;
  /** Inference of all frames: at the device's peak, at ASSUMED_SHARE of it, and as measured, each in the batch size that is best at it. */
  ceilingMs: number | null;
  expectedMs: number | null;
  measuredMs: number | null;
  reach: Reach;
  /** One sentence that says so. */
  verdict: string;
}

export interface Roofline {
  device: DevicePeak;
  batches: RooflineBatch[];
  /** The guide's shortest and longest chunk. */
  chunks: RooflineChunk[];
}

export function roofline({ flopsPerFrame, bytesPerFrame, device, batches }: RooflineInput): Roofline {
  const rows = batches.map(({ batch, ms }): RooflineBatch => {
    const byCompute = device.flopsPerSec === null ? null : device.flopsPerSec / flopsPerFrame;
    const byMemory = device.bytesPerSec === null ? null : device.bytesPerSec / bytesPerFrame(batch);
    const known = [byCompute, byMemory].filter((each) => each !== null);
    const ceiling = known.length === 0 ? null : Math.min(...known);
    const measured = ms === null ? null : (1000 * batch) / ms;
    return {
      batch,
      ceilingFramesPerSec: ceiling,
      boundBy: byCompute === null || byMemory === null ? null : byCompute <= byMemory ? 'compute' : 'memory',
      measuredFramesPerSec: measured,
      shareReached: measured === null || ceiling === null ? null : measured / ceiling,
    };
  });
  const best = (of: 'ceilingFramesPerSec' | 'measuredFramesPerSec') => rows.reduce<number | null>((most, row) => (row[of] === null ? most : Math.max(most ?? 0, row[of])), null);
  const [roof, measured] = [best('ceilingFramesPerSec'), best('measuredFramesPerSec')];
  const ceiling = roof === null ? null : Math.max(roof, measured ?? 0);
  return { device, batches: rows, chunks: GUIDE_CHUNK.seconds.map((seconds) => chunkAt(seconds, ceiling, measured)) };
}

function chunkAt(durationSec: number, ceiling: number | null, measured: number | null): RooflineChunk {
  const frames = durationSec * GUIDE_CHUNK.fps;
  const at = (framesPerSec: number | null) => (framesPerSec === null ? null : (1000 * frames) / framesPerSec);
  const times = { ceilingMs: at(ceiling), expectedMs: at(ceiling === null ? null : ceiling * ASSUMED_SHARE), measuredMs: at(measured) };
  const reach = reachOf(times);
  return { durationSec, frames, ...times, reach, verdict: verdictOf(durationSec, frames, times, reach) };
}

type Times = Pick<RooflineChunk, 'ceilingMs' | 'expectedMs' | 'measuredMs'>;

function reachOf({ ceilingMs, expectedMs, measuredMs }: Times): Reach {
  if (measuredMs !== null && measuredMs < GUIDE_CHUNK.ms) return 'met';
  if (ceilingMs !== null && ceilingMs >= GUIDE_CHUNK.ms) return 'impossible';
  if (measuredMs !== null) return 'missed';
  if (ceilingMs === null || expectedMs === null) return 'unknown';
  return expectedMs < GUIDE_CHUNK.ms ? 'likely' : 'barely';
}

function verdictOf(durationSec: number, frames: number, { ceilingMs, expectedMs, measuredMs }: Times, reach: Reach): string {
  const target = `${GUIDE_CHUNK.ms} ms`;
  const measured = measuredMs === null ? '' : ` (measured: ${readableTime(measuredMs)})`;
  const percent = Math.round(ASSUMED_SHARE * 100);
  const said: Record<Reach, string> = {
    met: `within the guide’s ${target}: ${readableTime(measuredMs)} measured`,
    missed: `${readableTime(measuredMs)} measured, over the guide’s ${target}${ceilingMs === null ? '; what this device could do at its peak is not known' : `, though at its peak this device would take ${readableTime(ceilingMs)}`}`,
    likely: `within the guide’s ${target}: about ${readableTime(expectedMs)} at ${percent} % of this device’s peak`,
    barely: `within the guide’s ${target} only close to this device’s peak (${readableTime(ceilingMs)}); about ${readableTime(expectedMs)} at ${percent} % of it`,
    impossible: `out of this device’s reach: even at its peak ${readableTime(ceilingMs)} instead of ${target}${measured}`,
    unknown: `nothing measured, and this device’s peak is not known`,
  };
  const paced = measuredMs !== null && reach !== 'met' ? (measuredMs <= durationSec * 1000 ? '. It still keeps up with playback' : '. It does not keep up with playback either') : '';
  return `A chunk of ${durationSec} s (${frames} frames): ${said[reach]}${paced}.`;
}

function readableTime(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
