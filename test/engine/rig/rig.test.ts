import { describe, expect, it } from 'vitest';
import { drawSlit, slitRectangle } from '../../../src/engine/avatar/rig/draw.ts';
import { curveAt, mouthFrame } from '../../../src/engine/avatar/rig/landmarks.ts';
import { snapLipLines } from '../../../src/engine/avatar/rig/lipLines.ts';
import { buildRig, commandedOpening, rigLimits, type Rig } from '../../../src/engine/avatar/rig/rig.ts';
import { RigComposer } from '../../../src/engine/avatar/rig/rigComposer.ts';
import { createSheet } from '../../../src/engine/avatar/rig/sheet.ts';
import { createMotion, moveSlit } from '../../../src/engine/avatar/rig/warp.ts';
import { mouthWeights } from '../../../src/engine/avatar/rig/mouthFields.ts';
import { createI420, i420Planes, type I420 } from '../../../src/engine/media/i420.ts';
import { drawnFace, HEIGHT, MOUTH_X, MOUTH_Y, UNIT, WIDTH } from './drawnFace.ts';

const closedFace = drawnFace();
const smilingFace = drawnFace(7);
const closedRig = buildRig(closedFace.plate, closedFace.landmarks);
const smilingRig = buildRig(smilingFace.plate, smilingFace.landmarks);

/** jaw, wide, round, close, fv, teeth, tongue, act */
const POSES = {
  rest: [0, 0, 0, 0, 0, 0, 0, 0],
  a: [0.95, 0.1, 0, 0, 0, 0.25, 0, 1],
  i: [0.26, 0.85, 0, 0, 0, 0.6, 0, 1],
  u: [0.24, 0, 0.95, 0, 0, 0, 0, 1],
  m: [0.05, 0, 0, 1, 0, 0, 0, 1],
  f: [0.14, 0, 0, 0, 1, 0, 0, 1],
  l: [0.25, 0.2, 0, 0, 0, 0.3, 1, 1],
};
const pose = (name: keyof typeof POSES) => Float32Array.from(POSES[name]);

function render(face: { plate: I420 }, rig: Rig, values: ArrayLike<number>, idle: { blink: number; head: Float32Array } | null = null): I420 {
  const out = createI420(WIDTH, HEIGHT);
  new RigComposer(face.plate, rig).draw(Float32Array.from(values), idle, out);
  return out;
}

/** How many looks fall between the lips (luma pixels and chroma samples): counted by drawing with a behind that counts. */
function interiorArea(face: { plate: I420 }, rig: Rig, values: ArrayLike<number>, halfColumn = Infinity): number {
  const motion = createMotion(rig.mouth);
  moveSlit(rig.mouth, mouthWeights(Float32Array.from(values)).weights, null, motion);
  let area = 0;
  drawSlit(createSheet(face.plate), rig.mouth, motion, {
    keep: 0, keptLight: 1, y: 0, u: 0, v: 0,
    look: (x, _y, toUpper, toLower) => {
      if (Math.abs(x) < halfColumn && toUpper > 0 && toLower > 0) area++;
    },
  });
  return area;
}

function changed(a: I420, b: I420, x0: number, y0: number, x1: number, y1: number): number {
  let count = 0;
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) if (a.data[y * WIDTH + x] !== b.data[y * WIDTH + x]) count++;
  return count;
}

describe('the rig at rest', () => {
  it.each([['closed', closedFace, closedRig], ['smiling', smilingFace, smilingRig]] as const)('%s: gives the plate back byte for byte', (_, face, rig) => {
    expect(Buffer.compare(render(face, rig, POSES.rest).data, face.plate.data)).toBe(0);
  });

  it('comes to rest without a jump: a nearly resting pose is nearly the plate', () => {
    const barely = render(smilingFace, smilingRig, [0, 0, 0, 0, 0, 0, 0, 0.004]);
    let worst = 0;
    for (let i = 0; i < WIDTH * HEIGHT; i++) worst = Math.max(worst, Math.abs(barely.data[i] - smilingFace.plate.data[i]));
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThanOrEqual(8);
  });
});

