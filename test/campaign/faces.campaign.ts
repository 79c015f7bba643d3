/**
 * Faces found and followed: how many the detector sees in pictures whose faces are known, and how steady a clip's crop is against
 * unsmoothed detection. SIMA_FIXTURES brings portraits/ and video/; without it only the presenters are looked at. Writes docs/FACES.md.
 */
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { templateMap } from '../../src/engine/avatar/crop.ts';
import { detectFaces } from '../../src/engine/avatar/detect.ts';
import { findFaces } from '../../src/engine/avatar/faces.ts';
import { loadPicture } from '../../src/engine/avatar/picture.ts';
import { prepare } from '../../src/engine/avatar/prepare.ts';
import { pictureOfI420, pyramidOf } from '../../src/engine/avatar/sample.ts';
import { openClip } from '../../src/engine/media/clip.ts';
import type { Sessions } from '../../src/engine/onnx/sessions.ts';
import { MAN, openFaceSessions, WOMAN } from '../engine/avatar/presenters.ts';
import { figure, figureTable, machineLine, type Campaign, type Figure } from './campaign.ts';

/** By the file's name: `noface_…` shows none, `…2-women…` two, all others one. */
function facesShown(name: string): number {
  if (name.startsWith('noface')) return 0;
  return name.includes('2-women') ? 2 : 1;
}

export const campaign: Campaign = {
  about: 'Faces found in pictures, and how steadily one is followed through a clip.',
  async run({ fixtures }) {
    const sessions = await openFaceSessions();
    try {
      const inFolder = (name: string) => (fixtures === null ? [] : readdirSync(path.join(fixtures, name)).map((file) => path.join(fixtures, name, file)));
      const figures: Figure[] = [];
      for (const file of [WOMAN, MAN, ...inFolder('portraits')]) {
        const found = (await findFaces(pyramidOf(await loadPicture(file)), sessions)).length;
        const wanted = facesShown(path.basename(file));
        figures.push(figure('faces found', path.basename(file), `${found}`, `${wanted}`, found === wanted));
      }
      for (const file of inFolder('video')) figures.push(...(await steadiness(file, sessions)));
      await writeFile(new URL('../../docs/FACES.md', import.meta.url), page(figures));
      return figures;
    } finally {
      await sessions.close();
    }
  },
};

async function steadiness(file: string, sessions: Sessions): Promise<Figure[]> {
  const avatar = await prepare(file, { sessions });
  const detected: (number[] | null)[] = [];
  const clip = await openClip(file);
  for await (const frame of clip.frames()) {
    const found = await detectFaces(pyramidOf(pictureOfI420(frame)), 1, sessions);
    const best = found.reduce<(typeof found)[number] | null>((most, each) => (most && most.score >= each.score ? most : each), null);
    detected.push(best && [best.box.x + best.box.width / 2, best.box.y + best.box.height / 2, best.box.width]);
  }
  await clip.close();
  const placed = avatar.faces.map((face) => {
    if (!face) return null;
    const map = templateMap(face.landmarks, 1);
    return [map.x0 + (map.xx + map.xy) / 2, map.y0 + (map.yx + map.yy) / 2, Math.hypot(map.xx, map.yx)];
  });
  const [raw, smooth] = [acceleration(detected), acceleration(placed)];
  const name = path.basename(file);
  return [
    figure('frames with a face', name, `${avatar.faces.filter(Boolean).length} of ${avatar.faces.length}`),
    figure('acceleration of detection, unsmoothed', name, `${raw.toFixed(3)} px`),
    figure('acceleration of the crop’s placement', name, `${smooth.toFixed(3)} px, ${(smooth / raw).toFixed(3)} of it`, '≤ 1/3', smooth / raw <= 1 / 3),
  ];
}

/** Mean size of the second difference of middle and width over frames whose two predecessors have a face too. */
function acceleration(places: readonly (number[] | null)[]): number {
  const sizes = places.flatMap((place, i) => {
    const [before, first] = [places[i - 1], places[i - 2]];
    return place && before && first ? [Math.hypot(...place.map((value, k) => value - 2 * before[k] + first[k]))] : [];
  });
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

function page(figures: Figure[]): string {
  return `# Faces found and followed

Measured by \`npm run campaign -- faces\` with \`SIMA_FIXTURES\` naming a folder of portraits and clips, on ${machineLine()}.

${figureTable(figures)}

Several faces are refused until one is chosen, none is refused with what to do; both are tests (test/e2e/badInput.test.ts). Tracking over a
hard cut, gaps and several people: test/engine/avatar/register.test.ts and track.test.ts.
`;
}
