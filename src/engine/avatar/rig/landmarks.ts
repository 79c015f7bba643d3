/**
 * What the rig reads off the 468-point mesh, as functions in a frame of its own.
 *
 * A frame has its origin in the middle of the mouth (or eye), x along the face to the picture's right, y down the face,
 * and measures in E, the distance between the outer eye corners (33–263): every constant of the rig is a fraction of E.
 */

/** Points of the MediaPipe mesh, each from the picture's left to its right. */
export const UPPER_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308];
export const LOWER_INNER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308];
export const UPPER_OUTER = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291];
export const LOWER_OUTER = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291];
export const LEFT_EYE_UPPER = [33, 246, 161, 160, 159, 158, 157, 173, 133];
export const LEFT_EYE_LOWER = [33, 7, 163, 144, 145, 153, 154, 155, 133];
export const RIGHT_EYE_UPPER = [362, 398, 384, 385, 386, 387, 388, 466, 263];
export const RIGHT_EYE_LOWER = [362, 382, 381, 380, 374, 373, 390, 249, 263];
/** Lower edge of the brows. */
export const LEFT_BROW = [46, 53, 52, 65, 55];
export const RIGHT_BROW = [285, 295, 282, 283, 276];
export const LEFT_OUTLINE = [93, 132, 58, 172, 136, 150];
export const RIGHT_OUTLINE = [323, 361, 288, 397, 365, 379];
export const LEFT_CHEEK = 205;
export const RIGHT_CHEEK = 425;
export const NOSE_BASE = 2;
export const NOSE_TIP = 1;
export const CHIN = 152;
export const FOREHEAD = 10;
export const LEFT_EYE_OUTER = 33;
export const RIGHT_EYE_OUTER = 263;
export const MOUTH_LEFT = 61;
export const MOUTH_RIGHT = 291;

/** Origin and x-axis (a unit vector) in plate pixels, and the unit E in pixels. */
export interface Frame {
  originX: number;
  originY: number;
  axisX: number;
  axisY: number;
  unit: number;
}

/** `landmarks`: 468×3, x y z in plate pixels. */
export function pointX(landmarks: Float32Array, index: number): number {
  return landmarks[index * 3];
}

export function pointY(landmarks: Float32Array, index: number): number {
  return landmarks[index * 3 + 1];
}

function direction(landmarks: Float32Array, from: number, to: number): [x: number, y: number, length: number] {
  const dx = pointX(landmarks, to) - pointX(landmarks, from);
  const dy = pointY(landmarks, to) - pointY(landmarks, from);
  const length = Math.hypot(dx, dy) || 1;
  return [dx / length, dy / length, length];
}

/** The mouth's frame: origin between the mouth corners, x-axis halfway between the mouth's and the eyes' direction. */
export function mouthFrame(landmarks: Float32Array): Frame {
  const [ex, ey, unit] = direction(landmarks, LEFT_EYE_OUTER, RIGHT_EYE_OUTER);
  const [mx, my] = direction(landmarks, MOUTH_LEFT, MOUTH_RIGHT);
  const length = Math.hypot(ex + mx, ey + my) || 1;
  return {
    originX: (pointX(landmarks, MOUTH_LEFT) + pointX(landmarks, MOUTH_RIGHT)) / 2,
    originY: (pointY(landmarks, MOUTH_LEFT) + pointY(landmarks, MOUTH_RIGHT)) / 2,
    axisX: (ex + mx) / length,
    axisY: (ey + my) / length,
    unit,
  };
}

/** A frame of the same unit and direction at the middle of two points, e.g. the corners of an eye. */
export function frameBetween(landmarks: Float32Array, left: number, right: number): Frame {
  const [axisX, axisY] = direction(landmarks, left, right);
  const [, , unit] = direction(landmarks, LEFT_EYE_OUTER, RIGHT_EYE_OUTER);
  return {
    originX: (pointX(landmarks, left) + pointX(landmarks, right)) / 2,
    originY: (pointY(landmarks, left) + pointY(landmarks, right)) / 2,
    axisX,
    axisY,
    unit,
  };
}

