/**
 * The engine as a service: cold start, first words, several users at once through the real service, and an engine that is killed under
 * them. Writes docs/ENGINE.md.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fullWav2Lip } from '../../models/make/wav2lipFull.ts';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { runStress, type StressFigures } from '../../src/cli/stress/stress.ts';
import { percentilesOf, type Percentiles } from '../../src/engine/bench/figure.ts';
import { benchRequest, createTexts, renderBenchTake, SMALL, type BenchTake } from '../../src/engine/bench/benchTake.ts';
import type { EngineCounters } from '../../src/engine/process/api.ts';
import { openStudio } from '../../src/engine/studio/studio.ts';
import type { ChunkTimes } from '../../src/shared/contract/take.ts';
import { figure, figureTable, machineLine, percent, type Campaign, type Figure } from './campaign.ts';
import { coldStarts, type ColdStart } from './engine/cold.ts';
import { killAtRandom, type Kills } from './engine/kills.ts';

const COLD_STARTS = 5;
const REQUESTS = 50;
const KILLS = 50;
const SOAK_SEC = 300;
const SWEEP_SEC = 20;
const MOST_USERS = 8;

export const campaign: Campaign = {
  about: 'The engine as a service: cold start, first words, several users at once, kills.',
  async run({ log }) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'sima-engine-'));
    const loadBefore = os.loadavg()[0];
    const onStage = (stage: string) => log(`  ${stage}`);
    try {
      const model = path.join(folder, 'wav2lip_full.onnx');
      await fullWav2Lip().graph.save(model);
      log('Cold starts');
      const cold = { built: await coldStarts(COLD_STARTS, null), full: await coldStarts(COLD_STARTS, model) };
      log(`${REQUESTS} warm requests`);
      const warm = await warmRequests(path.join(folder, 'home'));
      log('One user, then more and more');
      const sweep: StressFigures[] = [];
      for (let users = 1; users <= MOST_USERS; users++) {
        sweep.push(await runStress({ users, seconds: SWEEP_SEC, onStage }));
        if ((sweep.at(-1)!.gapMs.p95 ?? 0) > 50) break;
      }
      log('Four users, and newcomers beside them');
      const newcomers = await runStress({ users: 4, seconds: 60, newcomers: true, onStage });
      log(`Five users for ${SOAK_SEC / 60} minutes`);
      const soak = await runStress({ users: 5, seconds: SOAK_SEC, onStage });
      log(`${KILLS} kills under three users`);
      const kills: Kills = { kills: 0, recoveriesMs: [], pausesSeen: 0 };
      const killed = await runStress({ users: 3, seconds: 220, onStage, meanwhile: (studio, until) => killAtRandom(studio, until, { kills: KILLS, seed: 4, into: kills }) });
      const figures = figuresOf({ cold, warm, sweep, newcomers, soak, kills, killed });
      await writeFile(new URL('../../docs/ENGINE.md', import.meta.url), page(figures, sweep, warm, loadBefore));
      return figures;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface WarmRequests {
  takes: BenchTake[];
  /** What the engine had loaded, found and opened before the first and after the last of them. */
  before: EngineCounters;
  after: EngineCounters;
}

async function warmRequests(home: string): Promise<WarmRequests> {
  const signal = AbortSignal.timeout(600_000);
  const studio = await openStudio({ home });
  try {
    await studio.engine.ready();
    const { seatId } = studio.seats.open();
    const text = createTexts();
    const one = () => renderBenchTake(studio, seatId, benchRequest(PRESENTERS.woman, text(), SMALL), signal);
    for (let i = 0; i < 2; i++) await one(); // the face is registered and its scene opened
    const counters = async () => {
      await new Promise((resolve) => setTimeout(resolve, 600)); // figures come four times a second
      return studio.engine.figures()!.counters;
    };
    const before = await counters();
    const takes: BenchTake[] = [];
    for (let i = 0; i < REQUESTS; i++) takes.push(await one());
    return { takes, before, after: await counters() };
  } finally {
    await studio.close();
  }
}

interface Results {
  cold: { built: ColdStart[]; full: ColdStart[] };
  warm: WarmRequests;
  sweep: StressFigures[];
  newcomers: StressFigures;
  soak: StressFigures;
  kills: Kills;
  killed: StressFigures;
}

