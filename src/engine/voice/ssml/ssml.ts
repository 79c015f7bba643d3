/**
 * Marks of speech in a text: a small part of SSML (https://www.w3.org/TR/speech-synthesis11/), read whole or refused with the place of what is
 * wrong. Nothing of the text is lost or moved: what the marks say hangs on offsets in it.
 */
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { BLANK, blanked, isMarked, PAD } from '../../../shared/marks.ts';
import type { Lang } from '../../../shared/vocabulary.ts';
import { dominantLang, isSpeakable, langOf } from '../normalise/letters.ts';
import { elementOf, LONGEST_STAND_IN, NEUTRAL, type Element, type Manner, type SaidInstead } from './ssmlElements.ts';
import { refuseIn, type Stretch } from './ssmlFault.ts';

/** A piece of the text that is said otherwise than it is written. */
export type StandIn = Stretch & SaidInstead;

export interface Marked {
  /** As long as the text, and what voices are to read of it: markup is blank, entities are their characters, and each stand-in is one word of as many letters. */
  plain: string;
  /** In order, apart from each other; what lies between is said as ever. */
  manners: (Manner & Stretch)[];
  /** Silence where the text goes on. */
  pauses: { at: number; pause: NonNullable<Element['pause']> }[];
  standIns: StandIn[];
}

/** An ampersand that begins none of the entities. */
const STRAY = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);)[\w#]{0,20};?/iu;

/**
 * What the marks of a text say; null where it is literal.
 * @throws invalid-input with `details` a `MarkFault`, where one of them is malformed, unknown or out of range
 */
export function markedOf(script: string): Marked | null {
  if (!isMarked(script)) return null;
  const refuse = refuseIn(script);
  const text = blanked(script); // counts once all is read, for then it is well-formed
  let lang: Lang | undefined;
  const textLang = () => (lang ??= dominantLang(text) ?? 'en');
  const parser = new SaxesParser();
  const open: (Element & { name: string; tag: Stretch })[] = [];
  const manners: Marked['manners'] = [];
  const pauses: Marked['pauses'] = [];
  const standIns: StandIn[] = [];
  let mannerFrom = 0;

  /** The tag that ends where the parser is. */
  const tagHere = (): Stretch => ({ start: script.lastIndexOf('<', parser.position - 1), end: parser.position });
  /** The text up to here is said as the innermost element wants. */
  const settle = (at: number): void => {
    const { rate, pitch, lang: named } = open.at(-1)?.manner ?? NEUTRAL;
    const before = manners.at(-1);
    if (before?.end === mannerFrom && before.rate === rate && before.pitch === pitch && before.lang === named) before.end = at;
    else if (at > mannerFrom && !(rate === 1 && pitch === 1 && named === null)) manners.push({ start: mannerFrom, end: at, rate, pitch, lang: named });
    mannerFrom = at;
  };
  const begin = ({ name, attributes }: SaxesTagPlain): void => {
    const place = tagHere();
    const parent = open.at(-1);
    const element = elementOf({ name, attributes, place, placeOf: (attribute) => attributeIn(script, place, attribute) }, parent?.name, parent?.manner ?? NEUTRAL, textLang, refuse);
    if (element.pause !== undefined) pauses.push({ at: place.start, pause: element.pause });
    settle(place.start);
    open.push({ ...element, name, tag: place });
  };
  const end = ({ isSelfClosing }: SaxesTagPlain): void => {
    const { name, tag, pause, instead } = open.at(-1)!;
    const to = isSelfClosing ? tag.end : tagHere().start;
    const inside = text.slice(tag.end, to);
    if (pause !== undefined && inside.trim() !== '') refuse('nested', { start: tag.end, end: to }, inside.trim(), [`<${name}>`]);
    if (instead) {
      const written = inside.replaceAll(BLANK, PAD); // of entities: no tag stands in it
      const start = tag.end + (written.length - written.trimStart().length);
      const place = { start, end: start + written.trim().length };
      const content = written.trim().replaceAll(PAD, '');
      if (content === '') refuse('empty', tag, `<${name}>`);
      if (content.length > LONGEST_STAND_IN) refuse('unspeakable', place, content, [String(LONGEST_STAND_IN)]);
      standIns.push({ ...place, ...instead(content, place) });
    }
    settle(isSelfClosing ? tag.start : to);
    open.pop();
  };

  const stray = STRAY.exec(script);
  if (stray) refuse('entity', { start: stray.index, end: stray.index + stray[0].length }, stray[0], ['&amp;', '&lt;', '&gt;', '&quot;', '&apos;']);
  parser.on('error', ({ message }) => refuse('syntax', { start: parser.position - 1, end: parser.position }, message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
  for (const [event, found] of [['comment', '<!--'], ['cdata', '<![CDATA['], ['processinginstruction', '<?'], ['doctype', '<!DOCTYPE']] as const) parser.on(event, () => refuse('unsupported', tagHere(), found));
  parser.on('opentag', begin);
  parser.on('closetag', end);
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
