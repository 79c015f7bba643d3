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
  /** Of all that decides what is heard. */
  version: string;
  /** Factor that brings eSpeak's output, limited as in media/limiter.ts, to −16 LUFS: measured by models/make/calibrateVoices.ts. */
  gain: Record<Lang, number>;
}

/**
 * The package that speaks, and a number to raise whenever a change here, in `speakText.ts`, `normalise/` or the limiter makes the same text
 * sound otherwise or moves its times: kept speech of another version is not used again. A test holds both against what is really spoken.
 */
export const ESPEAK_VERSION = 'espeak-ng-emscripten 0.3.5 / 1';

const MAN = { variant: '', fa: 3.43 };
const MAN_2 = { variant: '+m7', fa: 3.09 };
const WOMAN = { variant: '+f2', fa: 2.69 };
const WOMAN_2 = { variant: '+Annie', fa: 2.86 };

const voice = (id: string, lang: Lang, name: string, speaker: { variant: string; fa: number }, accent: string, englishGain: number): EspeakVoice => ({
  id,
  lang,
  name,
  engine: 'espeak',
  default: id === 'espeak-fa' || id === 'espeak-en-us',
  sampleRate: ESPEAK_SAMPLE_RATE,
  version: ESPEAK_VERSION,
  espeak: { fa: `fa${speaker.variant}`, en: `${accent}${speaker.variant}` },
  gain: { fa: speaker.fa, en: englishGain },
});

export const ESPEAK_VOICES: readonly EspeakVoice[] = [
  voice('espeak-fa', 'fa', 'Persian, man', MAN, 'gmw/en-US', 3.89),
  voice('espeak-fa-man-2', 'fa', 'Persian, man 2', MAN_2, 'gmw/en-US', 3.35),
  voice('espeak-fa-woman', 'fa', 'Persian, woman', WOMAN, 'gmw/en-US', 3.06),
  voice('espeak-fa-woman-2', 'fa', 'Persian, woman 2', WOMAN_2, 'gmw/en-US', 3.28),
  voice('espeak-en-us', 'en', 'English (America), man', MAN, 'gmw/en-US', 3.89),
  voice('espeak-en-us-man-2', 'en', 'English (America), man 2', MAN_2, 'gmw/en-US', 3.35),
  voice('espeak-en-us-woman', 'en', 'English (America), woman', WOMAN, 'gmw/en-US', 3.06),
  voice('espeak-en-us-woman-2', 'en', 'English (America), woman 2', WOMAN_2, 'gmw/en-US', 3.28),
  voice('espeak-en-gb', 'en', 'English (Britain), man', MAN, 'gmw/en', 3.54),
  voice('espeak-en-gb-woman', 'en', 'English (Britain), woman', WOMAN, 'gmw/en', 2.82),
  voice('espeak-en-gb-rp', 'en', 'English (Received Pronunciation), man', MAN, 'en-GB-x-rp', 3.74),
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