describe('the rig in motion', () => {
  it.each(Object.keys(POSES) as (keyof typeof POSES)[])('%s: touches nothing outside its region and nothing in the nose window', (name) => {
    const frame = render(closedFace, closedRig, POSES[name]);
    const [x0, y0, x1, y1] = slitRectangle(closedRig.mouth);
    const all = changed(frame, closedFace.plate, 0, 0, WIDTH, HEIGHT);
    expect(all - changed(frame, closedFace.plate, x0, y0, Math.min(WIDTH, x1), Math.min(HEIGHT, y1))).toBe(0);
    if (name !== 'rest') expect(all).toBeGreaterThan(300);
    // From the eyes to the nose base, as wide as the mouth.
    expect(changed(frame, closedFace.plate, MOUTH_X - 30, 100, MOUTH_X + 30, 155)).toBe(0);
  });

  it('moves the still outline of its region not at all, so that there is no seam', () => {
    const frame = render(closedFace, closedRig, POSES.a);
    const [x0, y0, x1, y1] = slitRectangle(closedRig.mouth);
    const right = Math.min(WIDTH, x1), bottom = Math.min(HEIGHT, y1);
    expect(changed(frame, closedFace.plate, x0, y0, right, y0 + 2)).toBe(0);
    expect(changed(frame, closedFace.plate, x0, y0, x0 + 2, bottom)).toBe(0);
    expect(changed(frame, closedFace.plate, right - 2, y0, right, bottom)).toBe(0);
  });

  it('closes: no interior for m, closed lips or smile', () => {
    expect(interiorArea(closedFace, closedRig, POSES.m)).toBe(0);
    expect(interiorArea(smilingFace, smilingRig, POSES.m)).toBe(0);
    expect(interiorArea(smilingFace, smilingRig, [0, 0, 0, 0, 0, 0, 0, 1])).toBe(0);
    expect(interiorArea(smilingFace, smilingRig, [0, 0, 0, 0, 0, 0, 0, 0.02])).toBeGreaterThan(100);
  });

  it.each([['closed', closedFace, closedRig], ['smiling', smilingFace, smilingRig]] as const)('%s: opens monotonically with the jaw', (_, face, rig) => {
    const steps = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1];
    const areas = steps.map((jaw) => interiorArea(face, rig, [jaw, 0, 0, 0, 0, 0, 0, 1]));
    const commanded = steps.map((jaw) => commandedOpening(rig, Float32Array.from([jaw, 0, 0, 0, 0, 0, 0, 1])));
    for (let i = 1; i < steps.length; i++) {
      expect(areas[i]).toBeGreaterThan(areas[i - 1]);
      expect(commanded[i]).toBeGreaterThan(commanded[i - 1]);
    }
  });

  it.each([['closed', closedFace, closedRig], ['smiling', smilingFace, smilingRig]] as const)('%s: opens as far as commandedOpening says', (_, face, rig) => {
    for (const jaw of [0.3, 0.6, 0.9]) {
      const values = [jaw, 0, 0, 0, 0, 0, 0, 1];
      const mouthWidth = 56;
      const gap = commandedOpening(rig, Float32Array.from(values)) * mouthWidth;
      // Chroma looks too, at every second place: the column holds 1 luma and ½ chroma look per row.
      const rows = interiorArea(face, rig, values, 1) / 1.5;
      expect(Math.abs(rows - gap)).toBeLessThan(2);
    }
  });

  it('narrows for u and widens for i', () => {
    const width = (name: keyof typeof POSES) => {
      const { v } = i420Planes(render(closedFace, closedRig, POSES[name]));
      const red: number[] = [];
      for (let x = 0; x < WIDTH / 2; x++) for (let y = MOUTH_Y / 2 - 7; y < MOUTH_Y / 2 + 7; y++) if (v[y * (WIDTH / 2) + x] > 158) red.push(x);
      return Math.max(...red) - Math.min(...red);
    };
    expect(width('u')).toBeLessThan(width('rest') - 3);
    expect(width('i')).toBeGreaterThan(width('rest'));
  });

  it('gives the same frame for the same pose, whatever was drawn before', () => {
    const composer = new RigComposer(closedFace.plate, closedRig);
    const [first, second] = [createI420(WIDTH, HEIGHT), createI420(WIDTH, HEIGHT)];
    composer.draw(pose('a'), null, first);
    composer.draw(pose('u'), { blink: 0.7, head: Float32Array.from([0.01, 0, 0.01, 0, 0, 0]) }, second);
    composer.draw(pose('a'), null, second);
    expect(Buffer.compare(first.data, second.data)).toBe(0);
  });

  it('stays itself as a structured clone of at most 2 MB', () => {
    const clone = structuredClone(closedRig);
    expect(Buffer.compare(render(closedFace, clone, POSES.a).data, render(closedFace, closedRig, POSES.a).data)).toBe(0);
    const bytes = [clone.mouth, ...clone.eyes].reduce((sum, slit) => sum + slit.upper.byteLength + slit.lower.byteLength, 0);
    expect(bytes).toBeLessThan(2_000_000);
  });
});

