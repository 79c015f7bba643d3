/** Names of exported files: safe on every disk, and never those of files that are there. */
import { link, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExportSettings } from '../../shared/contract/export.ts';
import { systemFailure } from '../media/wholeFile.ts';
import type { MadeFile } from './api.ts';

/** Letters of a name, and how many words of the script make one. */
const LONGEST = 60;
const WORDS = 7;
const NAMED_BY_WORDS = 40;

/** What the name of an export's main file ends in. */
export const endingOf = (settings: ExportSettings): string => (settings.kind === 'video' ? '.mp4' : `.${settings.format}`);

/** What is said first, as a name; null where nothing is said. */
export function nameOfScript(script: string): string | null {
  const words = script.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F]/gu, ' ').trim().split(/\s+/u);
  let name = '';
  for (const word of words.slice(0, WORDS)) {
    const longer = name === '' ? word : `${name} ${word}`;
    if (name !== '' && Array.from(longer).length > NAMED_BY_WORDS) break;
    name = longer;
  }
  // A sentence's end is none of a name's.
  return safeName(name.replace(/[\p{P}\p{S}\s]+$/u, ''));
}

/** As a file's name without its ending; null where nothing of it can be one. */
export function safeName(name: string): string | null {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069\u200E\u200F]/gu, '')
    .replace(/[<>:"/\\|?*]/g, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const short = Array.from(plain).slice(0, LONGEST).join('').replace(/^[.\s-]+/, '').replace(/[.\s]+$/, '');
  return short === '' ? null : short.replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '_$1');
}

/**
 * Gives files their names in a folder of the same disk, `name (2)` where a `name` is there with any of the endings.
 * @returns where they are now
 * @throws io
 */
export async function deliver(files: readonly MadeFile[], folder: string, name: string): Promise<string[]> {
  for (let number = 1; ; number++) {
    const place = (ending: string) => path.join(folder, `${name}${number === 1 ? '' : ` (${number})`}${ending}`);
    const taken = await Promise.all(files.map(({ ending }) => exists(place(ending))));
    if (taken.includes(true)) continue;
    const given: string[] = [];
    try {
      for (const { file, ending } of files) {
        await moveToNew(file, place(ending));
        given.push(place(ending));
      }
      return given;
    } catch (error) {
      for (const [i, there] of given.entries()) await rename(there, files[i].file);
      // Somebody was quicker with that name.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw systemFailure(place(files[given.length].ending), error);
    }
  }
}

/** Fails with EEXIST where there is such a file already. */
async function moveToNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOSPC') throw error;
    // A disk without links: the name was free a moment ago.
    if (await exists(to)) throw Object.assign(new Error(`${to} exists.`), { code: 'EEXIST' });
    await rename(from, to);
    return;
  }
  await rm(from, { force: true });
}

const exists = async (file: string): Promise<boolean> => (await stat(file).catch(() => null)) !== null;
