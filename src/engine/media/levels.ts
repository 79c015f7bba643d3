/** How loud a sound is from moment to moment: what silence, noise and speech are told apart by. An hour is 180,000 numbers. */

export const LEVEL_SEC = 0.02;

export interface LevelMeter {
  /** The next samples, mono. */
  add(pcm: Float32Array): void;
  /** Mean square per LEVEL_SEC, −1..1 squared; the last one of what there is. */
  levels(): Float64Array;
  durationSec(): number;
}

export function createLevelMeter(sampleRate: number): LevelMeter {
  const levelSamples = Math.round(sampleRate * LEVEL_SEC);
  const energy: number[] = [];
  let samples = 0;
  return {
    add(pcm) {
      for (let i = 0; i < pcm.length; i++, samples++) {
        const at = Math.floor(samples / levelSamples);
        energy[at] = (energy[at] ?? 0) + pcm[i] * pcm[i];
      }
    },
    levels: () => Float64Array.from(energy, (sum, at) => sum / Math.min(levelSamples, samples - at * levelSamples)),
    durationSec: () => samples / sampleRate,
  };
}

/** How loud the loud parts are: half of all energy lies in levels above it, so that a recording which is mostly silence has the level of its speech, too. */
export function loudLevel(levels: Float64Array): number {
  const rising = levels.toSorted();
  let left = rising.reduce((sum, level) => sum + level, 0) / 2;
  let at = rising.length - 1;
  while (at > 0 && (left -= rising[at]) > 0) at--;
  return rising[at] ?? 0;
}