describe('lip lines', () => {
  it('find the seam though the mesh is off by 4 pixels', () => {
    const off = closedFace.landmarks.slice();
    for (let i = 0; i < off.length; i += 3) if (off[i] > MOUTH_X - 30 && off[i] < MOUTH_X + 30 && off[i + 1] > 165 && off[i + 1] < 200) off[i + 1] += 4;
    const frame = mouthFrame(off);
    const lines = snapLipLines(closedFace.plate, frame, off, 0.28);
    expect(lines.closed).toBe(true);
    for (const x of [-0.18, -0.1, 0, 0.1, 0.18]) expect(Math.abs(frame.originY + curveAt(lines.upper, x) * UNIT - MOUTH_Y)).toBeLessThan(1);
    expect(lines.certainty).toBeGreaterThan(0.5);
  });

  it('find both edges of an open mouth', () => {
    const frame = mouthFrame(smilingFace.landmarks);
    const lines = snapLipLines(smilingFace.plate, frame, smilingFace.landmarks, 0.28);
    expect(lines.closed).toBe(false);
    const middle = (curve: typeof lines.upper) => frame.originY + curveAt(curve, 0) * UNIT - MOUTH_Y;
    expect(Math.abs(middle(lines.upper) + 7.5)).toBeLessThan(1.5);
    expect(Math.abs(middle(lines.lower) - 7)).toBeLessThan(1.5);
  });
});

describe('blinks', () => {
  it('cover the eye and leave all else', () => {
    const shut = render(closedFace, closedRig, POSES.rest, { blink: 1, head: new Float32Array(6) });
    const { y } = i420Planes(shut);
    let white = 0;
    for (let row = 100; row < 120; row++) for (let x = 60; x < 196; x++) if (y[row * WIDTH + x] > 215) white++;
    expect(white).toBeLessThan(6);
    expect(changed(shut, closedFace.plate, 0, 150, WIDTH, HEIGHT)).toBe(0);
    expect(changed(shut, closedFace.plate, MOUTH_X - 5, 0, MOUTH_X + 5, HEIGHT)).toBe(0);
  });
});

describe('limits', () => {
  it('says nothing about a frontal face with closed lips', () => {
    expect(rigLimits(closedFace.plate, closedFace.landmarks)).toEqual([]);
  });

  it('warns of a face turned far to the side', () => {
    const turned = closedFace.landmarks.slice();
    turned[3] += 40;
    expect(rigLimits(closedFace.plate, turned).join()).toMatch(/turned/);
  });

  it('warns of a wide open mouth whose lips are not to be seen', () => {
    const face = drawnFace(9);
    face.plate.data.fill(120, 0, WIDTH * HEIGHT);
    face.plate.data.fill(128, WIDTH * HEIGHT);
    expect(rigLimits(face.plate, face.landmarks).join()).toMatch(/wide open/);
  });
});

describe('an open mouth that is to rest closed', () => {
  it('is sealed at rest', () => {
    const rig = buildRig(smilingFace.plate, smilingFace.landmarks, { sealed: true });
    expect(commandedOpening(rig, pose('rest'))).toBe(0);
    const { y } = i420Planes(render(smilingFace, rig, POSES.rest));
    let bright = 0;
    for (let x = MOUTH_X - 20; x < MOUTH_X + 20; x++) for (let row = MOUTH_Y - 12; row < MOUTH_Y + 12; row++) if (y[row * WIDTH + x] > 190) bright++;
    expect(bright).toBe(0);
  });
});
