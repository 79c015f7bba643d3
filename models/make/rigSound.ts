/** What rooms, microphones, people's throats and telephones do to speech: waveform augmentation for the rig network. 16 kHz mono. */
import { MEL_SAMPLE_RATE } from '../../src/engine/pipeline/mel.ts';
import { pick, type Random } from './rigTexts.ts';

/** Windowed-sinc resampling by output rate over input rate. */
export function stretch(pcm: Float32Array, ratio: number): Float32Array {
  const taps = 12;
  const cutoff = Math.min(1, ratio) * 0.95;
  const reach = Math.ceil(taps / cutoff);
  const out = new Float32Array(Math.floor(pcm.length * ratio));
  const phases = 64;
  const kernels = Array.from({ length: phases }, (_, phase) =>
    Float64Array.from({ length: 2 * reach }, (_, k) => {
      const t = k - reach + 1 - phase / phases;
      const window = Math.abs(t) < reach ? 0.5 + 0.5 * Math.cos((Math.PI * t) / reach) : 0;
      return window * cutoff * (t === 0 ? 1 : Math.sin(Math.PI * cutoff * t) / (Math.PI * cutoff * t));
    }));
  for (let i = 0; i < out.length; i++) {
    const position = i / ratio;
    const base = Math.floor(position);
    const kernel = kernels[Math.floor((position - base) * phases)];
    let sum = 0;
    for (let k = Math.max(0, reach - 1 - base); k < kernel.length && base - reach + 1 + k < pcm.length; k++) sum += kernel[k] * pcm[base - reach + 1 + k];
    out[i] = sum;
  }
  return out;
}

/** Loudness of the loud parts: the 95th percentile of the RMS of 20 ms blocks, in dB of full scale. */
export function speechLevelDb(pcm: Float32Array): number {
  const block = MEL_SAMPLE_RATE / 50;
  const levels: number[] = [];
  for (let at = 0; at + block <= pcm.length; at += block) {
    let energy = 0;
    for (let i = at; i < at + block; i++) energy += pcm[i] * pcm[i];
    levels.push(energy / block);
  }
  levels.sort((a, b) => a - b);
  return 10 * Math.log10((levels[Math.floor(0.95 * (levels.length - 1))] ?? 0) + 1e-12);
}

export function scaled(pcm: Float32Array, gainDb: number): Float32Array {
  const gain = 10 ** (gainDb / 20);
  return pcm.map((sample) => sample * gain);
}

/** A random recording of the speech given. `other` is someone else's speech, for a voice in the background. */
export function recorded(speech: Float32Array, other: Float32Array, random: Random): Float32Array {
  let pcm = speech;
  if (random() < 0.5) pcm = wavering(pcm, random);
  if (random() < 0.4) pcm = reverberant(pcm, random);
  for (let n = Math.floor(random() * 4); n > 0; n--) {
    pcm = biquad(pcm, pick(random, ['peak', 'low', 'high']), 100 * 60 ** random(), (random() * 2 - 1) * 15, 0.5 + 1.5 * random());
  }
  if (random() < 0.75) {
    const noiseDb = speechLevelDb(pcm) - (8 + 37 * random());
    const noise = random() < 0.15 && other.length > 0 ? looped(other, pcm.length) : colouredNoise(pcm.length, random);
    const gain = 10 ** ((noiseDb - speechLevelDb(noise)) / 20);
    pcm = pcm.map((sample, i) => sample + gain * noise[i]);
  }
  if (random() < 0.3) pcm = coded(pcm, random);
  return pcm;
}

/** White to brown noise, sometimes with mains hum or a slow swell: silence that is none. */
export function colouredNoise(length: number, random: Random): Float32Array {
  const out = new Float32Array(length);
  const pole = pick(random, [0, 0.5, 0.9, 0.97]);
  const hum = random() < 0.25 ? 0.3 + random() : 0;
  const humHz = pick(random, [50, 60, 100, 120, 217, 440]);
  const swell = random() * 0.8;
  const swellHz = 0.1 + 2 * random();
  let state = 0;
  for (let i = 0; i < length; i++) {
    const white = random() * 2 - 1;
    state = pole * state + white;
    const loud = 1 + swell * Math.sin((2 * Math.PI * swellHz * i) / MEL_SAMPLE_RATE);
    out[i] = (state * Math.sqrt(1 - pole * pole) + hum * Math.sin((2 * Math.PI * humHz * i) / MEL_SAMPLE_RATE)) * loud;
  }
  return out;
}

/** Sounds that are no speech: noise with clicks, beeps and chords. The lips must not move to them. */
export function unspoken(length: number, random: Random): Float32Array {
  const out = colouredNoise(length, random);
  for (let n = Math.floor(random() * 12); n > 0; n--) {
    const at = Math.floor(random() * length);
    const long = Math.min(length - at, Math.floor(pick(random, [80, 800, 8000]) * (0.5 + random())));
    const loud = 1 + 8 * random();
    const pitches = Array.from({ length: pick(random, [0, 1, 3]) }, () => 150 * 20 ** random());
    for (let i = 0; i < long; i++) {
      const fade = Math.exp((-3 * i) / long);
      const tone = pitches.length === 0 ? random() * 2 - 1 : pitches.reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * i) / MEL_SAMPLE_RATE), 0) / pitches.length;
      out[at + i] += loud * fade * tone;
    }
  }
  return out;
}

