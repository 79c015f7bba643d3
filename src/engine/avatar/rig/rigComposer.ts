/** Draws frames of one rigged plate: rig, blinks and head motion as one map, each pixel sampled once. */
import type { I420 } from '../../media/i420.ts';
import type { Pose } from '../../../shared/vocabulary.ts';
import type { IdlePose } from '../idle.ts';
import { drawHead, drawSlit, slitRectangle, type Behind } from './draw.ts';
import { createHeadField, HEAD_MOTIONS, moveHead, type HeadField } from './head.ts';
import { eyeInterior, MouthInterior } from './interior.ts';
import { mouthWeights, type MouthWeights } from './mouthFields.ts';
import type { Rig } from './rig.ts';
import { createSheet, type Sheet } from './sheet.ts';
import type { Slit } from './slit.ts';
import { createMotion, moveSlit, type SlitMotion } from './warp.ts';

interface Part {
  slit: Slit;
  motion: SlitMotion;
  behind: Behind;
}

export class RigComposer {
  readonly #sheet: Sheet;
  readonly #mouth: Part & { behind: MouthInterior };
  readonly #eyes: Part[];
  readonly #head: HeadField;
  readonly #weights: MouthWeights;
  readonly #alwaysSealed: boolean;
  readonly #blink = new Float32Array(1);

  /** @param plate the picture that the rig was built on; it is copied */
  constructor(plate: I420, rig: Rig) {
    this.#sheet = createSheet(plate);
    this.#mouth = { slit: rig.mouth, motion: createMotion(rig.mouth), behind: new MouthInterior(rig.interior, rig.mouth, { y: this.#sheet.sourceY, width: plate.width, height: plate.height }) };
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
    const sheet = this.#sheet;
    moveHead(this.#head, idle?.head ?? STILL);
    const weights = pose === null ? null : mouthWeights(pose, this.#alwaysSealed, this.#weights);
    const speaks = weights?.weights.some((w) => w !== 0) ?? false;
    const blinks = idle !== null && idle.blink > 0;
    if (!this.#head.active && !speaks && !blinks) {
      out.data.set(sheet.source);
      return;
    }
    sheet.target.set(sheet.source);
    const parts: Part[] = [...(speaks ? [this.#mouth] : []), ...(blinks ? this.#eyes : [])];
    if (this.#head.active) drawHead(sheet, this.#head, parts.map(({ slit }) => slitRectangle(slit)));
    if (speaks && weights) {
      this.#mouth.behind.set(weights);
      this.#drawPart(this.#mouth, weights.weights);
    }
    if (blinks) {
      this.#blink[0] = idle.blink;
      for (const eye of this.#eyes) this.#drawPart(eye, this.#blink);
    }
    out.data.set(sheet.target);
  }

  /** Another picture of the same size and face (a patch was pasted into the plate). */
  change(picture: I420): void {
    this.#sheet.source.set(picture.data);
  }

  #drawPart(part: Part, weights: ArrayLike<number>): void {
    moveSlit(part.slit, weights, this.#head, part.motion);
    drawSlit(this.#sheet, part.slit, part.motion, part.behind);
  }
}

const STILL = new Float32Array(HEAD_MOTIONS.length);
