import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRecordings } from '../../../src/engine/media/recordings.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';

test('a recording is listened to once for each wish, and again when its file is another one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sima-recordings-'));
  try {
    const file = join(folder, 'tone.wav');
    await writeAudioFile(file, Float32Array.from({ length: 48_000 }, (_, i) => 0.2 * Math.sin(i / 20)), 48_000, 'pcm_s16le');
    const examine = createRecordings(48_000);
    const first = await examine({ file });
    expect(await examine({ file, asRecorded: false, loudnessLufs: -16 })).toBe(first);
    expect(await examine({ file, asRecorded: true })).not.toBe(first);
    expect(await examine({ file })).toBe(first);
    appendFileSync(file, Buffer.alloc(4800));
    expect(await examine({ file })).not.toBe(first);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
