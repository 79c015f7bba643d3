import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Face } from '../../../src/engine/avatar/faces.ts';
import { boxOfLandmarks } from '../../../src/engine/avatar/mesh.ts';
import { prepare, registerFace } from '../../../src/engine/avatar/prepare.ts';
import { qualityOf, type Finding } from '../../../src/engine/avatar/quality.ts';
import type { FaceMeasures } from '../../../src/engine/avatar/qualityMeasures.ts';
import type { Sessions } from '../../../src/engine/onnx/sessions.ts';
import { MAN, onWall, openFaceSessions, pair, WOMAN } from './presenters.ts';

let folder = '';
let sessions: Sessions;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sima-quality-'));
  sessions = await openFaceSessions();
});
afterAll(async () => {
  await sessions.close();
  await rm(folder, { recursive: true, force: true });
});

const SIDE = 512;
const portrait = (file = WOMAN): Sharp => sharp(file).flatten({ background: '#99a' }).resize(SIDE, SIDE);
/** sharp fuses its steps in an order of its own: what follows starts from finished pixels. */
const then = async (picture: Sharp): Promise<Sharp> => sharp(await picture.png().toBuffer());

async function findingsIn(name: string, picture: Sharp | Buffer, faceIndex?: number): Promise<Finding[]> {
  const file = path.join(folder, `${name}.png`);
  await writeFile(file, Buffer.isBuffer(picture) ? picture : await picture.png().toBuffer());
  return (await registerFace(file, { sessions, faceIndex })).quality.findings;
}
const codes = (findings: Finding[]) => findings.map(({ code }) => code);

