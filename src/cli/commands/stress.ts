import type { Percentiles } from '../../engine/bench/figure.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import { StudioError } from '../../shared/errors.ts';
import { EXIT } from '../exit.ts';
import { openProgress } from '../progress.ts';
import { runStress, type StressFigures } from '../stress/stress.ts';
import type { Context } from '../context.ts';

export interface StressCommandOptions {
  users: number;
  seconds: number;
  device: DeviceRequest;
}

/** Exits with 7 where a take failed, or showed another user's face. */
export async function stress({ users, seconds, device }: StressCommandOptions, { json, signal }: Context): Promise<void> {
  if (!Number.isInteger(users) || users < 1 || users > 100) throw new StudioError('invalid-input', `--users must be a whole number from 1 to 100, got ${users}.`);
  if (!(seconds >= 1 && seconds <= 86_400)) throw new StudioError('invalid-input', `--seconds must be 1 to 86400, got ${seconds}.`);
  const progress = openProgress(process.stderr);
  const onStage = (stage: string) => progress.update({ stage, framesDone: 0, framesExpected: null, framesPerSec: null, fps: null });
  let figures: StressFigures;
  try {
    onStage('starting');
    figures = await runStress({ users, seconds, device, signal, onStage });
  } finally {
    progress.close();
  }
  if (json) console.log(JSON.stringify(figures));
  else print(figures);
  if (figures.successRate !== 1 || figures.framesForeign > 0) process.exitCode = EXIT.wanting;
}

function print(figures: StressFigures): void {
  const { users, seconds, takes, takesFinished, successRate, errors, framesSeen, framesForeign, speed, realTimeUsers, fairness, hostLoopMs } = figures;
  const number = (value: number | null, digits = 0): string => (value === null ? '–' : value.toFixed(digits));
  const spread = ({ count, p50, p95, p99, max }: Percentiles): string => `p50 ${number(p50)}  p95 ${number(p95)}  p99 ${number(p99)}  most ${number(max)} ms  (${count})`;
  console.log(`${users} users for ${seconds} s, each with a face and a voice of its own, through the service`);
  console.log(`  takes                 ${takesFinished} of ${takes} complete (${successRate === null ? '–' : `${(successRate * 100).toFixed(1)} %`})`);
  console.log(`  own frames            ${framesSeen - framesForeign} of ${framesSeen} looked at`);
  console.log(`  first playable bytes  ${spread(figures.firstBytesMs)}`);
  console.log(`  chunks late by        ${spread(figures.gapMs)}   negative: early`);
  for (const [stage, values] of Object.entries(figures.chunk)) console.log(`  per chunk: ${stage.replace(/Ms$/, '').padEnd(11)}${spread(values)}`);
  console.log(`  speed                 ${number(speed, 2)}× real time, all together: real time for ${realTimeUsers ?? '–'} users can be promised`);
  console.log(`  fairness              ${number(fairness, 2)} (most frames over fewest)`);
  console.log(`  the host's loop late  p99 ${hostLoopMs.p99.toFixed(1)}  p99.9 ${hostLoopMs.p999.toFixed(1)}  most ${hostLoopMs.max.toFixed(1)} ms`);
  console.log(`  memory                host ${number(figures.hostRssMb)} MB (${number(figures.hostRssSlope, 2)} MB/min), engine ${number(figures.engineRssMb)} MB (${number(figures.engineRssSlope, 2)} MB/min)`);
  for (const error of errors) console.log(`  failed: ${error}`);
}
