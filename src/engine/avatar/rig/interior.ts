/**
 * What is seen between parted lips: a cavity lit like the face, teeth that belong to the skull, lower teeth and tongue that
 * ride on the jaw; or the picture's own teeth where it shows some. Colours are made once, as BT.709 YUV.
 */
import { i420Planes, rgbToYuv, yuvToRgb, type I420 } from '../../media/i420.ts';
import type { Behind } from './draw.ts';
import { curveAt, fromFrame, LEFT_CHEEK, pointX, pointY, RIGHT_CHEEK, type Frame } from './landmarks.ts';
import type { MouthWeights } from './mouthFields.ts';
import { restGap, type MouthShape } from './mouthShape.ts';
import type { Slit } from './slit.ts';

export type Yuv = [y: number, u: number, v: number];

/** Colours and places of the inside of one mouth; lengths in E. Plain data. */
export interface InteriorLook {
  cavity: Yuv;
  /** The dark line between lips that hardly part, and the shade on the lower lip's inner edge. */
  dark: Yuv;
  lipShade: Yuv;
  teeth: Yuv;
  lowerTeeth: Yuv;
  tongue: Yuv;
  /** Half of the mouth's width. */
  half: number;
  /** Lower edge of the upper teeth in the middle, y in the frame. */
  teethEdge: number;
  /** Upper edge of the lower teeth in the middle at jaw 0, y in the frame. */
  lowerEdge: number;
  /** Whether the picture shows a mouth that is open at rest, whose teeth are kept. */
  ownTeeth: boolean;
  /** Y above which a kept pixel counts as a tooth, and below which it does not. */
  toothBright: number;
  toothDark: number;
}

/** Reads the light and the lips' colour off the plate. */
export function lookInside(plate: I420, frame: Frame, landmarks: Float32Array, shape: MouthShape): InteriorLook {
  const planes = i420Planes(plate);
  const at = (px: number, py: number): Yuv => {
    const x = Math.min(plate.width - 1, Math.max(0, Math.round(px))), y = Math.min(plate.height - 1, Math.max(0, Math.round(py)));
    const c = (y >> 1) * (plate.width >> 1) + (x >> 1);
    return [planes.y[y * plate.width + x], planes.u[c], planes.v[c]];
  };
  const around = (px: number, py: number, radius: number): Yuv[] =>
    [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => at(px + i * radius, py + j * radius)));
  const inMouth = (x: number, y: number) => at(...fromFrame(frame, x, y));

  const columns = [-0.5, -0.3, -0.15, 0, 0.15, 0.3, 0.5].map((s) => s * shape.half);
  const lips = columns.flatMap((x) => {
    const line = curveAt(shape.lines.lower, x), border = curveAt(shape.lowerOuter, x);
    return [0.35, 0.5, 0.65].map((t) => inMouth(x, line + (border - line) * t));
  });
  const lip = middle(lips);
  const cheek = middle([...around(pointX(landmarks, LEFT_CHEEK), pointY(landmarks, LEFT_CHEEK), frame.unit * 0.03), ...around(pointX(landmarks, RIGHT_CHEEK), pointY(landmarks, RIGHT_CHEEK), frame.unit * 0.03)]);
  const surround = middle(columns.flatMap((x) => [inMouth(x, curveAt(shape.upperOuter, x) - 0.04), inMouth(x, curveAt(shape.lowerOuter, x) + 0.05)]));
  const seam = middle(columns.map((x) => inMouth(x, curveAt(shape.seam, x))));
  const luminance = (c: Yuv) => ((c[0] - 16) * 255) / 219;
  const light = Math.min(1.1, Math.max(0.35, (0.45 * luminance(cheek) + 0.55 * luminance(surround)) / 185));

  // A grey or tinted picture gets an interior of as little colour: skin is normally about 20 away from grey.
  const colourfulness = Math.min(1, Math.hypot(surround[1] - 128, surround[2] - 128) / 12);
  // White balance of the picture: teeth look white in it when they share some of the skin's colour.
  const balance = (c: Yuv): Yuv => [c[0], c[1] + (surround[1] - 128) * 0.55, c[2] + (surround[2] - 128) * 0.45];
  const tone = (c: Yuv): Yuv => [c[0], 128 + (c[1] - 128) * colourfulness, 128 + (c[2] - 128) * colourfulness];
  const lipRgb = yuvToRgb(...lip);
  const rgb = (r: number, g: number, b: number): Yuv => rgbToYuv(...([r, g, b].map((v) => Math.min(255, Math.max(0, v))) as Yuv));
  const ofLip = (r: number, g: number, b: number): Yuv => rgb(lipRgb[0] * r, lipRgb[1] * g, lipRgb[2] * b);
  const mix = (a: Yuv, b: Yuv, t: number): Yuv => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];

  const toothLight = 0.91 * light;
  const teeth = balance(tone(rgb(226 * toothLight, 221 * toothLight, 212 * toothLight)));
  const cavity = mix(tone(rgb(40 * light, 16 * light, 14 * light)), ofLip(0.26, 0.18, 0.17), 0.5);
  const shade = ofLip(0.33, 0.28, 0.28);
  return {
    cavity,
    dark: shape.lines.closed ? mix(ofLip(0.4, 0.32, 0.32), seam, 0.5) : ofLip(0.4, 0.32, 0.32),
    lipShade: shade,
    teeth,
    lowerTeeth: mix(cavity, teeth, 0.66),
    tongue: mix(tone(rgb(172 * light, 92 * light, 88 * light)), ofLip(0.8, 0.68, 0.68), 0.5),
    half: shape.half,
    teethEdge: curveAt(shape.lines.upper, 0) + (shape.lines.closed ? 0.022 : 0.5 * restGap(shape, 0) + 0.012),
    lowerEdge: curveAt(shape.seam, 0) + 0.012,
    ownTeeth: !shape.lines.closed,
    toothBright: 16 + ((luminance(lip) + luminance(teeth)) / 2) * 0.86,
    toothDark: 16 + ((luminance(lip) + luminance(teeth)) / 2) * 0.86 * 0.6,
  };
}

