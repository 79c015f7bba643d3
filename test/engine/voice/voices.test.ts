import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChunkPlanner } from '../../../src/engine/pipeline/chunks.ts';
import { split } from '../../../src/engine/pipeline/script.ts';
import { CEILING } from '../../../src/engine/media/limiter.ts';
import { measureLoudness } from '../../../src/engine/media/loudness.ts';
import { ESPEAK_VOICES } from '../../../src/engine/voice/catalogue.ts';
import { openVoices, type Voices } from '../../../src/engine/voice/voices.ts';

let voices: Voices;
beforeAll(async () => {
  voices = await openVoices();
});
afterAll(async () => {
  await voices.close();
});

const say = (text: string, voice = 'fa', options: { rate?: number; pitch?: number } = {}) => voices.speak(text, { voice, ...options });
const print = (speech: { pcm: Float32Array }) => createHash('sha256').update(new Uint8Array(speech.pcm.buffer, speech.pcm.byteOffset, speech.pcm.byteLength)).digest('hex');
const seconds = (speech: { pcm: Float32Array; sampleRate: number }) => speech.pcm.length / speech.sampleRate;
/** The steady pitch of a sound: the lag of the strongest autocorrelation, median over frames. */
function pitchHz({ pcm, sampleRate }: { pcm: Float32Array; sampleRate: number }): number {
  const found: number[] = [];
  for (let start = 0; start + 1400 < pcm.length; start += 500) {
    let best = { lag: 0, value: 0 };
    const energy = pcm.subarray(start, start + 600).reduce((sum, x) => sum + x * x, 0);
    if (energy < 3) continue;
    for (let lag = 50; lag < 500; lag++) {
      let [product, other] = [0, 0];
      for (let i = 0; i < 600; i++) {
        product += pcm[start + i] * pcm[start + i + lag];
        other += pcm[start + i + lag] ** 2;
      }
      const value = product / Math.sqrt(energy * other + 1e-9);
      if (value > best.value + 0.03) best = { lag, value };
    }
    if (best.value > 0.7) found.push(sampleRate / best.lag);
  }
  return found.sort((a, b) => a - b)[Math.floor(found.length / 2)];
}

