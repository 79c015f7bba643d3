/**
 * From a photo to a video, as a user goes: in real Chromium over the real engine, first by mouse, then by keys alone in the Persian page. The export is
 * read again with the codec library and played by the browser.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Download, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presenterFile } from '../../src/engine/studio/presenters.ts';
import { probe } from '../../src/engine/media/probe.ts';
import { rateValue } from '../../src/engine/media/rate.ts';
import type { TakeInfo } from '../../src/shared/contract/take.ts';
import { violations } from '../support/axe.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { dropFiles } from '../support/drop.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';
import { countOf, notePlayback, playbackOf, untilPlayback } from '../support/playback.ts';
import { until } from '../support/processes.ts';
import { hashOf } from '../support/studios.ts';

const TEXT = 'سلام به همه. هوا خوب است. باران می‌آید.';
/** Each is spoken once: the second path has its own. */
const CHANGED = { byMouse: 'هوا سرد است.', byKeys: 'هوا گرم است.' };
const SIDE = 320;
/** Frames this close before a change are drawn again (takeEdit.ts). */
const LOOK_AHEAD_SEC = 0.3;

const executable = findChromium();
if (executable === null) console.warn(NO_CHROMIUM);

describe.skipIf(executable === null)('from a photo to a video', { timeout: 240_000 }, () => {
  let pages: StudioPages;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-path-'));
  const complaints: string[] = [];
  beforeAll(async () => {
    pages = await openStudioPages(executable!);
    // Of bytes that no studio has seen.
    for (const [name, presenter] of [['layla', 'woman'], ['omid', 'man']]) await sharp(presenterFile(presenter)).resize(SIDE, SIDE).jpeg({ quality: 95 }).toFile(path.join(folder, `${name}.jpg`));
  });
  afterAll(async () => {
    await pages?.close();
    rmSync(folder, { recursive: true, force: true });
    expect(complaints).toEqual([]);
  });

  async function open(language: 'en' | 'fa'): Promise<Page> {
    const page = await pages.window({ width: 1280, height: 800 });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript((state) => localStorage.setItem('sima-view', JSON.stringify({ state, version: 0 })), { language, theme: 'dark' });
    await notePlayback(page);
    await page.goto(pages.service.url);
    await page.locator('.cm-content').waitFor();
    return page;
  }
  const newest = (): TakeInfo => pages.studio.takes.list({ limit: 1 })[0];
  /** Kept speech: one file for each sentence that was ever spoken. */
  const spoken = (): number => readdirSync(path.join(pages.home, 'speech'), { recursive: true }).filter((name) => String(name).endsWith('.blob')).length;

  /** Asked for by Ctrl+Enter just now: resolves when its first picture is on the screen. */
  async function firstPicture(page: Page, name: string): Promise<void> {
    await page.evaluate(`new Promise((resolve) => {
      const look = () => (window.noted.frames.at(-1)?.atMs > window.noted.askedMs.at(-1) ? resolve() : requestAnimationFrame(look));
      look();
    })`);
    const { frames, askedMs, events } = await playbackOf(page);
    const first = frames.find(({ atMs }) => atMs > askedMs.at(-1)!)!;
    expect(first.sec).toBe(0);
    expect(events.filter(({ name: event }) => event === 'error')).toEqual([]);
    console.log(`${name}: the first picture after ${Math.round(first.atMs - askedMs.at(-1)!)} ms`);
  }
  async function seeking(page: Page, act: () => Promise<unknown>): Promise<number> {
    const after = countOf(await playbackOf(page), 'seeked');
    await act();
    await untilPlayback(page, 'seeked', { after });
    return (await playbackOf(page)).sec;
  }
  async function finished(): Promise<TakeInfo> {
    await until(() => newest().state === 'finished', 60_000);
    return newest();
  }
  /** Only the sentence was spoken anew; what was published before it is the parent's, byte for byte. */
  function expectOneSentenceAnew(parent: TakeInfo, child: TakeInfo, words: string, spokenBefore: number): void {
    const { takes } = pages.studio;
    expect(child).toMatchObject({ parentId: parent.id, state: 'finished', avatarId: parent.avatarId });
    const [before, now] = [parent, child].map(({ id }) => takes.soFar(id).said.map(({ text }) => text.trim()));
    expect(now).toEqual(before.with(1, words));
    expect(spoken()).toBe(spokenBefore + 1);
    const changeFrame = (takes.soFar(parent.id).said[1].startSec - LOOK_AHEAD_SEC) * rateValue(parent.rate!);
    const copied = takes.fragments(parent.id).fragments.filter(({ firstFrame, frames }) => firstFrame + frames <= changeFrame);
    expect(copied.length).toBeGreaterThan(1);
    expect(takes.fragments(child.id).fragments.slice(0, copied.length)).toEqual(copied);
    for (const fragment of copied) expect(hashOf(takes.file(child.id), fragment)).toBe(hashOf(takes.file(parent.id), fragment));
  }
  /** The stage keeps the picture of the take before until the new one has its own: resolves with how bright that is on average, 0..255. */
  const stillShown = (page: Page): Promise<number> => page.evaluate<number>(`new Promise((resolve) => {
    const look = () => {
      const still = document.querySelector('canvas[data-testid=still]:not([hidden])');
      if (!still) return requestAnimationFrame(look);
      const { data } = still.getContext('2d').getImageData(0, 0, still.width, still.height);
      resolve(data.reduce((sum, value, i) => sum + (i % 4 < 3 ? value : 0), 0) / (0.75 * data.length));
    };
    look();
  })`);

  async function expectVideo(download: Download, take: TakeInfo): Promise<void> {
    const file = path.join(folder, `${take.id}.mp4`);
    expect(download.suggestedFilename()).toMatch(/\.mp4$/);
    await download.saveAs(file);
    const seconds = take.framesDone / rateValue(take.rate!);
    const { video, audio, faststart, fragmented, durationSec } = await probe(file, { packets: true });
    expect({ faststart, fragmented, video: video?.codec, audio: audio?.codec }).toEqual({ faststart: true, fragmented: false, video: 'h264', audio: 'aac' });
    expect(video).toMatchObject({ width: SIDE, height: SIDE, frames: take.framesDone, fps: take.rate, constantRate: true, startSec: 0 });
    for (const each of [durationSec, video!.durationSec, audio!.durationSec]) expect(Math.abs(each! - seconds)).toBeLessThan(0.05);
    const player = await pages.window();
    await player.goto(pathToFileURL(file).href);
    const played = await player.evaluate<{ width: number; durationSec: number; shown: number; sec: number }>(`new Promise((resolve, reject) => {
      const video = document.querySelector('video');
      video.onerror = () => reject(new Error(video.error.message));
      video.onended = () => resolve({ width: video.videoWidth, durationSec: video.duration, shown: video.getVideoPlaybackQuality().totalVideoFrames, sec: video.currentTime });
      video.currentTime = 0;
      video.playbackRate = 3;
      video.play().catch(reject);
    })`);
    await player.context().close();
    expect(played).toMatchObject({ width: SIDE, durationSec: played.sec });
    expect(Math.abs(played.durationSec - seconds)).toBeLessThan(0.05);
    expect(played.shown).toBeGreaterThan(10);
  }

  test('a photo dropped on the page, Persian words, a look, one sentence anew, its quality, and the file', async () => {
    const page = await open('en');
    const quality = page.getByRole('region', { name: 'Quality', exact: true });
    await dropFiles(page.getByRole('region', { name: 'Avatars' }), [path.join(folder, 'layla.jpg')]);
    await page.getByRole('radio', { name: 'layla', checked: true }).waitFor();

    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(TEXT);
    await page.keyboard.press('Control+Enter');
    await firstPicture(page, 'By mouse');
    const parent = await finished();
    expect(parent.request.script).toBe(TEXT);

    await untilPlayback(page, 'ended');
    const bar = page.getByRole('slider', { name: 'Place in the take' });
    const { width, height } = (await bar.boundingBox())!;
    const seconds = parent.framesDone / rateValue(parent.rate!);
    expect(Math.abs((await seeking(page, () => bar.click({ position: { x: 0.6 * width, y: height / 2 } }))) - 0.6 * seconds)).toBeLessThan(0.1);

    const spokenBefore = spoken();
    await page.getByRole('button', { name: /^Sentence 2:/ }).click();
    const editor = page.getByRole('dialog');
    await editor.getByLabel('What is said').fill(CHANGED.byMouse);
    const still = stillShown(page);
    await editor.getByRole('button', { name: 'Re-render this sentence' }).click();
    expect(await still).toBeGreaterThan(20);
    await page.getByRole('button', { name: `Sentence 2: ${CHANGED.byMouse}` }).waitFor();
    await page.getByRole('navigation', { name: 'Versions' }).getByRole('button', { name: 'Version 2' }).and(page.locator('[aria-current=true]')).waitFor();
    await until(() => newest().id !== parent.id);
    const child = await finished();
    expectOneSentenceAnew(parent, child, CHANGED.byMouse, spokenBefore);
    expect((await page.locator('.cm-content').innerText()).replaceAll(/\s+/g, ' ')).toContain(CHANGED.byMouse);

    await quality.getByText(/Lips close on \d+ of \d+/).waitFor();
    expect(await quality.getByRole('img', { name: /^(Good|Fair|Poor)$/ }).count()).toBeGreaterThan(3);
    expect(await violations(page)).toEqual([]);

    await page.getByRole('button', { name: 'Export this take' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
    await expectVideo(download, child);
    await page.context().close();
  });

  test('the same by keys alone, in the Persian page', async () => {
    const page = await open('fa');
    await page.evaluate(`for (const name of ['pointerdown', 'mousedown', 'touchstart']) addEventListener(name, (event) => (window.pointed = name), { capture: true })`);
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const hasFocus = (place: Locator): Promise<boolean> => place.evaluate((element) => element === document.activeElement).catch(() => false);
    /** By Tab, as far as it takes. */
    const tabTo = async (place: Locator, key: 'Tab' | 'Shift+Tab' | 'ArrowDown' = 'Tab'): Promise<void> => {
      await place.waitFor();
      for (let i = 0; i < 150; i++) {
        if (await hasFocus(place)) return;
        await press(key);
      }
      throw new Error(`${String(place)} is not reached by ${key}.`);
    };
    const quality = page.getByRole('region', { name: 'کیفیت', exact: true });

    await tabTo(page.getByRole('banner').getByRole('button').first());
    await press('Enter');
    await tabTo(page.getByRole('menuitem', { name: 'پروژهٔ تازه' }), 'ArrowDown');
    await press('Enter');
    await page.getByRole('banner').getByText(/^ویدیوی/).waitFor();

    const choosing = page.waitForEvent('filechooser'); // a browser that is asked at the same time opens a dialog of its own
    await press('Control+2');
    await tabTo(page.getByRole('button', { name: 'افزودن عکس یا کلیپ' }).first());
    await press('Enter');
    await (await choosing).setFiles(path.join(folder, 'omid.jpg'));
    await tabTo(page.getByRole('button', { name: 'نمایش', exact: true }));
    await press('Enter');
    await tabTo(page.getByRole('button', { name: 'به کار بردن در استودیو' }));
    await press('Enter', 'Control+1');
    await page.getByRole('radio', { name: 'omid', checked: true }).waitFor();

    await tabTo(page.locator('.cm-content'));
    await page.keyboard.type(TEXT);
    await press('Control+Enter');
    await firstPicture(page, 'By keys');
    const parent = await finished();
    expect(parent.request.script).toBe(TEXT);

    await untilPlayback(page, 'ended');
    await tabTo(page.getByRole('slider', { name: 'جای پخش' }), 'Shift+Tab');
    const end = await seeking(page, () => press('End'));
    const [back, before] = [await seeking(page, () => press('ArrowLeft')), await seeking(page, () => press('Shift+ArrowLeft'))];
    expect(Math.round((end - back) * rateValue(parent.rate!))).toBe(1);
    expect(before).toBeLessThan(back);

    const spokenBefore = spoken();
    await tabTo(page.getByRole('button', { name: /^جملهٔ ۲:/ }));
    await press('Enter');
    await expect.poll(() => hasFocus(page.getByRole('dialog').getByLabel('آنچه گفته می‌شود'))).toBe(true);
    await press('Escape');
    await expect.poll(() => hasFocus(page.getByRole('button', { name: /^جملهٔ ۲:/ }))).toBe(true);
    await press('r');
    await expect.poll(() => hasFocus(page.getByRole('dialog').getByLabel('آنچه گفته می‌شود'))).toBe(true);
    await press('Control+A');
    await page.keyboard.type(CHANGED.byKeys);
    await press('Control+Enter');
    await page.getByRole('button', { name: `جملهٔ ۲: ${CHANGED.byKeys}` }).waitFor();
    await until(() => newest().id !== parent.id);
    const child = await finished();
    expectOneSentenceAnew(parent, child, CHANGED.byKeys, spokenBefore);

    await quality.getByText(/بسته/).first().waitFor();
    expect(await quality.getByRole('img', { name: /^(خوب|متوسط|ضعیف)$/ }).count()).toBeGreaterThan(3);
    expect(await violations(page)).toEqual([]);

    await press('e');
    await tabTo(page.getByRole('dialog').getByRole('button', { name: 'خروجی بگیر' }));
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press('Control+3');
    await tabTo(page.getByRole('tab', { selected: true }));
    await press('ArrowLeft'); // on, from right to left
    await page.getByRole('tab', { name: /خروجی‌ها/, selected: true }).waitFor();
    await until(() => pages.studio.exports.list().find(({ takeId }) => takeId === child.id)?.state === 'finished');
    // The latest stands first.
    await page.getByRole('listitem').first().getByRole('link', { name: /بارگیری/ }).waitFor();
    await tabTo(page.getByRole('link', { name: /بارگیری/ }).first());
    const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
    await expectVideo(download, child);
    expect(await page.evaluate('window.pointed')).toBeUndefined();
    await page.context().close();
  });
});
