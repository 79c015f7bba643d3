/** Silences by punctuation: how long they are, in every voice, and that another table is other speech. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { fakeConfig, fakePiper } from '../../../models/make/piperFake.ts';
import { storedVoices } from '../../../src/engine/library/speechStore.ts';
import { pauseAfter } from '../../../src/engine/pipeline/script.ts';
import { planSpeech } from '../../../src/engine/pipeline/speechPlan.ts';
import { readImportedVoices } from '../../../src/engine/voice/piper/imported.ts';
import { importVoice, voiceFiles } from '../../../src/engine/voice/piper/importVoice.ts';
import { pauseKind, userPauses, withPauses } from '../../../src/engine/voice/pauses.ts';
import { openVoices, type Voices } from '../../../src/engine/voice/voices.ts';
import { USUAL_PAUSES_MS } from '../../../src/shared/contract/request.ts';

test.each([
  [' ', null], ['', null], [', ', 'comma'], ['، ', 'comma'], [' (', 'comma'], ['؛ ', 'semicolon'], [': ', 'semicolon'], [' — ', 'dash'], [' - ', 'dash'], ['-', null], ['. ', 'sentence'], ['؟ ', 'sentence'], ['?! ', 'sentence'],
  ['… ', 'ellipsis'], ['... ', 'ellipsis'], ['.\n', 'paragraph'], [' \n\n', 'paragraph'],
] as const)('%j is a pause of the kind %s', (written, kind) => {
  expect(pauseKind(written)).toBe(kind);
});

it('the user’s table is whole, scaled and bounded; without one the usual is meant', () => {
  expect(userPauses({})).toBeUndefined();
  expect(userPauses({ pausePercent: 200 })).toEqual({ comma: 360, dash: 440, semicolon: 520, sentence: 700, ellipsis: 1000, paragraph: 1200 });
  expect(userPauses({ pausesMs: { comma: 101, paragraph: 4000 }, pausePercent: 150 })).toMatchObject({ comma: 152, sentence: 525, paragraph: 5000 });
});

it('between segments it follows what ends them, and their rate', () => {
  for (const [text, kind] of [['One, ', 'comma'], ['One; ', 'semicolon'], ['One – ', 'dash'], ['One. ', 'sentence'], ['One… ', 'ellipsis'], ['One.\n', 'paragraph']] as const) {
    expect(pauseAfter({ text })).toBe(USUAL_PAUSES_MS[kind] / 1000);
    expect(pauseAfter({ text }, { [kind]: 40 })).toBe(0.04);
  }
  expect(planSpeech({ script: 'One. Two.', rate: 2, pitch: 1, pauses: { sentence: 800 } })[0].pauseSec).toBe(0.4);
});

describe('inside of what was said', () => {
  const RATE = 1000;
  /** 0.2 s of sound, 0.1 s of silence, 0.2 s of sound. */
  const sound = () => ({
    pcm: Float32Array.from({ length: 500 }, (_, i) => (i >= 200 && i < 300 ? 0 : 0.5)),
    words: [{ startSec: 0, endSec: 0.2 }, { startSec: 0.3, endSec: 0.5 }],
    phonemes: [{ symbol: 'a', startSec: 0, endSec: 0.2 }, { symbol: '', startSec: 0.2, endSec: 0.3 }, { symbol: 'b', startSec: 0.3, endSec: 0.5 }],
  });
  test.each([[0.25, 0.15], [0.06, -0.04], [0.01, -0.05]])('a silence of %d s moves what follows by %d s', (sec, bySec) => {
    const made = withPauses(sound(), RATE, [{ word: 0, sec }], 0.02);
    expect(made.pcm).toHaveLength(500 + bySec * RATE);
    expect([...made.pcm.subarray(0, 200)].every((sample) => sample === 0.5)).toBe(true);
    expect(made.pcm.filter((sample) => sample === 0)).toHaveLength(100 + bySec * RATE);
    const times = [...made.words, ...made.phonemes].flatMap(({ startSec, endSec }) => [startSec, endSec]);
    [0, 0.2, 0.3 + bySec, 0.5 + bySec, 0, 0.2, 0.2, 0.3 + bySec, 0.3 + bySec, 0.5 + bySec].forEach((expected, i) => expect(times[i]).toBeCloseTo(expected, 6));
  });
  it('where none is heard, none is cut into the sound', () => {
    const { words, phonemes } = sound();
    const said = { pcm: new Float32Array(500).fill(0.5), words, phonemes };
    expect(withPauses(said, RATE, [{ word: 0, sec: 0.3 }], 0.1)).toBe(said);
  });
});

