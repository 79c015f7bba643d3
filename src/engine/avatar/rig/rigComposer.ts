/** Draws frames of one rigged plate: rig, blinks and head motion as one map, each pixel sampled once. */
import { i420Planes, type I420 } from '../../media/i420.ts';
import type { Pose } from '../../../shared/vocabulary.ts';
import type { IdlePose } from '../idle.ts';
import { drawHead, drawSlit, slitRectangle, type Behind, type Source, type Target } from './draw.ts';
import { createHeadField, moveHead, type HeadField } from './head.ts';
import { eyeInterior, MouthInterior } from './interior.ts';
import { mouthWeights, type MouthWeights } from './mouthFields.ts';
import type { Rig } from './rig.ts';
import type { Slit } from './slit.ts';
import { createMotion, moveSlit, type SlitMotion } from './warp.ts';

interface Part {
  slit: Slit;
  motion: SlitMotion;
  behind: Behind;
}

export class RigComposer {
  readonly #plate: I420;
  readonly #source: Source;
  readonly #mouth: Part & { behind: MouthInterior };
  readonly #eyes: Part[];
  readonly #head: HeadField;
  readonly #weights: MouthWeights;
  readonly #alwaysSealed: boolean;
  readonly #blink = new Float32Array(1);

  /** @param plate the plate that the rig was built on; its bytes may change between frames (a pasted patch) */
  constructor(plate: I420, rig: Rig) {
    this.#plate = plate;
    this.#source = { width: plate.width, height: plate.height, ...i420Planes(plate) };
    this.#mouth = { slit: rig.mouth, motion: createMotion(rig.mouth), behind: new MouthInterior(rig.interior, rig.mouth, this.#source) };
    this.#eyes = rig.eyes.map((slit) => ({ slit, motion: createMotion(slit), behind: eyeInterior() }));
    this.#head = createHeadField(rig.head);
    this.#alwaysSealed = rig.alwaysSealed;
    this.#weights = mouthWeights(new Float32Array(8));
  }

  /**
   * @param pose the mouth; null leaves the plate's own mouth
   * @param idle eyes and head; null leaves both at rest
   * @param out same size as the plate; every byte is written
   */
  draw(pose: Pose | null, idle: IdlePose | null, out: I420): void {
    out.data.set(this.#plate.data);
    moveHead(this.#head, idle?.head ?? STILL);
    const weights = pose === null ? null : mouthWeights(pose, this.#alwaysSealed, this.#weights);
    const speaks = weights?.weights.some((w) => w !== 0) ?? false;
    const blinks = idle !== null && idle.blink > 0;
    const parts: Part[] = [...(speaks ? [this.#mouth] : []), ...(blinks ? this.#eyes : [])];
    const target = targetOf(out);
    if (this.#head.active) drawHead(this.#source, target, this.#head, parts.map(({ slit }) => slitRectangle(slit)));
    if (speaks && weights) {
      this.#mouth.behind.set(weights);
      this.#drawPart(this.#mouth, weights.weights, target);
    }
    if (blinks) {
      this.#blink[0] = idle.blink;
      for (const eye of this.#eyes) this.#drawPart(eye, this.#blink, target);
    }
  }

  #drawPart(part: Part, weights: ArrayLike<number>, target: Target): void {
    moveSlit(part.slit, weights, this.#head, part.motion);
    drawSlit(this.#source, target, part.slit, part.motion, part.behind);
  }
}

const STILL = new Float32Array(5);

function targetOf(frame: I420): Target {
  const clamped = (plane: Uint8Array) => new Uint8ClampedArray(plane.buffer, plane.byteOffset, plane.length);
  const { y, u, v } = i420Planes(frame);
  return { y: clamped(y), u: clamped(u), v: clamped(v) };
}
