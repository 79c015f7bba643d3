/** The marks of speech in a text, as whoever shows it looks at them: what of it is markup, and what is left without. The engine knows what they mean. */

/** A text that begins so is marked; any other is literal, whatever stands in it. */
export const isMarked = (text: string): boolean => /^\s*<speak/.test(text);

/** In the place of markup: a space that no well-formed text holds (XML has no vertical tab). */
export const BLANK = '\v';
/** What follows a decoded entity, so that it takes as much room as before: a character that is no part of any word. */
export const PAD = '\u2060';
/** Quoted values may hold “>”. */
export const MARKUP = /<\/?[a-z](?:"[^"]*"|'[^']*'|[^"'<>])*>/giu;
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|amp|lt|gt|quot|apos);/giu;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const HIGHEST_CODE = 0x10ffff;

/** As long as the marked text, or the part of one that cuts no tag: markup blank, entities the characters that they stand for, all else at its place. */
export const blanked = (text: string): string =>
  text
    .replace(MARKUP, (markup) => BLANK.repeat(markup.length))
    // A sign that stands alone stays alone.
    .replace(ENTITY, (entity, at: number, all: string) => decoded(entity).padEnd(entity.length, /^\s?$/.test(all.charAt(at + entity.length)) ? BLANK : PAD));

/** A marked text, or the part of one that cuts no tag, as it is read by people. */
export const withoutMarks = (text: string): string => shown(blanked(text));

/** What is shown of any text: a literal one is shown as it is. */
export const shownText = (script: string): string => (isMarked(script) ? withoutMarks(script) : script);

/** What is shown of a part of the script that cuts no tag, such as a segment. */
export const shownPart = (part: string, script: string): string => (isMarked(script) ? withoutMarks(part) : part);

/** Blanks go with the space around them; between two letters they are one space. */
export function shown(blank: string): string {
  return blank.replaceAll(PAD, '').replace(/\s+/gu, (space, at: number, all: string) => {
    if (!space.includes(BLANK)) return space;
    if (space.includes('\n')) return '\n';
    return /[^\v]/.test(space) || (isLetter(all[at - 1]) && isLetter(all[at + space.length])) ? ' ' : '';
  });
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{M}\p{N}]/u.test(character);

function decoded(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith('#')) return NAMED[name];
  const code = name[1] === 'x' ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= HIGHEST_CODE ? String.fromCodePoint(code) : entity;
}
