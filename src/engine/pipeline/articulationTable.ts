/**
 * What lips, jaw and tongue do for each phoneme symbol: targets and weights of the articulation curves. IPA as eSpeak NG gives it for
 * Persian and English, and near neighbours for voices of other makers.
 */
import type { Phoneme } from '../../shared/vocabulary.ts';

/** Targets and weights in the order of POSE_PARAMETERS, without `act`. */
export interface Articulation {
  target: readonly number[];
  weight: readonly number[];
  kind: 'vowel' | 'plosive' | 'consonant';
}

/** jaw, wide, round, teeth: a vowel decides all of them. */
function vowel(jaw: number, wide: number, round: number, teeth: number): Articulation {
  return { target: [jaw, wide, round, 0, 0, teeth, 0.1], weight: [1, 1, 1, 1, 1, 1, 0.6], kind: 'vowel' };
}

/**
 * A consonant lets the lip shape of its neighbours through (weight `lips`), unless the lips make it.
 * `hold` is how firmly it asks for its jaw height.
 */
function consonant(
  jaw: number,
  hold: number,
  shape: { wide?: number; round?: number; lips?: number; teeth?: number; tongue?: number; kind?: 'plosive' } = {},
): Articulation {
  const lips = shape.lips ?? 0.25;
  const teeth = shape.teeth ?? 0.3;
  return {
    target: [jaw, shape.wide ?? 0.15, shape.round ?? 0, 0, 0, teeth, shape.tongue ?? 0.15],
    weight: [hold, lips, lips, 1, 1, shape.teeth === undefined ? 0.4 : 1.2, shape.tongue === undefined ? 0.4 : 1.5],
    kind: shape.kind ?? 'consonant',
  };
}

/** Both lips meet. Weight 9 wins over vowels three times as long. */
function bilabial(kind: 'plosive' | 'consonant'): Articulation {
  return { target: [0.05, 0.1, 0.05, 1, 0, 0, 0], weight: [1.5, 0.3, 0.3, 9, 1, 1.5, 0.4], kind };
}

/** Lower lip to upper teeth. */
function labiodental(strength: number): Articulation {
  return { target: [0.14, 0.15, 0, 0, strength, 0.3, 0], weight: [1.5, 0.3, 0.4, 1, 8 * strength, 0.6, 0.4], kind: 'consonant' };
}

const ALVEOLAR = consonant(0.18, 1.2, { teeth: 0.45, tongue: 0.8, kind: 'plosive' });
const NASAL = consonant(0.18, 1.1, { teeth: 0.4, tongue: 0.8 });
const VELAR = consonant(0.28, 0.7, { kind: 'plosive' });
const UVULAR = consonant(0.3, 0.7, { kind: 'plosive' });
const SIBILANT = consonant(0.1, 2, { wide: 0.45, lips: 0.6, teeth: 1 });
const HUSHER = consonant(0.16, 1.8, { wide: 0.1, round: 0.55, lips: 1.2, teeth: 0.9 });
const AFFRICATE: Articulation = { ...HUSHER, kind: 'plosive' };
const DENTAL = consonant(0.22, 1.3, { teeth: 0.5, tongue: 1 });
const LATERAL = consonant(0.28, 0.9, { teeth: 0.35, tongue: 1 });
const RHOTIC = consonant(0.24, 0.9, { round: 0.38, lips: 0.6, teeth: 0.35, tongue: 0.4 });
const TRILL = consonant(0.24, 0.9, { round: 0.2, lips: 0.35, teeth: 0.35, tongue: 0.6 });
const BREATH = consonant(0.4, 0.15, { wide: 0.1, lips: 0.1 });
const GLIDE_W = consonant(0.15, 1.3, { wide: 0, round: 0.95, lips: 2, teeth: 0 });
const GLIDE_J = consonant(0.26, 0.9, { wide: 0.7, lips: 0.8, teeth: 0.5 });
const FRICATIVE_BACK = consonant(0.35, 0.6);
/** What an unknown symbol is taken for. */
const NEUTRAL = vowel(0.42, 0.08, 0.05, 0.25);

