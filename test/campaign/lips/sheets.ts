/** Contact sheets: stills side by side, for looking at. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { i420Planes, type I420 } from '../../../src/engine/media/i420.ts';
import { i420ToRgb } from '../../support/pictures.ts';
import { posesFromPhonemes } from '../../../src/engine/pipeline/articulation.ts';
import { isPause } from '../../../src/engine/qa/speechSounds.ts';
import { POSE_SIZE, type Phoneme } from '../../../src/shared/vocabulary.ts';
import { framesOf, type Token } from './measures.ts';
import { windowAround, type Stage, type Window } from './stage.ts';
import { FPS, type PoseTrack } from './takes.ts';

interface Tile {
  picture: Buffer;
  label: string;
}

const TILE = 150;
const LABEL = 18;

async function tileOf(frame: I420, window: Window, label: string): Promise<Tile> {
  const raw = { width: frame.width, height: frame.height, channels: 3 as const };
  const { left, top, right, bottom } = window;
  const picture = await sharp(i420ToRgb(frame), { raw })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize(TILE, TILE, { fit: 'cover', kernel: 'lanczos3' })
    .png()
    .toBuffer();
  return { picture, label };
}

async function writeSheet(file: string, tiles: readonly Tile[], columns: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const rows = Math.ceil(tiles.length / columns);
  const text = (label: string) => label.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const pieces = tiles.flatMap(({ picture, label }, i) => {
    const [left, top] = [(i % columns) * TILE, Math.floor(i / columns) * (TILE + LABEL)];
    const svg = `<svg width="${TILE}" height="${LABEL}"><text x="${TILE / 2}" y="14" text-anchor="middle" font-family="sans-serif" font-size="13" fill="#222">${text(label)}</text></svg>`;
    return [{ input: picture, left, top: top + LABEL }, { input: Buffer.from(svg), left, top }];
  });
  await sharp({ create: { width: columns * TILE, height: rows * (TILE + LABEL), channels: 3, background: '#fff' } })
    .composite(pieces)
    .png({ palette: true, quality: 90, compressionLevel: 9 })
    .toFile(file);
}

/** Forehead, chin and sides of the face; and the mouth with nose base and chin. */
const FACE = [10, 152, 234, 454];
const MOUTH = [2, 152, 61, 291];
const EYES = [33, 263, 46, 276, 145, 374];

function square(window: Window, { plate }: Stage): Window {
  const side = Math.min(Math.max(window.right - window.left, window.bottom - window.top), plate.width, plate.height);
  const place = (from: number, to: number, end: number) => Math.max(0, Math.min(end - side, Math.round((from + to - side) / 2)));
  const [left, top] = [place(window.left, window.right, plate.width), place(window.top, window.bottom, plate.height)];
  return { left, top, right: left + side, bottom: top + side };
}

const VISEMES = ['', 'm', 'ɑː', 'æ', 'e', 'i', 'o', 'u', 'f', 's', 'ʃ', 'l', 't', 'ɹ'];

export async function visemeSheet(stage: Stage, file: string): Promise<void> {
  const window = square(windowAround(stage, FACE, 6), stage);
  const tiles: Tile[] = [];
  for (const symbol of VISEMES) {
    const held = posesFromPhonemes([{ symbol, startSec: 1, endSec: 1.4 }], { fps: FPS, firstFrame: 1.2 * FPS, frames: 1 });
    tiles.push(await tileOf(await stage.draw(held), window, symbol === '' ? 'rest' : symbol));
  }
  await writeSheet(file, tiles, 7);
}

/** A stretch of a track, each frame with the sound at its middle. */
export async function framesSheet(stage: Stage, track: PoseTrack, phonemes: readonly Phoneme[], frames: { from: number; to: number }, file: string): Promise<void> {
  const window = square(windowAround(stage, MOUTH, 14), stage);
  const tiles: Tile[] = [];
  for (let i = Math.max(0, frames.from); i < Math.min(track.frames, frames.to); i++) {
    const sec = (i + 0.5) / FPS;
    const symbol = phonemes.find(({ startSec, endSec }) => startSec <= sec && sec < endSec)?.symbol ?? '';
    tiles.push(await tileOf(await stage.draw(track.poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE), i), window, `${(i / FPS).toFixed(2)} s ${symbol === '' ? '·' : symbol}`));
  }
  await writeSheet(file, tiles, Math.min(8, tiles.length));
}

/** The frames of the first sounding stretch between two pauses that are no longer than `frames`. */
export function firstWord(phonemes: readonly Phoneme[], frames: number): { from: number; to: number } {
  const first = phonemes.find((phoneme) => !isPause(phoneme))!;
  const { from } = framesOf(first.startSec, first.endSec);
  return { from: from - 4, to: from - 4 + frames };
}

/** What happened around tokens that should have been closed. */
export async function tokenSheet(stage: Stage, track: PoseTrack, phonemes: readonly Phoneme[], token: Token, file: string): Promise<void> {
  await framesSheet(stage, track, phonemes, { from: token.closure.from - 3, to: token.closure.to + 3 }, file);
}

/** The first blink of a stage that was opened with idle motion. */
export async function blinkSheet(stage: Stage, file: string): Promise<void> {
  const window = windowAround(stage, EYES, 10);
  const still = new Float32Array(POSE_SIZE);
  const seen: { frame: I420; change: number }[] = [];
  for (let i = 0; i < 6 * FPS; i++) {
    const { width, height, data } = await stage.draw(still, i);
    const frame = { width, height, data: data.slice() };
    seen.push({ frame, change: i === 0 ? 0 : meanChange(seen[i - 1].frame, frame, window) });
  }
  const shut = seen.reduce((best, { change }, i) => (change > seen[best].change ? i : best), 0);
  const tiles: Tile[] = [];
  for (let i = shut - 2; i < shut + 6; i++) tiles.push(await tileOf(seen[i].frame, square(window, stage), `${(i / FPS).toFixed(2)} s`));
  await writeSheet(file, tiles, 8);
}

function meanChange(a: I420, b: I420, { left, top, right, bottom }: Window): number {
  const [x, y] = [i420Planes(a).y, i420Planes(b).y];
  let sum = 0;
  for (let row = top; row < bottom; row++) for (let column = left; column < right; column++) sum += Math.abs(x[row * a.width + column] - y[row * a.width + column]);
  return sum / ((right - left) * (bottom - top));
}
