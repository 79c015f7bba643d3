/**
 * The studio's settings file, `<home>/engine.json`: JSON, every field optional, unknown fields refused. Users write it by hand or from the
 * settings page. Example:
 *
 *     { "maxSessions": 5, "budgetsGb": { "total": 12 }, "sessions": { "deviceId": 1, "intraOpThreads": 4 } }
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parse } from '../shared/contract/common.ts';
import { exportPreset } from '../shared/contract/export.ts';
import { loudnessLufs } from '../shared/contract/recording.ts';
import { pausesMs } from '../shared/contract/request.ts';
import { pausePercent, type StudioSettings } from '../shared/contract/settings.ts';
import { StudioError } from '../shared/errors.ts';
import { DEVICES } from '../shared/vocabulary.ts';
import { writeWhole } from './media/wholeFile.ts';
import { sessionSettings } from './onnx/sessionSettings.ts';

const gigabytes = z.number().positive().max(4096).optional();

const engineSettings = z.strictObject({
  /** Users at once; the next is refused. */
  maxSessions: z.int().min(1).max(1000).optional(),
  /** In GB of 10⁹ bytes. Of memory: loaded models, frames and sound in work, faces at hand, and all of it; of the disk: takes. Whoever spends it knows its default. */
  budgetsGb: z.strictObject({ models: gigabytes, processing: gigabytes, avatars: gigabytes, total: gigabytes, takes: gigabytes }).default({}),
  /** Where models run, unless the command line says otherwise. */
  device: z.enum(DEVICES).optional(),
  /** The voice that a language alone means; else the catalogue's. */
  defaultVoices: z.strictObject({ fa: z.string().max(200).optional(), en: z.string().max(200).optional() }).optional(),
  /** What recordings are brought to. */
  loudnessLufs: loudnessLufs.optional(),
  /** false: of pronunciations only the user's and the project's count. */
  starterLexicon: z.boolean().optional(),
  /** Silences by punctuation: each in milliseconds at normal rate, and all of them in percent of that. */
  pausesMs: pausesMs.optional(),
  pausePercent: pausePercent.optional(),
  /** Where exports go; without it, the studio's own folder. */
  exportFolder: z.string().min(1).max(4096).optional(),
  exportPresets: z.array(exportPreset).max(100).optional(),
  /** How models run. */
  sessions: sessionSettings.prefault({}),
});
export type EngineSettings = z.output<typeof engineSettings>;

export const DEFAULT_SETTINGS: EngineSettings = engineSettings.parse({});

/** Without the file: the defaults. @throws invalid-input with each field that is wrong, io */
export async function readSettings(home: string): Promise<EngineSettings> {
  return parse(engineSettings, await readFields(home), `The settings file ${settingsFile(home)}`);
}

/** Writes the changed fields into the file, whole or not at all, and gives all as they are now; what is undefined takes its field out. @throws invalid-input, io */
export async function changeSettings(home: string, change: Partial<Record<keyof EngineSettings, unknown>>): Promise<EngineSettings> {
  const file = settingsFile(home);
  const fields = { ...(await readFields(home)), ...change };
  const settings = parse(engineSettings, fields, `The settings file ${file}`);
  await writeWhole(file, `${JSON.stringify(fields, null, 2)}\n`);
  return settings;
}

const settingsFile = (home: string): string => path.join(home, 'engine.json');

/** As they are written, unchecked but for being JSON. */
async function readFields(home: string): Promise<object> {
  const file = settingsFile(home);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new StudioError('io', `The settings ${file} cannot be read.`, { cause: error });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as object;
  } catch (error) {
    throw new StudioError('invalid-input', `The settings ${file} are no JSON: ${(error as Error).message}. Correct the file, or delete it to use the defaults.`, { cause: error });
  }
}

/** As the settings page shows them: null is the default. */
export function shownSettings({ budgetsGb: { models, processing, avatars, total, takes }, maxSessions, device, loudnessLufs, starterLexicon, pausePercent, exportFolder, exportPresets }: EngineSettings): StudioSettings {
  return {
    budgetsGb: { models: models ?? null, processing: processing ?? null, avatars: avatars ?? null, total: total ?? null, takes: takes ?? null },
    maxSessions: maxSessions ?? null, device: device ?? 'auto', loudnessLufs: loudnessLufs ?? null, starterLexicon: starterLexicon ?? true, pausePercent: pausePercent ?? null, exportFolder: exportFolder ?? null, exportPresets: exportPresets ?? [],
  };
}

/** What the settings page changes, as fields of the file: a default is no field. */
export function settingsFields({ budgetsGb, maxSessions, device, loudnessLufs, starterLexicon, pausePercent, exportFolder, exportPresets }: Partial<StudioSettings>): Partial<Record<keyof EngineSettings, unknown>> {
  return {
    ...(budgetsGb === undefined ? {} : { budgetsGb: Object.fromEntries(Object.entries(budgetsGb).filter(([, gb]) => gb !== null)) }),
    ...(maxSessions === undefined ? {} : { maxSessions: maxSessions ?? undefined }),
    ...(device === undefined ? {} : { device: device === 'auto' ? undefined : device }),
    ...(loudnessLufs === undefined ? {} : { loudnessLufs: loudnessLufs ?? undefined }),
    ...(starterLexicon === undefined ? {} : { starterLexicon: starterLexicon ? undefined : false }),
    ...(pausePercent === undefined ? {} : { pausePercent: pausePercent ?? undefined }),
    ...(exportFolder === undefined ? {} : { exportFolder: exportFolder ?? undefined }),
    ...(exportPresets === undefined ? {} : { exportPresets: exportPresets.length === 0 ? undefined : exportPresets }),
  };
}
