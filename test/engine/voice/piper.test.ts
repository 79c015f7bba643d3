/** Imported voices: a stand-in of the Piper contract is brought in, speaks, and is refused where it is wrong. It proves the contract only. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeConfig, fakePiper, FAKE_RATE, SAMPLES_PER_ID, type PiperFake } from '../../../models/make/piperFake.ts';
import { storedVoices } from '../../../src/engine/library/speechStore.ts';
import { measureLoudness } from '../../../src/engine/media/loudness.ts';
import { readImportedVoices, removeVoice, usableDefaults, voicesFolder } from '../../../src/engine/voice/piper/imported.ts';
import { importVoice, voiceFiles } from '../../../src/engine/voice/piper/importVoice.ts';
import { idsOf, signsOf } from '../../../src/engine/voice/piper/piperPhonemes.ts';
import { openEspeak } from '../../../src/engine/voice/espeak.ts';
import { utterances } from '../../../src/engine/voice/normalise/utterances.ts';
import { openVoices, type Voices } from '../../../src/engine/voice/voices.ts';

const work = mkdtempSync(path.join(os.tmpdir(), 'sima-piper-'));
const home = path.join(work, 'home');
mkdirSync(home);

async function made(name: string, config: unknown, options?: PiperFake): Promise<{ file: string; config: string }> {
  const file = path.join(work, `${name}.onnx`);
  await fakePiper(options).save(file);
  writeFileSync(`${file}.json`, JSON.stringify(config));
  return { file, config: `${file}.json` };
}

let voices: Voices;
beforeAll(async () => {
  await importVoice(home, await made('fa_IR-Test-low', fakeConfig('fa')));
  await importVoice(home, await made('en_US-test', fakeConfig('en-us', 'ð'), { speakers: true }));
  voices = await openVoices(await readImportedVoices(home));
});
afterAll(async () => {
  await voices.close();
  rmSync(work, { recursive: true, force: true });
});

const FA = 'piper-fa_ir-test-low';
const EN = 'piper-en_us-test';
const seconds = ({ pcm, sampleRate }: { pcm: Float32Array; sampleRate: number }) => pcm.length / sampleRate;

describe('an imported voice', () => {
  it('is listed beside the shipped ones, with what is known of it', async () => {
    expect(voices.list().filter(({ engine }) => engine === 'piper')).toEqual([
      { id: EN, lang: 'en', name: 'en_US-test', engine: 'piper', default: false, sampleRate: FAKE_RATE },
      { id: FA, lang: 'fa', name: 'fa_IR-Test-low', engine: 'piper', default: false, sampleRate: FAKE_RATE },
    ]);
    expect((await readImportedVoices(home))[1]).toMatchObject({ source: 'imported from fa_IR-Test-low.onnx', licence: expect.stringMatching(/model card/) as string });
    expect(readdirSync(voicesFolder(home)).sort()).toEqual([EN, FA]);
    expect(readdirSync(path.join(voicesFolder(home), FA)).sort()).toEqual(['manifest.json', 'voice.json', 'voice.onnx']);
  });

  it('is given begin, signs with pads, marks and end, in the order of the text', async () => {
    const espeak = await openEspeak();
    const [run] = utterances('سلام، بابا!');
    const signs = signsOf(run, espeak.say(run.text, 'fa', 1, 1).events);
    expect(signs.map(({ sign }) => sign).join('')).toBe('salˈɑm, bˈɑbˈɑ!');
    expect(signs.filter(({ sign }) => sign === 'b').map(({ word }) => word)).toEqual([1, 1]);
    const map = Object.fromEntries(Array.from('_^$abɑˈ').map((sign, id) => [sign, [id]]));
    const { ids, unknown } = idsOf(signs.slice(8), map);
    expect(ids).toEqual([1, 0, ...[4, 6, 5, 4, 6, 5].flatMap((id) => [id, 0]), 2]);
    expect([...unknown.keys()]).toEqual([]);
    expect([...idsOf(signs, map).unknown.keys()]).toEqual(['s', 'l', 'm']);
  });

  it('speaks at −16 LUFS, as long as its ids say, with estimated words', async () => {
    const text = 'سلام دوست من، امروز هوا خوب است و باران می‌آید.';
    const said = await voices.speak(text, { voice: FA });
    expect(said).toMatchObject({ estimated: true, phonemes: [], sampleRate: FAKE_RATE });
    expect(said.warnings).toBeUndefined();
    expect(said.pcm.every(Number.isFinite)).toBe(true);
    const { integratedLufs } = await measureLoudness(said.pcm, said.sampleRate);
    expect(Math.abs(integratedLufs! + 16)).toBeLessThan(1.5);
    const [run] = utterances(text);
    const { ids } = idsOf(signsOf(run, (await openEspeak()).say(run.text, 'fa', 1, 1).events), fakeConfig('fa').phoneme_id_map as Record<string, number[]>);
    expect(Math.abs(seconds(said) - (ids.length * SAMPLES_PER_ID) / FAKE_RATE)).toBeLessThan(0.05);
    expect(said.words.map(({ text: word }) => word)).toEqual(['سلام', 'دوست', 'من', 'امروز', 'هوا', 'خوب', 'است', 'و', 'باران', 'می‌آید']);
    said.words.forEach(({ startSec, endSec, start, end, text: word }, i) => {
      expect(text.slice(start, end)).toBe(word);
      expect(endSec).toBeGreaterThan(startSec);
      expect(startSec).toBeGreaterThanOrEqual((said.words[i - 1]?.endSec ?? 0) - 1e-6);
    });
    expect(said.words.at(-1)!.endSec).toBeLessThanOrEqual(seconds(said) + 1e-6);
    expect(said.words.at(-1)!.endSec).toBeGreaterThan(seconds(said) - 0.2);
  });

  it('follows the rate by its length scale, and the pitch by playing faster, at the same length', async () => {
    const text = 'امروز هوا خوب است';
    const normal = await voices.speak(text, { voice: FA });
    expect(seconds(await voices.speak(text, { voice: FA, rate: 2 })) / seconds(normal)).toBeCloseTo(0.5, 1);
    expect(seconds(await voices.speak(text, { voice: FA, rate: 0.5 })) / seconds(normal)).toBeCloseTo(2, 1);
    const high = await voices.speak(text, { voice: FA, pitch: 1.5 });
    expect(seconds(high) / seconds(normal)).toBeCloseTo(1, 1);
    const crossings = ({ pcm }: { pcm: Float32Array }) => pcm.reduce((sum, sample, i) => sum + (i > 0 && sample >= 0 !== pcm[i - 1] >= 0 ? 1 : 0), 0);
    expect(crossings(high) / crossings(normal)).toBeCloseTo(1.5, 1);
  });

  it('names a sound that it does not know, once, and says the rest', async () => {
    const said = await voices.speak('The weather is fine.', { voice: EN });
    expect(said.warnings).toEqual([expect.stringMatching(/piper-en_us-test.*\/ð\/.*“The”/)]);
    expect(seconds(said)).toBeGreaterThan(0.5);
  });

  it('leaves words of the other language to that language’s shipped voice', async () => {
    const text = 'این iPhone، خوب است.';
    const { words, warnings } = await voices.speak(text, { voice: FA });
    expect(warnings).toBeUndefined();
    expect(words.map(({ text: word }) => word)).toEqual(['این', 'iPhone', 'خوب', 'است']);
    const english = await voices.speak('I say سلام to you.', { voice: EN });
    expect(english.words.map(({ text: word }) => word)).toEqual(['I', 'say', 'سلام', 'to', 'you']);
    expect((await voices.speak('😀', { voice: FA })).pcm).toHaveLength(0);
  });

  it('is kept like any speech, and not used again once its files are others', async () => {
    const folder = path.join(work, 'speech');
    const kept = storedVoices(await openVoices(await readImportedVoices(home)), folder);
    const first = await kept.speak('The weather.', { voice: EN });
    const again = storedVoices(await openVoices(await readImportedVoices(home)), folder);
    await kept.close();
    expect(await again.speak('The weather.', { voice: EN })).toEqual(first);
    expect(readdirSync(folder)).toHaveLength(1);
    await again.close();
    const [voice] = await readImportedVoices(home);
    const other = storedVoices(await openVoices([{ ...voice, version: 'another' }]), folder);
    await other.speak('The weather.', { voice: EN });
    await other.close();
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('what is wrong is refused with the reason, and leaves nothing', () => {
  const refused = async (files: { file: string; config: string }, reason: RegExp) => {
    const before = readdirSync(voicesFolder(home)).sort();
    await expect(importVoice(home, files)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(reason) as string });
    expect(readdirSync(voicesFolder(home)).sort()).toEqual(before);
  };

  it.each<[string, PiperFake, RegExp]>([
    ['rank', { fault: 'rank' }, /rank\.onnx gives \[2,\d+\]/], ['inputs', { fault: 'inputs' }, /Piper contract\. Found: input int64 .*Expected: input int64/], ['nan', { fault: 'nan' }, /no numbers/], ['silent', { fault: 'silent' }, /nothing that can be heard/],
  ])('a network of another kind: %s', async (name, options, reason) => refused(await made(name, fakeConfig('fa'), options), reason));

  it.each<[string, unknown, RegExp]>([
    ['german', fakeConfig('de'), /speaks “de”/], ['text', { ...fakeConfig('fa'), phoneme_type: 'text' }, /reads “text”/], ['empty', {}, /audio: .*phoneme_id_map/],
    ['frameless', { ...fakeConfig('fa'), phoneme_id_map: { a: [1] } }, /lacks \^ \$ _/],
  ])('a description that does not fit: %s', async (name, config, reason) => refused(await made(name, config), reason));

  it('files that are missing, cut off, or too large', async () => {
    const cut = await made('cut', fakeConfig('fa'));
    truncateSync(cut.file, 300);
    await refused(cut, /cut\.onnx cannot be loaded/);
    writeFileSync(cut.config, '{');
    await refused(cut, /no JSON/);
    truncateSync(cut.file, 600e6);
    await refused(cut, /600 MB, at most 500 MB/);
    rmSync(cut.config);
    await expect(voiceFiles([cut.file])).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/cut\.onnx\.json is missing/) as string });
    await expect(voiceFiles([cut.config])).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/none is NAME\.onnx/) as string });
    rmSync(cut.file);
  });

  it('a file that was changed after its import', async () => {
    const [voice] = await readImportedVoices(home);
    const file = path.join(voice.folder, 'voice.onnx');
    copyFileSync(file, path.join(work, 'whole.onnx'));
    truncateSync(file, voice.bytes - 1);
    const fresh = await openVoices([voice]);
    await expect(fresh.speak('Hello', { voice: voice.id })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/not the one that was imported/) as string });
    rmSync(file);
    await expect(fresh.speak('Hello', { voice: voice.id })).rejects.toMatchObject({ code: 'missing-asset' });
    copyFileSync(path.join(work, 'whole.onnx'), file);
    expect(seconds(await fresh.speak('Hello', { voice: voice.id }))).toBeGreaterThan(0.1);
    await fresh.close();
  });
});

it('goes when it is removed, and its language means the shipped voice again', async () => {
  const again = await importVoice(home, await made('gone', fakeConfig('fa')));
  const replaced = await importVoice(home, await made('gone', fakeConfig('fa', 'x')));
  expect(replaced).toMatchObject({ id: again.id, folder: again.folder });
  expect(usableDefaults({ fa: again.id, en: 'espeak-en-gb' }, await readImportedVoices(home))).toEqual({ fa: again.id, en: 'espeak-en-gb' });
  await removeVoice(home, again.id);
  expect(existsSync(again.folder)).toBe(false);
  expect(usableDefaults({ fa: again.id, en: 'espeak-en-gb' }, await readImportedVoices(home))).toEqual({ en: 'espeak-en-gb' });
  await expect(voices.speak('سلام', { voice: again.id })).rejects.toMatchObject({ code: 'missing-asset' });
  await expect(removeVoice(home, again.id)).rejects.toMatchObject({ code: 'missing-asset' });
  await expect(removeVoice(home, 'espeak-fa')).rejects.toMatchObject({ code: 'invalid-input' });
});