/** The slow rises and falls of a voice, and of its distance to the microphone. */
function wavering(pcm: Float32Array, random: Random): Float32Array {
  const depthDb = 5 * random();
  const slow = { hz: 0.3 + 1.2 * random(), phase: 6.3 * random() };
  return pcm.map((sample, i) => sample * 10 ** ((depthDb * Math.sin((2 * Math.PI * slow.hz * i) / MEL_SAMPLE_RATE + slow.phase)) / 20));
}

/** A room as some 120 echoes that get denser and fade by 60 dB in 0.12–0.6 s. */
function reverberant(pcm: Float32Array, random: Random): Float32Array {
  const fadeSec = 0.12 + 0.48 * random();
  const wet = 10 ** ((-16 + 12 * random()) / 20);
  const out = Float32Array.from(pcm);
  for (let n = 0; n < 120; n++) {
    const delaySec = fadeSec * 0.8 * Math.sqrt(random()) + 0.002;
    const delay = Math.round(delaySec * MEL_SAMPLE_RATE);
    const gain = wet * 10 ** ((-3 * delaySec) / fadeSec) * (random() < 0.5 ? -1 : 1) * (0.5 + random());
    for (let i = delay; i < out.length; i++) out[i] += gain * pcm[i - delay];
  }
  return out;
}

/** Telephone band, few bits, or clipping. */
function coded(pcm: Float32Array, random: Random): Float32Array {
  let out = pcm;
  if (random() < 0.6) {
    const topHz = pick(random, [3400, 3400, 4500, 5500, 7000]);
    out = biquad(biquad(out, 'lowpass', topHz, 0, 0.55), 'lowpass', topHz, 0, 1.3);
    if (topHz === 3400) out = biquad(out, 'highpass', 250, 0, 0.7);
  }
  const full = Math.max(1e-6, out.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
  if (random() < 0.4) {
    const steps = pick(random, [16, 32, 64]);
    out = out.map((sample) => {
      const law = Math.log1p((255 * Math.abs(sample)) / full) / Math.log(256);
      return (Math.sign(sample) * full * (256 ** (Math.round(law * steps) / steps) - 1)) / 255;
    });
  } else if (random() < 0.3) {
    const limit = full * (0.25 + 0.5 * random());
    out = out.map((sample) => Math.max(-limit, Math.min(limit, sample)));
  }
  return out;
}

type Filter = 'peak' | 'low' | 'high' | 'lowpass' | 'highpass';

/** The usual second-order audio filters (R. Bristow-Johnson's cookbook forms). */
function biquad(pcm: Float32Array, kind: Filter, hz: number, gainDb: number, q: number): Float32Array {
  const w = (2 * Math.PI * Math.min(hz, 7600)) / MEL_SAMPLE_RATE;
  const alpha = Math.sin(w) / (2 * q);
  const cos = Math.cos(w);
  const amp = 10 ** (gainDb / 40);
  const root = 2 * Math.sqrt(amp) * alpha;
  const shelf = (sign: number) => ({
    b: [amp * (amp + 1 - sign * (amp - 1) * cos + root), sign * 2 * amp * (amp - 1 - sign * (amp + 1) * cos), amp * (amp + 1 - sign * (amp - 1) * cos - root)],
    a: [amp + 1 + sign * (amp - 1) * cos + root, sign * -2 * (amp - 1 + sign * (amp + 1) * cos), amp + 1 + sign * (amp - 1) * cos - root],
  });
  const pass = (sign: number) => ({ b: [(1 - sign * cos) / 2, sign * (1 - sign * cos), (1 - sign * cos) / 2], a: [1 + alpha, -2 * cos, 1 - alpha] });
  const { b, a } =
    kind === 'peak' ? { b: [1 + alpha * amp, -2 * cos, 1 - alpha * amp], a: [1 + alpha / amp, -2 * cos, 1 - alpha / amp] }
    : kind === 'low' ? shelf(1)
    : kind === 'high' ? shelf(-1)
    : pass(kind === 'lowpass' ? 1 : -1);
  const out = new Float32Array(pcm.length);
  let x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  for (let i = 0; i < pcm.length; i++) {
    const y = (b[0] * pcm[i] + b[1] * x1 + b[2] * x2 - a[1] * y1 - a[2] * y2) / a[0];
    x2 = x1;
    x1 = pcm[i];
    y2 = y1;
    y1 = y;
    out[i] = y;
  }
  return out;
}

function looped(pcm: Float32Array, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => pcm[i % pcm.length]);
}
