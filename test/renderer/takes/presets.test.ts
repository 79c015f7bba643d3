/** Export presets: each is something that the studio takes, and fits the take. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportSettings } from '../../../src/shared/contract/export.ts';
import { BUILT_IN, changedVideo, estimateBytes, fileNameOf, firstWords, fitted, isSameBytes, MAIL_BYTES, presetFor, type VideoSettings } from '../../../src/renderer/features/takes/presets.ts';
import { take } from './take.ts';

const copy = presetFor('original', take('a')) as VideoSettings;

test('every preset of every size of take is an export that the contract knows, never larger than the take and in its shape', () => {
  const side = fc.integer({ min: 64, max: 3840 }).map((value) => value - (value % 2));
  fc.assert(fc.property(side, side, fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1000, max: 2e9 }), (width, height, framesDone, sizeBytes) => {
    fc.pre(Math.max(width, height) / Math.min(width, height) < 4);
    for (const preset of BUILT_IN) {
      const settings = presetFor(preset, take('a', { width, height, framesDone, framesExpected: framesDone, sizeBytes }));
      if (typeof settings === 'string') continue;
      expect(exportSettings.safeParse(settings).success).toBe(true);
      if (settings.kind !== 'video' || !settings.size) continue;
      expect(settings.mode).toBe('encode');
      expect(settings.size.width).toBeLessThanOrEqual(width);
      expect(settings.size.height).toBeLessThanOrEqual(height);
      const off = Math.min(Math.abs(settings.size.height - (settings.size.width * height) / width), Math.abs(settings.size.width - (settings.size.height * width) / height));
      expect(off).toBeLessThanOrEqual(1.01);
    }
  }), { numRuns: 50 });
});

test('what need not be made smaller is copied; what is not upright is nothing for Instagram', () => {
  expect(presetFor('youtube', take('a'))).toEqual(copy);
  expect(presetFor('youtube', take('a', { width: 3840, height: 2160 }))).toMatchObject({ mode: 'encode', size: { width: 1920, height: 1080 } });
  expect(presetFor('mail', take('a'))).toEqual(copy);
  expect(presetFor('mail', take('a', { sizeBytes: 50_000_000 }))).toMatchObject({ mode: 'encode', targetBytes: MAIL_BYTES, size: { width: 1280, height: 720 } });
  expect(presetFor('instagram', take('a'))).toBe('needs-portrait');
  expect(presetFor('instagram', take('a', { width: 1080, height: 1920 }))).toMatchObject({ mode: 'encode' });
  expect(fitted({ width: 512, height: 512 }, 1920, 1080)).toBeNull();
});

test('a copy loses its size, rate and burned subtitles; any of them makes it an encoding', () => {
  const burned = changedVideo(copy, { subtitles: 'burned' });
  expect(burned.mode).toBe('encode');
  expect(changedVideo(copy, { subtitles: 'srt' }).mode).toBe('copy');
  const small = changedVideo(copy, { size: { width: 640, height: 360 }, videoKbps: 900 });
  expect(small).toMatchObject({ mode: 'encode', videoKbps: 900 });
  expect(changedVideo({ ...small, subtitles: 'burned' }, { mode: 'copy' })).toEqual(copy);
  expect([isSameBytes(copy), isSameBytes(small)]).toEqual([true, false]);
});

test('the size is told before', () => {
  const ten = take('a');
  expect(estimateBytes(copy, ten)).toBe(4_000_000);
  expect(estimateBytes(changedVideo(copy, { videoKbps: 1000 }), ten)).toBe(1_250_000 + 165_000);
  expect(estimateBytes(changedVideo(copy, { targetBytes: 500_000 }), ten)).toBe(500_000);
  expect(estimateBytes({ kind: 'audio', format: 'wav' }, ten)).toBe(960_000);
  expect(estimateBytes({ kind: 'subtitles', format: 'srt', karaoke: false }, ten)).toBeNull();
  expect(estimateBytes(changedVideo(copy, { size: { width: 640, height: 360 } }), ten)!).toBeLessThan(4_000_000);
});

test('a file’s name is made of the first words, and of nothing that a disk refuses', () => {
  expect(firstWords('Hello, and a warm welcome back to the show.')).toBe('Hello, and a warm welcome back to the');
  expect(firstWords('سلام!')).toBe('سلام');
  expect(fileNameOf('a/b: "c"?', 'x')).toBe('a b c');
  expect(fileNameOf('…/..', 'Export')).toBe('…');
  expect(fileNameOf(' . ', 'Export')).toBe('Export');
});
