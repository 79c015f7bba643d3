/**
 * node models/make/rigEvaluate.ts [--model FILE] [--utterances N] [--seed N]: how well listen() reads voices and words that the network
 * never heard, at 25 fps, against the poses of the text path. Clean and distorted; people's voices where flite is installed.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { posesFromPhonemes } from '../../src/engine/pipeline/articulation.ts';
import { contactOf, isVowel } from '../../src/engine/pipeline/articulationTable.ts';
import { sha256OfFile } from '../../src/engine/fileHash.ts';
import { openSessions } from '../../src/engine/onnx/sessions.ts';
import { joined } from '../../src/engine/joined.ts';
import { listen } from '../../src/engine/pipeline/listen.ts';
import { POSE_PARAMETERS, POSE_SIZE, type Phoneme } from '../../src/shared/vocabulary.ts';
import { lesson, silentLesson, utterance } from './rigData.ts';
import { seeded } from './rigTexts.ts';
import { openTeacher } from './rigVoices.ts';

const FPS = 25;
const { values } = parseArgs({ options: { model: { type: 'string' }, utterances: { type: 'string', default: '60' }, seed: { type: 'string', default: '77' } } });
const file = values.model ?? fileURLToPath(new URL('../rig.onnx', import.meta.url));
const count = Number(values.utterances);

const scratch = await mkdtemp(path.join(tmpdir(), 'rig-'));
const teacher = await openTeacher(scratch);
const sessions = await openSessions({
  models: [{
    id: 'rig', kind: 'rig', file: path.basename(file), path: file, bytes: (await stat(file)).size, sha256: await sha256OfFile(file), licence: 'own', source: 'train:rig',
    tensors: { inputs: [], outputs: [] }, use: 'default', origin: 'shipped',
  }],
  device: 'cpu',
});

/** Sums over all utterances of one condition. */
interface Tally {
  bilabials: number;
  closed: number;
  labiodentals: number;
  bitten: number;
  vowels: number;
  falselyClosed: number;
  wanted: number[][];
  got: number[][];
  /** |second difference| per parameter. */
  bends: number[][];
}

for (const source of ['espeak', 'human'] as const) {
  for (const clean of [true, false]) {
    const random = seeded(Number(values.seed) + (clean ? 0 : 1));
    const tally: Tally = { bilabials: 0, closed: 0, labiodentals: 0, bitten: 0, vowels: 0, falselyClosed: 0, wanted: [], got: [], bends: POSE_PARAMETERS.map(() => []) };
    let other: Float32Array = new Float32Array(0);
    for (let n = 0; n < count; n++) {
      const spoken = await utterance(teacher, random, 'test', source);
      if (spoken.source !== source) break;
      const { pcm, phonemes } = lesson(spoken, clean ? null : other, random);
      other = pcm;
      const got = await heard(pcm);
      compare(phonemes, got, tally);
    }
    report(`${source}, ${clean ? 'clean' : 'distorted'}`, tally);
  }
}
let moved = 0;
let silentFrames = 0;
const random = seeded(5);
for (let n = 0; n < 30; n++) {
  const poses = await heard(silentLesson(random).pcm);
  for (let i = 0; i < poses.length; i += POSE_SIZE) {
    silentFrames++;
    if (poses[i] > 0.1) moved++;
  }
}
console.log(`noise without speech: the jaw moves in ${((100 * moved) / silentFrames).toFixed(1)} % of ${silentFrames} frames`);
await sessions.close();
await rm(scratch, { recursive: true });

async function heard(pcm: Float32Array): Promise<Float32Array> {
  const listener = listen({ sessions, fps: FPS });
  return joined(await listener.push(pcm), await listener.flush());
}

function compare(phonemes: readonly Phoneme[], got: Float32Array, tally: Tally): void {
  const frames = got.length / POSE_SIZE;
  const wanted = posesFromPhonemes(phonemes, { fps: FPS, firstFrame: 0, frames });
  for (let i = 0; i < frames; i++) {
    tally.wanted.push([...wanted.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE)]);
    tally.got.push([...got.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE)]);
    for (let p = 0; i > 1 && p < POSE_SIZE; p++) {
      tally.bends[p].push(Math.abs(got[i * POSE_SIZE + p] - 2 * got[(i - 1) * POSE_SIZE + p] + got[(i - 2) * POSE_SIZE + p]));
    }
  }
  const most = (parameter: number, fromSec: number, toSec: number) => {
    let value = 0;
    for (let i = Math.max(0, Math.floor(fromSec * FPS)); i <= Math.min(frames - 1, Math.floor(toSec * FPS)); i++) value = Math.max(value, got[i * POSE_SIZE + parameter]);
    return value;
  };
  for (const [n, { symbol, startSec, endSec }] of phonemes.entries()) {
    const contact = contactOf(symbol);
    if (contact === 'close') {
      tally.bilabials++;
      if (most(3, startSec - 0.06, endSec) >= 0.6) tally.closed++;
    } else if (contact === 'fv') {
      tally.labiodentals++;
      if (most(4, startSec - 0.02, endSec) >= 0.6) tally.bitten++;
    } else if (isVowel(symbol)) {
      const heardUntil = endSec - (/^[pbtdkɡq]/u.test(phonemes[n + 1]?.symbol ?? '') ? 0.045 : 0);
      if (heardUntil - startSec < 0.06) continue;
      const middle = Math.floor(((startSec + heardUntil) / 2 - 0.01) * FPS);
      if (middle >= frames || wanted[middle * POSE_SIZE + 3] > 0.5) continue; // squeezed between two bilabials, closed by the text path too
      tally.vowels++;
      if (got[middle * POSE_SIZE + 3] > 0.5) tally.falselyClosed++;
    }
  }
}

function report(name: string, tally: Tally): void {
  if (tally.got.length === 0) return;
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  const r = POSE_PARAMETERS.map((parameter, p) => `${parameter} ${correlation(tally.wanted.map((pose) => pose[p]), tally.got.map((pose) => pose[p])).toFixed(3)}`);
  const bends = POSE_PARAMETERS.map((parameter, p) => {
    const all = tally.got.map((pose) => pose[p]);
    const range = all.reduce((most, value) => Math.max(most, value), 0) - all.reduce((least, value) => Math.min(least, value), 1);
    const sorted = tally.bends[p].sort((a, b) => a - b);
    return `${parameter} ${(sorted[Math.floor(0.95 * sorted.length)] / range).toFixed(2)}`;
  });
  console.log(`${name} (${(tally.got.length / FPS).toFixed(0)} s)
  r: ${r.join(', ')}
  m b p closed ${percent(tally.closed, tally.bilabials)} of ${tally.bilabials}, f v ${percent(tally.bitten, tally.labiodentals)} of ${tally.labiodentals}, vowels falsely closed ${percent(tally.falselyClosed, tally.vowels)} of ${tally.vowels}
  p95 of |second difference| / range: ${bends.join(', ')}`);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const meanA = a.reduce((sum, value) => sum + value, 0) / a.length;
  const meanB = b.reduce((sum, value) => sum + value, 0) / b.length;
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - meanA) * (b[i] - meanB);
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
  }
  return ab / Math.sqrt(aa * bb + 1e-12);
}
