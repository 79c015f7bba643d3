/** A stress run: the real service in this process, its users in another one, and what both saw. */
import { fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { percentilesOf, type Percentiles } from '../../engine/bench/figure.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import { realTimeUsers } from '../../engine/schedule/seats.ts';
import { openService } from '../../engine/service/server.ts';
import { openStudio, type Studio } from '../../engine/studio/studio.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { StressMessage, StressOrder, StressReport } from './users.ts';

export interface StressOptions {
  users: number;
  seconds: number;
  device?: DeviceRequest;
  newcomers?: boolean;
  takesEach?: number | null;
  /** Edge of the frames, pixels. */
  size?: number;
  signal?: AbortSignal;
  onStage?: (stage: string) => void;
  /** Something to be done to the studio while its users are at work. */
  meanwhile?: (studio: Studio, until: AbortSignal) => Promise<void>;
}

export interface StressFigures {
  users: number;
  seconds: number;
  takes: number;
  takesFinished: number;
  /** Complete takes, read whole, of all that were asked for. */
  successRate: number | null;
  errors: string[];
  framesDone: number;
  framesSeen: number;
  /** Frames in a user's video that are not that user's. */
  framesForeign: number;
  restarts: number;
  firstBytesMs: Percentiles;
  newcomersFirstBytesMs: Percentiles;
  newcomersFailed: number;
  /** How late chunks were for players that started at once; negative: early. */
  gapMs: Percentiles;
  chunk: Record<'processingMs' | 'speechMs' | 'queueMs' | 'inferenceMs' | 'composeMs' | 'encodeMs', Percentiles>;
  /** Seconds of video made per second, all users together, while all were at work. */
  speed: number | null;
  /** Users who can be promised real time at that speed. */
  realTimeUsers: number | null;
  /** Most frames over fewest, of the users, while all were at work. */
  fairness: number | null;
  /** Milliseconds that this process's event loop was late. */
  hostLoopMs: { p99: number; p999: number; max: number };
  /** Growth after the first quarter of the run (at least 20 s), MB per minute; null: too short to tell. */
  hostRssSlope: number | null;
  engineRssSlope: number | null;
  hostRssMb: number | null;
  engineRssMb: number | null;
}

const FPS = 25;
const WARM_UP_SEC = 20;

/** Runs in a home of its own, which is gone afterwards. @throws canceled, and what keeps the service or its users from starting */
export async function runStress(options: StressOptions): Promise<StressFigures> {
  const { users, seconds, device = 'auto', newcomers = false, takesEach = null, size = 512, signal, onStage = () => undefined } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sima-stress-'));
  const studio = await openStudio({ home: path.join(folder, 'home'), device, maxSessions: users + (newcomers ? 1 : 0) });
  try {
    onStage('loading the models');
    await studio.engine.ready(signal);
    const service = await openService({
      host: '127.0.0.1', port: 0, handlers: studio.handlers, takeFile: (takeId) => studio.takeFile(takeId), metrics: () => studio.metrics(), uploadsFolder: path.join(folder, 'uploads'),
    });
    try {
      const videos = path.join(folder, 'videos');
      await mkdir(videos);
      const order: StressOrder = { address: { port: service.port, token: service.token }, users, seconds, newcomers, takesEach, size, folder: videos };
      return await watched(studio, order, { signal, onStage, meanwhile: options.meanwhile });
    } finally {
      await service.close();
    }
  } finally {
    await studio.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lets the users loose and takes the host's figures while they are at work. */
async function watched(studio: Studio, order: StressOrder, { signal, onStage, meanwhile }: Pick<StressOptions, 'signal' | 'meanwhile'> & { onStage: (stage: string) => void }): Promise<StressFigures> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const memory: { sec: number; host: number; engine: number | null }[] = [];
  const idle = new AbortController();
  let beganMs = 0;
  let extra: Promise<void> = Promise.resolve();
  const sampling = setInterval(() => {
    if (beganMs > 0) memory.push({ sec: (performance.now() - beganMs) / 1000, host: process.memoryUsage.rss(), engine: studio.engine.figures()?.rssBytes ?? null });
  }, 1000);
  try {
    const report = await usersReport(order, signal, (message) => {
      if (message.type === 'busy') {
        onStage(`${order.users} users at work for ${order.seconds} s`);
        beganMs = performance.now();
        loop.enable();
        extra = meanwhile?.(studio, idle.signal) ?? extra;
      } else if (message.type === 'checking') {
        onStage('looking at every frame');
        loop.disable();
        beganMs = 0;
        idle.abort();
      }
    });
    await extra;
    throwIfCanceled(signal);
    return figuresOf(order, report, memory, { p99: loop.percentile(99) / 1e6, p999: loop.percentile(99.9) / 1e6, max: loop.max / 1e6 });
  } finally {
    clearInterval(sampling);
    idle.abort();
  }
}

function usersReport(order: StressOrder, signal: AbortSignal | undefined, onMessage: (message: StressMessage) => void): Promise<StressReport> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./users.ts', import.meta.url)), [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const end = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', end, { once: true });
    let words = '';
    child.stderr?.on('data', (bytes) => (words = (words + String(bytes)).slice(-2000)));
    child.on('message', (message: StressMessage) => {
      if (message.type === 'report') resolve(message.report);
      else onMessage(message);
    });
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      reject(signal?.aborted ? new StudioError('canceled', 'Canceled.') : new StudioError('bug', `The users' process ended with code ${code}: ${words.trim()}`));
    });
    child.send(order);
  });
}

