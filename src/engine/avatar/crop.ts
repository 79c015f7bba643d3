/**
 * The aligned face crop that a Wav2Lip model sees, and the way back: its patch into the full frame through a feathered
 * lower-face mask, matched in colour. Landmarks here are in plate pixels.
 */
import { i420Planes, type I420 } from '../media/i420.ts';
import { lowerFaceMask, sampleMask, type Mask } from './mask.ts';
import { applyAffine, invertAffine, pyramidUnder, sampleRgb, type Affine } from './sample.ts';

/**
 * Where a face lies in Wav2Lip's training crops, as shares of the crop: detector boxes about 0.75 as wide as high, forehead to under
 * the chin, stretched to a square.
 */
const TEMPLATE = { aspect: 0.75, mouthX: 0.5, eyesY: 0.33, mouthY: 0.76, chinY: 0.95 };
/** The chin moves with the jaw, so it says a little less about where the head is; but it must not be cut. */
const CHIN_WEIGHT = 0.7;

const EYES = [33, 133, 362, 263];
/** Corners, upper and lower border of the lips: the corners alone rise with a smile. */
const MOUTH = [61, 291, 0, 17];
const CHIN = 152;

/** How one plate's face lies in a crop of S×S: what is needed to cut the crop and to put a patch back. Plain data. */
export interface Placement {
  size: number;
  /** Crop pixels → plate pixels. */
  toPlate: Affine;
  /** Plate pixels → crop pixels. */
  toCrop: Affine;
  mask: Mask;
  /** Mean of Y, U, V and standard deviation of Y on the skin around the mouth, in the plate. */
  ring: RingColour;
}

interface RingColour {
  y: number;
  u: number;
  v: number;
  /** Standard deviation of Y. */
  spread: number;
}

/** What makes a patch's skin look like the plate's: Y' = (Y − ring mean)·gain + plate mean; U and V are shifted. */
interface ColourMatch {
  gain: number;
  y: number;
  u: number;
  v: number;
}

/** The running colour match of one clip, so that it does not flicker; one per take, fed in frame order. */
export interface ColourMemory {
  match: ColourMatch | null;
}

/** Weight of a new frame in the running colour match: settles in about 5 frames. */
const COLOUR_PACE = 0.2;

/** Crop pixels → plate pixels: turned with the face, its mouth, eyes and chin as near the template as one scale allows. */
export function templateMap(landmarks: Float32Array, size: number): Affine {
  const point = (index: number): [number, number] => [landmarks[index * 3], landmarks[index * 3 + 1]];
  const mean = (indices: number[]) => indices.map(point).reduce(([x, y], [px, py]) => [x + px / indices.length, y + py / indices.length], [0, 0]);
  const [leftEye, rightEye, leftMouth, rightMouth] = [point(33), point(263), point(61), point(291)];
  const angle = Math.atan2(rightEye[1] - leftEye[1] + rightMouth[1] - leftMouth[1], rightEye[0] - leftEye[0] + rightMouth[0] - leftMouth[0]);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const across = ([x, y]: number[]) => cos * x + sin * y;
  const down = ([x, y]: number[]) => -sin * x + cos * y;

  // Least squares for top and height of: place = top + share · height.
  const mouth = mean(MOUTH);
  const targets = [
    { share: TEMPLATE.eyesY, place: down(mean(EYES)), weight: 1 },
    { share: TEMPLATE.mouthY, place: down(mouth), weight: 1 },
    { share: TEMPLATE.chinY, place: down(point(CHIN)), weight: CHIN_WEIGHT },
  ];
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  const meanShare = targets.reduce((sum, { share, weight }) => sum + share * weight, 0) / total;
  const meanPlace = targets.reduce((sum, { place, weight }) => sum + place * weight, 0) / total;
  const covariance = targets.reduce((sum, { share, place, weight }) => sum + weight * (share - meanShare) * (place - meanPlace), 0);
  const variance = targets.reduce((sum, { share, weight }) => sum + weight * (share - meanShare) ** 2, 0);
  const height = covariance / variance;
  const top = meanPlace - meanShare * height;
  const width = height * TEMPLATE.aspect;
  const left = across(mouth) - TEMPLATE.mouthX * width;

  const [stepX, stepY] = [width / size, height / size];
  return { xx: cos * stepX, xy: -sin * stepY, x0: cos * left - sin * top, yx: sin * stepX, yy: cos * stepY, y0: sin * left + cos * top };
}

