/** `sima bench`: what this machine does, warm, in one run: medians, and the share of each stage. */
import os from 'node:os';
import { openEngine, type Engine } from '../../engine/engine.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import { parse, renderRequest, type RenderRequest } from '../../shared/contract.ts';
import type { Context } from '../main.ts';
import { PRESENTERS } from './demo.ts';

/** The performance guide's two texts, and a paragraph per language long enough to show steady speed. */
const TEXTS = {
  guideShort: 'سلام چطورید؟',
  guideLong: 'متن طولانی برای تست عملکرد سیستم',
  fa: 'امروز می‌خواهم دربارهٔ یک ابزار تازه صحبت کنم. این ابزار از یک عکس ساده، ویدیویی می‌سازد که در آن چهره سخن می‌گوید. نه کارت گرافیک لازم است و نه اینترنت.',
  en: 'Today I would like to talk about a new tool. It takes a simple photo and makes a video in which the face speaks. It needs neither a graphics card nor the internet.',
} as const;

/** Each figure: the guide's floor, or null where the guide names none. */
const FIRST_BYTES_TARGET_MS = 500;
const REAL_TIME_TARGET = 4;
const REPEATS = 3;

interface Run {
  firstBytesMs: number;
  chunks: number;
  frames: number;
  durationSec: number;
  wallMs: number;
  speechMs: number;
  lipSyncMs: number;
  composeMs: number;
  encodeWaitMs: number;
}

export async function bench({ device }: { device: DeviceRequest }, { home, json, signal }: Context): Promise<void> {
  const t0 = performance.now();
  const engine = await openEngine({ home, device });
  try {
    const report = await measureSpeed(engine, t0, signal);
    if (json) console.log(JSON.stringify(report));
    else print(report);
  } finally {
    await engine.close();
  }
}

export type SpeedReport = Awaited<ReturnType<typeof measureSpeed>>;

/** @param startedMs performance.now() before the engine was opened */
export async function measureSpeed(engine: Engine, startedMs: number, signal: AbortSignal) {
  const loaded = await engine.warmUp(signal);
  const readyMs = performance.now() - startedMs;
  const sizes = [];
  for (const size of [{ width: 512, height: 512 }, { width: 1920, height: 1080 }]) {
    const request = (script: string): RenderRequest => parse(renderRequest, { avatar: PRESENTERS.woman, script, size }, 'The bench request');
    const newFaceMs = (await run(engine, request(TEXTS.guideShort), signal)).firstBytesMs;
    const runs: Run[] = [];
    for (let i = 0; i < REPEATS; i++) for (const text of [TEXTS.fa, TEXTS.en]) runs.push(await run(engine, request(text), signal));
    const guide = [await run(engine, request(TEXTS.guideShort), signal), await run(engine, request(TEXTS.guideLong), signal)];
    sizes.push({ ...size, newFaceMs: Math.round(newFaceMs), ...summary(runs), chunksOfGuideTexts: guide.map(({ chunks }) => chunks) });
  }
  return {
    machine: { cpu: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length, memoryGb: Math.round(os.totalmem() / 1e9), node: process.version },
    models: loaded.map(({ id, device }) => ({ id, device })),
    readyMs: Math.round(readyMs),
    targets: { firstBytesMs: FIRST_BYTES_TARGET_MS, realTime: REAL_TIME_TARGET },
    sizes,
  };
}

function print({ machine, readyMs, sizes }: SpeedReport): void {
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}; ready from cold in ${readyMs} ms`);
  for (const each of sizes) {
    console.log(`\n${each.width}×${each.height}, built-in model, ${each.runs} warm takes of ${each.durationSec} s (medians)`);
    console.log(`  first playable bytes   ${each.firstBytesMs} ms (slowest ${each.firstBytesSlowestMs})   floor ${FIRST_BYTES_TARGET_MS}`);
    console.log(`  with a new face        ${each.newFaceMs} ms`);
    console.log(`  speed                  ${each.realTime}× real time${each.width === 512 ? `   floor ${REAL_TIME_TARGET}` : ''}`);
    console.log(`  per frame              compose ${each.composeMsPerFrame} ms, waiting for the encoder ${each.encodeWaitMsPerFrame} ms`);
    console.log(`  share of wall time     ${Object.entries(each.share).map(([stage, share]) => `${stage} ${share} %`).join(', ')}  (stages overlap)`);
    console.log(`  the guide’s texts      ${each.chunksOfGuideTexts.join(' and ')} chunks`);
  }
}

async function run(engine: Engine, request: RenderRequest, signal: AbortSignal): Promise<Run> {
  const t0 = performance.now();
  let firstBytesMs = 0;
  for await (const event of engine.render(request, signal)) {
    if (event.type === 'fragment') firstBytesMs ||= performance.now() - t0;
    if (event.type !== 'finished') continue;
    const { summary: take, times, chunks } = event.result;
    const wallMs = performance.now() - t0;
    await engine.discard(take.file);
    return { firstBytesMs, chunks: chunks.length, frames: take.frames, durationSec: take.durationSec, wallMs, ...times };
  }
  throw new Error('unreachable: a take ends with `finished` or throws');
}

function summary(runs: Run[]) {
  const median = (pick: (each: Run) => number): number => {
    const sorted = runs.map(pick).sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  };
  const share = (pick: (each: Run) => number): number => Math.round(median((each) => (100 * pick(each)) / each.wallMs));
  const to = (value: number, digits: number): number => Number(value.toFixed(digits));
  return {
    runs: runs.length,
    durationSec: to(median((each) => each.durationSec), 1),
    firstBytesMs: Math.round(median((each) => each.firstBytesMs)),
    firstBytesSlowestMs: Math.round(Math.max(...runs.map((each) => each.firstBytesMs))),
    realTime: to(median((each) => each.durationSec / (each.wallMs / 1000)), 2),
    composeMsPerFrame: to(median((each) => each.composeMs / each.frames), 2),
    encodeWaitMsPerFrame: to(median((each) => each.encodeWaitMs / each.frames), 2),
    share: { speech: share((e) => e.speechMs), lipSync: share((e) => e.lipSyncMs), compose: share((e) => e.composeMs), encodeWait: share((e) => e.encodeWaitMs) },
  };
}
