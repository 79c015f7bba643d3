/** The screens for figures, models, voices, settings and the doctor, in a real browser over the real studio. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeConfig, fakePiper } from '../../models/make/piperFake.ts';
import { fakeWav2Lip } from '../../models/make/wav2lipFake.ts';
import type { Screen, UiLanguage } from '../../src/renderer/state/view.ts';
import { violations } from '../support/axe.ts';
import { findChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { openStudioPages, type StudioPages } from '../support/page.ts';
import { writeAudioFile } from '../support/mediaFiles.ts';
import { until } from '../support/processes.ts';

const chromium = findChromium();
if (chromium === null) console.log(NO_CHROMIUM);
/** In the order of the rail. */
const SCREENS: readonly Screen[] = ['studio', 'avatars', 'takes', 'meters', 'models', 'doctor', 'settings'];
/** On a machine that others use, too. */
const PATIENCE_MS = 120_000;

describe.skipIf(chromium === null)('the screens', { timeout: 300_000 }, () => {
  let pages: StudioPages;
  let page: Page;
  /** Failures that the page told nobody of. */
  const thrown: string[] = [];
  beforeAll(async () => {
    pages = await openStudioPages(chromium!);
    page = await open('models');
  }, 300_000);
  afterAll(async () => {
    await pages.close();
    expect(thrown).toEqual([]);
  });

  async function open(screen: Screen, { language = 'en', theme = 'dark', width = 1280 }: { language?: UiLanguage; theme?: 'dark' | 'light'; width?: number } = {}): Promise<Page> {
    const opened = await pages.window({ width, height: 800 });
    opened.on('pageerror', (error) => thrown.push(error.message));
    await opened.addInitScript((state) => localStorage.setItem('sima-view', JSON.stringify({ state, version: 0 })), { language, theme, screen });
    opened.setDefaultTimeout(PATIENCE_MS);
    await opened.goto(pages.service.url, { waitUntil: 'commit' });
    await opened.locator('main h1').waitFor();
    return opened;
  }
  const go = (name: string): Promise<void> => page.getByRole('navigation').getByRole('button', { name }).click();
  const tab = (name: string): Promise<void> => page.getByRole('tab', { name }).click();
  const shown = (place: Locator): Promise<void> => place.waitFor();
  const told = (text: string | RegExp): Locator => page.getByRole('region', { name: /Notifications/ }).getByText(text);

  test('a model is imported once its licence is accepted, becomes the default, and is removed', async () => {
    const file = path.join(pages.home, 'Wav2Lip.onnx');
    await fakeWav2Lip({ size: 96, names: 'spectrogram', order: 'mel-first', batch: 1, precision: 'float32' }).save(file);
    const wrong = path.join(pages.home, 'wrong.onnx');
    writeFileSync(wrong, 'this is no model');
    const chooser = page.getByLabel('Import a model…');
    const dialog = page.getByRole('dialog');

    await chooser.setInputFiles(wrong);
    expect(await dialog.getByRole('button', { name: 'Import' }).isDisabled()).toBe(true);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Import' }).click();
    await shown(dialog.getByRole('alert').getByText(/cannot be loaded/));
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await chooser.setInputFiles(file);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Import' }).click();
    const card = page.getByRole('article', { name: 'wav2lip', exact: true });
    await shown(card.getByText('Brought by you'));
    await card.getByRole('button', { name: 'Use by default' }).click();
    await shown(card.getByText('Used by default'));
    await until(() => pages.studio.engine.status().defaultModelId === 'wav2lip', PATIENCE_MS);
    await shown(card.getByText('CPU'));
    await page.getByRole('button', { name: 'Check all files' }).click();
    await shown(card.getByText('The file is what it should be'));

    await card.getByRole('button', { name: /Remove the file/ }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await shown(card.getByText('Not installed', { exact: true }));
    await shown(page.getByRole('article', { name: 'rig' }).getByText('Used by default'));
  });

  test('a word is taught, heard, found, forgotten and had back; a table is brought along', async () => {
    await tab('Lexicon');
    await page.getByRole('button', { name: 'Add a word' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'English' }).click();
    await dialog.getByLabel('Written').fill('tomato');
    await dialog.getByLabel('Said as').fill('banana');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = page.getByRole('row').filter({ hasText: 'tomato' });
    await shown(row.getByText('banana'));
    await page.getByLabel('Import CSV…').setInputFiles({ name: 'words.csv', mimeType: 'text/csv', buffer: Buffer.from('lang,word,say\nen,nginx,engine x\nfa,کرم,کِرِم\nen,,x\n') });
    await shown(dialog.getByText('Line 4'));
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    expect(await page.getByRole('row').count()).toBe(4);
    await page.getByLabel('Search the lexicon').fill('engine');
    await expect.poll(() => page.getByRole('row').count(), { timeout: PATIENCE_MS }).toBe(2);
    await page.getByLabel('Search the lexicon').fill('');
    await row.getByRole('button', { name: /Remove/ }).focus();
    await page.keyboard.press('Enter');
    await told('“tomato” is removed.').waitFor();
    await page.locator('[role=row] button:focus').waitFor(); // in the row beside
    await page.getByRole('button', { name: 'Undo' }).click();
    await shown(row);

    await tab('Voices');
    await page.getByRole('textbox', { name: 'Sentence' }).fill('A tomato for 3 people.');
    await page.getByRole('button', { name: 'Say it' }).click();
    const said = page.getByRole('region', { name: 'Try a sentence' });
    await shown(said.getByText('your pronunciation'));
    await shown(said.getByText('banana'));
    await shown(said.getByText('three'));
    await page.getByRole('button', { name: 'Make default: English (Britain), man' }).click();
    await expect.poll(async () => (await pages.studio.handlers.calls['voices.list'](null, new AbortController().signal)).find(({ id }) => id === 'espeak-en-gb')?.isDefault, { timeout: PATIENCE_MS }).toBe(true);
  });

  test('a voice of the user’s own is imported once its licence is accepted, heard, and removed', async () => {
    const file = path.join(pages.home, 'en_US-test.onnx');
    await fakePiper().save(file);
    writeFileSync(`${file}.json`, JSON.stringify(fakeConfig('en-us', 'ð')));
    writeFileSync(path.join(pages.home, 'german.json'), JSON.stringify(fakeConfig('de')));
    const chooser = page.getByLabel('Import a voice…').last();
    const dialog = page.getByRole('dialog');
    await go('Models');
    await tab('Voices');
    await chooser.setInputFiles(file);
    await shown(told(/two files: NAME\.onnx and NAME\.onnx\.json/));

    await chooser.setInputFiles([file, path.join(pages.home, 'german.json')]);
    expect(await dialog.getByRole('button', { name: 'Import' }).isDisabled()).toBe(true);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Import' }).click();
    await shown(dialog.getByRole('alert').getByText(/speaks “de”/));
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await chooser.setInputFiles([`${file}.json`, file]);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Import' }).click();
    const row = page.getByRole('region', { name: 'English', exact: true }).getByRole('listitem').filter({ hasText: 'en_US-test' });
    await shown(row.getByText(/Piper.*Times are estimated/));
    await page.getByLabel('Voice', { exact: true }).click();
    await page.getByRole('option', { name: 'en_US-test' }).click();
    await page.getByRole('textbox', { name: 'Sentence' }).fill('The weather.');
    await page.getByRole('button', { name: 'Say it' }).click();
    const said = page.getByRole('region', { name: 'Try a sentence' });
    await shown(said.getByText(/does not know the sound \/ð\//));
    await shown(said.getByText('This voice tells no phonemes.'));
    expect(await violations(page)).toEqual([]);

    await row.getByRole('button', { name: /Remove/ }).click();
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('a recording of one’s own is listened to, used as recorded, and given its words; the project keeps all of it', async () => {
    const { wav } = await pages.studio.handlers.calls['voices.say']({ text: 'This is my own voice.', rate: 1, pitch: 1 }, new AbortController().signal);
    const samples = new Int16Array(Uint8Array.from(Buffer.from(wav, 'base64').subarray(44)).buffer);
    const file = path.join(pages.home, 'own.wav');
    await writeAudioFile(file, Float32Array.from({ length: 22_050 + samples.length }, (_, i) => (i < 22_050 ? 0 : samples[i - 22_050] / 131_072)), 22_050, 'pcm_s16le');
    await go('Studio');
    await page.getByLabel('Choose a file…').setInputFiles(file);
    const done = page.getByRole('region', { name: 'What is done to it' });
    await shown(done.getByText(/Silence cut: 0\.\d s at the start/));
    await shown(done.getByText(/Loudness: -\d+\.\d → -16\.0 LUFS/));
    await done.getByRole('switch', { name: /As recorded/ }).click();
    await shown(done.getByText('Used as it is, with its noise and silence'));
    await page.getByLabel('What is said in it (optional)').fill('This is my own voice.');
    const kept = async () => {
      const [{ id }] = await pages.studio.projects.list();
      return (await pages.studio.projects.open(id)).audio;
    };
    await expect.poll(kept, { timeout: PATIENCE_MS }).toMatchObject({ name: 'own.wav', asRecorded: true, transcript: 'This is my own voice.' });
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Write instead' }).click();
    await expect.poll(kept, { timeout: PATIENCE_MS }).toBeNull();
    await page.locator('.cm-content:focus').waitFor(); // one can write at once
  });

  test('settings are kept as they are changed, in digits of any language; what needs a restart says so', async () => {
    await until(() => pages.studio.engine.status().state === 'ready', PATIENCE_MS);
    await go('Settings');
    await page.getByLabel('Users at once', { exact: true }).fill('۳');
    await page.getByLabel('Users at once', { exact: true }).press('Enter');
    await until(() => pages.studio.seats.figures().maxUsers === 3);
    await page.getByLabel('Users at once', { exact: true }).fill('many');
    await page.getByLabel('Users at once', { exact: true }).press('Enter');
    await shown(page.getByText('A number from 1 to 1,000, or nothing for the default.'));
    await page.getByLabel('Users at once', { exact: true }).press('Escape');
    await page.getByLabel('Where models run').click();
    await page.getByRole('option', { name: 'Processor' }).click();
    const restarts = pages.studio.engine.status().restarts;
    await page.getByRole('button', { name: 'Restart the engine' }).click();
    await until(() => pages.studio.engine.status().restarts === restarts + 1, PATIENCE_MS);
    await page.getByRole('button', { name: 'Restart the engine' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Set everything back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set everything back' }).click();
    await until(() => pages.studio.seats.figures().maxUsers === 5);
    expect(pages.studio.preferences.current().device).toBe('auto');
  });

  test('figures are drawn and saved; what does not exist is a dash; the doctor comes to a verdict', async () => {
    await go('Meters');
    await expect.poll(() => page.locator('main canvas').count(), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(8);
    if (pages.studio.telemetry.sample().gpus.length === 0) expect(await page.getByRole('region', { name: 'Graphics card' }).textContent()).toContain('–');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const lines = readFileSync(await (await coming).path(), 'utf8').trim().split(/\r?\n/);
    expect(lines[0]).toContain('cpuLoad');
    expect(lines.length).toBeGreaterThan(2);
    await go('Doctor');
    await page.getByRole('status').filter({ hasText: /Sima works here|keeps? Sima from working/ }).waitFor();
    await shown(page.getByRole('region', { name: 'Sima' }).getByRole('heading', { name: 'Codecs' }));
  });

  test.each([
    // Each looks at all of it; what is slow to look at is shared out.
    ['en', 'dark', 1024, ['models 0', 'models 1', 'settings']], ['fa', 'light', 720, ['models 2', 'meters', 'doctor']],
  ] as const)('%s, %s, %i wide: nothing is cut off, all is named and readable', async (language, theme, width, examined) => {
    const opened = await open('models', { language, theme, width });
    for (const screen of ['models', 'meters', 'settings', 'doctor'] as const) {
      await opened.locator('nav button').nth(SCREENS.indexOf(screen)).click();
      await opened.locator('main section, main article').first().waitFor();
      const places = screen === 'models' ? [0, 1, 2] : [null];
      for (const index of places) {
        if (index !== null) await opened.getByRole('tab').nth(index).click();
        const about = index === null ? screen : `${screen} ${index}`;
        expect(await opened.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('main')!.scrollWidth <= document.querySelector('main')!.clientWidth), about).toBe(true);
        if ((examined as readonly string[]).includes(about)) expect(await violations(opened), about).toEqual([]);
        const small = await opened.evaluate(() => Array.from(document.querySelectorAll('main *')).filter((element) => element.childNodes.length > 0 && Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.textContent!.trim() !== '') && parseFloat(getComputedStyle(element).fontSize) < 12).map(({ outerHTML }) => outerHTML.slice(0, 100)));
        expect(small, about).toEqual([]);
      }
    }
    await opened.context().close();
  });
});
