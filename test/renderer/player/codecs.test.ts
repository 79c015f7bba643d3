/** The header that MediaSource is told of, read from what the writer really writes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { mimeTypeOf } from '../../../src/renderer/player/codecs.ts';
import { writeClickTake } from '../../support/clickTake.ts';

test('profile and level of the take’s own header; nothing from what is none', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-codecs-'));
  try {
    const { summary } = await writeClickTake({ file: path.join(folder, 'take.mp4'), frames: 30, clickFrame: 5 });
    const header = new Uint8Array(readFileSync(summary.file).subarray(0, summary.initBytes));
    expect(mimeTypeOf(header)).toMatch(/^video\/mp4; codecs="avc1\.6400[0-9a-f]{2}, mp4a\.40\.2"$/);
    expect(mimeTypeOf(header.subarray(0, 100))).toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
