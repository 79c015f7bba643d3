import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { keepBackground } from '../../engine/library/backgrounds.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import { subtitled } from '../../engine/export/exportedTake.ts';
import { rateValue } from '../../engine/media/rate.ts';
import { remux } from '../../engine/media/remux.ts';
import { writeWhole } from '../../engine/media/wholeFile.ts';
import { srt, vtt } from '../../engine/pipeline/subtitles.ts';
import { openStudio, type Studio } from '../../engine/studio/studio.ts';
import { parse } from '../../shared/contract/common.ts';
import type { RecordingReport } from '../../shared/contract/recording.ts';
import { MAX_SCRIPT_CHARACTERS, renderRequest, type Quality, type RenderRequest } from '../../shared/contract/request.ts';
import type { TakeInfo } from '../../shared/contract/take.ts';
import { fromErrorData, StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { checkOutput } from '../output.ts';
import { openProgress, sayLibraryEvent, type ProgressView } from '../progress.ts';
import type { Context } from '../context.ts';

export interface RenderOptions {
  avatar: string;
  text?: string;
  script?: string;
  audio?: string;
  transcript?: string;
  asRecorded?: boolean;
  loudness?: number;
  voice?: string;
  rate: number;
  pitch: number;
  model?: string;
  device: DeviceRequest;
  fps?: number;
  size?: { width: number; height: number };
  face?: number;
  background?: string;
  idle: boolean;
  quality: Quality;
  keep?: boolean;
  out: string;
  srt?: string;
  vtt?: string;
}

/** What `--json` prints for one take. */
export interface RenderReport {
  id: string;
  out: string;
  avatarId: string;
  model: string;
  /** null where the take needed no network. */
  device: string | null;
  width: number;
  height: number;
  fps: number;
  frames: number;
  durationSec: number;
  /** How often the engine had to be started again meanwhile. */
  restarts: number;
  warnings: string[];
  /** What was done to the recording; null where a voice spoke. */
  recording: RecordingReport | null;
  /** From the start of the command and, warm, from the moment the avatar was ready, to the first playable bytes. */
  firstBytesMs: number;
  firstBytesAfterPrepareMs: number;
  /** End to end and, without start-up and preparation, the take alone. */
  realTime: number;
  takeRealTime: number;
  timesMs: Record<string, number>;
}

export async function render(options: RenderOptions, context: Context): Promise<void> {
  const request = parse(renderRequest, await requestOf(options), 'This request');
  const { avatar, audio, script, transcript } = options;
  for (const [name, file] of Object.entries({ out: options.out, srt: options.srt, vtt: options.vtt })) {
    if (file !== undefined) await checkOutput(name, file, name === 'out' ? '.mp4' : `.${name}`, { '--avatar': avatar, '--audio': audio, '--script': script, '--transcript': transcript });
  }

  const startedMs = performance.now();
  const studio = await openStudio({ home: context.home, device: options.device, onLibraryEvent: sayLibraryEvent });
  const progress = openProgress(process.stderr);
  try {
    const openMs = performance.now() - startedMs;
    const atStage = (stage: string) => progress.update({ stage, framesDone: 0, framesExpected: null, framesPerSec: null, fps: null });
    if (request.audio !== undefined) atStage('listening to the recording');
    const recording = await examined(studio, request, context.signal);
    const { seatId } = studio.seats.open();
    const kept = options.keep === true;
    const { id } = studio.start({ sessionId: seatId, request: kept ? await keepBackground(context.home, request) : request, leadSec: null, kept });
    const times = { firstBytesMs: 0, beganMs: 0, prepareMs: 0, sceneMs: 0 };
    const cancel = () => void studio.cancel(id);
    context.signal.addEventListener('abort', cancel, { once: true });
    if (context.signal.aborted) cancel();
    let take: TakeInfo | null = null;
    for await (const event of studio.watch(id, new AbortController().signal)) {
      if (event.type === 'take') take = event.take;
      else if (event.type === 'stage') atStage(event.stage);
      else if (event.type === 'notice') process.stderr.write(`${event.sentence}\n`);
      else if (event.type === 'prepared' && times.beganMs === 0) Object.assign(times, { beganMs: performance.now(), prepareMs: event.prepareMs, sceneMs: event.sceneMs });
      else if (event.type === 'fragment') times.firstBytesMs ||= performance.now();
      else if (event.type === 'progress') {
        const framesPerSec = (event.framesDone / (performance.now() - times.beganMs)) * 1000;
        progress.update({ stage: 'rendering', ...event, framesPerSec, fps: take?.rate ? rateValue(take.rate) : null });
      }
    }
    throwIfCanceled(context.signal);
    if (take?.error) throw fromErrorData(take.error);
    if (take?.state !== 'finished') throw new StudioError('bug', 'The take ended without a result.');
    await deliver(studio, take, options, context, { ...times, startedMs, openMs, recording, progress });
    if (!kept) await studio.takes.remove(id);
  } finally {
    progress.close();
    await studio.close();
  }
}

/** Exports the finished take and says what came of it. */
async function deliver(studio: Studio, take: TakeInfo, options: RenderOptions, { json, signal }: Context, times: {
  startedMs: number; openMs: number; recording: RecordingReport | null; firstBytesMs: number; beganMs: number; prepareMs: number; sceneMs: number; progress: ProgressView;
}): Promise<void> {
  const { startedMs, beganMs, progress } = times;
  progress.update({ stage: 'exporting', framesDone: take.framesDone, framesExpected: take.framesDone, framesPerSec: null, fps: null });
  const t = performance.now();
  await remux(studio.takes.file(take.id), options.out, { signal });
  const record = studio.takes.record(take.id);
  const spoken = subtitled(record);
  const fps = rateValue(take.rate!);
  const durationSec = take.framesDone / fps;
  if (options.srt !== undefined) await writeWhole(options.srt, srt(spoken, durationSec));
  if (options.vtt !== undefined) await writeWhole(options.vtt, vtt(spoken, durationSec));
  const endedMs = performance.now();
  progress.close();

  const warnings = [...take.warnings];
  if (record.speechFound === false) warnings.push('No speech was heard in the recording: the face rests throughout.');
  const report: RenderReport = {
    id: take.id,
    out: path.resolve(options.out),
    avatarId: take.avatarId!,
    model: take.modelId!,
    device: take.device,
    width: take.width!,
    height: take.height!,
    fps,
    frames: take.framesDone,
    durationSec,
    restarts: take.restarts,
    warnings,
    recording: times.recording,
    firstBytesMs: Math.round(times.firstBytesMs - startedMs),
    firstBytesAfterPrepareMs: Math.round(times.firstBytesMs - beganMs),
    realTime: ratio(durationSec, endedMs - startedMs),
    takeRealTime: ratio(durationSec, endedMs - beganMs),
    timesMs: rounded({ openMs: times.openMs, prepareMs: times.prepareMs, sceneMs: times.sceneMs, ...record.times, exportMs: endedMs - t }),
  };
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (json) console.log(JSON.stringify(report));
  else console.log(`${report.out}: ${durationSec.toFixed(2)} s, ${report.width}×${report.height}, ${Number(fps.toFixed(3))} fps, made in ${((endedMs - startedMs) / 1000).toFixed(1)} s (${report.realTime}× real time)`);
}

const ratio = (durationSec: number, ms: number): number => Math.round((durationSec / (ms / 1000)) * 100) / 100;
const rounded = (times: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(times).map(([name, ms]) => [name.replace(/Ms$/, ''), Math.round(ms)]));

async function requestOf(options: RenderOptions): Promise<unknown> {
  const given = [options.text, options.script, options.audio].filter((each) => each !== undefined).length;
  if (given !== 1) throw new StudioError('invalid-input', 'Give exactly one of --text, --script and --audio.');
  for (const [name, value] of Object.entries({ transcript: options.transcript, 'as-recorded': options.asRecorded, loudness: options.loudness })) {
    if (value !== undefined && options.audio === undefined) throw new StudioError('invalid-input', `--${name} is about a recording: give it with --audio.`);
  }
  if (options.audio !== undefined && options.transcript === undefined && (options.srt ?? options.vtt) !== undefined) {
    throw new StudioError('invalid-input', 'Subtitles come from a text, and a recording has none. Give what is said in it (--transcript FILE), or leave --srt and --vtt out.');
  }
  const { avatar, face, audio, asRecorded, loudness: loudnessLufs, voice, rate, pitch, model, fps, size, background, idle, quality } = options;
  const script = options.script === undefined ? options.text : await readText('script', options.script);
  const transcript = options.transcript === undefined ? undefined : await readText('transcript', options.transcript);
  return { avatar, face, script, audio, transcript, asRecorded, loudnessLufs, voice, rate, pitch, model, fps, size, background, idle, quality };
}

/** What will be done to the recording, said before the work. @throws invalid-input */
async function examined(studio: Studio, { audio, asRecorded = false, loudnessLufs }: RenderRequest, signal: AbortSignal): Promise<RecordingReport | null> {
  if (audio === undefined) return null;
  const report = await studio.handlers.calls['recordings.examine']({ file: audio, asRecorded, loudnessLufs }, signal);
  process.stderr.write(`${inWords(report)}\n`);
  return report;
}

function inWords({ cutStartSec, cutEndSec, loudness: { before, after }, noise }: RecordingReport): string {
  const level = (lufs: number | null) => (lufs === null ? 'too short to measure' : `${lufs.toFixed(1).replace('-', '−')} LUFS`);
  if (noise === 'kept') return `recording: as it is, ${level(before)}`;
  const hush = { lowered: 'noise between words lowered by 12 dB', quiet: 'its pauses are quiet', unclear: 'no clear pauses, so no noise is touched', kept: '' }[noise];
  return `recording: ${cutStartSec.toFixed(2)} s of silence cut before and ${cutEndSec.toFixed(2)} s after; ${hush}; loudness ${level(before)} → ${level(after)}. As it is: --as-recorded`;
}

async function readText(what: 'script' | 'transcript', file: string): Promise<string> {
  // Four bytes are the most that UTF-8 spends on a character: a larger file cannot be within the limit.
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) throw new StudioError('invalid-input', `The ${what} ${file} does not exist or is no file.`);
  if (info.size > MAX_SCRIPT_CHARACTERS * 4) throw new StudioError('invalid-input', `The ${what} ${file} is longer than ${MAX_SCRIPT_CHARACTERS} characters. Split it into several.`);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new StudioError('invalid-input', `The ${what} ${file} cannot be read. Check its permissions.`, { cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new StudioError('invalid-input', `The ${what} ${file} is not UTF-8 text. Save it as UTF-8 and try again.`, { cause: error });
  }
}
