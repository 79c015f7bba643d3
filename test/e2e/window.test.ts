/** The studio's window in real Chromium: files that are none of its business, two windows at one project, and a small screen. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presenterFile } from '../../src/engine/studio/presenters.ts';
import type { Project } from '../../src/shared/contract/project.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { dropFiles } from '../support/drop.ts';
import { writeAudioFile } from '../support/mediaFiles.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';
import { hugePng } from '../support/pictures.ts';

const executable = findChromium();
if (executable === null) console.warn(NO_CHROMIUM);
const { signal } = new AbortController();

describe.skipIf(executable === null)('the studio’s window', { timeout: 120_000 }, () => {
  let pages: StudioPages;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-window-'));
  const complaints: string[] = [];
  beforeAll(async () => {
    pages = await openStudioPages(executable!);
  });
  afterAll(async () => {
    await pages?.close();
    rmSync(folder, { recursive: true, force: true });
    expect(complaints).toEqual([]);
  });

  /** At a project where one is named. */
  async function open({ id, language = 'en', ...size }: { id?: string; language?: 'en' | 'fa'; width?: number; height?: number } = {}): Promise<Page> {
    const page = await pages.window(size);
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(([state, project]) => {
      localStorage.setItem('sima-view', JSON.stringify({ state, version: 0 }));
      if (project !== undefined) localStorage.setItem('sima-project', project);
    }, [{ language, theme: 'dark' }, id] as const);
    await page.goto(pages.service.url);
    await page.locator('.cm-content').waitFor();
    return page;
  }

  describe('files that were dropped by mistake', () => {
    /** As large as asked for without taking the disk's room: zeros behind its beginning. */
    const sparse = (name: string, sizeBytes: number, head: string | Buffer = ''): string => {
      const file = path.join(folder, name);
      writeFileSync(file, head, 'latin1');
      truncateSync(file, sizeBytes);
      return file;
    };
    const plain = (name: string, content: string | Buffer): string => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    let page: Page;
    beforeAll(async () => {
      page = await open();
    });
    const shelf = () => page.getByRole('region', { name: 'Avatars' });
    const refused = (name: string, why: string) => shelf().getByRole('alert').filter({ hasText: `${name} ${why}` }).waitFor();

    /** The script takes sound, and says so of what only is called one. */
    const MISTAKES: [name: string, make: () => string, why: string, inScript?: string][] = [
      ['zeros.jpg', () => sparse('zeros.jpg', 320e6), 'is neither a photo nor a video'],
      ['camera.jpg', () => sparse('camera.jpg', 320e6, '\xff\xd8\xff\xe0'), 'is too large: photos up to 300 MB, clips up to 2 GB'],
      ['letter.mp4', () => plain('letter.mp4', 'Dear reader, '.repeat(100)), 'is neither a photo nor a video', '“letter.mp4” is not a sound file.'],
      ['empty.png', () => plain('empty.png', ''), 'is empty'],
      ['setup.exe', () => sparse('setup.exe', 320e6, 'MZ'), 'is neither a photo nor a video'],
      ['holiday', () => (mkdirSync(path.join(folder, 'holiday')), path.join(folder, 'holiday')), 'is a folder, or cannot be read'],
    ];
    test.each(MISTAKES)('%s is refused at the door, wherever it is dropped, and is not read', async (name, make, why, inScript) => {
      const file = make();
      const memory = watchMemory(await processesOf(pages));
      await dropFiles(page.locator('main'), [file]);
      await refused(name, why);
      await shelf().getByRole('button', { name: 'Close this message' }).click();
      await dropFiles(page.locator('.cm-content'), [file]);
      if (inScript !== undefined) await page.getByText(inScript).waitFor();
      else {
        await refused(name, why);
        await shelf().getByRole('button', { name: 'Close this message' }).click();
      }
      expect(memory.grownBytes()).toBeLessThan(64e6);
    });

    test.each([
      ['wall.png', () => plain('wall.png', hugePng(40_000, 40_000)), /megapixels|pixels/],
      ['film.mp4', () => sparse('film.mp4', 128e6, '\0\0\0\x18ftypisom'), /film\.mp4/],
    ] as const)('%s passes the door, is refused by the studio in one sentence, and is nowhere held in memory', async (name, make, sentence) => {
      const file = make();
      const memory = watchMemory(await processesOf(pages));
      await dropFiles(shelf(), [file]);
      const row = shelf().getByRole('listitem').filter({ hasText: name });
      await row.getByText('That cannot be used').waitFor();
      expect(await row.innerText()).toMatch(sentence);
      expect(memory.grownBytes()).toBeLessThan(64e6);
      await row.getByRole('button', { name: 'Cancel' }).click();
    });

    test('of many at once the first are named, the others counted, and the one that is a photo comes in', async () => {
      const many = Array.from({ length: 60 }, (_, i) => plain(`note ${i + 1}.txt`, `Note ${i + 1}`));
      const photo = path.join(folder, 'noor.png');
      await sharp(presenterFile('woman')).resize(300, 300).toFile(photo);
      await dropFiles(shelf(), [...many.slice(0, 30), photo, ...many.slice(30)]);
      await shelf().getByText('60 files were not taken').waitFor();
      await refused('note 4.txt', 'is neither a photo nor a video');
      await shelf().getByText('and 56 more').waitFor();
      await page.getByRole('radio', { name: 'noor', checked: true }).waitFor();
      // Of all of this the project has its new face alone.
      await page.getByRole('status').filter({ hasText: /^Saved$/ }).waitFor();
      const [{ id }] = await pages.studio.projects.list();
      const { segments, audio } = await pages.studio.projects.open(id);
      expect([segments.map(({ text }) => text).join(''), audio]).toEqual(['Hello, I am Sima. Write anything here, press Speak, and I will say it at once.', null]);
      await page.context().close();
    });
  });

  describe('a project that is open in two windows', () => {
    const saved = async (id: string): Promise<string> => (await pages.studio.handlers.calls['projects.open']({ id }, signal)).segments.map(({ text }) => text).join('');
    const type = async (page: Page, text: string): Promise<void> => {
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
    };
    const asked = (page: Page) => page.getByRole('alert').filter({ hasText: 'was changed in another window' });
    let project: Project;
    let first: Page;
    let second: Page;
    beforeAll(async () => {
      project = await pages.project({ segments: [{ text: 'As it was.' }] });
      first = await open({ id: project.id });
      second = await open({ id: project.id });
      for (const page of [first, second]) await page.getByText('As it was.').waitFor();
    });

    test('the one that did not change it is told, and shows the other’s version where its user wants that', async () => {
      await type(first, 'Said by the first.');
      await asked(second).waitFor();
      expect(await saved(project.id)).toBe('Said by the first.');
      expect(await second.locator('.cm-content').innerText()).toContain('As it was.');
      await second.getByRole('button', { name: 'The other window’s' }).click();
      await second.locator('.cm-content', { hasText: 'Said by the first.' }).waitFor();
      expect(await asked(second).count()).toBe(0);
      expect(await asked(first).count()).toBe(0);
    });

    test('what both change meanwhile is not overwritten unseen: nothing is saved until its user has chosen, and undo has the other version', async () => {
      await type(second, 'Said by the second.');
      await asked(first).waitFor();
      await type(first, 'Said by the first again.');
      await first.getByRole('status').filter({ hasText: 'Not saved' }).waitFor();
      expect(await saved(project.id)).toBe('Said by the second.');
      // Neither is a reload a choice.
      await first.reload();
      await asked(first).waitFor();
      await first.locator('.cm-content', { hasText: 'Said by the first again.' }).waitFor();
      expect(await saved(project.id)).toBe('Said by the second.');
      await first.getByRole('button', { name: 'What is here' }).click();
      await first.getByRole('status').filter({ hasText: /^Saved$/ }).waitFor();
      expect(await saved(project.id)).toBe('Said by the first again.');
      await asked(second).waitFor();
      await second.getByRole('button', { name: 'The other window’s' }).click();
      await second.locator('.cm-content', { hasText: 'Said by the first again.' }).waitFor();
      await second.getByRole('button', { name: 'Undo', exact: true }).click();
      await second.locator('.cm-content', { hasText: 'Said by the second.' }).waitFor();
      for (const page of [first, second]) await page.context().close();
    });
  });

  test('a recording and a picture that are on their way when another project is opened are not put into that one, which is said', async () => {
    const [{ id }, other] = [await pages.project({ name: 'Mine' }), await pages.project({ name: 'Winter' })];
    const page = await open({ id });
    let letGo = (): void => undefined;
    const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/uploads*', async (route) => {
      await isLetGo;
      await route.continue();
    });
    const sent = [page.waitForRequest(/uploads\?name=tone/), page.waitForRequest(/uploads\?name=wall/)];
    const [tone, wall] = ['tone.wav', 'wall.png'].map((name) => path.join(folder, name));
    await writeAudioFile(tone, new Float32Array(48_000).fill(0.1), 48_000, 'pcm_s16le');
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#246' } }).png().toFile(wall);
    await dropFiles(page.locator('.cm-content'), [tone]);
    await sent[0];
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('radio', { name: 'Picture', exact: true }).click();
    await (await choosing).setFiles(wall);
    await sent[1];
    await page.getByRole('banner').getByRole('button', { name: 'Mine' }).click();
    await page.getByRole('menuitem', { name: 'Winter' }).click();
    await page.getByRole('banner').getByRole('button', { name: 'Winter' }).waitFor();
    letGo();
    for (const name of ['tone.wav', 'wall.png']) await page.getByText(`“\u2068${name}\u2069” was not used: another project was opened`).waitFor();
    await page.getByRole('status').filter({ hasText: /^Saved$/ }).waitFor();
    expect(await pages.studio.projects.open(other.id)).toMatchObject({ audio: null, background: 'keep' });
    await page.context().close();
  });

  test('a project is saved as a package from the menu, and opened from it', async () => {
    const { id } = await pages.project({ name: 'Travels', segments: [{ text: 'All that it needs.' }] });
    const page = await open({ id });
    const menu = async (item: string) => {
      await page.getByRole('banner').getByRole('button', { name: 'Travels' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    const choosing = page.waitForEvent('filechooser');
    const [download] = await Promise.all([page.waitForEvent('download'), menu('Save as a package…')]);
    expect(download.suggestedFilename()).toBe('Travels.simapack');
    const file = path.join(folder, 'Travels.simapack');
    await download.saveAs(file);
    await pages.studio.projects.remove(id);
    await menu('Open a project file…');
    await (await choosing).setFiles(file);
    await expect.poll(async () => (await pages.studio.projects.list()).map((row) => row.id)).toContain(id);
    expect(await pages.studio.projects.open(id)).toMatchObject({ name: 'Travels', segments: [{ text: 'All that it needs.' }], avatarId: pages.avatarId });
    await page.context().close();
  });

  test('on a small screen the picture still has the most room, in both languages; the timeline is had whole by a press, and stays so', async () => {
    const page = await open({ width: 1024, height: 700 });
    const picture = async () => (await page.locator('main [role=img]').first().boundingBox())!;
    for (const turn of ['فارسی', 'English']) {
      const { width, height } = await picture();
      expect(height).toBeGreaterThan(0.4 * 700);
      expect(width).toBeGreaterThan(0.45 * 1024);
      expect(await page.evaluate(() => document.querySelector('main')!.scrollHeight <= document.querySelector('main')!.clientHeight)).toBe(true);
      await page.getByRole('banner').getByText(turn).click();
    }
    const before = await picture();
    await page.getByRole('button', { name: 'Words, sound and mouth, too' }).click();
    expect((await picture()).height).toBeLessThan(before.height - 50);
    await page.reload();
    await page.getByRole('button', { name: 'Sentences alone: more room for the picture' }).waitFor();
    await page.context().close();
  });
});

/** The page's processes, this one, which is the host, and the engine. */
async function processesOf({ browser, studio }: StudioPages): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return [...processInfo.filter(({ type }) => type === 'renderer' || type === 'browser').map(({ id }) => id), process.pid, studio.engine.pid()!];
}

/** How much any of them has grown at most since now; 0 where the system does not tell. */
function watchMemory(pids: readonly number[]): { grownBytes: () => number } {
  const residentBytes = (pid: number): number => {
    try {
      return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  const before = new Map(pids.map((pid) => [pid, residentBytes(pid)]));
  let most = 0;
  const look = () => {
    for (const [pid, bytes] of before) most = Math.max(most, residentBytes(pid) - bytes);
  };
  const timer = setInterval(look, 20);
  return {
    grownBytes() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}
