/** What the user sets for the whole studio: kept in engine.json, and told to those whom it concerns; the engine learns of it at its next start. */
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PausesMs } from '../../shared/contract/request.ts';
import type { StudioSettings } from '../../shared/contract/settings.ts';
import { StudioError } from '../../shared/errors.ts';
import type { DeviceRequest } from '../onnx/devices.ts';
import type { EngineOwner } from '../process/owner.ts';
import { changeSettings, settingsFields, shownSettings, type EngineSettings } from '../settings.ts';
import { userPauses } from '../voice/pauses.ts';

export interface Preferences {
  current(): StudioSettings;
  /** @throws invalid-input, io */
  change(change: Partial<StudioSettings>): Promise<void>;
  /** The voice that the language alone means from the engine's next start on. */
  setDefaultVoice(lang: 'fa' | 'en', voice: string): Promise<void>;
  /** Voices by language that the user made the default. */
  defaultVoices(): NonNullable<EngineSettings['defaultVoices']>;
  /** Silences by punctuation as the user wants them; undefined: the usual ones. */
  pauses(): PausesMs | undefined;
}

export interface PreferencesOptions {
  home: string;
  settings: EngineSettings;
  engine: EngineOwner;
  /** On which device models are to run then. */
  deviceOf: (settings: EngineSettings) => DeviceRequest;
  /** Told of every change, for what counts at once. */
  onChange: (settings: EngineSettings) => void;
}

export function openPreferences({ home, settings: atFirst, engine, deviceOf, onChange }: PreferencesOptions): Preferences {
  let settings = atFirst;
  let changing: Promise<unknown> = Promise.resolve();
  /** One change at a time, each on what the one before has left. */
  const change = (fieldsOf: () => Parameters<typeof changeSettings>[1]): Promise<void> => {
    const work = changing.then(async () => {
      settings = await changeSettings(home, fieldsOf());
      engine.renew({ device: deviceOf(settings), settings: forEngine(settings) });
      onChange(settings);
    });
    changing = work.catch(() => undefined); // whoever asked is told
    return work;
  };
  return {
    current: () => shownSettings(settings),
    async change(asked) {
      if (asked.exportFolder != null) await checkFolder(asked.exportFolder);
      await change(() => settingsFields(asked));
    },
    setDefaultVoice: (lang, voice) => change(() => ({ defaultVoices: { ...settings.defaultVoices, [lang]: voice } })),
    defaultVoices: () => settings.defaultVoices ?? {},
    pauses: () => userPauses(settings),
  };
}

/** What the engine process reads of them: another value of these counts only when it starts again. */
export function forEngine({ budgetsGb: { models, avatars }, sessions, defaultVoices }: EngineSettings): EngineSettings {
  return { budgetsGb: { ...(models === undefined ? {} : { models }), ...(avatars === undefined ? {} : { avatars }) }, sessions, ...(defaultVoices ? { defaultVoices } : {}) };
}

/** Memory budgets as the telemetry holds them, bytes. */
export function memoryBudgets({ budgetsGb: { models, processing, avatars, total } }: EngineSettings): Partial<Record<'models' | 'processing' | 'avatars' | 'total', number>> {
  return Object.fromEntries(Object.entries({ models, processing, avatars, total }).flatMap(([name, gb]) => (gb === undefined ? [] : [[name, gb * 1e9]])));
}

async function checkFolder(folder: string): Promise<void> {
  if (!path.isAbsolute(folder)) throw new StudioError('invalid-input', `The export folder must be a whole path, not “${folder}”.`);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new StudioError('invalid-input', `There is no folder ${folder}. Make it first, or choose another.`);
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw new StudioError('invalid-input', `Nothing may be written into ${folder}. Choose another folder.`, { cause: error });
  });
}