function middle(colours: Yuv[]): Yuv {
  const pick = (index: 0 | 1 | 2) => colours.map((c) => c[index]).sort((a, b) => a - b)[colours.length >> 1];
  return [pick(0), pick(1), pick(2)];
}

/** Boundaries between an adult's upper front teeth, as distances from the middle line in E (recipe). */
const NOTCHES = [0, 0.094, 0.166, 0.246];
/** Share of the lower lip's drop that lower teeth and tongue follow (0.9 of the lip's in the recipe, a little less here). */
const JAW_RIDE = 0.125;

/** The mouth's interior as `Behind`; `set` before each frame. */
export class MouthInterior implements Behind {
  keep = 0;
  keptLight = 1;
  y = 0;
  u = 0;
  v = 0;
  readonly #look: InteriorLook;
  readonly #slit: Slit;
  readonly #source: { y: Uint8Array; width: number; height: number };
  readonly #unit: number;
  #jaw = 0;
  #tongue = 0;
  #act = 0;
  #round = 0;
  #fv = 0;

  constructor(look: InteriorLook, slit: Slit, source: { y: Uint8Array; width: number; height: number }) {
    this.#look = look;
    this.#slit = slit;
    this.#source = source;
    this.#unit = slit.frame.unit;
  }

  set(weights: MouthWeights): void {
    this.#jaw = weights.jaw;
    this.#tongue = weights.tongue;
    this.#act = weights.act;
    this.#round = weights.round;
    this.#fv = weights.fv;
  }

