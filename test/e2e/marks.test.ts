/**
 * What the editor of the real page tells of how words are said: markup is quiet, what is wrong with it is underlined and told in the page’s language, and no take is begun with
 * it; an ezafe is shown; each reading of a homograph is one click away, and a word can be taught by its sounds.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userPauses } from '../../src/engine/voice/pauses.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';

const chromium = findChromium();
if (chromium === null) console.log(NO_CHROMIUM);

describe.skipIf(chromium === null)('how words are said, in the editor', () => {
  let pages: StudioPages;
  beforeAll(async () => {
    pages = await openStudioPages(chromium!);
  });
  afterAll(() => pages.close());

  async function openScript(text: string, language: 'en' | 'fa'): Promise<Page> {
    const { id } = await pages.project({ segments: [{ text }] });
    const page = await pages.window({ width: 1280, height: 860 });
    await page.addInitScript(([project, state]) => {
      localStorage.setItem('sima-view', JSON.stringify({ state, version: 0 }));
      localStorage.setItem('sima-project', project);
    }, [id, { language, theme: 'dark' }] as const);
    await page.goto(pages.service.url);
    return page;
  }

  async function rewrite(page: Page, text: string): Promise<void> {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  }

  test('what is wrong is shown at its place, and gone when it is mended', async () => {
    const page = await openScript('<speak>Hello <prosody rate="slow">world</prosody>, <b>you</b>.</speak>', 'en');
    await page.locator('.cm-fault', { hasText: '<b>' }).waitFor();
    expect(await page.locator('.cm-markup').allTextContents()).toContain('<prosody rate="slow">');
    const told = page.locator('p', { hasText: 'There is no mark' });
    expect((await told.textContent())!.replace(/[\u2068\u2069]/g, '')).toMatch(/^Line 1, column 52There is no mark <b>\. There are: <break>, /);
    await told.getByRole('button').click();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe('<b>');
    await rewrite(page, '<speak>Hello <prosody rate="slow">world</prosody>, <emphasis>you</emphasis>.</speak>');
    await told.waitFor({ state: 'detached' });
    expect(await page.locator('.cm-fault').count()).toBe(0);
  });

  test('a script of signs alone asks for words, and says nothing to the engine', async () => {
    const page = await openScript('Hello.', 'en');
    const speak = page.getByRole('button', { name: 'Speak', exact: true });
    await expect.poll(() => speak.isEnabled(), { timeout: 15_000 }).toBe(true);
    await rewrite(page, '😀 … ✨');
    await page.getByRole('status').filter({ hasText: 'Write something first.' }).waitFor();
    expect(await speak.isDisabled()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await rewrite(page, '😀 2 ✨');
    await expect.poll(() => speak.isEnabled(), { timeout: 15_000 }).toBe(true);
    expect(pages.studio.takes.list({ limit: 1, offset: 0 })).toEqual([]);
  });

  test('in Persian, and the lens shows what stands for what', async () => {
    const page = await openScript('<speak>سلام <sub alias="سازمان ملل">س.م</sub> <break time="20s"/></speak>', 'fa');
    const told = page.locator('p', { hasText: 'ممکن نیست' });
    await told.waitFor();
    expect((await told.textContent())!.replace(/[\u2068\u2069]/g, '')).toContain('سطر ۱، ستون ۵۴');
    await rewrite(page, '<speak>سلام <sub alias="سازمان ملل">س.م</sub> <break time="2s"/></speak>');
    await told.waitFor({ state: 'detached' });
    await page.locator('.cm-said', { hasText: 'س.م' }).waitFor();
  });

  test('an ezafe is shown; a homograph’s hint writes the vowel marks of the reading that is chosen', async () => {
    const page = await openScript('ملک را دیدم. کتاب خوب را خواندم.', 'en');
    await page.locator('.cm-said-ezafe', { hasText: 'کتاب' }).waitFor();
    await page.locator('.cm-said-readings', { hasText: 'ملک' }).hover();
    await page.getByRole('button', { name: 'مُلک' }).click();
    await page.locator('.cm-content', { hasText: 'مُلک را دیدم' }).waitFor();
    await page.locator('.cm-said-readings').waitFor({ state: 'detached' });
  });

  test('“say it otherwise” offers the readings, and takes phonemes', async () => {
    const page = await openScript('ملک', 'en');
    await page.locator('.cm-said-readings', { hasText: 'ملک' }).waitFor();
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Period');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'مَلِک' }).click();
    expect(await dialog.getByLabel('Say it as').inputValue()).toBe('مَلِک');
    await dialog.getByRole('radio', { name: 'Phonemes' }).click();
    await dialog.getByLabel('Say it as').fill('maˈlek');
    await dialog.getByRole('button', { name: 'Say it so' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.cm-said-lexicon', { hasText: 'ملک' }).waitFor();
    const id = await page.evaluate(() => localStorage.getItem('sima-project')!);
    await expect.poll(async () => (await pages.studio.handlers.calls['projects.open']({ id }, new AbortController().signal)).lexicon, { timeout: 10_000 }).toEqual([{ lang: 'fa', word: 'ملک', phonemes: 'maˈlek' }]);
  });

  test('no take is begun with marks that cannot be read', async () => {
    const { calls } = pages.studio.handlers;
    const { signal } = new AbortController();
    const { sessionId } = await calls['sessions.open']({}, signal);
    const before = (await calls['takes.list']({ limit: 10, offset: 0 }, signal)).length;
    const start = async () => calls['takes.start']({ sessionId, request: { avatar: pages.avatarId, script: '<speak>a\n<break time="1h"/></speak>', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live' }, projectId: null, leadSec: null }, signal);
    await expect(start()).rejects.toMatchObject({ code: 'invalid-input', details: { fault: 'value', line: 2, column: 8 } });
    expect((await calls['takes.list']({ limit: 10, offset: 0 }, signal)).length).toBe(before);
  });

  test('the user’s silences go along with the take that they were set for', async () => {
    const { calls } = pages.studio.handlers;
    const { signal } = new AbortController();
    const { sessionId } = await calls['sessions.open']({}, signal);
    const start = async (more: { pauses?: { comma: number } } = {}) => calls['takes.start']({ sessionId, request: { avatar: pages.avatarId, script: 'One, two.', rate: 1, pitch: 1, background: 'keep', idle: true, quality: 'live', ...more }, projectId: null, leadSec: null }, signal);
    const usual = await start();
    expect(await calls['settings.set']({ change: { pausePercent: 150 } }, signal)).toMatchObject({ restartNeeded: false, settings: { pausePercent: 150 } });
    const longer = await start();
    const own = await start({ pauses: { comma: 99 } });
    await calls['settings.set']({ change: { pausePercent: null } }, signal);
    expect([usual, longer, own, await start()].map(({ request }) => request.pauses)).toEqual([undefined, userPauses({ pausePercent: 150 }), { comma: 99 }, undefined]);
    for (const { id } of [usual, longer, own]) await calls['takes.cancel']({ takeId: id }, signal);
  });
});
