/**
 * The engine's settings file, `<home>/engine.json`: JSON, every field optional, unknown fields refused. Example:
 *
 *     { "maxSessions": 5, "budgetsGb": { "total": 12 }, "sessions": { "deviceId": 1, "intraOpThreads": 4 } }
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parse } from '../shared/contract/common.ts';
import { StudioError } from '../shared/errors.ts';
import { sessionSettings } from './onnx/sessionSettings.ts';

const gigabytes = z.number().positive().max(4096).optional();

export const engineSettings = z.strictObject({
  /** Users at once; the next is refused. */
  maxSessions: z.int().min(1).max(1000).optional(),
  /** Memory, in GB of 10⁹ bytes: loaded models, frames and sound in work, faces at hand, and all of it. Whoever spends it knows its default. */
  budgetsGb: z.strictObject({ models: gigabytes, processing: gigabytes, avatars: gigabytes, total: gigabytes }).default({}),
  /** How models run. */
  sessions: sessionSettings.prefault({}),
});
export type EngineSettings = z.output<typeof engineSettings>;

export const DEFAULT_SETTINGS: EngineSettings = engineSettings.parse({});

/** Without the file: the defaults. @throws invalid-input with each field that is wrong, io */
export async function readSettings(home: string): Promise<EngineSettings> {
  const file = path.join(home, 'engine.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return DEFAULT_SETTINGS;
    throw new StudioError('io', `The settings ${file} cannot be read.`, { cause: error });
  }
  let settings: unknown;
  try {
    settings = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new StudioError('invalid-input', `The settings ${file} are no JSON: ${(error as Error).message}. Correct the file, or delete it to use the defaults.`, { cause: error });
  }
  return parse(engineSettings, settings, `The settings file ${file}`);
}