describe('the quality of a photo', () => {
  it.each([WOMAN, MAN])('%s has no fault', async (file) => {
    expect(await findingsIn('good', portrait(file))).toEqual([]);
  });

  it.each<[string, (picture: Sharp) => Sharp | Promise<Sharp>]>([
    ['blurred', (picture) => picture.blur(4)],
    ['dark', (picture) => picture.linear(0.25, 0)],
    ['bright', (picture) => picture.linear(2, 40)],
    ['tilted', (picture) => picture.rotate(48, { background: '#99a' })],
    ['face-small', (picture) => picture.resize(100, 100)],
  ])('made %s, that is found and nothing else, with its measure beyond the limit', async (code, spoil) => {
    for (const file of [WOMAN, MAN]) {
      const findings = await findingsIn(code, await spoil(await then(portrait(file))));
      expect(codes(findings)).toEqual([code]);
      const [{ severity, sentence, measure: { value, limit } }] = findings;
      expect(severity).toBe('warn');
      expect(sentence).toMatch(/works better/);
      if (code === 'dark' || code === 'face-small') expect(value).toBeLessThan(limit);
      else expect(value).toBeGreaterThan(limit);
    }
  });

  it('a little of each is no fault', async () => {
    const picture = await then(portrait().blur(0.6).linear(0.7, 0));
    expect(await findingsIn('little', await then(picture.rotate(12, { background: '#99a' })))).toEqual([]);
  });

  it('a covered mouth and a face cut off are found', async () => {
    const [{ landmarks }] = (await prepare(WOMAN, { sessions })).faces as Face[];
    const { width } = await sharp(WOMAN).metadata();
    const [mouthX, mouthY, eyes] = [landmarks[13 * 3], landmarks[13 * 3 + 1], landmarks[263 * 3] - landmarks[33 * 3]].map((value) => (value / width) * SIDE);
    const microphone = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><circle cx="${mouthX}" cy="${mouthY + 0.1 * eyes}" r="${0.4 * eyes}" fill="#222"/></svg>`);
    expect(codes(await findingsIn('covered', portrait().composite([{ input: microphone }])))).toEqual(['mouth-hidden']);
    const left = Math.round(mouthX - 0.5 * eyes);
    expect(codes(await findingsIn('cut', (await then(portrait())).extract({ left, top: 0, width: SIDE - left, height: SIDE })))).toContain('outside');
  });

  it('of several faces the chosen one counts', async () => {
    const findings = await findingsIn('pair', await pair(400), 2);
    expect(findings).toEqual([expect.objectContaining({ code: 'several-faces', severity: 'warn', measure: { name: 'faceCount', value: 2, unit: 'faces', limit: 1 } })]);
  });

  it('a face of a few pixels is refused, with its measure', async () => {
    const tiny = await onWall(WOMAN, 40, { left: 20, top: 10, width: 80, height: 60 });
    await expect(findingsIn('tiny', tiny)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/"tiny\.png" cannot be used\. The face is too small/) as string });
  });

  it('survives JSON', async () => {
    const findings = await findingsIn('json', portrait().linear(0.2, 0));
    expect(JSON.parse(JSON.stringify(findings))).toEqual(findings);
  });
});

describe('from measures to findings', () => {
  const good: FaceMeasures = { eyeDistance: 120, blur: 0.5, highlights: 200, clipped: 0, yaw: 3, pitch: 8, roll: -2, outside: 0, mouthOutside: 0, gap: 0.03, lipCertainty: 0.9 };
  const found = (...changes: Partial<FaceMeasures>[]) => qualityOf({ faceCount: 1, measures: changes.map((change) => ({ ...good, ...change })), track: null }).findings.map(({ code, severity }) => (severity === 'warn' ? code : `${code}!`));

  it.each<[Partial<FaceMeasures>, string[]]>([
    [{}, []],
    [{ yaw: -39 }, ['turned']],
    [{ pitch: 30 }, ['tilted']],
    [{ pitch: -13 }, ['tilted']],
    [{ gap: 0.15 }, []],
    [{ gap: 0.15, lipCertainty: 0.4 }, ['mouth-open']],
    [{ gap: 0.3 }, ['mouth-open']],
    [{ lipCertainty: 0 }, ['mouth-hidden']],
    [{ lipCertainty: 0, blur: 0.9 }, ['blurred']],
    [{ outside: 0.4, mouthOutside: 0.5, yaw: 40 }, ['outside!', 'turned']],
    [{ eyeDistance: 9 }, ['face-small!']],
  ])('%o: %o', (change, expected) => {
    expect(found(change)).toEqual(expected);
  });

  it('in a clip a look aside counts from a tenth of the time on', () => {
    expect(found(...Array.from({ length: 20 }, (_, i) => ({ yaw: i === 4 ? 45 : 0 })))).toEqual([]);
    expect(found(...Array.from({ length: 20 }, (_, i) => ({ yaw: i < 4 ? 45 : 0 })))).toEqual(['turned']);
  });

  const shape = Float32Array.from({ length: 468 * 3 }, (_, i) => ((i * 7919) % 101) - 50);
  shape.set([-30, -20, 0], 33 * 3);
  shape.set([30, -20, 0], 263 * 3);
  const faceAt = (x: number, gap: number): Face => {
    const landmarks = shape.map((value, i) => (i % 3 === 0 ? value + x : value));
    landmarks.set([x, 30, 0], 13 * 3);
    landmarks.set([x, 30 + gap, 0], 14 * 3);
    return { landmarks, box: boxOfLandmarks(landmarks), score: 1 };
  };
  const inClip = (faces: (Face | null)[], cuts: number[] = []) => qualityOf({ faceCount: 1, measures: [good], track: { faces, cuts } }).findings.map(({ code, severity }) => (severity === 'warn' ? code : `${code}!`));
  const clip = (face: (i: number) => Face | null) => Array.from({ length: 50 }, (_, i) => face(i));

  it('a calm clip has no fault', () => expect(inClip(clip((i) => faceAt(100 + 30 * Math.sin(i / 12), 1)))).toEqual([]));
  it('talking', () => expect(inClip(clip((i) => faceAt(100, 3 + 3 * Math.sin(i))))).toEqual(['talking']));
  it('jerks, but not across a cut', () => {
    expect(inClip(clip((i) => faceAt(100 + (i % 3), 1)))).toEqual(['unsteady']);
    expect(inClip(clip((i) => faceAt(i < 25 ? 100 : 300, 1)), [25])).toEqual(['cuts']);
  });
  it('frames without the face', () => {
    expect(inClip(clip((i) => (i === 7 ? null : faceAt(100, 1))))).toEqual([]);
    expect(inClip(clip((i) => (i < 10 ? null : faceAt(100, 1))))).toEqual(['face-missing']);
    expect(inClip(clip((i) => (i > 0 ? null : faceAt(100, 1))))).toEqual(['face-missing!']);
  });
});
