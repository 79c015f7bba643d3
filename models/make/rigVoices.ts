/**
 * The teachers' voices: eSpeak NG with its variants, and, where `flite` is installed (Debian package of that name), its
 * voices, which are cut from recordings of people and give phoneme times too.
 */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ESPEAK_SAMPLE_RATE, openEspeak } from '../../src/engine/voice/espeak.ts';
import { phonemesOf } from '../../src/engine/voice/phonemes.ts';
import type { Lang, Phoneme } from '../../src/shared/vocabulary.ts';
import { pick, type Part, type Random } from './rigTexts.ts';

export interface Spoken {
  /** Mono, −1..1. */
  pcm: Float32Array;
  sampleRate: number;
  phonemes: Phoneme[];
}

const EN_ACCENTS = ['en-us', 'en', 'en-GB-x-rp', 'en-GB-scotland', 'en-029', 'en-GB-x-gbclan', 'en-GB-x-gbcwmd', 'en-US-nyc'];
/** Without whisper, robots and the like: what is far from a person teaches nothing about people. */
const VARIANTS = {
  train: ['', 'f1', 'f2', 'f3', 'f5', 'm1', 'm2', 'm3', 'm5', 'm6', 'm7', 'm8', 'klatt', 'klatt2', 'klatt3', 'klatt4', 'klatt5', 'Andy', 'Annie',
    'Alicia', 'Gene', 'Lee', 'Marco', 'Mario', 'Michael', 'Mike', 'Reed', 'adam', 'announcer', 'antonio', 'aunty', 'belinda', 'benjamin',
    'boris', 'caleb', 'david', 'ed', 'gustave', 'ian', 'iven', 'iven3', 'john', 'kaukovalta', 'linda', 'marcelo', 'max', 'miguel', 'pablo',
    'paul', 'quincy', 'robert', 'shelby', 'steph', 'travis', 'zac', 'grandma', 'Diogo', 'Henrique', 'Jacky'],
  test: ['f4', 'm4', 'klatt6', 'Denis', 'anika', 'michel', 'norbert', 'pedro', 'rob', 'sandro', 'steph2', 'victor'],
} as const;

export interface Teacher {
  /** eSpeak in the language given, with a voice of the part given. */
  espeak(text: string, lang: Lang, part: Part, random: Random): Spoken;
  /** A person's voice (English), or null where flite is not installed. */
  human(text: string, part: Part, random: Random): Promise<Spoken | null>;
}

export async function openTeacher(scratch: string): Promise<Teacher> {
  const espeak = await openEspeak();
  const flite = await promisify(execFile)('flite', ['-lv']).then(({ stdout }) => stdout.includes('slt'), () => false);
  return {
    espeak(text, lang, part, random) {
      const base = lang === 'fa' ? 'fa' : pick(random, EN_ACCENTS);
      const variant = pick(random, VARIANTS[part]);
      const rate = 0.6 + 0.65 * random();
      const pitch = 2 ** (random() - 0.5);
      const { pcm, events } = espeak.say(text, variant === '' ? base : `${base}+${variant}`, rate, pitch);
      const phonemes = phonemesOf(events, pcm.length / ESPEAK_SAMPLE_RATE);
      return { pcm: Float32Array.from(pcm, (value) => value / 32768), sampleRate: ESPEAK_SAMPLE_RATE, phonemes };
    },
    async human(text, part, random) {
      if (!flite) return null;
      const file = path.join(scratch, 'flite.wav');
      const voice = part === 'test' ? 'awb' : pick(random, ['slt', 'rms', 'slt', 'rms', 'kal16']);
      const { stdout } = await promisify(execFile)('flite', ['-voice', voice, '--setf', `duration_stretch=${(0.75 + 0.6 * random()).toFixed(3)}`,
        '--setf', `int_f0_target_stddev=${(8 + 25 * random()).toFixed(1)}`, '-psdur', '-t', text, '-o', file]);
      const wav = await readFile(file);
      await rm(file);
      return { pcm: wavSamples(wav), sampleRate: wav.readUInt32LE(24), phonemes: flitePhonemes(stdout) };
    },
  };
}

/** Flite's phone names as IPA. */
const PHONES: Record<string, string> = {
  aa: 'ɑ', ae: 'æ', ah: 'ʌ', ao: 'ɔ', aw: 'aʊ', ax: 'ə', ay: 'aɪ', b: 'b', ch: 'tʃ', d: 'd', dh: 'ð', dx: 'ɾ', eh: 'ɛ', er: 'ɚ', ey: 'eɪ',
  f: 'f', g: 'ɡ', hh: 'h', ih: 'ɪ', iy: 'i', jh: 'dʒ', k: 'k', l: 'l', m: 'm', n: 'n', ng: 'ŋ', ow: 'oʊ', oy: 'ɔɪ', p: 'p', pau: '',
  r: 'ɹ', s: 's', sh: 'ʃ', ssil: '', t: 't', th: 'θ', uh: 'ʊ', uw: 'u', v: 'v', w: 'w', y: 'j', z: 'z', zh: 'ʒ',
};

/**
 * `pau:0.195 p:0.273 …`, ends in seconds. Flite's stops include their closure; ours, like eSpeak's, start at the burst, so that one
 * teacher reads both: a voiceless stop's event is moved to its burst, and its closure left to the phoneme before.
 */
export function flitePhonemes(listing: string): Phoneme[] {
  const phonemes: Phoneme[] = [];
  let at = 0;
  for (const entry of listing.trim().split(/\s+/u)) {
    const [name, end] = entry.split(':');
    const endSec = Number(end);
    const symbol = PHONES[name];
    if (symbol === undefined || !(endSec > at)) continue;
    const lengthSec = endSec - at;
    const voiceless = /^(p|t|k|tʃ)$/u.test(symbol);
    const burstSec = voiceless ? endSec - Math.min(symbol === 'tʃ' ? 0.06 : 0.035, 0.4 * lengthSec) : at;
    const before = phonemes.at(-1);
    if (before && before.symbol !== '') before.endSec = burstSec;
    else if (before) before.endSec = voiceless ? Math.max(at, burstSec - 0.03) : at;
    phonemes.push({ symbol, startSec: burstSec, endSec });
    at = endSec;
  }
  return phonemes;
}

/** 16-bit mono PCM with the plain 44-byte header that flite writes. */
function wavSamples(wav: Buffer): Float32Array {
  const count = (wav.length - 44) >> 1;
  return Float32Array.from({ length: count }, (_, i) => wav.readInt16LE(44 + 2 * i) / 32768);
}