/** Symbols after length, stress, tie and diacritics are taken off. Persian and English of eSpeak NG, and near neighbours. */
const ARTICULATIONS: ReadonlyMap<string, Articulation> = new Map<string, Articulation>([
  ['i', vowel(0.26, 0.85, 0, 0.6)],
  ['ɪ', vowel(0.36, 0.45, 0, 0.5)],
  ['ᵻ', vowel(0.34, 0.35, 0, 0.45)],
  ['ɨ', vowel(0.34, 0.35, 0, 0.45)],
  ['e', vowel(0.6, 0.45, 0, 0.4)],
  ['ɛ', vowel(0.66, 0.42, 0, 0.4)],
  ['æ', vowel(0.85, 0.4, 0, 0.35)],
  ['a', vowel(0.92, 0.2, 0, 0.28)],
  ['ɐ', vowel(0.62, 0.1, 0, 0.25)],
  ['ɑ', vowel(0.95, 0.02, 0.08, 0.2)],
  ['ɒ', vowel(0.85, 0, 0.35, 0.12)],
  ['ʌ', vowel(0.72, 0.12, 0, 0.25)],
  ['ɔ', vowel(0.7, 0, 0.52, 0.1)],
  ['o', vowel(0.62, 0, 0.6, 0.1)],
  ['ɵ', vowel(0.5, 0, 0.6, 0.1)],
  ['ʊ', vowel(0.32, 0, 0.7, 0.1)],
  ['u', vowel(0.24, 0, 0.95, 0)],
  ['ʉ', vowel(0.26, 0, 0.8, 0.05)],
  ['ɯ', vowel(0.28, 0.3, 0, 0.3)],
  ['y', vowel(0.24, 0.05, 0.85, 0.1)],
  ['ø', vowel(0.45, 0, 0.65, 0.1)],
  ['œ', vowel(0.6, 0, 0.5, 0.15)],
  ['ə', NEUTRAL],
  ['ɘ', NEUTRAL],
  ['ɜ', vowel(0.48, 0.04, 0.18, 0.25)],
  ['ɝ', vowel(0.46, 0.02, 0.3, 0.25)],
  ['ɚ', vowel(0.4, 0.02, 0.3, 0.25)],
  ['m', bilabial('consonant')],
  ['b', bilabial('plosive')],
  ['p', bilabial('plosive')],
  ['f', labiodental(1)],
  ['v', labiodental(1)],
  ['ɱ', labiodental(1)],
  ['ʋ', labiodental(0.6)],
  ['w', GLIDE_W],
  ['ʍ', GLIDE_W],
  ['ɥ', GLIDE_W],
  ['t', ALVEOLAR],
  ['d', ALVEOLAR],
  ['ʈ', ALVEOLAR],
  ['ɖ', ALVEOLAR],
  ['n', NASAL],
  ['ɳ', NASAL],
  ['ɲ', NASAL],
  ['ɾ', consonant(0.24, 0.8, { teeth: 0.4, tongue: 0.8 })],
  ['θ', DENTAL],
  ['ð', DENTAL],
  ['s', SIBILANT],
  ['z', SIBILANT],
  ['ʃ', HUSHER],
  ['ʒ', HUSHER],
  ['ɕ', HUSHER],
  ['ʑ', HUSHER],
  ['tʃ', AFFRICATE],
  ['dʒ', AFFRICATE],
  ['l', LATERAL],
  ['ɫ', LATERAL],
  ['ɬ', LATERAL],
  ['ɭ', LATERAL],
  ['r', TRILL],
  ['ɹ', RHOTIC],
  ['ɻ', RHOTIC],
  ['ʁ', FRICATIVE_BACK],
  ['j', GLIDE_J],
  ['ʝ', GLIDE_J],
  ['k', VELAR],
  ['ɡ', VELAR],
  ['g', VELAR],
  ['c', VELAR],
  ['ɟ', VELAR],
  ['q', UVULAR],
  ['ɢ', UVULAR],
  ['ŋ', consonant(0.28, 0.6)],
  ['ɴ', consonant(0.28, 0.6)],
  ['x', FRICATIVE_BACK],
  ['χ', FRICATIVE_BACK],
  ['ɣ', FRICATIVE_BACK],
  ['h', BREATH],
  ['ɦ', BREATH],
  ['ħ', BREATH],
  ['ʔ', BREATH],
  ['ʕ', BREATH],
  // eSpeak's Persian follows each q with an event of this name: its release.
  ['1', BREATH],
]);

/** Stress, length, ties, syllabic and nasal marks, aspiration: they change timing or voice, not the lips. */
const MARKS = /[ˈˌːˑ:'ʰʲʷˠˤ˞\u0300-\u036f\s_|-]/gu;

/** Between burst and next sound: nearly free, the neighbours decide. */
export const RELEASE = consonant(0.25, 0.12, { lips: 0.08 });

/** Symbols that the table does not know, with their counts: they move the mouth like a schwa. */
export function unknownSymbols(phonemes: readonly Phoneme[]): Map<string, number> {
  const unknown = new Map<string, number>();
  for (const phoneme of voiced(phonemes)) {
    if (parse(phoneme.symbol).unknown) unknown.set(phoneme.symbol, (unknown.get(phoneme.symbol) ?? 0) + 1);
  }
  return unknown;
}

/** Whether lips, or lip and teeth, must visibly touch for this symbol. */
export function contactOf(symbol: string): 'close' | 'fv' | null {
  const parts = parse(symbol).parts;
  if (parts.some((part) => part.target[3] === 1)) return 'close';
  return parts.some((part) => part.target[4] === 1) ? 'fv' : null;
}

/** Whether the symbol is a vowel or begins with one. */
export function isVowel(symbol: string): boolean {
  const { parts, unknown } = parse(symbol);
  return !unknown && parts[0]?.kind === 'vowel';
}

/** Sounding phonemes: no pauses, nothing without duration, in order of time. */
export function voiced(phonemes: readonly Phoneme[]): Phoneme[] {
  return phonemes
    .filter((phoneme) => phoneme.endSec > phoneme.startSec && phoneme.symbol.replace(MARKS, '') !== '')
    .sort((a, b) => a.startSec - b.startSec);
}

const parsed = new Map<string, { parts: readonly Articulation[]; unknown: boolean }>();

/** `ˈaɪɚ` → three vowels. Kept, because a few dozen symbols make all of speech. */
export function parse(symbol: string): { parts: readonly Articulation[]; unknown: boolean } {
  const known = parsed.get(symbol);
  if (known) return known;
  const bare = Array.from(symbol.normalize('NFD').replace(MARKS, ''));
  const parts: Articulation[] = [];
  let unknown = false;
  for (let i = 0; i < bare.length; i++) {
    const pair = ARTICULATIONS.get(bare[i] + (bare[i + 1] ?? ''));
    if (pair && i + 1 < bare.length) {
      parts.push(pair);
      i++;
      continue;
    }
    const single = ARTICULATIONS.get(bare[i]);
    if (!single) unknown = true;
    parts.push(single ?? NEUTRAL);
  }
  const result = { parts, unknown };
  if (parsed.size < 4096) parsed.set(symbol, result);
  return result;
}
