/** The starter lexicon: what it makes of words that eSpeak misreads and of homographs, and who goes before it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { openEspeak, type Espeak } from '../../../src/engine/voice/espeak.ts';
import { checkEntry, entriesIn, lexiconOf } from '../../../src/engine/voice/lexicon/lexicon.ts';
import { openLexicon, withLexicon } from '../../../src/engine/voice/lexicon/lexiconStore.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { spokenChanges } from '../../../src/engine/voice/spokenChanges.ts';
import { readingsOf, readStarter, starterEntries } from '../../../src/engine/voice/lexicon/starter.ts';
import { parse } from '../../../src/shared/contract/common.ts';
import { renderRequest, type AppliedEntry } from '../../../src/shared/contract/request.ts';
import { homographCases, rightHomographs, rightWords, wordCases } from './readingScore.ts';

const said = (text: string, entries: readonly AppliedEntry[] = starterEntries()) => utterances(text, lexiconOf(entries), 'fa').map((run) => run.text).join(' ');

describe('what is said', () => {
  let espeak: Espeak;
  beforeAll(async () => void (espeak = await openEspeak()));

  it('is right for the most frequent words, and for no word worse than without it', () => {
    const words = wordCases();
    expect(words.length).toBeGreaterThanOrEqual(400);
    const right = rightWords(espeak, words, starterEntries());
    expect(right.filter(Boolean).length / words.length).toBeGreaterThan(0.99);
    const changed = words.filter(({ word }, i) => !right[i] && entriesIn(word, starterEntries()).length > 0);
    expect(rightWords(espeak, changed, []).filter(Boolean)).toEqual([]);
  });

  it('is right for homographs that the words beside them decide', () => {
    const cases = homographCases();
    const right = rightHomographs(espeak, cases, starterEntries());
    expect(cases.filter((_, i) => !right[i]).map(({ sentence, word, reading }) => `${sentence}: ${word} should be /${reading}/`)).toEqual([]);
  });
});

test('a word beside it counts only where nothing but a space is between; endings that are written apart are joined to it', () => {
  expect([said('کرم ابریشم'), said('کرم، ابریشم'), said('کرم. ابریشم')]).toEqual(['کِرمِ ابریشم', 'کِرِم، ابریشم', 'کِرِم. ابریشم']);
  expect(said('سازمان ها')).toBe('سازْمان‌ها');
});

describe('who goes before it', () => {
  const entry: AppliedEntry = { lang: 'fa', word: 'کرم', say: 'کرمک' };

  test('marks in the text, then the project’s entries, then the user’s', () => {
    expect(said('کرم ضدآفتاب')).toContain('کِرِمِ');
    expect(said('کَرَم ضدآفتاب')).toContain('کَرَم');
    expect(said('کَرَم ضدآفتاب')).not.toContain('کِرِم');
    expect(said('کرم ضدآفتاب', [entry, ...starterEntries()])).toBe('کرمک ضدآفتاب');
    const request = parse(renderRequest, { avatar: 'x', script: 'کرم ضدآفتاب', lexicon: [entry] }, 'request');
    const { lexicon } = withLexicon(request, [{ ...entry, say: 'کرمو' }, ...starterEntries()]);
    expect(said('کرم ضدآفتاب', lexicon)).toBe('کرمک ضدآفتاب');
  });

  test('a take keeps each of several entries for one word that its text needs', () => {
    const script = 'ساعت نه رسید. نه نفر آمدند.';
    const { lexicon } = withLexicon(parse(renderRequest, { avatar: 'x', script }, 'request'), starterEntries());
    expect(lexicon).toHaveLength(2);
    expect(said(script, lexicon)).toBe(said(script));
  });

  test('it is off when the settings say so, also for a take that is made again', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'sima-starter-'));
    try {
      let isOn = true;
      const store = await openLexicon(home, undefined, () => isOn);
      const request = parse(renderRequest, { avatar: 'x', script: 'کرم ضدآفتاب' }, 'request');
      const taken = withLexicon(request, store.applied());
      expect(taken.lexicon).toEqual([expect.objectContaining({ word: 'کرم', say: 'کِرِم', starter: true })]);
      expect(parse(renderRequest, JSON.parse(JSON.stringify(taken)), 'request')).toEqual(taken);
      expect(store.applied()).toBe(store.applied());
      isOn = false;
      expect(store.applied()).toEqual([]);
      expect(withLexicon(taken, store.applied()).lexicon).toEqual([]);
      expect(said('کرم ضدآفتاب', store.applied())).not.toContain('کِرِم');
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

test('homographs are told with their readings, decided or not', () => {
  expect(spokenChanges('کرم ضدآفتاب', starterEntries())).toEqual([expect.objectContaining({ written: 'کرم', spoken: 'کِرِمِ', reason: 'starter', readings: readingsOf('کرم') })]);
  expect(spokenChanges('ملک', starterEntries())).toEqual([{ start: 0, end: 3, written: 'ملک', spoken: 'ملک', reason: 'readings', readings: readingsOf('ملک') }]);
  expect(readingsOf('كرم').map(({ say }) => say)).toEqual(['کِرِم', 'کِرم', 'کَرَم']);
  expect(readingsOf('کِرِم')).toEqual([]);
  expect(spokenChanges('کِرِم', starterEntries())).toEqual([]);
});

test('the file holds only what can be said, each word alone, and says where it is wrong', async () => {
  for (const entry of starterEntries()) {
    checkEntry(entry);
    expect(entry.word).not.toMatch(/\s/);
    expect(entriesIn(entry.word, [{ lang: 'fa', word: entry.word, say: 'x' }])).toHaveLength(1);
  }
  const csv = await readFile(new URL('../../../resources/persian/starter.csv', import.meta.url), 'utf8');
  const rows = csv.trim().split('\n');
  expect(new Set(rows).size).toBe(rows.length);
  for (const bad of ['fa,کرم,,,always,,,', 'fa,کرم,کِرم,,beside,,,', 'fa,کرم,کِرم,,always,خاکی,,', 'en,worm,werm,,always,,,', 'fa,کرم,کِرم,,sometimes,,,']) expect(() => readStarter(`${rows[0]}\n${bad}\n`)).toThrow(/line 2/);
});
