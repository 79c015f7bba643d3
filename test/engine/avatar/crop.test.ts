import { beforeAll, describe, expect, it } from 'vitest';
import { maskOfFace, pastePatch, placeCrop, templateMap, type ColourMemory, type Placement } from '../../../src/engine/avatar/crop.ts';
import { sampleMask } from '../../../src/engine/avatar/mask.ts';
import { landmarksOnPlate, openPlates } from '../../../src/engine/avatar/plates.ts';
import { prepare } from '../../../src/engine/avatar/prepare.ts';
import { applyAffine, invertAffine } from '../../../src/engine/avatar/sample.ts';
import { i420Planes, type I420 } from '../../../src/engine/media/i420.ts';
import { MAN, openFaceSessions, WOMAN } from './presenters.ts';

interface Subject {
  plate: I420;
  landmarks: Float32Array;
}
const subjects: Subject[] = [];

beforeAll(async () => {
  const sessions = await openFaceSessions();
  try {
    for (const file of [WOMAN, MAN]) {
      const avatar = await prepare(file, { sessions });
      const plates = await openPlates(avatar, { width: 512, height: 512 });
      subjects.push({ plate: await plates.at(0), landmarks: landmarksOnPlate(avatar.faces[0]!.landmarks, plates) });
      await plates.close();
    }
  } finally {
    await sessions.close();
  }
});

const copyOf = (frame: I420): I420 => ({ ...frame, data: frame.data.slice() });

/** Mask value at a luma pixel's centre. */
function maskAt({ toCrop, size, mask }: Placement, col: number, row: number): number {
  const [u, v] = applyAffine(toCrop, col + 0.5, row + 0.5);
  return sampleMask(mask, (u * mask.size) / size, (v * mask.size) / size);
}

/** PSNR in dB of Y where the mask is above 0, and how many pixels lie there. */
function psnrInMask(a: I420, b: I420, placement: Placement): { psnr: number; pixels: number } {
  let [sum, pixels] = [0, 0];
  for (let i = 0; i < a.width * a.height; i++) {
    if (maskAt(placement, i % a.width, Math.floor(i / a.width)) <= 0) continue;
    sum += (a.data[i] - b.data[i]) ** 2;
    pixels += 1;
  }
  return { psnr: 10 * Math.log10((255 * 255 * pixels) / sum), pixels };
}

