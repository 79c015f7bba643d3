/** Finding a Chromium for browser tests, and starting it for playback without a screen or a sound card. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The browser named by CHROMIUM, else one in a usual place, else null. */
export function findChromium(): string | null {
  const wanted = process.env['CHROMIUM'];
  if (wanted !== undefined && wanted !== '') {
    if (!existsSync(wanted)) throw new Error(`CHROMIUM names ${wanted}, which does not exist.`);
    return wanted;
  }
  return PLACES.find((place) => existsSync(place)) ?? null;
}

/** Said by tests that are skipped without a browser. */
export const NO_CHROMIUM = 'SKIPPED: no Chromium found (install Debian\'s "chromium" or set CHROMIUM to one)';

/** @param more flags of Chromium's own */
export function launchChromium(executablePath: string, more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--autoplay-policy=no-user-gesture-required', ...more,
    ],
  });
}
