/** What stands beside a word in its text, looked up only where a step asks for it: most words are read without. */
import type { WrittenWord } from './written.ts';

/** Words are plain letters and ASCII digits, '' where something other than a space is between. */
export interface Around {
  readonly before: string;
  /** What is said last before it, a number in words; '' after a break. */
  readonly said: string;
  readonly after: string;
  /** The word that many words after it; 1 is `after`. */
  ahead(count: number): string;
  /** In parentheses all by itself. */
  readonly enclosed: boolean;
  /** A full stop follows at once. */
  readonly stop: boolean;
  /** The character right before it: ’90s, 12-inch. */
  readonly lead: string;
  /** The character right after it, '' at the end. */
  readonly tail: string;
}

export const NOTHING_AROUND: Around = { before: '', said: '', after: '', ahead: () => '', enclosed: false, stop: false, lead: '', tail: '' };

/** The words of a text, and the same as plain letters and ASCII digits. */
export interface WordsOfText {
  text: string;
  written: readonly WrittenWord[];
  plain: readonly string[];
}

export class Neighbours implements Around {
  readonly said: string;
  private readonly words: WordsOfText;
  private readonly index: number;

  /** @param said the last word that is said before it, '' after a break */
  constructor(words: WordsOfText, index: number, said: string) {
    this.words = words;
    this.index = index;
    this.said = said;
  }

  get before(): string {
    return this.near(this.index - 1) ? this.words.plain[this.index - 1] : '';
  }

  get after(): string {
    return this.ahead(1);
  }

  ahead(count: number): string {
    for (let i = 0; i < count; i++) if (!this.near(this.index + i)) return '';
    return this.words.plain[this.index + count];
  }

  get enclosed(): boolean {
    const { start, end } = this.words.written[this.index];
    return this.words.text[start - 1] === '(' && this.words.text[end] === ')';
  }

  get stop(): boolean {
    return this.tail === '.';
  }

  get tail(): string {
    return this.words.text[this.words.written[this.index].end] ?? '';
  }

  get lead(): string {
    return this.words.text[this.words.written[this.index].start - 1] ?? '';
  }

  /** The two words from that one on count as neighbours where no pause is between; numbers and honorifics also beside «تلفن:», «(۰۲۱)», July 4, 1776. */
  private near(left: number): boolean {
    const { text, written, plain } = this.words;
    if (left < 0 || left + 1 >= written.length) return false;
    if (written[left].breakAfter === '') return true;
    const gap = text.slice(written[left].end, written[left + 1].start);
    if (/^(?:\s?\(|[:)]{0,2})[^\S\n]*$/u.test(gap)) return /\d/.test(plain[left] + plain[left + 1]) || (gap.endsWith('(') && text[written[left + 1].end] === ')');
    return gap === ', ' && /^\d{1,2}(?:st|nd|rd|th)?$/.test(plain[left]) && /^\d{4}$/.test(plain[left + 1]);
  }
}
