import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LEAD_IN_SEC, speakScript } from '../../../src/engine/pipeline/speech.ts';
import { planSpeech } from '../../../src/engine/pipeline/speechPlan.ts';
import { findVoice } from '../../../src/engine/voice/catalogue.ts';
import { createPlanner, SILENCE_BEFORE_SEC } from '../../../src/engine/voice/plan.ts';
import { openVoices } from '../../../src/engine/voice/voices.ts';
import type { ScriptSegment } from '../../../src/shared/contract/request.ts';

const ask = { rate: 1, pitch: 1 };
const planOf = (segments: ScriptSegment[], more = {}) => createPlanner()({ segments, ...ask, ...more }, { findVoice });

const FA = 'سلام! من سیما هستم. امروز می‌خواهم دربارهٔ آب و هوای این هفته صحبت کنم؛ هوا در ۱۲ استان ابری است و دما تا ۲۵ درجه می‌رسد. لطفاً تا پایان با ما همراه باشید، چون خبرهای خوبی داریم.';
const EN = 'Hello there. Today I would like to talk about the weather of this week; it will be cloudy in 12 cities, and up to 25 degrees warm. Please stay with us until the end, because there is good news.';

describe('how a script will be spoken', () => {
  it('has the segments that are spoken, one after the other without a gap', async () => {
    const segments = [{ text: 'سلام! خوبی؟ ' }, { text: 'Fine, thanks. And you?\n', voice: 'espeak-en-gb' }, { text: 'من هم خوبم.' }];
    const { segments: planned, problem } = await planOf(segments);
    expect(problem).toBeNull();
    expect(planned.map(({ text }) => text)).toEqual(planSpeech({ segments, ...ask }).map(({ text }) => text));
    const script = segments.map(({ text }) => text).join('');
    let at = 0;
    for (const [i, { index, start, end, text }] of planned.entries()) {
      expect([index, start]).toEqual([i, at]);
      expect(script.slice(start, end)).toBe(text);
      at = end;
    }
    expect(at).toBe(script.length);
    expect(planned.map(({ from }) => from)).toEqual([0, 0, 1, 1, 2]);
    expect(planned.map(({ voice }) => voice)).toEqual(['espeak-fa', 'espeak-fa', 'espeak-en-gb', 'espeak-en-gb', 'espeak-fa']);
  });

  it('knows the piece of a segment that begins with what cannot be said', async () => {
    const { segments } = await planOf([{ text: '… ' }, { text: 'Hello. ', voice: 'espeak-en-gb' }, { text: '😀 ' }, { text: 'سلام.' }]);
    expect(segments.map(({ text, from, voice }) => [text, from, voice])).toEqual([['… Hello. 😀 ', 1, 'espeak-en-gb'], ['سلام.', 3, 'espeak-fa']]);
  });

  it('tells what is said otherwise, where, and what is not said at all', async () => {
    const { segments } = await planOf([{ text: 'سلام. ساعت ۱۲:۳۰ بیا 😀' }]);
    const { changes, text } = segments[1];
    expect(changes.map(({ start, end }) => text.slice(start, end))).toEqual(['ساعت', '۱۲:۳۰', '😀']);
    expect(changes[0]).toMatchObject({ spoken: 'ساعتِ', reason: 'ezafe' });
    expect(changes[1]).toMatchObject({ written: '۱۲:۳۰', reason: 'number' });
    expect(changes[1].spoken).toMatch(/دوازده/);
    expect(changes[2]).toMatchObject({ spoken: '', reason: 'silent' });
    expect(segments[0].changes).toEqual([]);
  });

  it('the project’s pronunciation goes before the user’s, and a change of either is seen at once', async () => {
    const plan = createPlanner();
    const segments = [{ text: 'Sima speaks.' }];
    const said = async (project: string | null, user: string | null) => {
      const entry = (say: string) => ({ lang: 'en' as const, word: 'Sima', say });
      const { segments: planned } = await plan({ segments, ...ask, ...(project === null ? {} : { lexicon: [entry(project)] }) }, { findVoice, lexicon: user === null ? [] : [entry(user)] });
      return planned[0].changes[0]?.spoken ?? null;
    };
    expect(await said(null, null)).toBeNull();
    expect(await said(null, 'Seema')).toBe('Seema');
    expect(await said('Seemah', 'Seema')).toBe('Seemah');
    expect(await said(null, null)).toBeNull();
  });

  it('says why a script cannot be rendered', async () => {
    expect((await planOf([])).problem).toMatch(/empty/);
    expect((await planOf([{ text: '😀 …' }])).problem).toMatch(/nothing that can be spoken/);
    expect((await planOf([{ text: 'Hello.', voice: 'nobody' }])).problem).toMatch(/no voice “nobody”/);
    expect((await planOf([{ text: 'x'.repeat(100_001) }])).problem).toMatch(/at most 100,000/);
  });

  it('is quick enough for every key: a change in 20,000 characters, and 20,000 new ones', async () => {
    const plan = createPlanner();
    const text = `${FA} ${EN} `.repeat(60).slice(0, 20_000);
    const ms = async (script: string) => {
      const started = process.cpuUsage(); // what others do on the machine does not count
      await plan({ segments: [{ text: script }], ...ask }, { findVoice });
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1000;
    };
    const first = await ms(text);
    const again = await ms(`${text.slice(0, 9000)}x${text.slice(9000)}`);
    console.log(`a plan of 20,000 characters: ${first.toFixed(0)} ms, after one key ${again.toFixed(0)} ms`);
    expect(first).toBeLessThan(1500);
    expect(again).toBeLessThan(300);
  });

  it('gives its thread back while it plans much, and gives up when it is not wanted any more', async () => {
    const abort = new AbortController();
    const planning = createPlanner()({ segments: [{ text: Array.from({ length: 900 }, (_, i) => `${EN} Number ${i}.`).join(' ').slice(0, 100_000) }], ...ask }, { findVoice }, abort.signal);
    const isDone = planning.then(() => true, () => true);
    await setImmediate(); // comes to its turn before all is planned
    expect(await Promise.race([isDone, Promise.resolve(false)])).toBe(false);
    abort.abort();
    await expect(planning).rejects.toMatchObject({ code: 'canceled' });
  });

  it('estimates what the voice really takes, within a fifth, in both languages and at any rate', async () => {
    expect(SILENCE_BEFORE_SEC).toBe(LEAD_IN_SEC);
    const voices = await openVoices();
    try {
      for (const [script, rate] of [[FA.slice(0, FA.indexOf('؛')), 1], [EN.slice(0, EN.indexOf(';')), 1.5]] as const) {
        const { estimateSec } = await planOf([{ text: script }], { rate });
        let spokenSec = 0;
        for await (const { pcm, sampleRate } of speakScript({ script, rate, pitch: 1 }, voices)) spokenSec += pcm.length / sampleRate;
        console.log(`${script.slice(0, 12)}… at ${rate}: estimated ${estimateSec.toFixed(2)} s, spoken ${spokenSec.toFixed(2)} s`);
        expect(estimateSec / spokenSec).toBeGreaterThan(0.8);
        expect(estimateSec / spokenSec).toBeLessThan(1.25);
      }
    } finally {
      await voices.close();
    }
  });
});
