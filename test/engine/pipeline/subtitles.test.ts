import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directedLines, srt, subtitleCues, vtt, type SubtitledSegment } from '../../../src/engine/pipeline/subtitles.ts';

/** A segment whose words last 0.3 s each, from the given second on. */
function spoken(text: string, startSec = 0, wordSec = 0.3): SubtitledSegment {
  const words = (text.match(/[\p{L}\p{M}\p{N}\u200c']+/gu) ?? []).map((word, i) => ({ text: word, startSec: startSec + i * wordSec, endSec: startSec + (i + 1) * wordSec }));
  return { text, words };
}

const LONG_FA = 'هوش مصنوعی در سال‌های اخیر پیشرفت چشمگیری داشته است؛ از ترجمه‌ی ماشینی گرفته تا تولید تصویر و ویدئو، همه چیز دگرگون شده است و ما در این ویدئو آن را نشان می‌دهیم.';

describe('subtitles', () => {
  it('keeps to two lines of 42 characters, 6 s, order, and loses no word', () => {
    const word = fc.constantFrom('سلام', 'می‌روم،', 'دنیا.', 'hello', 'well,', 'done.', '«خوب»', '(aside)', 'x'.repeat(50), '12', 'a');
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 }), fc.double({ min: 0.05, max: 1.2, noNaN: true }), (sentences, wordSec) => {
        let at = 0.2;
        const segments = sentences.map((words) => {
          const segment = spoken(words.join(' '), at, wordSec);
          at = segment.words.at(-1)!.endSec + 0.35;
          return segment;
        });
        const cues = subtitleCues(segments, at);
        cues.forEach((cue, i) => {
          expect(cue.lines.length).toBeLessThanOrEqual(2);
          for (const line of cue.lines) expect(line.length).toBeLessThanOrEqual(42);
          expect(cue.endSec).toBeGreaterThan(cue.startSec);
          expect(cue.endSec - cue.startSec).toBeLessThanOrEqual(6.001);
          if (i > 0) expect(cue.startSec).toBeGreaterThanOrEqual(cues[i - 1].endSec - 1e-9);
        });
        const shown = cues.flatMap((cue) => cue.lines).join('').replace(/\s/g, '');
        expect(shown).toBe(segments.map((segment) => segment.text).join('').replace(/\s/g, ''));
      }),
      { numRuns: 150 },
    );
  });

  it('breaks at phrase ends and times cues by their words', () => {
    const segment = spoken(LONG_FA);
    const cues = subtitleCues([segment], 60);
    expect(cues.length).toBeGreaterThan(1);
    expect(cues[0].lines.join(' ').endsWith('؛') || cues[0].lines.join(' ').endsWith('،')).toBe(true);
    const firstWordsOfCues = cues.map((cue) => /[\p{L}\p{M}\p{N}\u200c']+/u.exec(cue.lines[0])![0]);
    cues.forEach((cue, i) => expect(segment.words.filter((word) => word.startSec === cue.startSec).map((word) => word.text)).toEqual([firstWordsOfCues[i]]));
    expect(cues.at(-1)!.endSec).toBe(segment.words.at(-1)!.endSec);
  });

  it('shows a short word for a second where there is room', () => {
    const cues = subtitleCues([spoken('بله.', 1), spoken('نه.', 5)], 10);
    expect(cues.map((cue) => [cue.startSec, cue.endSec])).toEqual([[1, 2], [5, 6]]);
  });

  it('shows no direction controls of the text, and keeps its spaces and joiners', () => {
    const segments = [spoken('این \u202Eمتن\u202C \u2066می\u200Cرود\u2069 خانه.')];
    for (const file of [srt(segments, 60), vtt(segments, 60)]) {
      expect(file).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/u);
      expect(file).toContain('این متن می\u200Cرود خانه.');
    }
  });

  it('writes SubRip and WebVTT with exact times', () => {
    const segments = [spoken('سلام دنیا.', 3661.0005)];
    expect(srt(segments, 3700)).toBe('1\n01:01:01,001 --> 01:01:02,001\nسلام دنیا.\n');
    expect(vtt(segments, 3700)).toBe('WEBVTT\n\n01:01:01.001 --> 01:01:02.001\nسلام دنیا.\n');
    expect(srt([], 1)).toBe('');
    expect(vtt([], 1)).toBe('WEBVTT\n');
  });

  it('escapes markup in WebVTT and keeps it in SubRip', () => {
    const segments = [spoken('Tom & Jerry <b>run</b> --> away')];
    expect(vtt(segments, 60)).toContain('Tom &amp; Jerry &lt;b&gt;run&lt;/b&gt; --&gt; away');
    expect(vtt(segments, 60).match(/-->/g)).toHaveLength(1);
    expect(srt(segments, 60)).toContain('Tom & Jerry <b>run</b>');
  });

  it('tells the time of each word but the first, rising, inside its cue', () => {
    const text = 'سلام & دنیا! ' + 'a '.repeat(30).trim();
    const file = vtt([spoken(text, 1)], 60, { karaoke: true });
    expect(file).toContain('\n00:00:01.000 --> ');
    expect(file).toContain('سلام &amp; <00:00:01.300>دنیا! <00:00:01.600>a <00:00:01.900>a ');
    for (const cue of file.split('\n\n').slice(1)) {
      const [from, to] = /(\S+) --> (\S+)/.exec(cue)!.slice(1);
      const times = [from, ...[...cue.matchAll(/<([\d:.]+)>/g)].map((match) => match[1]), to];
      expect(times).toEqual([...new Set(times)].sort());
    }
    // Without them it is the plain file.
    expect(file.replace(/<[\d:.]+>/g, '')).toBe(vtt([spoken(text, 1)], 60));
  });

  it('gives both lines of a cue the direction of the whole', () => {
    const [cue] = subtitleCues([spoken('iPhone Pro Max را در سال گذشته خریدم و هنوز هم با آن عکس می‌گیرم')], 60, 24);
    expect(cue.lines[0]).toMatch(/^iPhone Pro Max/);
    expect(directedLines(cue)[0]).toMatch(/^\u200FiPhone Pro Max/);
  });

  it('keeps ZWNJ, and marks the direction only where the first letter misleads', () => {
    expect(srt([spoken('می‌روم به خانه.')], 60)).toContain('\nمی‌روم به خانه.\n');
    expect(srt([spoken('iPhone را خریدم و رفتم.')], 60)).toContain('\n\u200FiPhone را خریدم و رفتم.\n');
    expect(srt([spoken('من می‌خواهم یک iPhone!')], 60)).toContain('iPhone!\u200F\n');
    expect(srt([spoken('I like it.')], 60)).toContain('\nI like it.\n');
  });
});
