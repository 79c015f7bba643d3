/** WebVTT in a real browser: the cues that its own reader makes of the file, words with their times among them. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subtitleCues, vtt } from '../../src/engine/pipeline/subtitles.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../support/chromium.ts';

const chromium = findChromium();
if (chromium === null) console.log(NO_CHROMIUM);

const TEXT = 'سلام! من می‌خواهم یک iPhone 15 بخرم & آن را <b>همین</b> امروز به خانه ببرم. Then I walk home, slowly, and tell everybody about it.';
const words = (TEXT.match(/[\p{L}\p{N}\u200C]+/gu) ?? []).map((text, i) => ({ text, startSec: 0.5 + i * 0.31, endSec: 0.5 + (i + 1) * 0.31 }));
const SEGMENTS = [{ text: TEXT, words }];
const DURATION_SEC = words.at(-1)!.endSec + 0.2;

describe.skipIf(chromium === null)('the browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(chromium!);
  });
  afterAll(() => browser.close());

  test('reads the cues that were written, and each word’s time', async () => {
    const page = await browser.newPage();
    await page.setContent('<video></video>');
    const read = await page.evaluate(async (file) => {
      const track = document.createElement('track');
      track.src = URL.createObjectURL(new Blob([file], { type: 'text/vtt' }));
      const loaded = new Promise((resolve, reject) => {
        track.addEventListener('load', resolve);
        track.addEventListener('error', reject);
      });
      document.querySelector('video')!.append(track);
      track.track.mode = 'hidden';
      await loaded;
      return Array.from(track.track.cues ?? [], (cue) => {
        const html = (cue as VTTCue).getCueAsHTML();
        const marks = document.createTreeWalker(html, NodeFilter.SHOW_PROCESSING_INSTRUCTION);
        const times: string[] = [];
        while (marks.nextNode()) times.push((marks.currentNode as ProcessingInstruction).data);
        return { startSec: cue.startTime, endSec: cue.endTime, text: html.textContent ?? '', times };
      });
    }, vtt(SEGMENTS, DURATION_SEC, { karaoke: true }));

    const cues = subtitleCues(SEGMENTS, DURATION_SEC);
    expect(cues.length).toBeGreaterThan(1);
    expect(read.map(({ text }) => text.replace(/[\u200E\u200F]/gu, ''))).toEqual(cues.map(({ lines }) => lines.join('\n')));
    read.forEach(({ startSec, endSec, times }, i) => {
      expect(startSec).toBeCloseTo(cues[i].startSec, 3);
      expect(endSec).toBeCloseTo(cues[i].endSec, 3);
      const later = cues[i].words.map((word) => word.startSec).filter((sec) => sec > cues[i].startSec + 0.0005);
      expect(times).toHaveLength(later.length);
      times.forEach((time, n) => expect(Number(time.slice(6)) + 60 * Number(time.slice(3, 5))).toBeCloseTo(later[n], 3));
    });
    expect(read.at(-1)!.endSec).toBeLessThanOrEqual(DURATION_SEC);
  });
});
