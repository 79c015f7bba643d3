/**
 * npm run train:rig: makes models/rig.onnx, the network that hears recorded speech, and its entry in the manifest. Speaks some
 * hours of random words, distorts them, and trains with the poses of the text path as answers. One thread, a fixed seed, about
 * eleven minutes on a quiet core. The shipped network was taught with flite installed; without it, people's voices are missing.
 *
 * Options: --hours N of speech, --steps N of training, --out FILE (leaves the manifest alone).
 */
import '../../src/engine/onnx/noTelemetry.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { MEL_RATE } from '../../src/engine/pipeline/mel.ts';
import { POSE_SIZE } from '../../src/shared/vocabulary.ts';
import { lesson, silentLesson, utterance, type Lesson } from './rigData.ts';
import { listRig } from './rigManifest.ts';
import { CONTEXT, initialParameters, MEL_BANDS, modelGraph, PARAMETERS, trainGraph } from './rigNetwork.ts';
import { seeded, type Random } from './rigTexts.ts';
import { openTeacher } from './rigVoices.ts';

const SEED = 20261123;
const SEQUENCES = 32;
const FRAMES = 96;
const STEPS = 5600;
const PEAK_RATE = 1.5e-3;
const HUMAN_SHARE = 0.45;
const SILENT_SHARE = 0.07;
/** Each utterance is recorded so many times, in different rooms: synthesis costs more than distortion. */
const RECORDINGS = 2;

const { values } = parseArgs({ options: { hours: { type: 'string', default: '4' }, steps: { type: 'string', default: String(STEPS) }, out: { type: 'string' } } });
const out = values.out ?? fileURLToPath(new URL('../rig.onnx', import.meta.url));

const lessons = await makeLessons(Number(values.hours));
const { mean, deviation } = statistics(lessons);
const theta = await train(lessons, Number(values.steps), mean, deviation);
await modelGraph(theta, mean, deviation).save(out);
if (values.out === undefined) await listRig();
console.log(`${PARAMETERS} parameters in ${out}`);

