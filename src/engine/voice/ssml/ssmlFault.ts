/** What is wrong with the marks of a text: with its place, so that it can be shown there, and as a sentence. */
import type { MarkFault, MarkFaultKind } from '../../../shared/contract/voice.ts';
import { StudioError } from '../../../shared/errors.ts';

/** UTF-16 offsets in the text, end exclusive. */
export interface Stretch {
  start: number;
  end: number;
}

/** @param reason why, in words, where `found` does not say it @throws always: invalid-input with `details` a `MarkFault` */
export type Refuse = (fault: MarkFaultKind, place: Stretch, found: string, known?: readonly string[], reason?: string) => never;

const LONGEST_FOUND = 120;

export const refuseIn = (script: string): Refuse => (fault, { start, end }, given, known = [], reason = '') => {
  const found = given.length > LONGEST_FOUND ? `${given.slice(0, LONGEST_FOUND - 1)}…` : given;
  const at = Math.min(Math.max(0, start), script.length - 1);
  const lines = script.slice(0, at).split(/\r\n?|\n/);
  const details: MarkFault = { fault, line: lines.length, column: lines.at(-1)!.length + 1, start: at, end: Math.min(script.length, Math.max(at + 1, end)), found, known: [...known] };
  const sentence = SENTENCES[fault](found, known.join(', '), reason);
  throw new StudioError('invalid-input', `Line ${details.line}, column ${details.column} of the text: ${sentence}. A text that begins with <speak is read by its marks; any other is said as it is written.`, { details });
};

/** In English; the studio's page has its own for each fault. */
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
