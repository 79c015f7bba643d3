/** What each element of a marked text asks for, and the values that its attributes may have. docs/VOICES.md has the same as a table. */
import type { PauseKind } from '../../../shared/contract/request.ts';
import type { StudioError } from '../../../shared/errors.ts';
import type { Lang } from '../../../shared/vocabulary.ts';
import { espeakPhonemes } from '../ipa.ts';
import { isSpeakable, langOf } from '../normalise/letters.ts';
import { DATE_FORMATS, readAs, SAY_AS, type DateFormat, type SayAs } from './sayAs.ts';
import type { Refuse, Stretch } from './ssmlFault.ts';

/** How a stretch of the text is said: factors of the voice's rate and pitch, and in which language, where that is said. */
export interface Manner {
  rate: number;
  pitch: number;
  lang: Lang | null;
}

/** What is said in the place of what is written. */
export interface SaidInstead {
  said: { say: string } | { phonemes: string } | { as: SayAs; written: string; format: DateFormat | null };
  /** null: that of the text around it. */
  lang: Lang | null;
}

export interface Element {
  /** Of what stands in it. */
  manner: Manner;
  /** Silence where it stands: seconds, or as long as after that punctuation. */
  pause?: number | PauseKind;
  /** Of an element that stands for its content. @param place of the content, for what is wrong with it */
  instead?: (content: string, place: Stretch) => SaidInstead;
}

export interface Tag {
  name: string;
  attributes: Readonly<Record<string, string | undefined>>;
  place: Stretch;
  /** Where one of its attributes stands. */
  placeOf: (attribute: string) => Stretch;
}

export const NEUTRAL: Manner = { rate: 1, pitch: 1, lang: null };
/** Of one `<break>`. */
const LONGEST_BREAK_SEC = 10;
/** Of `rate` and `pitch` alone, one in the other, and with those of the take. */
const LEAST_FACTOR = 0.5;
const MOST_FACTOR = 2;
/** Characters of a piece that is said otherwise, and of what it is said as. */
export const LONGEST_STAND_IN = 100;

/** Elements with their attributes. */
const ATTRIBUTES: Record<string, readonly string[]> = {
  speak: ['version', 'xmlns', 'xml:lang'], break: ['time', 'strength'], prosody: ['rate', 'pitch'], emphasis: ['level'], 'say-as': ['interpret-as', 'format'], sub: ['alias'], phoneme: ['alphabet', 'ph'], lang: ['xml:lang'],
};
const INNER = Object.keys(ATTRIBUTES).filter((name) => name !== 'speak').map((name) => `<${name}>`);
/** Elements that hold no other. */
const CHILDLESS = new Set(['break', 'say-as', 'sub', 'phoneme']);
const RATES: Record<string, number> = { 'x-slow': 0.5, slow: 0.75, medium: 1, default: 1, fast: 1.25, 'x-fast': 1.75 };
const PITCHES: Record<string, number> = { 'x-low': 0.6, low: 0.8, medium: 1, default: 1, high: 1.25, 'x-high': 1.6 };
const RATE_FORMS = [...Object.keys(RATES), '50% … 200%', '-50% … +100%'];
const PITCH_FORMS = [...Object.keys(PITCHES), '-50% … +100%', '-12st … +12st'];
const TIME_FORMS = [`0ms … ${LONGEST_BREAK_SEC * 1000}ms`, `0s … ${LONGEST_BREAK_SEC}s`];
/** No voice here has an emphasis of its own: what is stressed is said slower and a little higher, and the other way round. */
const LEVELS: Record<string, Omit<Manner, 'lang'>> = { strong: { rate: 0.8, pitch: 1.15 }, moderate: { rate: 0.9, pitch: 1.08 }, none: { rate: 1, pitch: 1 }, reduced: { rate: 1.1, pitch: 0.95 } };
const STRENGTHS: Record<string, number | PauseKind> = { none: 0, 'x-weak': 'comma', weak: 'semicolon', medium: 'sentence', strong: 'ellipsis', 'x-strong': 'paragraph' };
const EXAMPLES: Record<SayAs, string> = {
  characters: 'GPT-4', 'spell-out': 'GPT-4', cardinal: '1,250', number: '3.5', ordinal: '21', digits: '0042', date: '2024-08-02', time: '12:30', telephone: '+98 912 345 6789',
};

export const within = (factor: number): number => Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));

/**
 * @param parent the name of the element that it stands in; undefined: it is the root
 * @param outer how what is around it is said
 * @param textLang the language of the whole text, where nothing nearer tells it
 */