  look(px: number, py: number, toUpperPx: number, toLowerPx: number): void {
    const look = this.#look;
    const unit = this.#unit;
    const x = px / unit, y = py / unit;
    const toUpper = Math.max(0, toUpperPx / unit), toLower = Math.max(0, toLowerPx / unit);
    const gap = toUpper + toLower;
    const pixel = 1 / unit;
    const s = x / look.half;
    const side = Math.abs(s);

    // The cavity: darkest in its middle, never black.
    const depth = Math.min(1, Math.min(toUpper, toLower) / 0.035);
    const lit = 1.12 - 0.4 * depth;
    this.#put(look.cavity, lit);

    // The tongue lies on the jaw, a low dome; its tip rises to the teeth for l, θ, n, t, d.
    const dome = Math.max(0, 1 - (x / (0.62 * look.half)) ** 2);
    const tongueHeight = (0.01 + 0.36 * Math.max(0, gap - 0.02) + 0.05 * this.#tongue * smooth(0.02, 0.07, gap)) * dome;
    const onTongue = 1 - smooth(tongueHeight - 0.012 - pixel, tongueHeight + 0.006 + pixel, toLower);
    if (onTongue > 0) this.#blend(look.tongue, 0.66 + 0.28 * this.#tongue + 0.25 * (1 - Math.min(1, toLower / 0.05)), 0.9 * onTongue * smooth(0.015, 0.05, gap));

    // Lower teeth ride on the jaw, mostly behind the lower lip.
    const lowerTop = look.lowerEdge + JAW_RIDE * this.#jaw + 0.012 * s * s;
    const onLower = smooth(lowerTop - 0.7 * pixel - 0.002, lowerTop + 0.7 * pixel + 0.002, y) * (1 - smooth(0.4, 0.75, side));
    if (onLower > 0) this.#blend(look.lowerTeeth, 0.82 + 0.18 * smooth(0, 0.02, toLower), 0.8 * onLower * smooth(0.012, 0.04, gap));

    // Upper teeth stand still in the skull; the lip uncovers them and shades their top.
    const notch = this.#notch(Math.abs(x), pixel);
    const edge = look.teethEdge - 0.018 * s * s - 0.0018 * notch - 0.006 * this.#round;
    const onTeeth = (1 - smooth(edge - 0.7 * pixel - 0.002, edge + 0.7 * pixel + 0.002, y)) * (1 - smooth(0.5, 0.9, side));
    if (onTeeth > 0) {
      // Rounded lips stand before the teeth and keep the light from them.
      const shade = (0.74 + 0.26 * smooth(0, 0.022, toUpper)) * (1 - 0.06 * notch) * (1 - 0.22 * smooth(0.1, 0.8, side)) * (1 - 0.35 * this.#round ** 2);
      this.#blend(look.teeth, shade, onTeeth * smooth(0.01 - 0.006 * this.#fv, 0.034 - 0.02 * this.#fv, gap) * (1 - 0.45 * this.#round ** 2));
    }

    // The wet inner edge of the lower lip, and lips that hardly part: a dark line, not a black one.
    const rim = (1 - smooth(0.002, 0.02, toLower)) * (1 - 0.7 * this.#fv);
    if (rim > 0) this.#blend(look.lipShade, 1, 0.7 * rim);
    const thin = 1 - smooth(0.012 - 0.008 * this.#fv, 0.04 - 0.024 * this.#fv, gap);
    if (thin > 0) this.#blend(look.dark, 1, thin);

    this.keep = look.ownTeeth ? this.#kept(px, py) : 0;
    this.keptLight = 1 - this.#act * (1 - (0.8 + 0.2 * smooth(0, 0.022, toUpper)) * (1 - 0.15 * this.#round));
  }

  /** How much of the picture's own interior is seen at a place: all of it at rest, only its teeth while speaking. */
  #kept(px: number, py: number): number {
    const { frame } = this.#slit;
    const x = frame.originX + px * frame.axisX - py * frame.axisY, y = frame.originY + px * frame.axisY + py * frame.axisX;
    const inside = Math.min(py - this.#line(this.#slit.lineUpper, px), this.#line(this.#slit.lineLower, px) - py);
    // The first pixels inside are mixed with lip: they are kept at rest only.
    const clear = smooth(0.2, 1.4, inside);
    const { width, height } = this.#source;
    const o = Math.min(height - 1, Math.max(0, Math.round(y))) * width + Math.min(width - 1, Math.max(0, Math.round(x)));
    const tooth = smooth(this.#look.toothDark, this.#look.toothBright, this.#source.y[o]);
    return 1 - this.#act * (1 - clear * tooth);
  }

  #line(line: Float32Array, px: number): number {
    const t = Math.min(line.length - 1.001, Math.max(0, (px - this.#slit.lineX0) / this.#slit.lineStep));
    const i = t | 0;
    return line[i] + (line[i + 1] - line[i]) * (t - i);
  }

  /** 1 in the gap between two teeth, 0 on a tooth. */
  #notch(x: number, pixel: number): number {
    let most = 0;
    const width = 0.005 + 0.6 * pixel;
    for (const at of NOTCHES) most = Math.max(most, 1 - Math.abs(x - at) / width);
    return most;
  }

  #put(colour: Yuv, lit: number): void {
    this.y = 16 + (colour[0] - 16) * lit;
    this.u = 128 + (colour[1] - 128) * lit;
    this.v = 128 + (colour[2] - 128) * lit;
  }

  #blend(colour: Yuv, lit: number, share: number): void {
    this.y += (16 + (colour[0] - 16) * lit - this.y) * share;
    this.u += (128 + (colour[1] - 128) * lit - this.u) * share;
    this.v += (128 + (colour[2] - 128) * lit - this.v) * share;
  }
}

/** Behind the lids is the eye as it is. */
export function eyeInterior(): Behind {
  return { keep: 1, keptLight: 1, y: 0, u: 0, v: 0, look: () => undefined };
}

function smooth(from: number, to: number, x: number): number {
  const t = (x - from) / (to - from);
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}
