/** Which takes have subtitles: those of which it is known what is said, however it was asked for. */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exportedTake } from '../../../src/engine/export/exportedTake.ts';
import { openTakes } from '../../../src/engine/library/takes.ts';
import { addTakes } from '../../support/exportedTakes.ts';

const home = mkdtempSync(path.join(os.tmpdir(), 'sima-exported-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('a script, one in pieces, and a recording with its text', async () => {
  const made = await addTakes(home, [
    { frames: 5, clickFrame: 1 }, { frames: 5, clickFrame: 1, request: { script: undefined, segments: [{ text: 'Hello. ' }, { text: 'سلام.', voice: 'espeak-fa-woman' }] } },
    { frames: 5, clickFrame: 1, audio: '/home/me/voice.wav', request: { transcript: 'Hello.' } }, { frames: 5, clickFrame: 1, audio: '/home/me/voice.wav', request: { transcript: ' \n' } }, { frames: 5, clickFrame: 1, audio: '/home/me/voice.wav' },
  ]);
  const takes = openTakes(home);
  expect(made.map(({ id }) => exportedTake(takes, id).isSpoken)).toEqual([true, true, true, false, false]);
  await takes.close();
});
