/**
 * Every screen and the great dialogs as users see them, in both languages, at two sizes and a narrow one, dark and light: pictures for
 * docs/screenshots, and what axe-core and the page's own width say of each.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { SCREENS, type Screen, type UiLanguage } from '../../src/renderer/state/view.ts';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { violations } from '../support/axe.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';
import { untilLoaded } from '../support/playback.ts';
import type { Campaign, Figure } from './campaign.ts';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const SCRIPTS: Record<UiLanguage, { name: string; text: string }> = {
  fa: { name: 'سلام هفتگی', text: 'سلام! به برنامهٔ این هفته خوش آمدید. امروز دربارهٔ بهارِ تهران و چند خبرِ خوب با هم حرف می‌زنیم. تا پایان همراه ما باشید.' },
  en: { name: 'Weekly greeting', text: 'Hello and welcome to this week’s programme. Today we talk about spring in Tehran, and about some good news. Stay with us to the end.' },
};
/** `zoomed`: 1440×900 at 200 %, as the browser lays it out. */
const LOOKS = [
  { name: '1440', width: 1440, height: 900, theme: 'dark' },
  { name: '1440-light', width: 1440, height: 900, theme: 'light' },
  { name: '1024', width: 1024, height: 700, theme: 'dark' },
  { name: 'zoomed', width: 720, height: 450, theme: 'dark' },
] as const;
type Look = (typeof LOOKS)[number];

interface View {
  name: string;
  screen: Screen;
  /** What is pressed on it. */
  open?: (page: Page) => Promise<unknown>;
}
const tab = (index: number) => async (page: Page) => page.getByRole('tab').nth(index).click();
const dialog = (keys: string) => async (page: Page) => {
  await page.locator('main').focus().catch(() => undefined);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press(keys);
  await page.getByRole('dialog').waitFor();
};
const VIEWS: readonly View[] = [
  ...SCREENS.map((screen) => ({ name: screen, screen })),
  { name: 'studio-export', screen: 'studio', open: dialog('e') },
  { name: 'studio-compare', screen: 'studio', open: dialog('Shift+D') },
  { name: 'studio-keys', screen: 'studio', open: dialog('Shift+Slash') },
  { name: 'avatars-details', screen: 'avatars', open: (page) => page.locator('main li button').first().click() },
  { name: 'takes-details', screen: 'takes', open: (page) => page.locator('main li button[aria-pressed]').first().click() },
  { name: 'takes-exports', screen: 'takes', open: tab(1) },
  { name: 'takes-batch', screen: 'takes', open: tab(2) },
  { name: 'models-voices', screen: 'models', open: tab(1) },
  { name: 'models-lexicon', screen: 'models', open: tab(2) },
];

export const campaign: Campaign = {
  about: 'Pictures of every screen for docs/screenshots, with what axe-core finds. About five minutes.',
  async run({ log }) {
    const executable = findChromium();
    if (executable === null) throw new Error(NO_CHROMIUM);
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    const pages = await openStudioPages(executable);
    const faults: string[] = [];
    const wide: string[] = [];
    let seen = 0;
    try {
      for await (const event of pages.studio.handlers.streams['avatars.register']({ file: PRESENTERS.man, name: 'Kian' }, new AbortController().signal)) if (event.type === 'registered') log(`registered ${event.avatar.name}`);
      for (const language of ['en', 'fa'] as const) {
        const projectId = await spoken(pages, language);
        for (const look of LOOKS) {
          const page = await opened(pages, { language, look, projectId });
          for (const view of VIEWS) {
            await show(page, view);
            seen += 1;
            const name = `${view.name}-${language}-${look.name}`;
            await sharp(await page.screenshot()).webp({ quality: 88 }).toFile(path.join(FOLDER, `${name}.webp`));
            faults.push(...(await violations(page, 'html')).map((fault) => `${name}: ${fault}`));
            if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(name);
            log(name);
            await page.keyboard.press('Escape'); // closes what was opened
          }
          await page.context().close();
        }
      }
    } finally {
      await pages.close();
    }
    for (const fault of faults) log(fault);
    const on = `${seen} views: ${SCREENS.length} screens and ${VIEWS.length - SCREENS.length} tabs and dialogs, en and fa, ${LOOKS.map(({ name }) => name).join(', ')}`;
    const figures: Figure[] = [
      { what: 'Serious or critical violations that axe-core finds', on, value: String(faults.length), target: '0', met: faults.length === 0 },
      { what: 'Views that are wider than their window', on, value: wide.join(', ') || '0', target: '0', met: wide.length === 0 },
    ];
    return figures;
  },
};

/** A project whose take is finished. */
async function spoken(pages: StudioPages, language: UiLanguage): Promise<string> {
  const { calls, streams } = pages.studio.handlers;
  const { signal } = new AbortController();
  const { name, text } = SCRIPTS[language];
  const project = await pages.project({ name, segments: [{ text }], size: { width: 1280, height: 720 }, background: 'keep' });
  const { sessionId } = await calls['sessions.open']({}, signal);
  const take = await calls['takes.start'](
    { sessionId, projectId: project.id, leadSec: null, request: { avatar: pages.avatarId, script: text, rate: 1, pitch: 1, size: { width: 1280, height: 720 }, background: 'keep', idle: true, quality: 'live' } },
    signal,
  );
  for await (const event of streams['takes.watch']({ takeId: take.id }, signal)) if (event.type === 'take' && event.take.error) throw new Error(event.take.error.message);
  for await (const event of streams['qa.measure']({ takeId: take.id }, signal)) if (event.type === 'report') break;
  await calls['sessions.close']({ sessionId }, signal);
  await calls['projects.save']({ project: { ...project, takeIds: [take.id] } }, signal);
  return project.id;
}

async function opened(pages: StudioPages, { language, look, projectId }: { language: UiLanguage; look: Look; projectId: string }): Promise<Page> {
  const page = await pages.window({ width: look.width, height: look.height });
  page.setDefaultTimeout(60_000);
  await page.addInitScript(
    ([view, project]) => {
      localStorage.setItem('sima-view', view);
      localStorage.setItem('sima-project', project);
    },
    [JSON.stringify({ state: { language, theme: look.theme }, version: 0 }), projectId] as const,
  );
  await page.goto(pages.service.url);
  await page.locator('.cm-content').waitFor();
  return page;
}

async function show(page: Page, { screen, open }: View): Promise<void> {
  const [nav] = await page.getByRole('navigation').all();
  await nav.getByRole('button').nth(SCREENS.indexOf(screen)).click();
  await page.locator('main h1, main h2').first().waitFor({ state: 'attached' });
  if (screen === 'studio') await untilLoaded(page);
  await open?.(page);
  await page.waitForLoadState('networkidle');
  if (screen === 'doctor') await page.locator('main [role=progressbar]').waitFor({ state: 'detached' });
  // Those out of sight are loaded when they come into it.
  await page.waitForFunction(() => Array.from(document.images).every(({ complete, loading }) => complete || loading === 'lazy'));
}