export function elementOf(tag: Tag, parent: string | undefined, outer: Manner, textLang: () => Lang, refuse: Refuse): Element {
  const { name, attributes, place, placeOf } = tag;
  if (!Object.hasOwn(ATTRIBUTES, name)) refuse('element', place, `<${name}>`, INNER);
  if (parent !== undefined && (name === 'speak' || CHILDLESS.has(parent))) refuse('nested', place, `<${name}>`, [`<${parent}>`]);
  for (const attribute of Object.keys(attributes)) if (!ATTRIBUTES[name].includes(attribute)) refuse('attribute', placeOf(attribute), `<${name} ${attribute}>`, ATTRIBUTES[name]);

  const wrong = (attribute: string, known: readonly string[]): never => refuse('value', placeOf(attribute), `${attribute}="${attributes[attribute]}"`, known);
  /** The attribute as it was read; undefined where it is left out. */
  const read = <T>(attribute: string, by: (value: string) => T | null, known: readonly string[]): T | undefined => {
    const value = attributes[attribute];
    return value === undefined ? undefined : (by(value) ?? wrong(attribute, known));
  };
  const listed = <T>(attribute: string, table: Record<string, T>): T | undefined => read(attribute, (value) => (Object.hasOwn(table, value) ? table[value] : null), Object.keys(table));
  const needed = <T>(attribute: string, value: T | undefined): T => value ?? refuse('missing', place, `<${name}>`, [attribute]);
  const lang = (): Lang | undefined => read('xml:lang', langNamed, ['fa', 'en']);

  switch (name) {
    case 'lang':
      return { manner: { ...outer, lang: needed('xml:lang', lang()) } };
    case 'prosody': {
      const rate = read('rate', (value) => factorOf(value, RATES), RATE_FORMS);
      const pitch = read('pitch', (value) => factorOf(value, PITCHES) ?? semitonesOf(value), PITCH_FORMS);
      if (rate === undefined && pitch === undefined) refuse('missing', place, `<${name}>`, ATTRIBUTES.prosody);
      return { manner: { ...outer, rate: within(outer.rate * (rate ?? 1)), pitch: within(outer.pitch * (pitch ?? 1)) } };
    }
    case 'emphasis': {
      const { rate, pitch } = listed('level', LEVELS) ?? LEVELS.moderate;
      return { manner: { ...outer, rate: within(outer.rate * rate), pitch: within(outer.pitch * pitch) } };
    }
    case 'break': {
      const strength = listed('strength', STRENGTHS);
      return { manner: outer, pause: read('time', secondsOf, TIME_FORMS) ?? strength ?? STRENGTHS.medium };
    }
    case 'sub': {
      const alias = needed('alias', attributes.alias);
      if (!isSpeakable(alias) || alias.length > LONGEST_STAND_IN) refuse('unspeakable', placeOf('alias'), alias, [String(LONGEST_STAND_IN)]);
      return { manner: outer, instead: () => ({ said: { say: alias }, lang: langOf(alias) }) };
    }
    case 'phoneme': {
      const phonemes = needed('ph', attributes.ph);
      listed('alphabet', { ipa: true });
      const instead = (content: string): SaidInstead => {
        const own = outer.lang ?? langOf(content) ?? textLang();
        try {
          espeakPhonemes(phonemes, own);
        } catch (error) {
          refuse('sounds', placeOf('ph'), `ph="${phonemes}"`, [], (error as StudioError).message);
        }
        return { said: { phonemes }, lang: own };
      };
      return { manner: outer, instead };
    }
    case 'say-as': {
      const as = needed('interpret-as', listed('interpret-as', KINDS));
      const format = listed('format', FORMATS) ?? null;
      if (format !== null && as !== 'date') refuse('attribute', placeOf('format'), `<say-as interpret-as="${as}" format>`, ['<say-as interpret-as="date" format>']);
      const instead = (content: string, at: Stretch): SaidInstead => {
        if (LANGS.some((each) => readAs(as, content, format, each) === null)) refuse('content', at, content, [EXAMPLES[as]]);
        return { said: { as, written: content, format }, lang: outer.lang };
      };
      return { manner: outer, instead };
    }
    default:
      return { manner: { ...outer, lang: lang() ?? outer.lang } }; // <speak>
  }
}

const LANGS = ['fa', 'en'] as const;
const KINDS = Object.fromEntries(SAY_AS.map((kind) => [kind, kind])) as Record<SayAs, SayAs>;
const FORMATS = Object.fromEntries(DATE_FORMATS.map((format) => [format, format])) as Record<DateFormat, DateFormat>;

/** `fa`, `en-GB`. */
const langNamed = (value: string): Lang | null => (/^(fa|en)(?:-[a-z\d]+)*$/i.exec(value)?.[1].toLowerCase() as Lang | undefined) ?? null;

/** `x-slow`, `80%` (of the voice's own), `+20%`. */
function factorOf(value: string, table: Record<string, number>): number | null {
  if (Object.hasOwn(table, value)) return table[value];
  const percent = /^([+-]?)(\d{1,3}(?:\.\d{1,3})?)%$/.exec(value);
  return percent && possible(percent[1] === '' ? Number(percent[2]) / 100 : 1 + Number(percent[1] + percent[2]) / 100);
}

/** `-2st` */
function semitonesOf(value: string): number | null {
  const semitones = /^([+-]?\d{1,2}(?:\.\d{1,3})?)st$/.exec(value);
  return semitones && possible(2 ** (Number(semitones[1]) / 12));
}

const possible = (factor: number): number | null => (factor >= LEAST_FACTOR - 1e-9 && factor <= MOST_FACTOR + 1e-9 ? factor : null);

/** `300ms`, `1.5s` */
function secondsOf(value: string): number | null {
  const match = /^\+?(\d{1,6}(?:\.\d{1,3})?|\.\d{1,3})(ms|s)$/.exec(value);
  const sec = match && Number(match[1]) / (match[2] === 'ms' ? 1000 : 1);
  return sec !== null && sec <= LONGEST_BREAK_SEC ? sec : null;
}