/** The mask of an avatar's face for `placeCrop`: from one plate's landmarks, or better from the mean of a clip's. */
export function maskOfFace(landmarks: Float32Array): Mask {
  const unit = invertAffine(templateMap(landmarks, 1));
  const inCrop = new Float32Array((landmarks.length / 3) * 2);
  for (let i = 0; i < inCrop.length / 2; i++) [inCrop[i * 2], inCrop[i * 2 + 1]] = applyAffine(unit, landmarks[i * 3], landmarks[i * 3 + 1]);
  return lowerFaceMask(inCrop);
}

/**
 * Cuts a plate's aligned crop and says how to put a patch of the same size back.
 * @param size S of the model
 * @returns crop `[3,S,S]` planar BGR, 0..1
 */
export function placeCrop(plate: I420, landmarks: Float32Array, size: number, mask = maskOfFace(landmarks)): { crop: Float32Array; placement: Placement } {
  const toPlate = templateMap(landmarks, size);
  const crop = new Float32Array(3 * size * size);
  sampleRgb(pyramidUnder(plate, toPlate, size, size), toPlate, size, size, crop, 0, 1 / 255, 0);
  swapRedAndBlue(crop, size * size);
  return { crop, placement: { size, toPlate, toCrop: invertAffine(toPlate), mask, ring: ringColour(yuvOfPatch(crop, size), size, mask) } };
}

/**
 * Blends a patch `[3,S,S]` (planar BGR, 0..1) into a frame that shows the placement's plate. Pixels where the mask is 0 are not
 * touched.
 * @param memory running colour match for clips; without it each frame is matched on its own
 */
export function pastePatch(frame: I420, patch: Float32Array, placement: Placement, memory?: ColourMemory): void {
  const { size, mask } = placement;
  const yuv = yuvOfPatch(patch, size);
  const match = colourMatch(ringColour(yuv, size, mask), placement.ring, memory);
  const planes = i420Planes(frame);
  const sharper = placement.toPlate.xx ** 2 + placement.toPlate.yx ** 2 > 1.2 ** 2;
  const luma = sharper ? doubled(yuv.y, size) : yuv.y;
  blendPlane(planes.y, frame.width, frame.height, 1, luma, sharper ? size * 2 : size, placement, match.gain, match.y);
  blendPlane(planes.u, frame.width / 2, frame.height / 2, 2, yuv.u, size, placement, 1, match.u);
  blendPlane(planes.v, frame.width / 2, frame.height / 2, 2, yuv.v, size, placement, 1, match.v);
}

/**
 * One plane of the frame: plane ← plane + mask·(patch·gain + shift − plane), only within the mask's box.
 * @param step frame pixels per plane pixel: 1 for Y, 2 for U and V
 */
function blendPlane(plane: Uint8Array, width: number, height: number, step: number, patch: Float32Array, patchSize: number, placement: Placement, gain: number, shift: number): void {
  const { toCrop, toPlate, size, mask } = placement;
  const { left, top, right, bottom } = mask.bounds;
  const corners = [[left, top], [right, top], [left, bottom], [right, bottom]].map(([x, y]) => applyAffine(toPlate, x * size, y * size));
  const firstCol = Math.max(0, Math.floor(Math.min(...corners.map(([x]) => x)) / step));
  const lastCol = Math.min(width - 1, Math.ceil(Math.max(...corners.map(([x]) => x)) / step));
  const firstRow = Math.max(0, Math.floor(Math.min(...corners.map(([, y]) => y)) / step));
  const lastRow = Math.min(height - 1, Math.ceil(Math.max(...corners.map(([, y]) => y)) / step));
  const toMask = mask.size / size;
  const toPatch = patchSize / size;
  const last = patchSize - 1;
  for (let row = firstRow; row <= lastRow; row++) {
    const y = (row + 0.5) * step;
    for (let col = firstCol, o = row * width + firstCol; col <= lastCol; col++, o++) {
      const x = (col + 0.5) * step;
      const u = toCrop.xx * x + toCrop.xy * y + toCrop.x0;
      const v = toCrop.yx * x + toCrop.yy * y + toCrop.y0;
      const alpha = sampleMask(mask, u * toMask, v * toMask);
      if (alpha <= 0) continue;
      const px = Math.min(last, Math.max(0, u * toPatch - 0.5));
      const py = Math.min(last, Math.max(0, v * toPatch - 0.5));
      const xi = px | 0;
      const yi = py | 0;
      const fx = px - xi;
      const fy = py - yi;
      const at = yi * patchSize + xi;
      const right = xi < last ? 1 : 0;
      const below = yi < last ? patchSize : 0;
      const upper = patch[at] + (patch[at + right] - patch[at]) * fx;
      const lower = patch[at + below] + (patch[at + below + right] - patch[at + below]) * fx;
      const value = (upper + (lower - upper) * fy) * gain + shift;
      const mixed = plane[o] + (value - plane[o]) * alpha + 0.5;
      plane[o] = mixed < 0 ? 0 : mixed > 255 ? 255 : mixed;
    }
  }
}