/** Plate pixels → frame, in E. */
export function toFrame(frame: Frame, x: number, y: number): [x: number, y: number] {
  const dx = (x - frame.originX) / frame.unit;
  const dy = (y - frame.originY) / frame.unit;
  return [dx * frame.axisX + dy * frame.axisY, dy * frame.axisX - dx * frame.axisY];
}

/** Frame, in E → plate pixels. */
export function fromFrame(frame: Frame, x: number, y: number): [x: number, y: number] {
  return [
    frame.originX + frame.unit * (x * frame.axisX - y * frame.axisY),
    frame.originY + frame.unit * (x * frame.axisY + y * frame.axisX),
  ];
}

/** A landmark in the frame, in E. */
export function pointIn(frame: Frame, landmarks: Float32Array, index: number): [x: number, y: number] {
  return toFrame(frame, pointX(landmarks, index), pointY(landmarks, index));
}

/** y over x, sampled evenly from `x0` in steps of `step`; constant beyond its ends. All in E of its frame. */
export interface Curve {
  x0: number;
  step: number;
  y: Float32Array;
}

export function curveAt(curve: Curve, x: number): number {
  const last = curve.y.length - 1;
  const t = (x - curve.x0) / curve.step;
  if (t <= 0) return curve.y[0];
  if (t >= last) return curve.y[last];
  const i = Math.floor(t);
  return curve.y[i] + (curve.y[i + 1] - curve.y[i]) * (t - i);
}

export function makeCurve(from: number, to: number, samples: number, y: (x: number) => number): Curve {
  const step = (to - from) / (samples - 1);
  return { x0: from, step, y: Float32Array.from({ length: samples }, (_, i) => y(from + i * step)) };
}

/** A smooth curve through landmarks (cubic Hermite with secant slopes), constant beyond the first and the last. */
export function curveThrough(frame: Frame, landmarks: Float32Array, indices: readonly number[], from: number, to: number, samples: number): Curve {
  const points = indices.map((index) => pointIn(frame, landmarks, index)).sort((a, b) => a[0] - b[0]);
  const slopes = points.map((_, i) => {
    const a = points[Math.max(0, i - 1)];
    const b = points[Math.min(points.length - 1, i + 1)];
    return (b[1] - a[1]) / Math.max(1e-4, b[0] - a[0]);
  });
  return makeCurve(from, to, samples, (x) => {
    if (x <= points[0][0]) return points[0][1];
    if (x >= points[points.length - 1][0]) return points[points.length - 1][1];
    let i = 0;
    while (points[i + 1][0] < x) i++;
    const [x0, y0] = points[i];
    const [x1, y1] = points[i + 1];
    const width = Math.max(1e-4, x1 - x0);
    const t = Math.min(1, Math.max(0, (x - x0) / width));
    const t2 = t * t, t3 = t2 * t;
    return (2 * t3 - 3 * t2 + 1) * y0 + (t3 - 2 * t2 + t) * width * slopes[i] + (3 * t2 - 2 * t3) * y1 + (t3 - t2) * width * slopes[i + 1];
  });
}

/** Gaussian smoothing in place of the curve's samples; `sigma` in E. The ends are held. */
export function smoothCurve(curve: Curve, sigma: number): Curve {
  const radius = Math.max(1, Math.ceil((3 * sigma) / curve.step));
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * (((i - radius) * curve.step) / sigma) ** 2));
  const last = curve.y.length - 1;
  const y = curve.y.map((_, i) => {
    let sum = 0, weight = 0;
    for (let k = -radius; k <= radius; k++) {
      sum += kernel[k + radius] * curve.y[Math.min(last, Math.max(0, i + k))];
      weight += kernel[k + radius];
    }
    return sum / weight;
  });
  return { ...curve, y };
}

/** 0 below `from`, 1 above `to`, with zero slope and curvature at both (quintic). `from` may exceed `to`. */
export function ramp(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * t * (t * (t * 6 - 15) + 10);
}
