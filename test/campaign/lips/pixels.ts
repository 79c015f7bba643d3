/**
 * The opening that is really in the pixels, without any mesh: the rig is drawn over an all-black and an all-white plate.
 * Where both pictures agree nothing of the plate is seen: that is the mouth's interior.
 */
import { mouthWeights } from '../../../src/engine/avatar/rig/mouthFields.ts';
import { RigComposer } from '../../../src/engine/avatar/rig/rigComposer.ts';
import type { Rig } from '../../../src/engine/avatar/rig/rig.ts';
import { createI420 } from '../../../src/engine/media/i420.ts';

export interface Gap {
  /** Pixels along the mouth's own axis, through its middle. */
  drawn: number;
  commanded: number;
}

export function createGapReader(rig: Rig): (pose: Float32Array) => Gap {
  const plate = (luma: number) => {
    const picture = createI420(rig.width, rig.height);
    picture.data.fill(128).fill(luma, 0, rig.width * rig.height);
    return picture;
  };
  // A photo's own teeth are plate too: here they count as what is between the lips.
  const plain = { ...rig, interior: { ...rig.interior, ownTeeth: false } };
  const [dark, bright] = [16, 235];
  const composers = [dark, bright].map((luma) => new RigComposer(plate(luma), plain));
  const drawn = [dark, bright].map(() => createI420(rig.width, rig.height));
  const { originX, originY, axisX, axisY, unit } = rig.mouth.frame;

  return (pose) => {
    composers.forEach((composer, k) => composer.draw(pose, null, drawn[k]));
    let gap = 0;
    const reach = Math.round(unit * 0.5);
    for (let i = -reach; i <= reach; i++) {
      const x = Math.round(originX - i * axisY), y = Math.round(originY + i * axisX);
      const o = y * rig.width + x;
      gap += 1 - (drawn[1].data[o] - drawn[0].data[o]) / (bright - dark);
    }
    const { weights } = mouthWeights(pose, rig.alwaysSealed);
    const commanded = weights.reduce((sum, weight, k) => sum + weight * rig.opening.gapPerBasis[k], rig.opening.restGap);
    return { drawn: gap, commanded: Math.max(0, commanded) * unit };
  };
}
