import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { openEngine } from '../../engine/engine.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import { rateValue } from '../../engine/media/rate.ts';
import { writeWhole } from '../../engine/media/wholeFile.ts';
import { srt, vtt } from '../../engine/pipeline/subtitles.ts';
import type { TakeResult } from '../../engine/pipeline/take.ts';
import type { PreparedTake } from '../../engine/engine.ts';
import { MAX_SCRIPT_CHARACTERS, parse, renderRequest, type Quality } from '../../shared/contract.ts';
import { StudioError } from '../../shared/errors.ts';
import { openProgress, sayLibraryEvent } from '../progress.ts';
import type { Context } from '../main.ts';

export interface RenderOptions {
  avatar: string;
  text?: string;
  script?: string;
  audio?: string;
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
  warnings: string[];
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
  const { avatar, audio, script } = options;
  for (const [name, file] of Object.entries({ out: options.out, srt: options.srt, vtt: options.vtt })) {
    if (file !== undefined) await checkOutput(name, file, name === 'out' ? '.mp4' : `.${name}`, { avatar, audio, script });
  }

  const startedMs = performance.now();
  const engine = await openEngine({ home: context.home, device: options.device, onLibraryEvent: sayLibraryEvent });
  const progress = openProgress(process.stderr);
  try {
    const openMs = performance.now() - startedMs;
    let prepared: PreparedTake | null = null;
    let result: TakeResult | null = null;
    let firstBytesMs = 0;
    let beganMs = 0;
    for await (const event of engine.render(request, context.signal)) {
      if (event.type === 'stage') progress.update({ stage: event.stage, framesDone: 0, framesExpected: null, framesPerSec: null, fps: null });
      else if (event.type === 'prepared') {
        prepared = event.prepared;
        beganMs = performance.now();
      } else if (event.type === 'fragment') firstBytesMs ||= performance.now();
      else if (event.type === 'progress') {
        const framesPerSec = (event.framesDone / (performance.now() - beganMs)) * 1000;
        progress.update({ stage: 'rendering', ...event, framesPerSec, fps: rateValue(prepared!.rate) });
      } else if (event.type === 'finished') result = event.result;
    }
    if (!prepared || !result) throw new StudioError('bug', 'The take ended without a result.');
    progress.update({ stage: 'exporting', framesDone: result.summary.frames, framesExpected: result.summary.frames, framesPerSec: null, fps: null });
    const t = performance.now();
    await engine.exportTake(result.summary.file, options.out, context.signal);
    const spoken = result.segments.flatMap(({ segment, words }) => (segment ? [{ text: segment.text, words }] : []));
    if (options.srt !== undefined) await writeWhole(options.srt, srt(spoken));
    if (options.vtt !== undefined) await writeWhole(options.vtt, vtt(spoken));
    const endedMs = performance.now();
    progress.close();

    const { summary, times } = result;
    const warnings = [...prepared.warnings];
    if (result.speechFound === false) warnings.push('No speech was heard in the recording: the face rests throughout.');
    const report: RenderReport = {
      id: prepared.takeId,
      out: path.resolve(options.out),
      avatarId: prepared.avatar.id,
      model: prepared.modelId,
      device: prepared.model?.device ?? null,
      width: prepared.width,
      height: prepared.height,
      fps: rateValue(prepared.rate),
      frames: summary.frames,
      durationSec: summary.durationSec,
      warnings,
      firstBytesMs: Math.round(firstBytesMs - startedMs),
      firstBytesAfterPrepareMs: Math.round(firstBytesMs - beganMs),
      realTime: ratio(summary.durationSec, endedMs - startedMs),
      takeRealTime: ratio(summary.durationSec, endedMs - beganMs),
      timesMs: rounded({ openMs, ...prepared.times, ...times, exportMs: endedMs - t }),
    };
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    if (context.json) console.log(JSON.stringify(report));
    else console.log(`${report.out}: ${summary.durationSec.toFixed(2)} s, ${report.width}×${report.height}, ${Number(report.fps.toFixed(3))} fps, made in ${((endedMs - startedMs) / 1000).toFixed(1)} s (${report.realTime}× real time)`);
  } finally {
    progress.close();
    await engine.close();
  }
}

const ratio = (durationSec: number, ms: number): number => Math.round((durationSec / (ms / 1000)) * 100) / 100;
const rounded = (times: Record<string, number>): Record<string, number> => Object.fromEntries(Object.entries(times).map(([name, ms]) => [name.replace(/Ms$/, ''), Math.round(ms)]));

async function requestOf(options: RenderOptions): Promise<unknown> {
  const given = [options.text, options.script, options.audio].filter((each) => each !== undefined).length;
  if (given !== 1) throw new StudioError('invalid-input', 'Give exactly one of --text, --script and --audio.');
  if (options.audio !== undefined && (options.srt ?? options.vtt) !== undefined) {
    throw new StudioError('invalid-input', 'Subtitles come from a text, and a recording has none. Leave --srt and --vtt out.');
  }
  const { avatar, face, audio, voice, rate, pitch, model, fps, size, background, idle, quality } = options;
  const script = options.script === undefined ? options.text : await readScript(options.script);
  return { avatar, face, script, audio, voice, rate, pitch, model, fps, size, background, idle, quality };
}

async function readScript(file: string): Promise<string> {
  // Four bytes are the most that UTF-8 spends on a character: a larger file cannot be within the limit.
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) throw new StudioError('invalid-input', `The script ${file} does not exist or is no file.`);
  if (info.size > MAX_SCRIPT_CHARACTERS * 4) throw new StudioError('invalid-input', `The script ${file} is longer than ${MAX_SCRIPT_CHARACTERS} characters. Split it into several.`);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new StudioError('invalid-input', `The script ${file} cannot be read. Check its permissions.`, { cause: error });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new StudioError('invalid-input', `The script ${file} is not UTF-8 text. Save it as UTF-8 and try again.`, { cause: error });
  }
}

/** Finds out before the work whether its result can be written. */
async function checkOutput(option: string, file: string, ending: string, sources: Record<string, string | undefined>): Promise<void> {
  if (path.extname(file).toLowerCase() !== ending) throw new StudioError('invalid-input', `${file} must end in ${ending}.`);
  const folder = path.dirname(path.resolve(file));
  const info = await stat(folder).catch(() => null);
  if (!info?.isDirectory()) throw new StudioError('io', `The folder ${folder} does not exist. Create it first.`);
  const existing = await realpath(file).catch(() => null);
  for (const [name, source] of Object.entries(sources)) {
    if (existing !== null && source !== undefined && (await realpath(source).catch(() => null)) === existing) {
      throw new StudioError('invalid-input', `--${option} would replace the file of --${name} (${file}). Give another name.`);
    }
  }
  if ((await stat(file).catch(() => null))?.isDirectory()) throw new StudioError('io', `${file} is a folder. Give the name of a file.`);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new StudioError('io', `The folder ${folder} may not be written. Choose another place for ${path.basename(file)}.`, { cause: error });
  }
}
