/** What the user sets, in a real engine.json: changes that come at the same time all count. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { EngineOwner } from '../../../src/engine/process/owner.ts';
import { DEFAULT_SETTINGS, readSettings } from '../../../src/engine/settings.ts';
import { openPreferences } from '../../../src/engine/studio/preferences.ts';

test('the default voices of two languages, chosen one right after the other', async () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'sima-preferences-'));
  const told: unknown[] = [];
  const preferences = openPreferences({
    home, settings: DEFAULT_SETTINGS, engine: { renew: () => undefined } as unknown as EngineOwner, deviceOf: () => 'auto', onChange: (now) => told.push(now.defaultVoices),
  });
  await Promise.all([preferences.setDefaultVoice('fa', 'farsi'), preferences.change({ pausePercent: 150 }), preferences.setDefaultVoice('en', 'english')]);
  expect(preferences.defaultVoices()).toEqual({ fa: 'farsi', en: 'english' });
  expect(told).toEqual([{ fa: 'farsi' }, { fa: 'farsi' }, { fa: 'farsi', en: 'english' }]);
  expect(await readSettings(home)).toMatchObject({ defaultVoices: { fa: 'farsi', en: 'english' }, pausePercent: 150 });
  rmSync(home, { recursive: true, force: true });
});
