/** What happens to the page's video element, as a test sees it from outside. */
import type { Page } from 'playwright-core';

export interface Happened {
  name: string;
  /** performance.now() of the page. */
  atMs: number;
  /** Where the element stood. */
  sec: number;
}

export interface Playback {
  events: Happened[];
  /** Of each picture that was put on the screen: when, and where in the take it begins. */
  frames: { atMs: number; sec: number }[];
  /** When a take was asked for by Ctrl+Enter, each time. */
  askedMs: number[];
  dropped: number;
  total: number;
  /** Where the element stands. */
  sec: number;
}

/** Before the page is opened: everything is noted from its first moment. */
export async function notePlayback(page: Page): Promise<void> {
  // As text: test code is instrumented, and the page knows nothing of that.
  await page.addInitScript(`(() => {
    const noted = { events: [], frames: [], askedMs: [] };
    const told = new Set();
    const when = (isSo) => new Promise((resolve) => {
      const look = () => isSo() && (told.delete(look), resolve(true));
      told.add(look);
      look();
    });
    noted.until = (name, after) => when(() => noted.events.filter((event) => event.name === name).length > after);
    noted.untilShown = (sec) => when(() => noted.frames.length > 0 && noted.frames.at(-1).sec >= sec);
    noted.untilPicture = () => when(() => {
      const emptied = noted.events.findLast(({ name }) => name === 'emptied');
      return emptied !== undefined && emptied.atMs > noted.askedMs.at(-1) && noted.frames.length > 0 && noted.frames.at(-1).atMs > emptied.atMs;
    });
    const tell = () => told.forEach((look) => look());
    const follow = (video) => {
      for (const name of ['waiting', 'playing', 'pause', 'seeked', 'ended', 'error', 'emptied']) {
        video.addEventListener(name, () => (noted.events.push({ name, atMs: performance.now(), sec: video.currentTime }), tell()));
      }
      const onFrame = (atMs, { mediaTime }) => {
        noted.frames.push({ atMs: performance.now(), sec: mediaTime });
        tell();
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
      noted.video = video;
    };
    const create = document.createElement.bind(document);
    document.createElement = (name, options) => {
      const made = create(name, options);
      if (String(name).toLowerCase() === 'video') follow(made);
      return made;
    };
    addEventListener('keydown', (event) => event.ctrlKey && event.key === 'Enter' && noted.askedMs.push(performance.now()), { capture: true });
    window.noted = noted;
  })()`);
}

/** What was noted so far. */
export function playbackOf(page: Page): Promise<Playback> {
  return page.evaluate<Playback>(`(() => {
    const { events, frames, askedMs, video } = window.noted;
    const { droppedVideoFrames: dropped, totalVideoFrames: total } = video.getVideoPlaybackQuality();
    return { events, frames, askedMs, dropped, total, sec: video.currentTime };
  })()`);
}

/** Resolves when the element has told that event more often than `after` times. @throws with what else happened */
export async function untilPlayback(page: Page, name: string, { after = 0, timeoutMs = 60_000 }: { after?: number; timeoutMs?: number } = {}): Promise<void> {
  // The page's policy allows no code that is made of text, so a function of Playwright's that asks again and again is none here.
  const told = await page.evaluate<boolean>(`Promise.race([window.noted.until('${name}', ${after}), new Promise((resolve) => setTimeout(() => resolve(false), ${timeoutMs}))])`);
  if (told) return;
  const { events, frames } = await playbackOf(page);
  throw new Error(`It was never “${name}” (${frames.length} pictures): ${events.map((event) => `${event.name} at ${event.sec.toFixed(2)}`).join(', ')}`);
}

/** Resolves when the element has a picture, whether it plays or not. */
export const untilLoaded = (page: Page): Promise<void> =>
  page.locator('video').evaluate((video: HTMLVideoElement) => new Promise<void>((resolve) => (video.readyState >= video.HAVE_CURRENT_DATA ? resolve() : video.addEventListener('loadeddata', () => resolve(), { once: true }))));

/** Resolves when a picture from there or later is shown. */
export const untilShown = (page: Page, sec: number): Promise<unknown> => page.evaluate(`window.noted.untilShown(${sec})`);

/** After Ctrl+Enter, where another take was shown before: resolves with the milliseconds from the key to the new take's first picture. */
export async function firstPictureMs(page: Page): Promise<number> {
  await page.evaluate('window.noted.untilPicture()');
  const { events, frames, askedMs } = await playbackOf(page);
  const emptied = events.findLast(({ name }) => name === 'emptied')!;
  return frames.find(({ atMs }) => atMs > emptied.atMs)!.atMs - askedMs.at(-1)!;
}

export const countOf = ({ events }: Playback, name: string): number => events.filter((event) => event.name === name).length;

/** Brightness of the picture that is shown, averaged over 32×32 fields, as the browser has decoded it. */
export function shownPicture(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const { video } = window.noted;
    const [width, height] = [video.videoWidth, video.videoHeight];
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const sums = new Float64Array(1024);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = 4 * (y * width + x);
        sums[32 * Math.floor((32 * y) / height) + Math.floor((32 * x) / width)] += 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
      }
    }
    return Array.from(sums, (sum) => (sum * 1024) / (width * height));
  })()`);
}
