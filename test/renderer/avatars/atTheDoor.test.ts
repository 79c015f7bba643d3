/** Which files are let in: told by their first bytes, in no time however large they are. */
import { openAsBlob, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { LARGEST_BYTES, lookAt } from '../../../src/renderer/features/avatars/atTheDoor.ts';
import { writeVideoFile } from '../../support/mediaFiles.ts';
import { WOMAN } from '../../engine/avatar/presenters.ts';

const file = (name: string, bytes: BlobPart) => new File([bytes], name);

/** A file of that size whose bytes may not be read beyond its beginning. */
function large(name: string, sizeBytes: number, head: Uint8Array<ArrayBuffer>): File {
  const read = (start = 0, end = sizeBytes): Blob => {
    if (end - start > 4096) throw new Error('The whole file was read.');
    return new Blob([head.slice(start, end)]);
  };
  return Object.defineProperties(file(name, head), { slice: { value: read }, arrayBuffer: { value: () => Promise.reject(new Error('The whole file was read.')) }, size: { value: sizeBytes } });
}

test('photos of every kind that can be opened are let in, whatever their names say', async () => {
  const picture = sharp(WOMAN).resize(64, 64);
  for (const kind of ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const) expect(await lookAt(file(`portrait.${kind}`, new Uint8Array(await picture.clone().toFormat(kind).toBuffer()))), kind).toBe('photo');
  expect(await lookAt(file('no-ending', new Uint8Array(readFileSync(WOMAN))))).toBe('photo');
});

test('a clip is one by its container; a camera’s transport stream by its packets and its name', async () => {
  const clip = path.join(os.tmpdir(), `sima-door-${process.pid}.mp4`);
  await writeVideoFile(clip, { width: 64, height: 64, timesMs: [0, 40], draw: () => new Uint8Array((64 * 64 * 3) / 2).fill(90) });
  expect(await lookAt(new File([await openAsBlob(clip)], 'clip.mp4'))).toBe('clip');
  expect(await lookAt(file('clip.webm', new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0, 0, 0, 0])))).toBe('clip');
  const packets = new Uint8Array(512).map((_, i) => (i % 188 === 0 ? 0x47 : 7));
  expect(await lookAt(file('camera.MTS', packets))).toBe('clip');
  expect(await lookAt(file('camera.bin', packets))).toBe('not-media');
});

test('what is no picture and no video is refused, also under the name of one', async () => {
  expect(await lookAt(file('letter.mp4', 'Dear reader, '.repeat(100)))).toBe('not-media');
  expect(await lookAt(file('song.m4a', new TextEncoder().encode('\0\0\0\x20ftypM4A \0\0\0\0')))).toBe('not-media');
  expect(await lookAt(file('song.wav', new TextEncoder().encode('RIFF\0\0\0\0WAVEfmt ')))).toBe('not-media');
  expect(await lookAt(file('zeros.mov', new Uint8Array(1000)))).toBe('not-media');
  expect(await lookAt(file('empty.png', ''))).toBe('empty');
  expect(await lookAt(Object.assign(file('folder', 'x'), { slice: () => ({ arrayBuffer: () => Promise.reject(new Error('a folder')) }) }))).toBe('unreadable');
});

test('of a large file only the beginning is read, and one beyond the limit is refused', async () => {
  const [png, webm] = [new Uint8Array(readFileSync(WOMAN)).slice(0, 4096), new Uint8Array(4096)];
  webm.set([0x1a, 0x45, 0xdf, 0xa3]);
  expect(await lookAt(large('huge.png', LARGEST_BYTES.photo + 1, png))).toBe('too-large');
  expect(await lookAt(large('long.webm', LARGEST_BYTES.photo + 1, webm))).toBe('clip');
  expect(await lookAt(large('longer.webm', LARGEST_BYTES.clip + 1, webm))).toBe('too-large');
  expect(await lookAt(large('wrong.png', 320e6, new Uint8Array(4096).fill(9)))).toBe('not-media');
});
