/** Pictures behind takes on a real disk: kept once, found again, and gone with the last take that has them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepBackground, sweepBackgrounds } from '../../../src/engine/library/backgrounds.ts';
import { backgroundFile } from '../../../src/shared/contract/request.ts';
import { requestOf } from '../../support/studios.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(os.tmpdir(), 'sima-backgrounds-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const picture = (name: string, content: string): string => {
  writeFileSync(path.join(home, name), content);
  return path.join(home, name);
};
const behind = (background: string) => keepBackground(home, requestOf({ background }));
const kept = () => readdirSync(path.join(home, 'backgrounds'));
const age = (file: string) => utimesSync(file, 1000, 1000);

test('the same picture is kept once, whatever it is called, and outlives the file that was brought', async () => {
  const [first, second, other] = [await behind(`picture:${picture('beach.JPG', 'sand')}`), await behind(`picture:${picture('again.jpg', 'sand')}`), await behind(`picture:${picture('wall.png', 'bricks')}`)];
  expect(second).toEqual(first);
  expect(kept()).toHaveLength(2);
  expect(kept().filter((name) => !/^[0-9a-f]{64}\.(jpg|png)$/.test(name))).toEqual([]);
  rmSync(path.join(home, 'beach.JPG'));
  expect(readFileSync(backgroundFile(first.background)!, 'utf8')).toBe('sand');
  expect(readFileSync(backgroundFile(other.background)!, 'utf8')).toBe('bricks');
  expect(await behind(first.background)).toEqual(first); // a take of a take
});

test('what is no file of a picture’s is left as it is', async () => {
  for (const background of ['keep', 'blur:0.7', '#00b140', `picture:${path.join(home, 'nothing.jpg')}`, `picture:${home}`]) expect((await behind(background)).background).toBe(background);
  expect(readdirSync(home)).toEqual([]);
});

test('one goes when no take has it any more, but not at once: its take may be about to begin', async () => {
  const used = await behind(`picture:${picture('used.jpg', 'used')}`);
  const unused = backgroundFile((await behind(`picture:${picture('unused.jpg', 'unused')}`)).background)!;
  await sweepBackgrounds(home, () => []);
  expect(kept()).toHaveLength(2);
  age(backgroundFile(used.background)!);
  age(unused);
  await behind(`picture:${picture('unused again.jpg', 'unused')}`); // wanted anew
  await sweepBackgrounds(home, () => [used]);
  expect(kept()).toHaveLength(2);
  age(unused);
  await sweepBackgrounds(home, () => [used]);
  expect(kept()).toEqual([path.basename(backgroundFile(used.background)!)]);
});