function figuresOf(order: StressOrder, report: StressReport, memory: readonly { sec: number; host: number; engine: number | null }[], hostLoopMs: StressFigures['hostLoopMs']): StressFigures {
  const takes = report.users.flatMap((user) => user.takes);
  const chunks = takes.flatMap((take) => take.chunks);
  const complete = takes.filter(({ state, whole }) => state === 'finished' && whole);
  const [from, to] = report.busyMs;
  const shares = report.users.map(({ progress }) => framesAt(progress, to) - framesAt(progress, from));
  const busySec = (to - from) / 1000;
  const speed = busySec > 1 ? shares.reduce((sum, frames) => sum + frames, 0) / FPS / busySec : null;
  const settled = memory.filter(({ sec }) => sec >= Math.max(WARM_UP_SEC, order.seconds / 4));
  const of = (pick: (chunk: (typeof chunks)[number]) => number | null) => percentilesOf(chunks.flatMap((chunk) => pick(chunk) ?? []));
  const last = memory.at(-1);
  return {
    users: order.users, seconds: order.seconds,
    takes: takes.length, takesFinished: complete.length,
    successRate: takes.length === 0 ? null : complete.length / takes.length,
    errors: [...new Set(takes.flatMap(({ error }) => error ?? []))],
    framesDone: takes.reduce((sum, take) => sum + take.framesDone, 0),
    framesSeen: report.users.reduce((sum, user) => sum + user.framesSeen, 0),
    framesForeign: report.users.reduce((sum, user) => sum + user.framesForeign, 0),
    restarts: takes.reduce((sum, take) => sum + take.restarts, 0),
    firstBytesMs: percentilesOf(takes.flatMap(({ firstBytesMs }) => firstBytesMs ?? [])),
    newcomersFirstBytesMs: percentilesOf(report.newcomersMs), newcomersFailed: report.newcomersFailed,
    gapMs: of(({ gapMs }) => gapMs),
    chunk: {
      processingMs: of(({ processingMs }) => processingMs), speechMs: of(({ speechMs }) => speechMs), queueMs: of(({ queueMs }) => queueMs),
      inferenceMs: of(({ inferenceMs }) => inferenceMs), composeMs: of(({ composeMs }) => composeMs), encodeMs: of(({ encodeMs }) => encodeMs),
    },
    speed, realTimeUsers: realTimeUsers(speed),
    fairness: shares.length > 1 && Math.min(...shares) > 0 ? Math.max(...shares) / Math.min(...shares) : null,
    hostLoopMs,
    hostRssSlope: slope(settled.map(({ sec, host }) => [sec, host])),
    engineRssSlope: slope(settled.flatMap(({ sec, engine }) => (engine === null ? [] : [[sec, engine] as [number, number]]))),
    hostRssMb: last ? last.host / 1e6 : null, engineRssMb: last?.engine ? last.engine / 1e6 : null,
  };
}

/** Frames that had come by then, between two reports by straight line. */
function framesAt(progress: readonly [number, number][], atMs: number): number {
  const after = progress.findIndex(([ms]) => ms >= atMs);
  if (after === -1) return progress.at(-1)?.[1] ?? 0;
  const [ms, frames] = progress[after];
  const [beforeMs, before] = progress[after - 1] ?? [ms, frames];
  return ms === beforeMs ? frames : before + ((frames - before) * (atMs - beforeMs)) / (ms - beforeMs);
}

/** Least squares, MB per minute; null for less than half a minute. @param points seconds, bytes */
export function slope(points: readonly (readonly [sec: number, bytes: number])[]): number | null {
  if (points.length < 2 || points.at(-1)![0] - points[0][0] < 30) return null;
  const mean = (pick: 0 | 1) => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanSec, meanBytes] = [mean(0), mean(1)];
  const [over, under] = points.reduce(([a, b], [sec, bytes]) => [a + (sec - meanSec) * (bytes - meanBytes), b + (sec - meanSec) ** 2], [0, 0]);
  return ((over / under) * 60) / 1e6;
}
