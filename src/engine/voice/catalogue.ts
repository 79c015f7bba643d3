/**
 * The voices that ship, and what an imported one is. A shipped voice speaks its own language, and words of the other one with the same
 * speaker; an imported one leaves those to the other language's shipped default.
 */
import { StudioError } from '../../shared/errors.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { ESPEAK_SAMPLE_RATE } from './espeak.ts';

export interface VoiceInfo {
  /** Stable: scripts and projects store it. */
  id: string;
  lang: Lang;
  name: string;
  engine: 'espeak' | 'piper';
  /** The voice that `fa` or `en` alone means. */
  default: boolean;
  sampleRate: number;
}

export interface EspeakVoice extends VoiceInfo {
  engine: 'espeak';
  /** eSpeak's names for the two languages of this speaker, variant included. */
  espeak: Record<Lang, string>;
  /** Of all that decides what is heard. */
  version: string;
  /** Factor that brings eSpeak's output, limited as in media/limiter.ts, to −16 LUFS: measured by models/make/calibrateVoices.ts. */
  gain: Record<Lang, number>;
}

/** A voice that the user brought, as it lies in `<home>/voices/ID/`: no times are known of what it says. */
export interface PiperVoice extends VoiceInfo {
  engine: 'piper';
  /** The folder with voice.onnx and voice.json. */
  folder: string;
  /** eSpeak's name for the voice whose phonemes it was trained on. */
  espeak: string;
  version: string;
  /** Factor that brings its sound to −16 LUFS: measured at its import. */
  gain: number;
  licence: string;
  source: string;
  bytes: number;
  sha256: string;
}

export type Voice = EspeakVoice | PiperVoice;

/** Ids of imported voices begin so: one that is gone is told from one that never was. */
export const PIPER_PREFIX = 'piper-';

/**
 * The package that speaks, and a number to raise whenever a change here, in `speakText.ts`, `delivery.ts`, `pauses.ts`, `normalise/` or the limiter makes the same text
 * sound otherwise or moves its times: kept speech of another version is not used again. A test holds both against what is really spoken.
 */
export const ESPEAK_VERSION = 'espeak-ng-emscripten 0.3.5 / 4';

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

/** The shipped voice that a language alone means. */
export const shippedDefault = (lang: Lang): EspeakVoice => ESPEAK_VOICES.find((each) => each.default && each.lang === lang)!;

/**
 * The voice of an id; `fa` and `en` mean that language's default.
 * @param imported the user's own
 * @throws invalid-input with the known ids, missing-asset for an imported voice that is not there any more
 */
export function findVoice(id: string, imported: readonly PiperVoice[] = []): Voice {
  if (id === 'fa' || id === 'en') return shippedDefault(id);
  const voices: readonly Voice[] = [...ESPEAK_VOICES, ...imported];
  const found = voices.find((each) => each.id === id);
  if (found) return found;
  if (id.startsWith(PIPER_PREFIX)) throw new StudioError('missing-asset', `The voice “${id.slice(0, 80)}” is not installed. Import it again (sima voices import FILE.onnx), or choose another voice: sima voices list.`);
  const known = ['fa', 'en', ...voices.map((each) => each.id)].join(', ');
  throw new StudioError('invalid-input', `There is no voice “${id.slice(0, 80)}”. Known voices: ${known}.`);
}

/** What `voices list` shows. */
export function listVoices(imported: readonly PiperVoice[] = []): VoiceInfo[] {
  return [...ESPEAK_VOICES, ...imported].map(({ id, lang, name, engine, default: isDefault, sampleRate }) => ({ id, lang, name, engine, default: isDefault, sampleRate }));
}
