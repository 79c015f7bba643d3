/** In the speech thread: imported voices that are open, the one used longest ago closed for another. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { StudioError } from '../../../shared/errors.ts';
import { sha256OfFile } from '../../fileHash.ts';
import { createNativeTurns } from '../../onnx/nativeTurns.ts';
import type { VoiceSession } from '../../onnx/voiceSession.ts';
import type { PiperVoice } from '../catalogue.ts';
import { readPiperConfig, type PiperConfig } from './piperConfig.ts';

export interface OpenPiperVoice {
  voice: PiperVoice;
  config: PiperConfig;
  session: VoiceSession;
}

export interface PiperRoom {
  /** Checks the file's sum and loads it, where it is not open. @throws missing-asset, invalid-input, capacity */
  open(voice: PiperVoice): Promise<OpenPiperVoice>;
  /** After the native call that is under way; later ones fail. */
  close(): Promise<void>;
}

/** A voice takes some 150 MB. */
const MOST_OPEN = 3;

export function openPiperRoom(): PiperRoom {
  const turns = createNativeTurns();
  const voices = new Map<string, Promise<OpenPiperVoice>>();
  const load = async (voice: PiperVoice): Promise<OpenPiperVoice> => {
    const file = path.join(voice.folder, 'voice.onnx');
    const again = 'Import it again: sima voices import FILE.onnx.';
    const info = await stat(file).catch(() => null);
    if (!info?.isFile()) throw new StudioError('missing-asset', `The file of the voice “${voice.id}” is gone: ${file}. ${again}`);
    if (info.size !== voice.bytes || (await sha256OfFile(file)) !== voice.sha256) throw new StudioError('invalid-input', `The file of the voice “${voice.id}” is not the one that was imported: ${file}. ${again}`);
    const configFile = path.join(voice.folder, 'voice.json');
    const text = await readFile(configFile, 'utf8').catch((error: unknown) => {
      throw new StudioError('missing-asset', `The description of the voice “${voice.id}” is gone: ${configFile}. ${again}`, { cause: error });
    });
    const config = readPiperConfig(text, configFile);
    // Loaded when first needed: most studios speak by eSpeak alone.
    const { openVoiceSession } = await import('../../onnx/voiceSession.ts');
    return { voice, config, session: await openVoiceSession(file, turns) };
  };
  return {
    async open(voice) {
      const key = `${voice.folder} ${voice.sha256}`;
      const opening = voices.get(key) ?? load(voice);
      voices.delete(key);
      voices.set(key, opening); // as the last used
      for (const [oldest, old] of [...voices].slice(0, -MOST_OPEN)) {
        voices.delete(oldest);
        void old.then(({ session }) => session.release()).catch(() => undefined); // after its turns
      }
      try {
        return await opening;
      } catch (error) {
        voices.delete(key);
        throw error;
      }
    },
    close: () => turns.close(),
  };
}
