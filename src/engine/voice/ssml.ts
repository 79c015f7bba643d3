/**
 * Marks of speech in a text: a small part of SSML (https://www.w3.org/TR/speech-synthesis11/), read whole or refused with the place of what is
 * wrong. Nothing of the text is lost or moved: what the marks say hangs on offsets in it.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { PauseKind } from '../../shared/contract/request.ts';
import type { MarkFault, MarkFaultKind } from '../../shared/contract/voice.ts';
import { StudioError } from '../../shared/errors.ts';
import { BLANK, blanked, isMarked, PAD } from '../../shared/marks.ts';
import type { Lang } from '../../shared/vocabulary.ts';
import { espeakPhonemes } from './ipa.ts';
import { dominantLang, isSpeakable, langOf } from './normalise/letters.ts';
import { DATE_FORMATS, readAs, SAY_AS, type DateFormat, type SayAs } from './sayAs.ts';

/** How a stretch of the text is said: factors of the voice's rate and pitch, and in which language, where that is said. */
export interface Manner {
  rate: number;
  pitch: number;
  lang: Lang | null;
}

/** A piece of the text that is said otherwise than it is written. */
export interface StandIn {
  start: number;
  end: number;
  /** null: that of the text around it. */
  lang: Lang | null;
  said: { say: string } | { phonemes: string } | { as: SayAs; written: string; format: DateFormat | null };
}

/** UTF-16 offsets in the text, end exclusive. */
export interface Marked {
  /** As long as the text, and what voices are to read of it: markup is blank, entities are their characters, and each stand-in is one word of as many letters. */
  plain: string;
  /** In order, apart from each other; what lies between is said as ever. */
  manners: (Manner & { start: number; end: number })[];
  /** Silence where the text goes on: seconds, or as long as after that punctuation. */
  pauses: { at: number; pause: number | PauseKind }[];
  standIns: StandIn[];
}

