import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Made, MadeFile } from '../../engine/export/api.ts';
import { checkSettings, secondsOf } from '../../engine/export/checks.ts';
import { exportedTake, spokenIn } from '../../engine/export/exportedTake.ts';
import { makeExport } from '../../engine/export/makeExport.ts';
import { takesFolder } from '../../engine/library/takeFolder.ts';
import { openTakes } from '../../engine/library/takes.ts';
import { rateValue } from '../../engine/media/rate.ts';
import { systemFailure } from '../../engine/media/wholeFile.ts';
import { parse } from '../../shared/contract/common.ts';
import { exportSettings, type ExportSettings } from '../../shared/contract/export.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { checkOutput } from '../output.ts';
import { openProgress, sayLibraryEvent } from '../progress.ts';

export interface TakesExportOptions {
  out?: string;
  srt?: string;
  vtt?: string;
  karaoke?: boolean;
  audio?: string;
  poster?: string;
  at?: number;
  size?: { width: number; height: number };
  targetMb?: number;
  kbps?: number;
  burn?: boolean;
  encoder?: 'auto' | 'x264' | 'nvenc';
}

/** One file that is wanted. */
interface Job {
  option: string;
  to: string;
  settings: ExportSettings;
  /** What is being done, in words. */
  stage: string;
}

export async function takesExport(id: string, options: TakesExportOptions, { home, json, signal }: Context): Promise<void> {
  const jobs = jobsOf(options);
  const takes = openTakes(home, { onEvent: sayLibraryEvent });
  const progress = openProgress(process.stderr);
  const workFolders: string[] = [];
  try {
    const take = exportedTake(takes, id);
    const { file, release } = takes.use(take.id);
    try {
      for (const { option, to, settings } of jobs) {
        await checkOutput(option, to, path.extname(to).toLowerCase(), { 'the take': file });
        checkSettings(settings, take);
      }
      const made: (Omit<Made, 'files'> & { from: MadeFile; to: string })[] = [];
      for (const { to, settings, stage } of jobs) {
        const workFolder = path.join(path.dirname(path.resolve(to)), `.sima-export-${randomUUID()}`);
        workFolders.push(workFolder);
        await mkdir(workFolder).catch((error: unknown) => {
          throw systemFailure(to, error);
        });
        const startedMs = performance.now();
        const onProgress = (done: number) => {
          const framesPerSec = (done * take.frames * 1000) / (performance.now() - startedMs);
          progress.update({ stage, framesDone: Math.round(done * take.frames), framesExpected: take.frames, framesPerSec: done > 0 ? framesPerSec : null, fps: rateValue(take.rate) });
        };
        onProgress(0);
        const { files: [from], ...how } = await makeExport({ settings, take, file, workFolder, spoken: () => spokenIn(takesFolder(home), take.id) }, { signal, onProgress });
        made.push({ ...how, from, to });
      }
      throwIfCanceled(signal);
      for (const { from, to } of made) {
        await rename(from.file, to).catch((error: unknown) => {
          throw systemFailure(to, error);
        });
      }
      progress.close();
      const files = await Promise.all(made.map(async ({ to }) => ({ file: path.resolve(to), sizeBytes: (await stat(to)).size })));
      const durationSec = secondsOf(take);
      if (json) return console.log(JSON.stringify({ id: take.id, out: files[0].file, frames: take.frames, durationSec, sameBytes: made[0].sameBytes, encoder: made[0].encoder, files }));
      for (const { file: written, sizeBytes } of files) console.log(`${written}: ${durationSec.toFixed(2)} s, ${(sizeBytes / 1e6).toFixed(sizeBytes < 1e6 ? 3 : 1)} MB.`);
    } finally {
      release();
    }
  } finally {
    progress.close();
    for (const folder of workFolders) await rm(folder, { recursive: true, force: true });
    await takes.close();
  }
}

/** @throws invalid-input where nothing is asked for, or what cannot be */
function jobsOf({ out, srt, vtt, karaoke, audio, poster, at, size, targetMb, kbps, burn, encoder }: TakesExportOptions): Job[] {
  const jobs: Job[] = [];
  const add = (option: string, to: string | undefined, endings: string[], stage: string, settings: (ending: string) => unknown) => {
    if (to === undefined) return;
    const ending = path.extname(to).toLowerCase();
    if (!endings.includes(ending)) throw new StudioError('invalid-input', `${to} must end in ${endings.join(' or ')}.`);
    jobs.push({ option, to, stage, settings: parse(exportSettings, settings(ending.slice(1)), 'This export') });
  };
  const isCoded = [size, targetMb, kbps, burn, encoder].some((each) => each !== undefined);
  if (out === undefined && isCoded) throw new StudioError('invalid-input', '--size, --target-mb, --kbps, --burn and --encoder are about the video: say where it goes with --out.');
  if (vtt === undefined && karaoke) throw new StudioError('invalid-input', '--karaoke is about WebVTT: say where it goes with --vtt.');
  if (poster === undefined && at !== undefined) throw new StudioError('invalid-input', '--at is about the picture: say where it goes with --poster.');
  add('out', out, ['.mp4'], isCoded ? 'encoding' : 'copying', () =>
    isCoded
      ? { kind: 'video', mode: 'encode', size, ...(targetMb === undefined ? {} : { targetBytes: Math.floor(targetMb * 1e6) }), videoKbps: kbps, encoder: encoder ?? 'auto', subtitles: burn ? 'burned' : 'none' }
      : { kind: 'video', mode: 'copy' });
  add('srt', srt, ['.srt'], 'writing subtitles', () => ({ kind: 'subtitles', format: 'srt' }));
  add('vtt', vtt, ['.vtt'], 'writing subtitles', () => ({ kind: 'subtitles', format: 'vtt', karaoke: karaoke === true }));
  add('audio', audio, ['.m4a', '.wav'], 'copying the sound', (format) => ({ kind: 'audio', format }));
  add('poster', poster, ['.jpg', '.jpeg', '.png'], 'taking a picture', (ending) => ({ kind: 'poster', format: ending === 'png' ? 'png' : 'jpg', atSec: at ?? 0 }));
  if (jobs.length === 0) throw new StudioError('invalid-input', 'Say what is wanted: --out for the video, or --audio, --srt, --vtt, --poster.');
  return jobs;
}
