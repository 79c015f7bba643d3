// `npm test`: brings what the tests need and a fresh machine lacks (Chromium, for the playback tests), then runs vitest, whose
// reporter closes with `N passed, N failed`.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

if (!process.env.CHROMIUM && !CHROMIUM.some((file) => existsSync(file))) {
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    console.log('Installing Chromium for the playback tests (apt-get) …');
    try {
      execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'] });
    } catch {
      console.log('Chromium could not be installed: the playback tests will say that they were skipped.');
    }
  } else {
    console.log('No Chromium found (set CHROMIUM to its path, or install it): the playback tests will say that they were skipped.');
  }
}

const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
process.exit(spawnSync(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
