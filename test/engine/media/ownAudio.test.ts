/** A recording of one's own: what is cut, lowered and lifted, and above all what is left alone. The voices here are eSpeak's, in a room with noise. */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measureLoudness } from '../../../src/engine/media/loudness.ts';
import { examineRecording, hearOwnAudio, type OwnAudio, type RecordingWish } from '../../../src/engine/media/ownAudio.ts';
import { openVoices } from '../../../src/engine/voice/voices.ts';
import { resample } from '../../../src/engine/media/resample.ts';
import { noise } from '../../support/clickTake.ts';
import { writeAudioFile, writeVideoFile } from '../../support/mediaFiles.ts';
import { inARow, levelDb, onsetIn, readAudio } from '../../support/sounds.ts';

const RATE = 48_000;
const PAUSE_SEC = 0.9;
const [BEFORE_SEC, AFTER_SEC] = [1.2, 1.5];
/** Soft first consonants and hard ones, soft ends and hard ones: what a gate would eat first. */
const SAID = ['سلام، حال شما خوب است؟', 'فردا هوا سرد می‌شود.', 'هفت نفر آنجا هستند.', 'She fell for his half-life.', 'Think of five safe ships.', 'Perhaps that helps both of us.'];

let folder = '';
/** Sentences with pauses between them, and when each begins and ends. */
let speech: Float32Array;
let places: { startSec: number; endSec: number }[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sima-own-'));
  const voices = await openVoices();
  const parts: Float32Array[] = [new Float32Array(BEFORE_SEC * RATE)];
  places = [];
  let at = parts[0].length;
  for (const [i, text] of SAID.entries()) {
    const { pcm, sampleRate } = await voices.speak(text, { voice: i < 3 ? 'fa' : 'en' });
    const said = resample(pcm, sampleRate, RATE);
    places.push({ startSec: at / RATE, endSec: (at + said.length) / RATE });
    parts.push(said, new Float32Array(Math.round((i === SAID.length - 1 ? AFTER_SEC : PAUSE_SEC) * RATE)));
    at += parts.at(-2)!.length + parts.at(-1)!.length;
  }
  speech = inARow(...parts);
  await voices.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file of the speech at some level, in a room whose noise is so much below it. */
async function recorded(name: string, { gain = 1, noiseDb }: { gain?: number; noiseDb: number }): Promise<{ file: string; pcm: Float32Array }> {
  const random = noise(11);
  const room = 10 ** (noiseDb / 20) * Math.sqrt(3); // the root mean square of even noise is a third of its square
  const pcm = speech.map((sample) => gain * sample + room * random());
  const file = join(folder, name);
  await writeAudioFile(file, pcm, RATE, 'pcm_f32le');
  return { file, pcm };
}

async function heard(wish: RecordingWish): Promise<{ own: OwnAudio; pcm: Float32Array }> {
  const own = await examineRecording(wish, RATE);
  const blocks: Float32Array[] = [];
  for await (const block of hearOwnAudio(own)) blocks.push(block);
  return { own, pcm: inARow(...blocks) };
}

describe('a voice in a room', () => {
  test.each([
    ['as loud as it is wanted', 1, -62, undefined], ['far too quiet', 0.02, -95, undefined], ['recorded hot', 2.5, -55, undefined], ['for broadcast', 1, -62, -23],
  ] as const)('%s comes to its loudness within half a unit, below −1 dBTP', async (name, gain, noiseDb, loudnessLufs) => {
    const { file, pcm: raw } = await recorded(`${gain}${loudnessLufs}.wav`, { gain, noiseDb });
    const { own: { report }, pcm } = await heard({ file, loudnessLufs });
    const [before, after] = [await measureLoudness(raw, RATE), await measureLoudness(pcm, RATE)];
    expect(report.loudness.before!).toBeCloseTo(before.integratedLufs!, 1);
    expect(Math.abs(after.integratedLufs! - (loudnessLufs ?? -16)), name).toBeLessThan(0.5);
    expect(Math.abs(after.integratedLufs! - report.loudness.after!)).toBeLessThan(0.5);
    expect(after.truePeakDbtp!).toBeLessThan(-1);
    expect(report.warning).toBeNull();
  });

  test('where its peaks leave no room, what it comes to is told as it is', async () => {
    const { file } = await recorded('loud.wav', { gain: 0.3, noiseDb: -70 });
    const { own: { report }, pcm } = await heard({ file, loudnessLufs: -12 });
    const { integratedLufs, truePeakDbtp } = await measureLoudness(pcm, RATE);
    expect(integratedLufs!).toBeLessThan(-13);
    expect(report.loudness.after!).toBeCloseTo(integratedLufs!, 1);
    expect(report.warning).toMatch(/single peaks.*instead of −12 LUFS/);
    expect(report.warning).toContain(`(−${(-report.loudness.after!).toFixed(0)} instead`);
    expect(truePeakDbtp!).toBeLessThan(-1);
  });

  test('silence at its ends goes, but for the breath before the first word and after the last one', async () => {
    const { file, pcm: raw } = await recorded('room.wav', { noiseDb: -62 });
    const { own: { report, durationSec }, pcm } = await heard({ file });
    expect(report.durationSec).toBeCloseTo(raw.length / RATE, 6);
    const [first, last] = [places[0], places.at(-1)!];
    const soundsAt = onsetIn(raw, RATE, first.startSec - 0.2, first.startSec + 0.3, 35)!;
    expect(soundsAt - report.cutStartSec).toBeGreaterThan(0.1);
    expect(soundsAt - report.cutStartSec).toBeLessThan(0.25);
    expect(report.durationSec - report.cutEndSec - last.endSec).toBeGreaterThan(0.02);
    expect(report.durationSec - report.cutEndSec - last.endSec).toBeLessThan(0.25);
    expect(pcm.length / RATE).toBeCloseTo(durationSec, 6);
    expect(durationSec).toBeCloseTo(report.durationSec - report.cutStartSec - report.cutEndSec, 6);
  });

  test.each([['pcm_s16le', 'wav'], ['libmp3lame', 'mp3'], ['flac', 'flac'], ['libvorbis', 'ogg']] as const)('its end is not lost in the gate, however long the packets of its codec are: %s', async (codec, ending) => {
    const { pcm: raw } = await recorded('ends.wav', { noiseDb: -62 });
    const file = join(folder, `ends.${ending}`);
    await writeAudioFile(file, raw.subarray(0, raw.length - AFTER_SEC * RATE), RATE, codec);
    const { own, pcm } = await heard({ file });
    expect(own.report.noise).toBe('lowered');
    expect(pcm).toHaveLength(Math.round(own.durationSec * RATE));
    expect(levelDb(pcm, RATE, own.durationSec - 0.1, own.durationSec)).toBeGreaterThan(-60);
  });

  test('noise between words is lowered, and no word is cut: each sets in within 10 ms of where it did', async () => {
    const { file, pcm: raw } = await recorded('gate.wav', { noiseDb: -62 });
    const { own, pcm } = await heard({ file, loudnessLufs: -26 }); // so that no peak is limited
    expect(own.report.noise).toBe('lowered');
    const gainDb = 20 * Math.log10(own.gain!);
    for (const [i, { startSec, endSec }] of places.entries()) {
      const at = (sec: number) => sec - own.report.cutStartSec;
      const [was, is] = [onsetIn(raw, RATE, startSec - 0.15, startSec + 0.3, 30)!, onsetIn(pcm, RATE, at(startSec) - 0.15, at(startSec) + 0.3, 30)!];
      expect(Math.abs(at(was) - is), SAID[i]).toBeLessThan(0.01);
      // All of it, soft consonants too, is as loud as it was; whole sentences hardly differ by more than rounding.
      expect(levelDb(pcm, RATE, at(startSec), at(endSec)) - levelDb(raw, RATE, startSec, endSec)).toBeCloseTo(gainDb, 1);
      for (let sec = startSec; sec + 0.02 < endSec; sec += 0.02) {
        const level = levelDb(raw, RATE, sec, sec + 0.02);
        if (level > -45) expect(levelDb(pcm, RATE, at(sec), at(sec) + 0.02) - level, `${SAID[i]} at ${sec}`).toBeCloseTo(gainDb, 0);
      }
      if (i === places.length - 1) continue;
      const middle = endSec + 0.6 * PAUSE_SEC;
      expect(levelDb(pcm, RATE, at(middle), at(middle) + 0.1) - levelDb(raw, RATE, middle, middle + 0.1) - gainDb).toBeLessThan(-9);
    }
  });

  test('is heard the same to the last bit every time', async () => {
    const { file } = await recorded('again.wav', { noiseDb: -62 });
    const [one, two] = [await heard({ file }), await heard({ file })];
    expect(Buffer.from(one.pcm.buffer).equals(Buffer.from(two.pcm.buffer))).toBe(true);
    expect(one.own.report).toEqual(two.own.report);
  });

  test('as recorded, every sample is the file’s', async () => {
    const { file, pcm: raw } = await recorded('as-it-is.wav', { gain: 3, noiseDb: -40 });
    const { own: { report }, pcm } = await heard({ file, asRecorded: true });
    expect(Buffer.from(pcm.buffer).equals(Buffer.from(raw.buffer))).toBe(true);
    expect(report).toMatchObject({ cutStartSec: 0, cutEndSec: 0, noise: 'kept', warning: null, loudness: { after: report.loudness.before } });
    expect(Buffer.from((await readAudio(file, { sampleRate: RATE })).buffer).equals(Buffer.from(raw.buffer))).toBe(true); // and the file stays what it was
  });
});

describe('what is no voice in a quiet room', () => {
  const written = async (name: string, pcm: Float32Array): Promise<string> => {
    await writeAudioFile(join(folder, name), pcm, RATE, 'pcm_f32le');
    return join(folder, name);
  };

  test('music is not gated, nor cut between its notes', async () => {
    // Struck notes that ring on, half a second apart, of a scale.
    const music = Float32Array.from({ length: 8 * RATE }, (_, i) => {
      const [note, sec] = [Math.floor(i / (RATE / 2)), (i % (RATE / 2)) / RATE];
      return 0.3 * Math.exp(-4 * sec) * Math.sin(2 * Math.PI * 220 * 2 ** ((note % 8) / 12) * (i / RATE));
    });
    const { own: { report, gain }, pcm } = await heard({ file: await written('music.wav', music), loudnessLufs: -26 });
    expect(report).toMatchObject({ noise: 'unclear', cutStartSec: 0 });
    expect(report.cutEndSec).toBeLessThan(0.3);
    expect(Math.max(...pcm.subarray(0, RATE).map((sample, i) => Math.abs(sample - music[i] * gain!)))).toBeLessThan(1e-6);
  });

  test('noise near the voice is left alone, rather than the voice’s soft sounds lowered with it', async () => {
    const { file } = await recorded('loud-room.wav', { noiseDb: -38 });
    expect((await examineRecording({ file }, RATE)).report.noise).toBe('unclear');
  });

  test('pauses of digital silence have no noise to lower, and are as long afterwards', async () => {
    const { own: { report }, pcm } = await heard({ file: await written('clean.wav', speech), loudnessLufs: -26 });
    expect(report.noise).toBe('quiet');
    expect(pcm.length / RATE).toBeCloseTo(report.durationSec - report.cutStartSec - report.cutEndSec, 6);
  });

  test('a click is no word: silence goes up to the voice', async () => {
    const clicked = speech.slice();
    clicked.fill(0.7, Math.round(0.3 * RATE), Math.round(0.3 * RATE) + 200);
    const { report } = await examineRecording({ file: await written('click.wav', clicked) }, RATE);
    expect(report.cutStartSec).toBeGreaterThan(0.9);
  });

  test('what cannot be followed is refused in one sentence', async () => {
    const refusal = async (file: string, wish: Partial<RecordingWish> = {}) => {
      const error: unknown = await examineRecording({ file, ...wish }, RATE).then(() => null, (reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'invalid-input' });
      return (error as Error).message;
    };
    const silent = await written('silent.wav', new Float32Array(RATE));
    expect(await refusal(silent)).toMatch(/silent\.wav is silent throughout\..*as recorded/);
    expect((await examineRecording({ file: silent, asRecorded: true }, RATE)).report).toMatchObject({ durationSec: 1, loudness: { before: null } });
    expect(await refusal(await written('short.wav', speech.slice(1.5 * RATE, 1.7 * RATE)))).toMatch(/short\.wav has only 0\.20 s of sound; at least 0\.3 s/);
    const film = join(folder, 'film.mp4');
    await writeVideoFile(film, { width: 64, height: 64, timesMs: [0, 40, 80], draw: () => new Uint8Array(64 * 96).fill(100) });
    expect(await refusal(film)).toMatch(/film\.mp4 has no sound/);
    await writeFile(join(folder, 'broken.wav'), Buffer.alloc(20_000, 0x55));
    expect(await refusal(join(folder, 'broken.wav'))).toMatch(/broken\.wav cannot be read as audio or video/);
    expect(await refusal(join(folder, 'nowhere.wav'))).toMatch(/nowhere\.wav does not exist/);
  });

  test('an hour is the most', async () => {
    // A header that promises as much as the file has: 8 bits at 1 kHz, all of them zero, which costs the disk nothing.
    const file = join(folder, 'long.wav');
    const bytes = 3601 * 1000;
    const header = Buffer.alloc(44);
    header.write('RIFF', 0);
    header.writeUInt32LE(36 + bytes, 4);
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    for (const [at, value] of [[20, 1], [22, 1], [32, 1], [34, 8]] as const) header.writeUInt16LE(value, at);
    for (const at of [24, 28]) header.writeUInt32LE(1000, at);
    header.write('data', 36);
    header.writeUInt32LE(bytes, 40);
    await writeFile(file, header);
    await truncate(file, 44 + bytes);
    await expect(readAudio(file, { sampleRate: 1000 })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/longer than 60 minutes/) as string });
  });
});
