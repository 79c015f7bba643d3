import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeAudio } from '../../../src/engine/media/audio.ts';
import { readAudio } from '../../support/sounds.ts';
import { applyGain, CEILING, createLimiter } from '../../../src/engine/media/limiter.ts';
import { loudnessGain, measureLoudness } from '../../../src/engine/media/loudness.ts';
import { createResampler, resample } from '../../../src/engine/media/resample.ts';
import { StudioError } from '../../../src/shared/errors.ts';
import { clickLag, clickSound, noise, writeClickTake } from '../../support/clickTake.ts';
import { writeAudioFile } from '../../support/mediaFiles.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sima-audio-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failure = async (work: Promise<unknown>): Promise<StudioError> => {
  const error: unknown = await work.then(() => new Error('nothing was thrown'), (reason: unknown) => reason);
  if (!(error instanceof StudioError)) throw error instanceof Error ? error : new Error(String(error));
  return error;
};

describe('any recording', () => {
  const click = 24_000;
  const pcm = clickSound(1.5, click);

  test.each([
    ['wav', 'pcm_s16le', 1, 48_000], ['wav', 'pcm_f32le', 6, 48_000], ['mp3', 'libmp3lame', 2, 48_000], ['m4a', 'aac', 2, 48_000],
    ['ogg', 'libvorbis', 1, 48_000], ['flac', 'flac', 2, 48_000], ['opus', 'libopus', 1, 48_000], ['aiff', 'pcm_s16be', 1, 48_000],
  ] as const)('%s (%s, %i channels) comes back at its length, level and time', async (ending, codec, channels, rate) => {
    const file = join(folder, `${codec}${channels}.${ending}`);
    await writeAudioFile(file, pcm, rate, codec, channels);
    const heard = await readAudio(file, { sampleRate: 48_000 });
    expect(Math.abs(clickLag(heard, pcm, click))).toBeLessThan(4.8); // 0.1 ms
    expect(heard.length).toBeGreaterThanOrEqual(pcm.length);
    expect(heard.length - pcm.length).toBeLessThan(2400); // a codec may round its last packet up
    const energy = (samples: Float32Array) => samples.subarray(click, click + 192).reduce((sum, value) => sum + value * value, 0);
    expect(energy(heard) / energy(pcm)).toBeGreaterThan(0.5);
    expect(energy(heard) / energy(pcm)).toBeLessThan(1.6);
  });

  test('the sound of a video, at another rate, streamed in blocks', async () => {
    const file = join(folder, 'video.mp4');
    const take = await writeClickTake({ file, frames: 50, clickFrame: 25 });
    const blocks: Float32Array[] = [];
    for await (const block of decodeAudio(file, { sampleRate: 16_000 })) blocks.push(block);
    expect(blocks.length).toBeGreaterThan(10);
    const heard = Float32Array.from(blocks.flatMap((block) => [...block]));
    expect(Math.abs(clickLag(heard, resample(take.pcm, 48_000, 16_000), take.clickSample / 3))).toBeLessThan(1.6);
  });

  test('is refused in one sentence if it is missing, empty, something else, damaged or silent film', async () => {
    const read = (file: string) => failure(readAudio(file, { sampleRate: 16_000 }));
    const write = async (name: string, bytes: Uint8Array | string) => {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    };
    const random = noise(3);
    const sentences: Record<string, string> = {
      [join(folder, 'missing.wav')]: 'does not exist',
      [folder]: 'is a folder',
      [await write('empty.mp3', '')]: 'is empty (0 bytes)',
      [await write('text.wav', 'This is no sound at all. '.repeat(400))]: 'cannot be read as audio or video',
      [await write('noise.mp3', Buffer.from(Array.from({ length: 60_000 }, () => random() * 255)))]: 'text:any',
      [await write('list.m3u8', '#EXTM3U\n#EXTINF:5,\n/etc/hostname\n')]: 'cannot be read as audio or video',
      [await write('head.m4a', (await readFile(join(folder, 'aac2.m4a'))).subarray(0, 900))]: 'cannot be read as audio or video',
    };
    for (const [file, words] of Object.entries(sentences)) {
      const error = await read(file);
      expect(error.code).toBe('invalid-input');
      expect(error.message).toContain(file);
      if (words !== 'text:any') expect(error.message).toContain(words);
    }
  });

  test('a truncated file gives what is there', async () => {
    const whole = await readFile(join(folder, 'pcm_s16le1.wav'));
    await writeFile(join(folder, 'half.wav'), whole.subarray(0, whole.length / 2));
    const heard = await readAudio(join(folder, 'half.wav'), { sampleRate: 48_000 });
    expect(heard.length).toBeGreaterThan(pcm.length * 0.45);
  });

  test('stops when cancelled', async () => {
    const error = await failure(readAudio(join(folder, 'flac2.flac'), { sampleRate: 16_000, signal: AbortSignal.abort() }));
    expect(error.code).toBe('canceled');
  });
});

