/** What these tests look at: the shipped presenters, alone, together, turned, small; and the face models' sessions. */
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { FACE_MODELS } from '../../../src/engine/avatar/prepare.ts';
import { listModels, modelFolders, type InstalledModel } from '../../../src/engine/onnx/manifest.ts';
import { openSessions, type Sessions } from '../../../src/engine/onnx/sessions.ts';

export const WOMAN = fileURLToPath(new URL('../../../resources/presenters/woman.png', import.meta.url));
export const MAN = fileURLToPath(new URL('../../../resources/presenters/man.png', import.meta.url));

/** On the CPU: landmarks must not differ between machines. The caller closes. */
export async function openFaceSessions(): Promise<Sessions> {
  const installed = (await listModels(modelFolders(tmpdir()))).filter((model): model is InstalledModel & { installed: true } => model.installed);
  return openSessions({ models: installed.filter(({ id }) => (FACE_MODELS as readonly string[]).includes(id)), device: 'cpu' });
}

/** Woman on the left, man on the right, `side` pixels each, as PNG. */
export async function pair(side: number): Promise<Buffer> {
  const [left, right] = await Promise.all([WOMAN, MAN].map((file) => sharp(file).resize(side, side).png().toBuffer()));
  return sharp({ create: { width: side * 2, height: side, channels: 3, background: '#8899aa' } })
    .composite([{ input: left, left: 0, top: 0 }, { input: right, left: side, top: 0 }])
    .png()
    .toBuffer();
}

/** One presenter, `side` pixels, somewhere on a plain wall, as PNG. */
export async function onWall(file: string, side: number, place: { left: number; top: number; width: number; height: number }): Promise<Buffer> {
  const input = await sharp(file).resize(side, side).png().toBuffer();
  return sharp({ create: { width: place.width, height: place.height, channels: 3, background: '#7f8c99' } })
    .composite([{ input, left: place.left, top: place.top }])
    .png()
    .toBuffer();
}
