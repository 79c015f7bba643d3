/**
 * Progress on stderr: a bar on a terminal, a line every two seconds elsewhere, nothing once closed. Results go to stdout,
 * so the two never mix.
 */
import cliProgress from 'cli-progress';
import type { LibraryEvent } from '../engine/library/room.ts';

/** Unknown is null. */
export interface TakeProgress {
  /** What is being done, in words. */
  stage: string;
  framesDone: number;
  framesExpected: number | null;
  framesPerSec: number | null;
  fps: number | null;
}

export interface ProgressView {
  update(progress: TakeProgress): void;
  close(): void;
}

const LINE_INTERVAL_MS = 2000;

export function openProgress(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? openBar(stream) : openLines(stream);
}

function openBar(stream: NodeJS.WriteStream): ProgressView {
  const bar = new cliProgress.SingleBar({
    format: '{stage} {bar} {frames} frames · {speed} · {remaining} left',
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
  });
  bar.start(1, 0, { stage: 'starting', frames: '0', speed: '–', remaining: '–' });
  return {
    update(progress) {
      bar.setTotal(Math.max(1, progress.framesExpected ?? progress.framesDone + 1));
      bar.update(progress.framesDone, words(progress));
    },
    close: () => bar.stop(),
  };
}

function openLines(stream: NodeJS.WriteStream): ProgressView {
  let lastStage = '';
  let lastMs = 0;
  return {
    update(progress) {
      const nowMs = performance.now();
      if (progress.stage === lastStage && nowMs - lastMs < LINE_INTERVAL_MS) return;
      lastStage = progress.stage;
      lastMs = nowMs;
      const { stage, frames, speed, remaining } = words(progress);
      stream.write(progress.framesPerSec === null ? `${stage} …\n` : `${stage}: ${frames} frames, ${speed}, ${remaining} left\n`);
    },
    close: () => undefined,
  };
}

/** Unknown is “–”, never a made-up figure. */
function words(progress: TakeProgress): { stage: string; frames: string; speed: string; remaining: string } {
  const { framesDone, framesExpected, framesPerSec, fps, stage } = progress;
  const left = framesExpected === null || framesPerSec === null ? null : (framesExpected - framesDone) / framesPerSec;
  return {
    stage,
    frames: framesExpected === null ? `${framesDone}` : `${framesDone}/${framesExpected}`,
    speed: framesPerSec === null || fps === null ? '–' : `${(framesPerSec / fps).toFixed(1)}× real time`,
    remaining: left === null ? '–' : `${Math.max(0, Math.ceil(left))} s`,
  };
}

/** What the library repairs is said aloud, on stderr. */
export function sayLibraryEvent({ kind, sentence, done }: LibraryEvent): void {
  if (kind !== 'rebuilding' || done === undefined || done === 0) process.stderr.write(`${sentence}\n`);
}