describe('the crop', () => {
  it('puts mouth, eyes and chin where Wav2Lip saw them in training', () => {
    for (const { landmarks } of subjects) {
      const toCrop = invertAffine(templateMap(landmarks, 1));
      const at = (...indices: number[]) => {
        const points = indices.map((index) => applyAffine(toCrop, landmarks[index * 3], landmarks[index * 3 + 1]));
        return [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
      };
      const [mouthX, mouthY] = at(61, 291, 0, 17);
      expect(mouthX).toBeCloseTo(0.5, 2);
      expect(Math.abs(mouthY - 0.76)).toBeLessThan(0.04);
      expect(Math.abs(at(33, 133, 362, 263)[1] - 0.33)).toBeLessThan(0.03);
      expect(Math.abs(at(152)[1] - 0.95)).toBeLessThan(0.04);
    }
  });

  it('turns with the face', () => {
    const { landmarks } = subjects[0];
    const angle = 0.4;
    const turned = landmarks.slice();
    for (let i = 0; i < turned.length; i += 3) {
      const [x, y] = [landmarks[i] - 256, landmarks[i + 1] - 256];
      turned[i] = Math.cos(angle) * x - Math.sin(angle) * y + 256;
      turned[i + 1] = Math.sin(angle) * x + Math.cos(angle) * y + 256;
    }
    const [straight, tilted] = [invertAffine(templateMap(landmarks, 96)), invertAffine(templateMap(turned, 96))];
    for (const index of [33, 263, 61, 291, 152]) {
      const [u, v] = applyAffine(straight, landmarks[index * 3], landmarks[index * 3 + 1]);
      const [tu, tv] = applyAffine(tilted, turned[index * 3], turned[index * 3 + 1]);
      expect(Math.hypot(u - tu, v - tv)).toBeLessThan(0.01);
    }
  });

  it('is [3,S,S] BGR 0..1: red skin has more of the last plane than of the first', () => {
    for (const size of [96, 256]) {
      const { crop } = placeCrop(subjects[0].plate, subjects[0].landmarks, size);
      expect(crop).toHaveLength(3 * size * size);
      const centre = (Math.floor(size * 0.55) * size + Math.floor(size * 0.3)) | 0; // a cheek
      expect(crop[2 * size * size + centre]).toBeGreaterThan(crop[centre] + 0.1);
      expect(crop.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });
});

describe('pasting', () => {
  it.each([[96, 33], [256, 42]])('the unchanged crop of %i pixels changes next to nothing inside the mask and nothing outside', (size, least) => {
    for (const { plate, landmarks } of subjects) {
      const { crop, placement } = placeCrop(plate, landmarks, size);
      const frame = copyOf(plate);
      pastePatch(frame, crop, placement);
      const { psnr, pixels } = psnrInMask(frame, plate, placement);
      expect(pixels).toBeGreaterThan(5000);
      expect(psnr).toBeGreaterThan(least);
    }
  });

  it('touches no pixel where the mask is 0, in any plane, whatever the patch', () => {
    const { plate, landmarks } = subjects[1];
    const { crop, placement } = placeCrop(plate, landmarks, 96);
    const frame = copyOf(plate);
    pastePatch(frame, crop.map((value) => 1 - value), placement);
    const [before, after] = [i420Planes(plate), i420Planes(frame)];
    let changed = 0;
    for (let row = 0; row < plate.height; row++) {
      for (let col = 0; col < plate.width; col++) {
        const i = row * plate.width + col;
        if (before.y[i] === after.y[i]) continue;
        changed += 1;
        if (maskAt(placement, col, row) <= 0) throw new Error(`luma pixel ${col},${row} changed outside the mask`);
      }
    }
    expect(changed).toBeGreaterThan(5000);
    const half = plate.width / 2;
    for (let i = 0; i < before.u.length; i++) {
      if (before.u[i] === after.u[i] && before.v[i] === after.v[i]) continue;
      const [col, row] = [(i % half) * 2, Math.floor(i / half) * 2];
      if (Math.max(maskAt(placement, col, row), maskAt(placement, col + 1, row), maskAt(placement, col, row + 1), maskAt(placement, col + 1, row + 1)) <= 0) {
        throw new Error(`chroma pixel ${col / 2},${row / 2} changed outside the mask`);
      }
    }
  });

  it('a patch of other brightness, contrast and colour is matched to the skin around the mouth', () => {
    for (const { plate, landmarks } of subjects) {
      const { crop, placement } = placeCrop(plate, landmarks, 256);
      const plane = 256 * 256;
      const shifted = crop.map((value, i) => value * 0.88 + (i < plane ? 0.06 : i < 2 * plane ? 0.02 : 0.03));
      const [plain, matched] = [copyOf(plate), copyOf(plate)];
      pastePatch(plain, crop, placement);
      pastePatch(matched, shifted, placement);
      // Within a level or two of what the unshifted patch gives; the shift alone is more than ten.
      expect(psnrInMask(matched, plain, placement).psnr).toBeGreaterThan(42);
    }
  });

  it('moves the colour match slowly where it remembers', () => {
    const { plate, landmarks } = subjects[0];
    const { crop, placement } = placeCrop(plate, landmarks, 96);
    const memory: ColourMemory = { match: null };
    pastePatch(copyOf(plate), crop, placement, memory);
    const first = { ...memory.match! };
    const darker = crop.map((value) => value * 0.9);
    pastePatch(copyOf(plate), darker, placement, memory);
    const step = Math.abs(memory.match!.y - first.y);
    for (let i = 0; i < 40; i++) pastePatch(copyOf(plate), darker, placement, memory);
    const whole = Math.abs(memory.match!.y - first.y) + 1e-9;
    expect(step / whole).toBeGreaterThan(0.1);
    expect(step / whole).toBeLessThan(0.35);
  });

  it('has no visible edge: along the mask’s border the frame is as smooth as the plate', () => {
    const { plate, landmarks } = subjects[0];
    const { crop, placement } = placeCrop(plate, landmarks, 96);
    const frame = copyOf(plate);
    pastePatch(frame, crop.map((value) => value * 0.9), placement);
    const step = (picture: I420) => {
      let [sum, count] = [0, 0];
      for (let row = 1; row < plate.height; row++) {
        for (let col = 1; col < plate.width; col++) {
          const [here, left, up] = [maskAt(placement, col, row), maskAt(placement, col - 1, row), maskAt(placement, col, row - 1)];
          if (!(here > 0) === (left > 0) || !(here > 0) === (up > 0)) {
            const i = row * plate.width + col;
            sum += Math.abs(picture.data[i] - picture.data[i - 1]) + Math.abs(picture.data[i] - picture.data[i - plate.width]);
            count += 1;
          }
        }
      }
      expect(count).toBeGreaterThan(100);
      return sum / count;
    };
    expect(step(frame) / step(plate)).toBeLessThan(1.15);
  });

  it('one mask serves a whole clip: it covers the lips and stays in the lower half', () => {
    const { landmarks } = subjects[0];
    const mask = maskOfFace(landmarks);
    expect(mask.bounds.top).toBeGreaterThanOrEqual(0.48);
    expect(mask.bounds.bottom).toBeLessThanOrEqual(1);
    const toCrop = invertAffine(templateMap(landmarks, mask.size));
    for (const index of [61, 291, 0, 17, 13, 14]) expect(sampleMask(mask, ...applyAffine(toCrop, landmarks[index * 3], landmarks[index * 3 + 1]))).toBeGreaterThan(0.9);
  });
});