/** An ampersand that begins none of the entities. */
const STRAY = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);)[\w#]{0,20};?/iu;

export const NEUTRAL: Manner = { rate: 1, pitch: 1, lang: null };
/** Of one `<break>`, and of `rate` and `pitch` alone or one in the other. */
export const LONGEST_BREAK_SEC = 10;
export const LEAST_FACTOR = 0.5;
export const MOST_FACTOR = 2;
/** Characters of a piece that is said otherwise, and of what it is said as. */
const LONGEST_STAND_IN = 100;

const ATTRIBUTES: Record<string, readonly string[]> = {
  speak: ['version', 'xmlns', 'xml:lang'], break: ['time', 'strength'], prosody: ['rate', 'pitch'], emphasis: ['level'], 'say-as': ['interpret-as', 'format'], sub: ['alias'], phoneme: ['alphabet', 'ph'], lang: ['xml:lang'],
};
/** Elements that hold nothing but text. */
const OF_TEXT = ['say-as', 'sub', 'phoneme'];
const RATES: Record<string, number> = { 'x-slow': 0.5, slow: 0.75, medium: 1, default: 1, fast: 1.25, 'x-fast': 1.75 };
const PITCHES: Record<string, number> = { 'x-low': 0.6, low: 0.8, medium: 1, default: 1, high: 1.25, 'x-high': 1.6 };
/** No voice here has an emphasis of its own: what is stressed is said slower and a little higher, and the other way round. */
const LEVELS: Record<string, Omit<Manner, 'lang'>> = { strong: { rate: 0.8, pitch: 1.15 }, moderate: { rate: 0.9, pitch: 1.08 }, none: { rate: 1, pitch: 1 }, reduced: { rate: 1.1, pitch: 0.95 } };
const STRENGTHS: Record<string, number | PauseKind> = { none: 0, 'x-weak': 'comma', weak: 'semicolon', medium: 'sentence', strong: 'ellipsis', 'x-strong': 'paragraph' };

/** An element whose end is awaited. */
interface Open {
  name: string;
  tag: Stretch;
  manner: Manner;
  /** What stands for its content. */
  said: ((content: string, place: Stretch) => Pick<StandIn, 'said' | 'lang'>) | null;
}

interface Stretch {
  start: number;
  end: number;
}

/**
 * What the marks of a text say; null where it is literal.
 * @throws invalid-input with `details` a `MarkFault`, where one of them is malformed, unknown or out of range
 */
export function markedOf(script: string): Marked | null {
  if (!isMarked(script)) return null;
  const refuse = (fault: MarkFaultKind, { start, end }: Stretch, found: string, known: readonly string[] = [], reason = ''): never => {
    throw refusal(script, { fault, found, known: [...known] }, start, end, reason);
  };
  const parser = new SaxesParser();
  const open: Open[] = [];
  const manners: Marked['manners'] = [];
  const pauses: Marked['pauses'] = [];
  const standIns: StandIn[] = [];
  const text = blanked(script); // counts once all is read, for then it is well-formed
  let scriptLang: Lang | undefined; // asked for each sound, and counted once
  let mannerFrom = 0;

  /** The tag that ends where the parser is. */
  const tagHere = (): Stretch => ({ start: script.lastIndexOf('<', parser.position - 1), end: parser.position });
  const unsupported = (what: string) => () => refuse('unsupported', tagHere(), what);
  /** The text up to here is said as the innermost element wants. */
  const settle = (at: number): void => {
    const { rate, pitch, lang } = open.at(-1)?.manner ?? NEUTRAL;
    const before = manners.at(-1);
    const isNeutral = rate === 1 && pitch === 1 && lang === null;
    if (before && before.end === mannerFrom && before.rate === rate && before.pitch === pitch && before.lang === lang) before.end = at;
    else if (!isNeutral && at > mannerFrom) manners.push({ start: mannerFrom, end: at, rate, pitch, lang });
    mannerFrom = at;
  };

  const begin = ({ name, attributes }: SaxesTagPlain): void => {
    const tag = tagHere();
    const parent = open.at(-1);
    if (!Object.hasOwn(ATTRIBUTES, name)) refuse('element', tag, `<${name}>`, Object.keys(ATTRIBUTES).slice(1).map((each) => `<${each}>`));
    if (parent && (name === 'speak' || parent.name === 'break' || OF_TEXT.includes(parent.name))) refuse('nested', tag, `<${name}>`, [`<${parent.name}>`]);
    for (const attribute of Object.keys(attributes)) if (!ATTRIBUTES[name].includes(attribute)) refuse('attribute', attributeIn(script, tag, attribute), `<${name} ${attribute}>`, ATTRIBUTES[name]);

    const needed = (attribute: string): string => attributes[attribute] ?? refuse('missing', tag, `<${name}>`, [attribute]);
    const wrong = (attribute: string, known: readonly string[]): never => refuse('value', attributeIn(script, tag, attribute), `${attribute}="${attributes[attribute]}"`, known);
    /** What a table says of the attribute; undefined where it is left out. */
    const listed = <T>(attribute: string, table: Record<string, T>): T | undefined => {
      const value = attributes[attribute] as string | undefined;
      if (value === undefined) return undefined;
      return Object.hasOwn(table, value) ? table[value] : wrong(attribute, Object.keys(table));
    };
    const factor = (attribute: string, table: Record<string, number>, forms: readonly string[], outside: number): number => {
      const value = attributes[attribute] as string | undefined;
      const read = value === undefined ? 1 : factorOf(value, table, attribute === 'pitch');
      if (read === null || read < LEAST_FACTOR - 1e-9 || read > MOST_FACTOR + 1e-9) return wrong(attribute, [...Object.keys(table), ...forms]);
      return within(outside * read);
    };
    const languageOf = (attribute: string): Lang => (/^(fa|en)(?:-[a-z\d]+)*$/i.exec(attributes[attribute])?.[1].toLowerCase() as Lang | undefined) ?? wrong(attribute, ['fa', 'en']);

    const outer = parent?.manner ?? NEUTRAL;
    let manner = outer;
    let said: Open['said'] = null;
    if (name === 'speak' && attributes['xml:lang'] !== undefined) manner = { ...outer, lang: languageOf('xml:lang') };
    else if (name === 'lang') {
      needed('xml:lang');
      manner = { ...outer, lang: languageOf('xml:lang') };
    } else if (name === 'prosody') {
      if (attributes.rate === undefined && attributes.pitch === undefined) refuse('missing', tag, '<prosody>', ['rate', 'pitch']);
      manner = { ...outer, rate: factor('rate', RATES, ['50% … 200%', '-50% … +100%'], outer.rate), pitch: factor('pitch', PITCHES, ['-50% … +100%', '-12st … +12st'], outer.pitch) };
    } else if (name === 'emphasis') {
      const { rate, pitch } = listed('level', LEVELS) ?? LEVELS.moderate;
      manner = { ...outer, rate: within(outer.rate * rate), pitch: within(outer.pitch * pitch) };
    } else if (name === 'break') {
      const strength = listed('strength', STRENGTHS) ?? STRENGTHS.medium;
      const sec = attributes.time === undefined ? null : secondsOf(attributes.time);
      if (attributes.time !== undefined && (sec === null || sec > LONGEST_BREAK_SEC)) wrong('time', [`0ms … ${LONGEST_BREAK_SEC * 1000}ms`, `0s … ${LONGEST_BREAK_SEC}s`]);
      pauses.push({ at: tag.start, pause: sec ?? strength });
    } else if (name === 'sub') {
      const alias = needed('alias');
      if (!isSpeakable(alias) || alias.length > LONGEST_STAND_IN) refuse('unspeakable', attributeIn(script, tag, 'alias'), alias, [String(LONGEST_STAND_IN)]);
      said = () => ({ said: { say: alias }, lang: langOf(alias) });
    } else if (name === 'phoneme') {
      const phonemes = needed('ph');
      if (attributes.alphabet !== undefined && attributes.alphabet !== 'ipa') wrong('alphabet', ['ipa']);
      said = (content) => {
        const lang = outer.lang ?? langOf(content) ?? (scriptLang ??= dominantLang(text) ?? 'en');
        try {
          espeakPhonemes(phonemes, lang);
        } catch (error) {
          refuse('sounds', attributeIn(script, tag, 'ph'), `ph="${phonemes}"`, [], (error as StudioError).message);
        }
        return { said: { phonemes }, lang };
      };
    } else if (name === 'say-as') {
      needed('interpret-as');
      const as = listed('interpret-as', Object.fromEntries(SAY_AS.map((kind) => [kind, kind])))!;
      const format = listed('format', Object.fromEntries(DATE_FORMATS.map((each) => [each, each]))) ?? null;
      if (format !== null && as !== 'date') refuse('attribute', attributeIn(script, tag, 'format'), `<say-as interpret-as="${as}" format>`, ['<say-as interpret-as="date" format>']);
      said = (content, place) => {
        if ((['fa', 'en'] as const).some((lang) => readAs(as, content, format, lang) === null)) refuse('content', place, content, [EXAMPLES[as]]);
        return { said: { as, written: content, format }, lang: outer.lang };
      };
    }
    settle(tag.start);
    open.push({ name, tag, manner, said });
  };

  const end = ({ isSelfClosing }: SaxesTagPlain): void => {
    const { name, tag, said } = open.at(-1)!;
    const close = isSelfClosing ? { start: tag.end, end: tag.end } : tagHere();
    if (name === 'break' && text.slice(tag.end, close.start).trim() !== '') refuse('nested', { start: tag.end, end: close.start }, text.slice(tag.end, close.start).trim(), ['<break>']);
    if (said) {
      const raw = text.slice(tag.end, close.start).replaceAll(BLANK, PAD); // of entities: no tag stands in it
      const start = tag.end + (raw.length - raw.trimStart().length);
      const place = { start, end: start + raw.trim().length };
      const content = text.slice(place.start, place.end).replaceAll(PAD, '');
      if (content === '') refuse('empty', tag, `<${name}>`);
      if (content.length > LONGEST_STAND_IN) refuse('unspeakable', place, content, [String(LONGEST_STAND_IN)]);
      standIns.push({ ...place, ...said(content, place) });
    }
    settle(isSelfClosing ? tag.start : close.start);
    open.pop();
  };

  const ampersand = STRAY.exec(script);
  if (ampersand) refuse('entity', { start: ampersand.index, end: ampersand.index + ampersand[0].length }, ampersand[0], ['&amp;', '&lt;', '&gt;', '&quot;', '&apos;']);
  parser.on('error', ({ message }) => refuse('syntax', { start: parser.position - 1, end: parser.position }, message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
  parser.on('opentag', begin);
  parser.on('closetag', end);
  parser.on('comment', unsupported('<!--'));
  parser.on('cdata', unsupported('<![CDATA['));
  parser.on('processinginstruction', unsupported('<?'));
  parser.on('doctype', unsupported('<!DOCTYPE'));
  parser.write(script).close();
  return { plain: withPlaceholders(text, standIns), manners, pauses, standIns };
}

/** What the marks say of a part of the text that cuts no tag; its offsets count from the part's start. */
export function marksWithin({ plain, manners, pauses, standIns }: Marked, from: number, to: number): Marked {
  const shifted = <T extends Stretch>(all: readonly T[]): T[] =>
    all.filter(({ start, end }) => start < to && end > from).map((each) => ({ ...each, start: Math.max(each.start, from) - from, end: Math.min(each.end, to) - from }));
  return {
    plain: plain.slice(from, to),
    manners: shifted(manners),
    pauses: pauses.filter(({ at }) => at >= from && at < to).map(({ at, pause }) => ({ at: at - from, pause })),
    standIns: shifted(standIns),
  };
}

/** The language that the marks name for all words of the text; null: for none, or for some. */
export function langByMarks({ plain, manners }: Marked): Lang | null {
  const [first] = manners;
  if (!first?.lang || manners.some(({ lang }) => lang !== first.lang)) return null;
  let rest = plain;
  for (const { start, end } of manners) rest = rest.slice(0, start) + BLANK.repeat(end - start) + rest.slice(end);
  return isSpeakable(rest) ? null : first.lang;
}

/** The language of the voice that says all of a text, where none is named. */
export const langOfText = (text: string, marked: Marked | undefined): Lang => (marked && langByMarks(marked)) ?? dominantLang(marked?.plain ?? text) ?? 'en';

export const within = (factor: number): number => Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));

/** `x-slow`, `80%` (of the voice's own), `+20%`, and of pitches `-2st`; null: none of them. */
function factorOf(value: string, table: Record<string, number>, hasSemitones: boolean): number | null {
  if (Object.hasOwn(table, value)) return table[value];
  const percent = /^([+-]?)(\d{1,3}(?:\.\d{1,3})?)%$/.exec(value);
  if (percent) return percent[1] === '' ? Number(percent[2]) / 100 : 1 + Number(percent[1] + percent[2]) / 100;
  const semitones = hasSemitones ? /^([+-]?\d{1,2}(?:\.\d{1,3})?)st$/.exec(value) : null;
  return semitones && 2 ** (Number(semitones[1]) / 12);
}

function secondsOf(time: string): number | null {
  const match = /^\+?(\d{1,6}(?:\.\d{1,3})?|\.\d{1,3})(ms|s)$/.exec(time);
  return match && Number(match[1]) / (match[2] === 'ms' ? 1000 : 1);
}

/** One word that no voice reads, so that nothing of what stands there is cut or read: letters of what is said, or digits where numbers are. */
function withPlaceholders(text: string, standIns: readonly StandIn[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, lang, said } of standIns) {
    const letters = lang ?? ('as' in said ? langOf(said.written) : null) ?? (/[۰-۹٠-٩]/.test(text.slice(start, end)) ? 'fa' : null);
    parts.push(text.slice(from, start), (letters === null ? '0' : letters === 'fa' ? 'گ' : 'q').repeat(end - start));
    from = end;
  }
  return parts.join('') + text.slice(from);
}

