/**
 * The head's own small motion: shift, roll, turn and nod of the whole head as one smooth field that is 1 over the face and
 * fades to nothing on the shoulders, in the background and at the picture's border.
 */
import { CHIN, FOREHEAD, LEFT_BROW, LEFT_OUTLINE, mouthFrame, pointX, pointY, ramp, RIGHT_BROW, RIGHT_OUTLINE } from './landmarks.ts';
import type { HeadOffsets } from './warp.ts';

/** Motions in this order: shift right and down (in E), roll (radians, clockwise), turn right and nod down (in E at the nose), brows up (in E). */
export const HEAD_MOTIONS = ['shiftX', 'shiftY', 'roll', 'turn', 'nod', 'brows'] as const;

export interface Head {
  /** The face's middle and half sizes along its own axes, in plate pixels; the unit E. */
  centerX: number;
  centerY: number;
  axisX: number;
  axisY: number;
  halfWidth: number;
  halfHeight: number;
  unit: number;
  /** Middles of both brows: x, y, x, y. */
  brows: [number, number, number, number];
  width: number;
  height: number;
}

export function makeHead(landmarks: Float32Array, width: number, height: number): Head {
  const { axisX, axisY, unit } = mouthFrame(landmarks);
  const x = (index: number) => pointX(landmarks, index), y = (index: number) => pointY(landmarks, index);
  const mean = (indices: readonly number[], of: (index: number) => number) => indices.reduce((sum, index) => sum + of(index), 0) / indices.length;
  const left = LEFT_OUTLINE.slice(0, 3), right = RIGHT_OUTLINE.slice(0, 3);
  return {
    centerX: (x(FOREHEAD) + x(CHIN)) / 2,
    centerY: (y(FOREHEAD) + y(CHIN)) / 2,
    axisX,
    axisY,
    halfWidth: Math.max(0.6 * unit, Math.hypot(mean(right, x) - mean(left, x), mean(right, y) - mean(left, y)) / 2),
    halfHeight: Math.max(0.7 * unit, Math.hypot(x(CHIN) - x(FOREHEAD), y(CHIN) - y(FOREHEAD)) / 2),
    unit,
    brows: [mean(LEFT_BROW, x), mean(LEFT_BROW, y), mean(RIGHT_BROW, x), mean(RIGHT_BROW, y)],
    width,
    height,
  };
}

/** The fields of the motions on a grid over the whole plate; `offsets` is filled by moveHead. */
export interface HeadField extends HeadOffsets {
  /** Per node: weight of the rigid motion, weight of the relief (how far the face comes forward), weight of the brows, place around the neck. */
  rigid: Float32Array;
  relief: Float32Array;
  brow: Float32Array;
  armX: Float32Array;
  armY: Float32Array;
  unit: number;
}

export function createHeadField(head: Head): HeadField {
  const step = 2 * Math.max(2, Math.round(head.unit / 24));
  const columns = Math.ceil(head.width / step) + 1, rows = Math.ceil(head.height / step) + 1;
  const nodes = columns * rows;
  const field: HeadField = {
    active: false, step, columns, rows, unit: head.unit,
    offsets: new Float32Array(2 * nodes), rigid: new Float32Array(nodes), relief: new Float32Array(nodes), brow: new Float32Array(nodes), armX: new Float32Array(nodes), armY: new Float32Array(nodes),
  };
  const border = 0.35 * head.unit;
  for (let row = 0, node = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, node++) {
      const px = Math.min(head.width, column * step), py = Math.min(head.height, row * step);
      const dx = px - head.centerX, dy = py - head.centerY;
      const across = (dx * head.axisX + dy * head.axisY) / head.halfWidth;
      const down = (dy * head.axisX - dx * head.axisY) / head.halfHeight;
      const radius = Math.hypot(across, down);
      // Hair and the skull above the mesh's forehead move along; the neck bends from just under the chin on.
      const crown = Math.hypot(across / 1.35, down < 0 ? down / 1.5 : down / 1.08);
      const inside = 1 - ramp(1, 1.75, crown);
      const pinned = Math.min(ramp(0, border, px), ramp(0, border, head.width - px), ramp(0, border, py), ramp(0, border, head.height - py));
      field.rigid[node] = inside * pinned;
      // An egg: the nose's side comes forward most, the outline not at all.
      field.relief[node] = inside * pinned * Math.max(0, 1 - 0.75 * radius * radius) ** 2;
      field.brow[node] = inside * pinned * Math.min(1, browAt(head, px, py, 0) + browAt(head, px, py, 2));
      // Roll turns about the neck, below the chin.
      field.armX[node] = (dx + head.axisY * -1.2 * head.halfHeight) / head.unit;
      field.armY[node] = (dy - head.axisX * 1.2 * head.halfHeight) / head.unit;
    }
  }
  return field;
}

/** A brow moves with the skin above it, and hardly with the lid below. */
function browAt(head: Head, px: number, py: number, side: 0 | 2): number {
  const dx = px - head.brows[side], dy = py - head.brows[side + 1];
  const across = (dx * head.axisX + dy * head.axisY) / head.unit, down = (dy * head.axisX - dx * head.axisY) / head.unit;
  return Math.exp(-0.5 * ((across / 0.19) ** 2 + (down / (down > 0 ? 0.055 : 0.17)) ** 2));
}

/** Sets the field's offsets (source minus pixel) for the motions; all zero makes it inactive. */
export function moveHead(field: HeadField, motions: ArrayLike<number>): void {
  const [shiftX, shiftY, roll, turn, nod, brows] = [motions[0], motions[1], motions[2], motions[3], motions[4], motions[5]];
  field.active = shiftX !== 0 || shiftY !== 0 || roll !== 0 || turn !== 0 || nod !== 0 || brows !== 0;
  if (!field.active) return;
  const nodes = field.columns * field.rows;
  const { offsets, rigid, relief, brow, armX, armY, unit } = field;
  for (let node = 0; node < nodes; node++) {
    const w = rigid[node] * unit, r = relief[node] * unit;
    // Backwards: a pixel of the moved head comes from where the head was.
    offsets[node] = -(w * (shiftX - roll * armY[node]) + r * turn);
    offsets[nodes + node] = -(w * (shiftY + roll * armX[node]) + r * nod - brow[node] * unit * brows);
  }
}
