/** `sima demo`: the shipped presenters, one Persian and one English paragraph. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StudioError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { render } from './render.ts';

export const PRESENTERS = {
  woman: fileURLToPath(new URL('../../../resources/presenters/woman.png', import.meta.url)),
  man: fileURLToPath(new URL('../../../resources/presenters/man.png', import.meta.url)),
};

const DEMOS = [
  {
    name: 'persian',
    avatar: PRESENTERS.woman,
    voice: 'espeak-fa-woman',
    text: 'سلام! من سیما هستم. هر متنی که بنویسید، با صدای خودم برایتان می‌خوانم. همهٔ کار روی همین رایانه انجام می‌شود و هیچ چیزی به اینترنت فرستاده نمی‌شود. امیدوارم از دیدن این ویدیو لذت ببرید.',
  },
  {
    name: 'english',
    avatar: PRESENTERS.man,
    voice: 'espeak-en-us',
    text: 'Hello! I am one of the two presenters that come with Sima. Type any text, and I will say it in a moment. Everything happens on this computer, so nothing ever leaves it. Bring your own portrait, and make it speak.',
  },
];

export async function demo({ out }: { out: string }, context: Context): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
  } catch (error) {
    throw new StudioError('io', `The folder ${out} cannot be created.`, { cause: error });
  }
  for (const { name, avatar, voice, text } of DEMOS) {
    const file = path.join(out, `${name}.mp4`);
    await render({ avatar, voice, text, rate: 1, pitch: 1, device: 'auto', size: { width: 720, height: 720 }, idle: true, quality: 'live', out: file, srt: path.join(out, `${name}.srt`) }, context);
  }
}
