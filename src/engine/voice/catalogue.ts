/** The voices that ship. A voice speaks its own language, and words of the other one with the same speaker. */
import { StudioError } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { ESPEAK_SAMPLE_RATE } from './espeak.ts';

export interface VoiceInfo {
  /** Stable: scripts and projects store it. */
  id: string;
  lang: Lang;
  name: string;
  engine: 'espeak';
  /** The voice that `fa` or `en` alone means. */
  default: boolean;
  sampleRate: number;
}

export interface EspeakVoice extends VoiceInfo {
  /** eSpeak's names for the two languages of this speaker, variant included. */
  espeak: Record<Lang, string>;
  /** Factor that brings eSpeak's output to −16 LUFS, from models/make/calibrateVoices.ts. */
  gain: number;
}

const voice = (id: string, lang: Lang, name: string, english: string, variant: string, gain: number): EspeakVoice => ({
  id,
  lang,
  name,
  engine: 'espeak',
  default: id === 'espeak-fa' || id === 'espeak-en-us',
  sampleRate: ESPEAK_SAMPLE_RATE,
  espeak: { fa: `fa${variant}`, en: `${english}${variant}` },
  gain,
});

export const ESPEAK_VOICES: readonly EspeakVoice[] = [
  voice('espeak-fa', 'fa', 'Persian, man', 'gmw/en-US', '', 1),
  voice('espeak-fa-woman', 'fa', 'Persian, woman', 'gmw/en-US', '+f2', 1),
  voice('espeak-fa-deep', 'fa', 'Persian, deep man', 'gmw/en-US', '+m3', 1),
  voice('espeak-en-us', 'en', 'English (America), man', 'gmw/en-US', '', 1),
  voice('espeak-en-us-woman', 'en', 'English (America), woman', 'gmw/en-US', '+f2', 1),
  voice('espeak-en-us-deep', 'en', 'English (America), deep man', 'gmw/en-US', '+m3', 1),
  voice('espeak-en-gb', 'en', 'English (Britain), man', 'gmw/en', '', 1),
  voice('espeak-en-gb-woman', 'en', 'English (Britain), woman', 'gmw/en', '+f2', 1),
  voice('espeak-en-gb-rp', 'en', 'English (Received Pronunciation), man', 'en-GB-x-rp', '', 1),
];

/**
 * The voice of an id; `fa` and `en` mean that language's default.
 * @throws invalid-input with the known ids
 */
export function findVoice(id: string): EspeakVoice {
  const found = ESPEAK_VOICES.find((each) => each.id === id || (each.default && each.lang === id));
  if (found) return found;
  const known = ['fa', 'en', ...ESPEAK_VOICES.map((each) => each.id)].join(', ');
  throw new StudioError('invalid-input', `There is no voice “${id.slice(0, 80)}”. Known voices: ${known}.`);
}

/** What `voices list` shows. */
export function listVoices(): VoiceInfo[] {
  return ESPEAK_VOICES.map(({ id, lang, name, engine, default: isDefault, sampleRate }) => ({ id, lang, name, engine, default: isDefault, sampleRate }));
}