async function makeLessons(hours: number): Promise<Lesson[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'rig-'));
  const teacher = await openTeacher(scratch);
  const random = seeded(SEED);
  const made: Lesson[] = [];
  const begun = performance.now();
  let other: Float32Array = new Float32Array(0);
  for (let seconds = 0, told = 0; seconds < hours * 3600; ) {
    const fresh: Lesson[] = [];
    if (random() < SILENT_SHARE * RECORDINGS) fresh.push(silentLesson(random));
    else {
      const spoken = await utterance(teacher, random, 'train', random() < HUMAN_SHARE ? 'human' : 'espeak');
      for (let n = 0; n < RECORDINGS; n++) fresh.push(lesson(spoken, other, random));
      other = fresh[0].pcm;
    }
    for (const one of fresh) {
      made.push({ ...one, pcm: new Float32Array(0) });
      seconds += one.mel.length / MEL_BANDS / MEL_RATE;
    }
    if (seconds - told > 1800) {
      told = seconds;
      console.log(`${(seconds / 3600).toFixed(1)} h spoken in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    }
  }
  await rm(scratch, { recursive: true });
  return made;
}

function statistics(all: readonly Lesson[]): { mean: Float32Array; deviation: Float32Array } {
  const sum = new Float64Array(MEL_BANDS);
  const squares = new Float64Array(MEL_BANDS);
  let frames = 0;
  for (const { mel } of all) {
    for (let i = 0; i < mel.length; i++) {
      sum[i % MEL_BANDS] += mel[i];
      squares[i % MEL_BANDS] += mel[i] * mel[i];
    }
    frames += mel.length / MEL_BANDS;
  }
  const mean = Float32Array.from(sum, (value) => value / frames);
  return { mean, deviation: Float32Array.from(squares, (value, i) => Math.sqrt(Math.max(1e-3, value / frames - mean[i] ** 2))) };
}

async function train(all: readonly Lesson[], steps: number, mean: Float32Array, deviation: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(trainGraph(SEQUENCES, FRAMES, mean, deviation), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const random = seeded(SEED + 1);
  const vector = (data: Float32Array) => new Tensor('float32', data, [data.length]);
  const rows = FRAMES + 2 * CONTEXT;
  const x = new Float32Array(rows * SEQUENCES * MEL_BANDS);
  const y = new Float32Array(FRAMES * SEQUENCES * POSE_SIZE);
  const long = all.filter(({ mel }) => mel.length / MEL_BANDS > rows);
  let state: Record<'theta' | 'm' | 'v' | 'ema', Float32Array> = { theta: initialParameters(SEED), m: new Float32Array(PARAMETERS), v: new Float32Array(PARAMETERS), ema: initialParameters(SEED) };
  const begun = performance.now();
  let running = 0;
  for (let step = 1; step <= steps; step++) {
    for (let sequence = 0; sequence < SEQUENCES; sequence++) draw(long, random, x, y, sequence);
    const rate = PEAK_RATE * Math.min(1, step / 200) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps)) + 1e-6;
    const result = await session.run({
      theta: vector(state.theta),
      m: vector(state.m),
      v: vector(state.v),
      ema: vector(state.ema),
      x: new Tensor('float32', x, [rows * SEQUENCES, MEL_BANDS]),
      y: new Tensor('float32', y, [FRAMES * SEQUENCES, POSE_SIZE]),
      rate: vector(new Float32Array([rate])),
      bias1: vector(new Float32Array([1 - 0.9 ** step])),
      bias2: vector(new Float32Array([1 - 0.999 ** step])),
    });
    const floats = (name: string) => result[name].data as Float32Array;
    state = { theta: floats('thetaNext'), m: floats('mNext'), v: floats('vNext'), ema: floats('emaNext') };
    running += (floats('loss')[0] - running) / Math.min(step, 100);
    if (step % 250 === 0) console.log(`step ${step}, loss ${running.toFixed(4)}, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  }
  return state.ema;
}

/** A random stretch of a random lesson into column `sequence` of the time-major batch, its picture varied once more. */
function draw(all: readonly Lesson[], random: Random, x: Float32Array, y: Float32Array, sequence: number): void {
  const { mel, poses } = all[Math.floor(random() * all.length)];
  const rows = FRAMES + 2 * CONTEXT;
  const first = Math.floor(random() * (mel.length / MEL_BANDS - rows + 1));
  // A throat warped by ±7 %, a tone control of three waves, a noise floor, a missing band: cheap, and never twice the same.
  const warp = 0.93 + 0.14 * random();
  const waves = [1, 2, 3].map((n) => ({ depth: (random() * 2 - 1) * (0.45 / n), n, phase: 6.3 * random() }));
  const level = (random() * 2 - 1) * 0.25;
  const floor = random() < 0.3 ? -4 + 2.2 * random() : -5;
  const tilt = random() * 0.8;
  const gap = random() < 0.2 ? Math.floor(random() * MEL_BANDS) : MEL_BANDS;
  const gapEnd = gap + 3 + Math.floor(random() * 10);
  const from = new Int16Array(MEL_BANDS);
  const share = new Float32Array(MEL_BANDS);
  const tone = new Float32Array(MEL_BANDS);
  const ground = new Float32Array(MEL_BANDS);
  for (let band = 0; band < MEL_BANDS; band++) {
    const at = Math.min(MEL_BANDS - 1.001, band * warp);
    from[band] = Math.floor(at);
    share[band] = at - from[band];
    tone[band] = level + waves.reduce((sum, { depth, n, phase }) => sum + depth * Math.sin((n * Math.PI * band) / MEL_BANDS + phase), 0);
    ground[band] = floor - (tilt * band) / MEL_BANDS;
  }
  for (let row = 0; row < rows; row++) {
    const source = (first + row) * MEL_BANDS;
    const target = (row * SEQUENCES + sequence) * MEL_BANDS;
    for (let band = 0; band < MEL_BANDS; band++) {
      const low = mel[source + from[band]];
      const value = low + share[band] * (mel[source + from[band] + 1] - low) + tone[band];
      const noise = floor > -5 ? ground[band] + 0.35 * (random() - 0.5) : -4;
      x[target + band] = band >= gap && band < gapEnd ? Math.max(noise, -4) : Math.min(4, Math.max(value, noise, -4));
    }
  }
  for (let row = 0; row < FRAMES; row++) {
    const source = (first + CONTEXT + row) * POSE_SIZE;
    y.set(poses.subarray(source, source + POSE_SIZE), (row * SEQUENCES + sequence) * POSE_SIZE);
  }
}