describe('speech', () => {
  const SENTENCES = ['سلام، حال شما چطور است؟', 'The quick brown fox jumps over the lazy dog.', 'قیمت iPhone 15 حدود ۱۲٬۵۰۰ دلار است.', 'I say سلام دنیا to you, dear friend.'];

  it('is the same to the last bit, whatever was said before, and from a fresh start', async () => {
    const first = new Map<string, string>();
    for (const text of SENTENCES) first.set(text, print(await say(text)));
    expect(new Set(first.values()).size).toBe(SENTENCES.length);
    await say('متنی دیگر که حالت درونی صدا را به هم می‌زند؛ با صدایی دیگر.', 'espeak-fa-woman', { rate: 1.3, pitch: 0.8 });
    for (const text of [...SENTENCES].reverse()) expect(print(await say(text))).toBe(first.get(text));
    const fresh = await openVoices();
    try {
      for (const text of SENTENCES.slice(0, 2)) expect(print(await fresh.speak(text, { voice: 'fa' }))).toBe(first.get(text));
    } finally {
      await fresh.close();
    }
    await expect(fresh.speak('سلام', { voice: 'fa' })).rejects.toMatchObject({ code: 'bug' });
  });

  it('covers the sound with phonemes and words in order', async () => {
    for (const text of SENTENCES) {
      for (const voice of ['fa', 'espeak-en-gb-woman']) {
        const speech = await say(text, voice);
        expect(speech.phonemes[0].startSec).toBe(0);
        speech.phonemes.forEach((phoneme, i) => {
          expect(phoneme.endSec).toBeGreaterThan(phoneme.startSec);
          expect(phoneme.symbol).toMatch(/^[\p{L}\p{M}]*$/u);
          if (i > 0) expect(phoneme.startSec).toBeCloseTo(speech.phonemes[i - 1].endSec, 9);
        });
        expect(speech.phonemes.at(-1)!.endSec).toBeCloseTo(seconds(speech), 3);
        speech.words.forEach((word, i) => {
          expect(text.slice(word.start, word.end)).toBe(word.text);
          expect(word.endSec).toBeGreaterThan(word.startSec);
          if (i > 0) expect(word.startSec).toBeGreaterThanOrEqual(speech.words[i - 1].endSec - 1e-9);
        });
        expect(speech.words.at(-1)!.endSec).toBeLessThanOrEqual(seconds(speech) + 1e-9);
      }
    }
  });

  it('names the phonemes as IPA, without stress, language or link marks', async () => {
    const symbols = async (text: string, voice: string) => (await say(text, voice)).phonemes.map((phoneme) => phoneme.symbol).filter(Boolean).join(' ');
    expect(await symbols('سلام', 'fa')).toBe('s a l ɑ m');
    expect(await symbols('قیمت چای', 'fa')).toBe('q e j m a t e tʃ ɑ j');
    expect(await symbols('Judge church boy', 'en')).toBe('dʒ ʌ dʒ tʃ ɜː tʃ b ɔɪ');
    expect(await symbols('من گفتم Hello', 'fa')).toMatch(/ h ə l əʊ$/);
  });

  it('puts sound where the phonemes say: quiet in pauses, loud in vowels', async () => {
    const speech = await say('سلام، بابا، سلام.');
    const rms = (from: number, to: number) => {
      const part = speech.pcm.subarray(Math.round(from * speech.sampleRate), Math.round(to * speech.sampleRate));
      return Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
    };
    const pauses = speech.phonemes.filter((phoneme) => phoneme.symbol === '' && phoneme.endSec - phoneme.startSec > 0.1);
    const vowels = speech.phonemes.filter((phoneme) => phoneme.symbol === 'ɑ');
    expect(pauses.length).toBe(2);
    expect(vowels.length).toBe(4);
    const loudestPause = Math.max(...pauses.map(({ startSec, endSec }) => rms(startSec + 0.03, endSec)));
    const softestVowel = Math.min(...vowels.map(({ startSec, endSec }) => rms(startSec, endSec)));
    expect(loudestPause).toBeLessThan(softestVowel / 10);
  });

  it('gives the words as written, with what is read as several words as one', async () => {
    const text = '«سلام!» گفت Dr. Smith؛ ساعت ۱۲:۳۰، ۳٫۵٪ از $2.50 برای a.b@c.com 😀 می‌رود.';
    const { words } = await say(text);
    expect(words.map((word) => word.text)).toEqual(['سلام', 'گفت', 'Dr', 'Smith', 'ساعت', '۱۲:۳۰', '۳٫۵٪', 'از', '$2.50', 'برای', 'a.b@c.com', 'می‌رود']);
  });

  it('lies between silences of a few hundredths of a second', async () => {
    const { pcm, sampleRate } = await say('این یک جمله است.');
    const loud = (sample: number) => Math.abs(sample) > 0.01;
    expect(pcm.findIndex(loud) / sampleRate).toBeLessThan(0.06);
    expect((pcm.length - pcm.findLastIndex(loud)) / sampleRate).toBeLessThan(0.08);
  });

  it('speaks Persian words in English text with the Persian phonemes', async () => {
    const { words, phonemes } = await say('I say سلام to you.', 'en');
    expect(words.map((word) => word.text)).toEqual(['I', 'say', 'سلام', 'to', 'you']);
    expect(phonemes.map((phoneme) => phoneme.symbol).join('')).toContain('salɑm');
    expect(words[2].endSec - words[2].startSec).toBeLessThan(0.8);
  });

  it('never takes text as markup', async () => {
    const plain = seconds(await say('سلام break time سه s دنیا'));
    expect(seconds(await say('سلام <break time="3s"/> دنیا'))).toBeLessThan(plain + 0.5);
    expect((await say('hello [[h@loU]] &lt;b&gt; world', 'en')).phonemes.map((phoneme) => phoneme.symbol).join('')).not.toContain('həloʊhəloʊ');
    const controlled = await say('سل\u0007ام\u0000 دن\u202eیا\u200f');
    expect(seconds(controlled)).toBeGreaterThan(0.5);
    for (const nothing of ['', ' ', '😀', '<>', '[[]]', '\u0000', '...', '漢字']) expect((await say(nothing)).pcm.length, nothing).toBe(0);
  });

  it('follows rate and pitch, and refuses what is out of range', async () => {
    const text = 'امروز هوا خیلی خوب است و ما به باغ بزرگ می‌رویم.';
    const normal = await say(text);
    expect(seconds(await say(text, 'fa', { rate: 2 })) / seconds(normal)).toBeLessThan(0.65);
    expect(seconds(await say(text, 'fa', { rate: 0.5 })) / seconds(normal)).toBeGreaterThan(1.6);
    expect(pitchHz(await say(text, 'fa', { pitch: 1.5 })) / pitchHz(normal)).toBeGreaterThan(1.3);
    expect(pitchHz(await say(text, 'fa', { pitch: 0.7 })) / pitchHz(normal)).toBeLessThan(0.85);
    expect(pitchHz(await say(text, 'espeak-fa-woman')) / pitchHz(normal)).toBeGreaterThan(1.5);
    for (const wrong of [0.49, 2.01, NaN, -1]) {
      await expect(say(text, 'fa', { rate: wrong })).rejects.toMatchObject({ code: 'invalid-input' });
      await expect(say(text, 'fa', { pitch: wrong })).rejects.toMatchObject({ code: 'invalid-input' });
    }
  });

  it('is at −16 LUFS in every voice, never clipped', async () => {
    const text = { fa: 'سلام و خوش آمدید. امروز درباره‌ی هوای شهرهای بزرگ ایران با هم صحبت می‌کنیم، با ما باشید.', en: 'Hello and welcome. Today we talk about the weather in the large cities of the country, so stay with us.' };
    for (const { id, lang } of ESPEAK_VOICES) {
      const speech = await say(text[lang], id);
      expect(speech.pcm.every((sample) => Math.abs(sample) <= CEILING + 1e-6)).toBe(true);
      const { integratedLufs } = await measureLoudness(speech.pcm, speech.sampleRate);
      expect(Math.abs(integratedLufs! + 16), `${id} ${String(integratedLufs)}`).toBeLessThan(1);
    }
  });

  it('is fast once warm, and of plausible length', async () => {
    const texts = ['سلام، حال شما چطور است؟', 'امروز هوا بسیار خوب است.', 'What a nice day it is.'];
    for (const text of texts) await say(text);
    const times: number[] = [];
    for (const text of [...texts, ...texts, ...texts]) {
      const started = performance.now();
      const speech = await say(text);
      times.push(performance.now() - started);
      const perSecond = text.length / seconds(speech);
      expect(perSecond).toBeGreaterThan(8);
      expect(perSecond).toBeLessThan(22);
    }
    // 15–40 ms on a quiet machine; the bound leaves room for a busy one.
    expect(times.sort((a, b) => a - b)[4]).toBeLessThan(200);
  });

  it('keeps segments within 15 s, also when digits, capitals or commas make them long', async () => {
    const hard = ['۱۲۳۴۵۶۷۸۹ '.repeat(12), 'NASA IBM USA FBI '.repeat(10), 'یک، دو، سه، چهار، '.repeat(10), 'strength through sprints '.repeat(16), 'https://example.com/abc/def?x=1 '.repeat(6), 'خواهش می‌کنم به من کمک کنید '.repeat(14)];
    for (const script of hard) {
      for (const segment of split(script)) expect(seconds(await say(segment.text, segment.lang)), segment.text).toBeLessThanOrEqual(15);
    }
  });

  it('gives the known texts one and two chunks', async () => {
    const chunks = async (text: string) => {
      const planner = createChunkPlanner({ num: 25, den: 1 });
      return [...planner.push(await say(text)), ...planner.end()];
    };
    expect(await chunks('سلام چطورید؟')).toHaveLength(1);
    expect(await chunks('متن طولانی برای تست عملکرد سیستم')).toHaveLength(2);
  });
});

describe('the catalogue', () => {
  it('has one default per language and unique ids', () => {
    const list = voices.list();
    for (const lang of ['fa', 'en']) expect(list.filter((voice) => voice.lang === lang && voice.default)).toHaveLength(1);
    expect(new Set(list.map((voice) => voice.id)).size).toBe(list.length);
  });

  it('says which voices there are when asked for another', async () => {
    await expect(say('سلام', 'fr')).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/“fr”.*espeak-fa/) as string });
    await expect(say('سلام', '__proto__')).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('gives each name another voice', async () => {
    const prints = new Set<string>();
    for (const { id, lang } of voices.list().filter((voice) => voice.lang === 'fa' || voice.id.includes('en-us'))) prints.add(lang + print(await say(lang === 'fa' ? 'سلام دنیا' : 'Hello world', id)));
    expect(prints.size).toBe(8);
  });
});

it('refuses what is no segment any more', async () => {
  await expect(say('سلام '.repeat(1100))).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/5000/) as string });
});

it('stops when canceled', async () => {
  const abort = new AbortController();
  abort.abort();
  await expect(voices.speak('سلام', { voice: 'fa' }, abort.signal)).rejects.toMatchObject({ code: 'canceled' });
});
