/** The growing file through MediaSource, and both files by `<video src>`, in a real browser, measured from what comes out of it. */
import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { remux } from '../../../src/engine/media/remux.ts';
import { findChromium, launchChromium, NO_CHROMIUM } from '../../support/chromium.ts';
import { clickLag, SAMPLE_RATE, writeClickTake, type ClickTake } from '../../support/clickTake.ts';

const FRAMES = 60;
const CLICK_FRAME = 30;
const FPS = 25;

/** Loads the take either way, and returns the element once it can play. Appends one fragment per call, as a live view does. */
const PAGE = `<!doctype html><video muted></video><script>
  const video = document.querySelector('video');
  const event = (target, name) => new Promise((resolve, reject) => {
    target.addEventListener(name, resolve, { once: true });
    video.addEventListener('error', () => reject(new Error(name + ': ' + video.error.message)), { once: true });
  });
  async function load(way, fragments, file) {
    if (way !== 'mse') {
      video.src = '/' + file;
      return event(video, 'canplaythrough');
    }
    const bytes = await (await fetch('/' + file)).arrayBuffer();
    const media = new MediaSource();
    video.src = URL.createObjectURL(media);
    await event(media, 'sourceopen');
    const buffer = media.addSourceBuffer('video/mp4; codecs="avc1.640028,mp4a.40.2"');
    let start = 0;
    for (const end of fragments) {
      const done = event(buffer, 'updateend');
      buffer.appendBuffer(bytes.slice(start, end));
      await done;
      start = end;
    }
    window.bufferedFrom = buffer.buffered.start(0);
    window.ranges = buffer.buffered.length;
    media.endOfStream();
  }
  /** Mean luma of the picture shown in the middle of a frame's time. */
  async function luma(frame) {
    const seeked = event(video, 'seeked');
    video.currentTime = (frame + 0.5) / ${FPS};
    await seeked;
    const canvas = new OffscreenCanvas(8, 8);
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 8, 8);
    return context.getImageData(0, 0, 8, 8).data[0];
  }
  /** Plays from a time to the end; returns what the loudspeaker gets, from its first sample that is not silent. */
  async function listen(fromSec) {
    const audio = new AudioContext({ sampleRate: ${SAMPLE_RATE} });
    const source = 'class Tap extends AudioWorkletProcessor { process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; } } registerProcessor("tap", Tap);';
    await audio.audioWorklet.addModule(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    const tap = new AudioWorkletNode(audio, 'tap');
    const blocks = [];
    tap.port.onmessage = ({ data }) => blocks.push(data);
    video.muted = false;
    audio.createMediaElementSource(video).connect(tap).connect(audio.destination);
    await audio.resume();
    const seeked = event(video, 'seeked');
    video.currentTime = fromSec;
    await seeked;
    const ended = event(video, 'ended');
    await video.play();
    await ended;
    const heard = blocks.flatMap((block) => [...block]);
    return heard.slice(heard.findIndex((sample) => sample !== 0));
  }
</script>`;

const executable = findChromium();
if (executable === null) console.warn(NO_CHROMIUM);

describe.skipIf(executable === null)('in Chromium', () => {
  let folder = '';
  let server: Server;
  let browser: Browser;
  let takes: Record<string, ClickTake>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sima-playback-'));
    const shape = { frames: FRAMES, clickFrame: CLICK_FRAME, fps: FPS };
    const live = await writeClickTake({ ...shape, file: join(folder, 'live.mp4') });
    // Cut in the middle of a GOP, between the click and the place at which the noise is compared once more.
    const continued = await writeClickTake({ ...shape, file: join(folder, 'continued.mp4'), growingFile: join(folder, 'growing.mp4'), pauseAfter: 4 });
    expect(continued.published[4]).toMatchObject({ firstFrame: 34, keyframe: true });
    takes = { 'live.mp4': live, 'export.mp4': live, 'continued.mp4': continued };
    await remux(join(folder, 'live.mp4'), join(folder, 'export.mp4'));
    server = createServer((request, response) => {
      void (async () => {
        if (!request.url?.endsWith('.mp4')) return response.setHeader('content-type', 'text/html').end(PAGE);
        const bytes = await readFile(join(folder, basename(decodeURI(request.url))));
        // Seeking in a plain file needs ranges.
        const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? ['', '0', ''];
        const end = to === '' || to === undefined ? bytes.length - 1 : Number(to);
        response.writeHead(request.headers.range === undefined ? 200 : 206, {
          'content-type': 'video/mp4', 'accept-ranges': 'bytes', 'content-range': `bytes ${from}-${end}/${bytes.length}`,
        });
        return response.end(bytes.subarray(Number(from), end + 1));
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await launchChromium(executable!);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    { way: 'mse', file: 'live.mp4', what: 'the growing file, fragment by fragment through MediaSource' },
    { way: 'src', file: 'live.mp4', what: 'the fragmented file by its address' },
    { way: 'src', file: 'export.mp4', what: 'the export by its address' },
    { way: 'mse', file: 'continued.mp4', what: 'a continued file, fragment by fragment through MediaSource' },
  ])('$what: pictures and click are where they belong, and it plays to its end', async ({ way, file }) => {
    const take = takes[file];
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const fragments = take.published.map((fragment) => fragment.offset + fragment.bytes);
    await page.evaluate(`load(${JSON.stringify(way)}, ${JSON.stringify(fragments)}, ${JSON.stringify(file)})`);
    if (way === 'mse') expect(await page.evaluate('[bufferedFrom, ranges]')).toEqual([0, 1]);
    expect(await page.evaluate('video.duration')).toBeCloseTo(FRAMES / FPS, 1);

    const lumas = await page.evaluate<number[]>(`(async () => [await luma(${CLICK_FRAME - 1}), await luma(${CLICK_FRAME}), await luma(${CLICK_FRAME + 1})])()`);
    expect(lumas[0]).toBeLessThan(160);
    expect(lumas[1]).toBeGreaterThan(240);
    expect(lumas[2]).toBeLessThan(160);

    // Started inside the sound, the first sample heard is that of the start time exactly, so it is the clock of the rest.
    const fromSec = 20 / FPS;
    const heard = Float32Array.from(await page.evaluate<number[]>(`listen(${fromSec})`));
    const fromSample = fromSec * SAMPLE_RATE;
    const lag = clickLag(heard, take.pcm.subarray(fromSample), take.clickSample - fromSample);
    expect(Math.abs(lag) / SAMPLE_RATE).toBeLessThan(0.001);
    // The noise before and behind the click lies at the same place, so the first sample heard was not a matter of luck.
    for (const sample of [2000, 40_000]) expect(Math.abs(clickLag(heard, take.pcm.subarray(fromSample), sample))).toBeLessThan(48);
    expect(await page.evaluate('[video.error, video.ended, video.getVideoPlaybackQuality().corruptedVideoFrames ?? 0]')).toEqual([null, true, 0]);
    await page.close();
  });
});