function attributeIn(script: string, tag: Stretch, name: string): Stretch {
  const at = script.slice(tag.start, tag.end).search(new RegExp(`(?<=\\s)${name.replace(/[^\w:-]/gu, '.')}\\s*=`, 'u'));
  return at < 0 ? tag : { start: tag.start + at, end: tag.start + at + name.length };
}

const EXAMPLES: Record<SayAs, string> = {
  characters: 'GPT-4', 'spell-out': 'GPT-4', cardinal: '1,250', number: '3.5', ordinal: '21', digits: '0042', date: '2024-08-02', time: '12:30', telephone: '+98 912 345 6789',
};

const SENTENCES: Record<MarkFaultKind, (found: string, known: string, reason: string) => string> = {
  syntax: (found) => `the marks are not well-formed: ${found}`,
  entity: (found, known) => `“${found}” is no entity. There are: ${known}, and numbers (&#1587;)`,
  unsupported: (found) => `${found} has no place in a marked text; take it out`,
  element: (found, known) => `there is no mark ${found}. There are: ${known}`,
  nested: (found, known) => `“${found}” cannot stand inside ${known}`,
  attribute: (found, known) => `there is no ${found}. There are: ${known}`,
  missing: (found, known) => `${found} needs one of: ${known}`,
  value: (found, known) => `${found} is not possible. Possible are: ${known}`,
  empty: (found) => `${found} is empty: write between its tags what is to be shown`,
  unspeakable: (found, known) => `“${found}” has no word that can be said, or more than ${known} characters`,
  content: (found, known) => `“${found}” cannot be read so. An example of what can: ${known}`,
  sounds: (_found, _known, reason) => reason.replace(/\.$/, ''),
};

function refusal(script: string, { fault, found, known }: Pick<MarkFault, 'fault' | 'found' | 'known'>, start: number, end: number, reason: string): StudioError {
  const at = Math.min(Math.max(0, start), script.length - 1);
  const before = script.slice(0, at).split(/\r\n?|\n/);
  const shownFound = found.length > 120 ? `${found.slice(0, 119)}…` : found;
  const details: MarkFault = { fault, line: before.length, column: before.at(-1)!.length + 1, start: at, end: Math.min(script.length, Math.max(at + 1, end)), found: shownFound, known };
  const sentence = SENTENCES[fault](shownFound, known.join(', '), reason);
  return new StudioError('invalid-input', `Line ${details.line}, column ${details.column} of the text: ${sentence}. A text that begins with <speak is read by its marks; any other is said as it is written.`, { details });
}