describe('voices', () => {
  const work = mkdtempSync(path.join(os.tmpdir(), 'sima-pauses-'));
  let voices: Voices;
  beforeAll(async () => {
    const file = path.join(work, 'fa_IR-quiet.onnx');
    await fakePiper({ hasPauses: true }).save(file);
    writeFileSync(`${file}.json`, JSON.stringify(fakeConfig('fa')));
    const home = path.join(work, 'home');
    mkdirSync(home);
    await importVoice(home, await voiceFiles([file]));
    voices = await openVoices(await readImportedVoices(home));
  });
  afterAll(async () => {
    await voices.close();
    rmSync(work, { recursive: true, force: true });
  });
  const TEXT = 'سلام دوست من، امروز هوا خوب است؛ باران می‌آید.';

  test.each([['espeak-fa', 1], ['espeak-fa-woman', 1], ['piper-fa_ir-quiet', 1], ['espeak-fa', 1.5]])('%s at rate %d is silent for as long as the table says', async (voice, rate) => {
    const lengths: number[] = [];
    for (const pausePercent of [50, 100, 200]) {
      const { pcm, sampleRate, words } = await voices.speak(TEXT, { voice, rate, pauses: userPauses({ pausePercent }) });
      lengths.push(pcm.length / sampleRate);
      expect(words.map(({ text }) => text)).toEqual(['سلام', 'دوست', 'من', 'امروز', 'هوا', 'خوب', 'است', 'باران', 'می‌آید']);
      words.forEach(({ startSec, endSec }, i) => expect(endSec > startSec && startSec >= (words[i - 1]?.endSec ?? 0) - 1e-6).toBe(true));
    }
    const usualSec = (USUAL_PAUSES_MS.comma + USUAL_PAUSES_MS.semicolon) / 1000 / rate;
    expect(lengths[1] - lengths[0]).toBeCloseTo(usualSec / 2, 2);
    expect(lengths[2] - lengths[1]).toBeCloseTo(usualSec, 2);
  });

  it('segments stay within 15 s, however long the silences in them are', async () => {
    for (const script of ['یک، دو، سه، چهار، '.repeat(20), 'one, two, three; four, '.repeat(20)]) {
      const pauses = userPauses({ pausePercent: 200 });
      for (const { text, voice } of planSpeech({ script, rate: 1, pitch: 1, pauses })) {
        const { pcm, sampleRate } = await voices.speak(text, { voice, pauses });
        expect(pcm.length / sampleRate, text).toBeLessThanOrEqual(15);
      }
    }
  });

  it('eSpeak’s words leave the pause free', async () => {
    const { words } = await voices.speak(TEXT, { voice: 'espeak-fa', pauses: { comma: 700 } });
    expect(words[3].startSec - words[2].endSec).toBeGreaterThan(0.65);
    expect(words[3].startSec - words[2].endSec).toBeLessThan(0.75);
  });

  it('an imported voice is led by marks, too: slower, with silence where they say, and words without markup', async () => {
    const say = async (script: string) => {
      const [{ text, marked }] = planSpeech({ script, rate: 1, pitch: 1 });
      const { pcm, sampleRate, words } = await voices.speak(text, { voice: 'piper-fa_ir-quiet', marked });
      return { sec: pcm.length / sampleRate, words };
    };
    const plain = await say('<speak>سلام دوست من</speak>');
    const slow = await say('<speak><prosody rate="50%">سلام دوست من</prosody></speak>');
    expect(slow.sec / plain.sec).toBeGreaterThan(1.8); // the silence at its ends stays as long
    const waiting = await say('<speak><break time="2s"/>سلام <sub alias="رفیق">دوست</sub> من</speak>');
    expect(waiting.words.map(({ text }) => text)).toEqual(['سلام', 'دوست', 'من']);
    expect(waiting.words[0].startSec).toBeGreaterThan(1.95);
  });

  it('another table is other speech; the usual one by name is not', async () => {
    let asked = 0;
    const counted = storedVoices({ ...voices, list: () => [], close: () => Promise.resolve(), speak: (...input) => (asked++, voices.speak(...input)) }, path.join(work, 'speech'));
    await counted.speak('One, two.', { voice: 'en' });
    await counted.speak('One, two.', { voice: 'en', pauses: { comma: 300 } });
    await counted.speak('One, two.', { voice: 'en', pauses: { ...USUAL_PAUSES_MS, comma: 300 } });
    expect(asked).toBe(2);
    await counted.close();
  });
});