function figuresOf({ cold, warm, sweep, newcomers, soak, kills, killed }: Results): Figure[] {
  const first = percentilesOf(warm.takes.map(({ firstBytesMs }) => firstBytesMs));
  const [alone] = sweep;
  const sustained = sweep.findLast(({ gapMs }) => gapMs.p95 !== null && gapMs.p95 <= 50);
  const ready = percentilesOf(cold.built.map(({ readyMs }) => readyMs));
  const readyFull = percentilesOf(cold.full.map(({ readyMs }) => readyMs));
  const full = percentilesOf(cold.full.map(({ allWarmMs }) => allWarmMs));
  const recovery = percentilesOf(kills.recoveriesMs);
  const added = (Object.keys(warm.before) as (keyof EngineCounters)[]).map((name) => [name, warm.after[name] - warm.before[name]] as const);
  return [
    figure('Ready from cold, default models: median, slowest', `${COLD_STARTS} starts`, `${ms(ready.p50)}, ${ms(ready.max)}`, '≤ 3 s', ready.max! <= 3000),
    figure('Full-size Wav2Lip warm too: median, slowest', `${COLD_STARTS} starts, imported`, `${ms(full.p50)}, ${ms(full.max)} (ready itself ${ms(readyFull.p50)})`, '≤ 5 s', full.max! <= 5000),
    figure('What warm requests loaded, detected or opened', `${REQUESTS} requests`, added.map(([name, count]) => `${name} ${count}`).join(', '), 'nothing', added.every(([, count]) => count === 0)),
    figure('First playable bytes: p50, p95, slowest', `${REQUESTS} warm requests, fa and en, 512×512`, `${ms(first.p50)}, ${ms(first.p95)}, ${ms(first.max)}`, 'p95 ≤ 500 ms', first.p95! <= 500),
    figure('A newcomer’s first bytes: p50, p95', `${newcomers.newcomersFirstBytesMs.count} newcomers beside 4 users, over HTTP`, `${ms(newcomers.newcomersFirstBytesMs.p50)}, ${ms(newcomers.newcomersFirstBytesMs.p95)}`, 'p95 ≤ 1.5 s', newcomers.newcomersFirstBytesMs.p95! <= 1500 && newcomers.newcomersFailed === 0),
    figure('How late chunks are for a player that starts at once: p95', 'one user', ms(alone.gapMs.p95), '≤ 0 ms', alone.gapMs.p95! <= 0),
    figure('The same, most users for whom it is ≤ 50 ms', `${SWEEP_SEC} s each`, sustained ? `${sustained.users} users: ${ms(sustained.gapMs.p95)}` : 'none', '', null),
    figure('Complete takes', `5 users, ${SOAK_SEC} s`, `${soak.takesFinished} of ${soak.takes}`, '100 %', soak.successRate === 1),
    figure('Frames of somebody else', `5 users, ${SOAK_SEC} s`, `${soak.framesForeign} of ${soak.framesSeen} decoded`, '0', soak.framesForeign === 0 && soak.framesSeen === soak.framesDone),
    figure('Fairness: most frames over fewest', '5 users', soak.fairness?.toFixed(3) ?? '–', '≤ 1.2', soak.fairness! <= 1.2),
    figure('Memory after warm-up: engine, host', `5 users, ${SOAK_SEC} s`, `${slopeOf(soak.engineRssSlope)}, ${slopeOf(soak.hostRssSlope)}`, '≤ 1 MB/min', soak.engineRssSlope! <= 1 && soak.hostRssSlope! <= 1),
    figure('Speed, all together', '5 users', `${soak.speed?.toFixed(2)}× real time: promised to ${soak.realTimeUsers} users`),
    figure('The host’s event loop late: p99, p99.9, most', '5 users', `${ms(soak.hostLoopMs.p99)}, ${ms(soak.hostLoopMs.p999)}, ${ms(soak.hostLoopMs.max)}`, 'p99.9 ≤ 50 ms', soak.hostLoopMs.p999 <= 50),
    figure('Complete takes under kills', `${kills.kills} × kill −9, 3 users`, `${killed.takesFinished} of ${killed.takes}, ${killed.restarts} pauses in them`, '100 %', killed.successRate === 1 && kills.kills === KILLS),
    figure('Their frames, all decoded from what was streamed', `${kills.kills} kills`, `${killed.framesSeen} of ${killed.framesDone}, ${killed.framesForeign} of somebody else`, 'all own', killed.framesSeen === killed.framesDone && killed.framesForeign === 0),
    figure('From the kill to the take’s next fragment: p50, p95', `${recovery.count} takes that were under way`, `${ms(recovery.p50)}, ${ms(recovery.p95)}`),
    figure('Pauses told to watchers', `${kills.kills} kills`, String(kills.pausesSeen), 'all', kills.pausesSeen >= kills.recoveriesMs.length),
  ];
}

const ms = (value: number | null): string => (value === null ? '–' : Math.abs(value) >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`);
const slopeOf = (value: number | null): string => (value === null ? '–' : `${value.toFixed(2)} MB/min`);
const spread = ({ p50, p95, max }: Percentiles): string => `${ms(p50)}, ${ms(p95)}, ${ms(max)}`;

function page(figures: readonly Figure[], sweep: readonly StressFigures[], warm: WarmRequests, load: number): string {
  const firstChunks = warm.takes.flatMap(({ chunks }) => chunks.slice(0, 1));
  const stages: (keyof ChunkTimes)[] = ['processingMs', 'speechMs', 'queueMs', 'inferenceMs', 'composeMs', 'encodeMs'];
  return `# The engine as a service

Measured by \`npm run campaign -- engine\` on ${machineLine()}; load average before it ${load.toFixed(1)}. Users, their players and the check of every
frame run on the same machine as the service, in a process of their own; they read each take over HTTP as fast as it comes.

${figureTable(figures)}

## More and more users
Each makes takes of about 15 s at 512×512 one after the other, with a face, a voice and texts of its own. p50, p95, most.

| Users | First playable bytes | Chunks late by (negative: early) | Speed, all together | Fairness |
|---|---|---|---|---|
${sweep.map(({ users, firstBytesMs, gapMs, speed, fairness }) => `| ${users} | ${spread(firstBytesMs)} | ${spread(gapMs)} | ${speed?.toFixed(2) ?? '–'}× | ${fairness?.toFixed(2) ?? '–'} |`).join('\n')}

## Where a first chunk's time goes
One user, ${warm.takes.length} requests: p50, p95, most. “processing” ends with the first playable bytes, the stages cover the whole first chunk of 1–2 s.

| ${stages.map((stage) => stage.replace(/Ms$/, '')).join(' | ')} |
|${stages.map(() => '---').join('|')}|
| ${stages.map((stage) => spread(percentilesOf(firstChunks.flatMap((times) => times[stage] ?? [])))).join(' | ')} |

What limits it: a photo’s frames are composed and encoded on the CPU, two takes’ runs of frames at a time, so two cores are full at the speed above whatever the
number of users (${percent(1 / (sweep[0]?.speed ?? 1), 0)} of a core-second pair per second of video for one of them).
`;
}
