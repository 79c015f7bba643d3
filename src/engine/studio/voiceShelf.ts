/** The voices that a studio's user has: the shipped ones, and those of the data folder as they were last read. */
import { findVoice, type PiperVoice, type Voice } from '../voice/catalogue.ts';
import { sweepVoices } from '../voice/piper/importVoice.ts';
import { readImportedVoices } from '../voice/piper/imported.ts';

export interface VoiceShelf {
  imported(): readonly PiperVoice[];
  /** @throws invalid-input, missing-asset as findVoice */
  find(id: string): Voice;
  /** After a change, also by another program. */
  refresh(): Promise<void>;
}

export async function openVoiceShelf(home: string): Promise<VoiceShelf> {
  await sweepVoices(home);
  let imported = await readImportedVoices(home);
  return {
    imported: () => imported,
    find: (id) => findVoice(id, imported),
    async refresh() {
      imported = await readImportedVoices(home);
    },
  };
}