describe('resampling', () => {
  test.each([[22_050, 48_000], [22_050, 16_000], [44_100, 48_000], [48_000, 16_000], [16_000, 48_000]])('%i to %i Hz keeps times within 0.1 ms and every second', (from, to) => {
    const samples = new Float32Array(from);
    const at = Math.round(from * 0.4);
    samples[at] = 1;
    const result = resample(samples, from, to);
    expect(result).toHaveLength(to);
    const peak = result.reduce((best, value, index) => (value > result[best] ? index : best), 0);
    const [before, top, after] = [result[peak - 1], result[peak], result[peak + 1]];
    const time = (peak + (before - after) / (2 * (before - 2 * top + after))) / to;
    expect(Math.abs(time - at / from)).toBeLessThan(1e-4);
  });

  test('gives the same samples for every division into blocks', () => {
    const random = noise(11);
    const samples = Float32Array.from({ length: 5000 }, random);
    const whole = resample(samples, 22_050, 48_000);
    expect(whole).toHaveLength(Math.ceil((5000 * 48_000) / 22_050));
    for (const size of [1, 7, 441, 4999]) {
      const resampler = createResampler(22_050, 48_000);
      const parts: number[] = [];
      for (let start = 0; start < samples.length; start += size) parts.push(...resampler.push(samples.subarray(start, start + size)));
      parts.push(...resampler.finish());
      resampler.close();
      expect(parts).toHaveLength(whole.length);
      expect(Math.max(...parts.map((value, index) => Math.abs(value - whole[index])))).toBe(0);
    }
  });

  test('keeps the tail: a tone is as loud in its last millisecond as before', () => {
    const tone = Float32Array.from({ length: 2205 }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / 22_050));
    const result = resample(tone, 22_050, 48_000);
    expect(Math.max(...result.subarray(-48))).toBeGreaterThan(0.9);
    expect(resample(new Float32Array(0), 22_050, 48_000)).toHaveLength(0);
  });
});

describe('loudness', () => {
  /** EBU Tech 3341: a 1 kHz tone at −23 dBFS in one channel measures −23 − 0.691 + filter gain ≈ −26 LUFS (stereo would be −23). */
  const tone = (dbfs: number, seconds = 5) => Float32Array.from({ length: seconds * 48_000 }, (_, i) => 10 ** (dbfs / 20) * Math.sin((2 * Math.PI * 1000 * i) / 48_000));

  test('measures a tone as the standard says', async () => {
    const { integratedLufs, truePeakDbtp } = await measureLoudness(tone(-23), 48_000);
    expect(integratedLufs).toBeCloseTo(-26, 0);
    expect(truePeakDbtp).toBeCloseTo(-23, 1);
  });

  /** Syllables of noise with sharp attacks: a crest as high as unprocessed speech. */
  const speechlike = (level: number, attack: number) => {
    const random = noise(5);
    let before = 0;
    return Float32Array.from({ length: 5 * 48_000 }, (_, i) => {
      const place = (i % 12_000) / 12_000;
      before += 0.4 * (random() - before); // speech has little above 8 kHz
      return 2 * level * before * (place < 0.01 ? attack : place < 0.6 ? 1 : 0.05);
    });
  };

  test.each([
    { what: 'a tone', samples: tone(-30), limits: false, warning: null },
    { what: 'speech with peaks', samples: speechlike(0.1, 3), limits: true, warning: null },
    { what: 'a click over near silence', samples: clickSound(5, 24_000), limits: true, warning: /single peaks.*quieter than usual \(−\d+ instead of −16 LUFS\)/ },
  ])('$what comes to −16 LUFS, or as near as 6 dB of limiting allow, below −1 dBTP', async ({ samples, limits, warning }) => {
    const gain = loudnessGain(await measureLoudness(samples, 48_000));
    expect(gain.limitedDb > 0).toBe(limits);
    if (warning) expect(gain.warning).toMatch(warning);
    else expect(gain.warning).toBeNull();
    const after = await measureLoudness(applyGain(samples, gain.gain, 48_000), 48_000);
    expect(after.truePeakDbtp!).toBeLessThan(-1);
    if (!warning) expect(Math.abs(after.integratedLufs! + 16)).toBeLessThan(0.5);
  });

  test('how far a peak turns its surroundings down makes a sound that is too loud throughout no slower to limit', () => {
    const loud = new Float32Array(480_000).fill(1);
    const cost = (sampleRate: number): number => {
      const runs = Array.from({ length: 3 }, () => {
        const before = process.threadCpuUsage();
        applyGain(loud, 2, sampleRate);
        return process.threadCpuUsage(before).user;
      });
      return Math.min(...runs);
    };
    expect(cost(192_000) / cost(6000)).toBeLessThan(4); // 1; where each peak goes through all that it turns down, 15
  });

  test('limiting touches only the surroundings of peaks, and gives the same for every division into blocks', () => {
    const samples = speechlike(0.1, 8);
    const whole = applyGain(samples, 3, 48_000);
    expect(whole.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThanOrEqual(CEILING * 1.0001);
    for (let i = 2000; i < 12_000 - 600; i++) expect(whole[i]).toBe(Math.fround(samples[i] * 3));
    for (const size of [100, 4801, 48_000]) {
      const limiter = createLimiter(3, 48_000);
      const parts: Float32Array[] = [];
      for (let start = 0; start < 100_000; start += size) parts.push(limiter.push(samples.subarray(start, Math.min(100_000, start + size))));
      const joined = Float32Array.from(parts.flatMap((part) => [...part]));
      expect(joined).toHaveLength(100_000 - 488);
      expect(joined).toEqual(whole.subarray(0, joined.length));
      expect(limiter.finish()).toHaveLength(488);
    }
  });

  test('silence has no loudness and asks for no gain', async () => {
    const silence = await measureLoudness(new Float32Array(48_000), 48_000);
    expect(silence).toEqual({ integratedLufs: null, truePeakDbtp: null });
    expect(loudnessGain(silence)).toEqual({ gain: 1, gainDb: 0, limitedDb: 0, warning: null });
  });

  test('a recording too quiet to be raised to speech is raised by 40 dB, and says so', async () => {
    const gain = loudnessGain(await measureLoudness(tone(-62), 48_000));
    expect(gain.gainDb).toBe(40);
    expect(gain.warning).toMatch(/very quiet \(−65 LUFS\).*raised by 40 dB.*\(−25 LUFS\)/);
    expect(loudnessGain(await measureLoudness(tone(-53.5), 48_000)).warning).toBeNull(); // half a decibel too quiet: nobody hears that
  });
});