/** Planar BGR 0..1 to BT.709 limited-range Y, U, V (0..255) at the patch's own size. */
function yuvOfPatch(patch: Float32Array, size: number): { y: Float32Array; u: Float32Array; v: Float32Array } {
  const count = size * size;
  const [y, u, v] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  for (let i = 0; i < count; i++) {
    const b = patch[i];
    const g = patch[i + count];
    const r = patch[i + 2 * count];
    const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    y[i] = 16 + 219 * light;
    // 224 / (2·(1−Kb)) and 224 / (2·(1−Kr)).
    u[i] = 128 + 120.7157 * (b - light);
    v[i] = 128 + 142.2403 * (r - light);
  }
  return { y, u, v };
}

/** Twice the size by Catmull-Rom in both directions: smoother edges than bilinear where the patch is smaller than the face. */
function doubled(source: Float32Array, size: number): Float32Array {
  const wide = new Float32Array(size * size * 2);
  for (let row = 0; row < size; row++) doubleLine(source, row * size, 1, size, wide, row * size * 2, 1);
  const out = new Float32Array(size * size * 4);
  for (let col = 0; col < size * 2; col++) doubleLine(wide, col, size * 2, size, out, col, size * 2);
  return out;
}

/** Samples a line at −¼ and +¼ of each pixel with the Catmull-Rom kernel; ends are repeated. */
function doubleLine(source: Float32Array, from: number, stride: number, count: number, out: Float32Array, to: number, outStride: number): void {
  let [before2, before, here, after] = [source[from], source[from], source[from], source[from + stride * Math.min(1, count - 1)]];
  for (let i = 0; i < count; i++) {
    const after2 = source[from + stride * Math.min(i + 2, count - 1)];
    // Weights of the cubic at 0.75 and 0.25 between neighbours: (−9, 29·…)/128 in exact form.
    out[to + 2 * i * outStride] = (-3 * before2 + 29 * before + 111 * here - 9 * after) / 128;
    out[to + (2 * i + 1) * outStride] = (-9 * before + 111 * here + 29 * after - 3 * after2) / 128;
    before2 = before;
    before = here;
    here = after;
    after = after2;
  }
}

/** Colour of the skin around the mouth in a patch. */
function ringColour({ y, u, v }: { y: Float32Array; u: Float32Array; v: Float32Array }, size: number, mask: Mask): RingColour {
  let [weights, sumY, sumU, sumV, sumSquares] = [0, 0, 0, 0, 0];
  const toMask = mask.size / size;
  for (let row = 0; row < size; row++) {
    const maskRow = Math.floor((row + 0.5) * toMask) * mask.size;
    for (let col = 0; col < size; col++) {
      const weight = mask.ring[maskRow + Math.floor((col + 0.5) * toMask)];
      if (weight === 0) continue;
      const i = row * size + col;
      weights += weight;
      sumY += weight * y[i];
      sumU += weight * u[i];
      sumV += weight * v[i];
      sumSquares += weight * y[i] * y[i];
    }
  }
  if (weights === 0) return { y: 0, u: 0, v: 0, spread: 0 };
  const mean = sumY / weights;
  return { y: mean, u: sumU / weights, v: sumV / weights, spread: Math.sqrt(Math.max(0, sumSquares / weights - mean * mean)) };
}

function colourMatch(patch: RingColour, plate: RingColour, memory: ColourMemory | undefined): ColourMatch {
  // A network's skin is a little flatter or harsher, never half as contrasty: beyond this it is the mouth, not the skin, that differs.
  const gain = patch.spread < 1 ? 1 : Math.min(1.25, Math.max(0.8, plate.spread / patch.spread));
  const now = { gain, y: plate.y - patch.y * gain, u: plate.u - patch.u, v: plate.v - patch.v };
  if (!memory) return now;
  const before = memory.match ?? now;
  const mix = (a: number, b: number) => a + (b - a) * COLOUR_PACE;
  memory.match = { gain: mix(before.gain, now.gain), y: mix(before.y, now.y), u: mix(before.u, now.u), v: mix(before.v, now.v) };
  return memory.match;
}

function swapRedAndBlue(planar: Float32Array, plane: number): void {
  const red = planar.slice(0, plane);
  planar.copyWithin(0, 2 * plane, 3 * plane);
  planar.set(red, 2 * plane);
}
