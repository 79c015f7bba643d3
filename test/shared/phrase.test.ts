/** Sentences apart from what they speak of. */
import { expect, test } from 'vitest';
import { say, textOf, valuesIn } from '../../src/shared/phrase.ts';

test('in English it reads as it was written, whatever stands in it', () => {
  const inner = say`, ${2} of them free`;
  expect(textOf(say`Card “${'RTX'}”: ${12.5} GB${inner}.`)).toBe('Card “RTX”: 12.5 GB, 2 of them free.');
  expect(textOf(say`Nothing to do.`)).toBe('Nothing to do.');
  // What it speaks of is never taken for a place.
  expect(textOf(say`${'{1}'} and ${'{0}'}`)).toBe('{1} and {0}');
});

test('another language puts what it speaks of where it wants it', () => {
  const language = { formOf: (form: string) => ({ '{0} of {1}': '{1} ← {0}', ' ({0})': '' })[form] ?? form, number: (value: number) => `#${value}`, name: (value: string) => value.toUpperCase() };
  expect(textOf(say`${1} of ${say`${'disk'}${say` (${3})`}`}`, language)).toBe('DISK ← #1');
});

test('what a sentence speaks of is found by its form', () => {
  expect(valuesIn('“{0}” is longer than {1} s. Cut it (first).', '“a {1} b.wav” is longer than 3 s. Cut it (first).')).toEqual(['a {1} b.wav', '3']);
  expect(valuesIn('{0} is empty.', 'a.wav is empty. Or not.')).toBeNull();
  expect(valuesIn('It is over.', 'It is over.')).toEqual([]);
});
