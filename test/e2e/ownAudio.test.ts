/** A recording of one's own through the command line: what is said of it, what comes of it, and what is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { probe } from '../../src/engine/media/probe.ts';
import { openVoices } from '../../src/engine/voice/voices.ts';
import { measureLoudness } from '../../src/engine/media/loudness.ts';
import { createWorkplace } from '../support/cli.ts';
import { writeAudioFile } from '../support/mediaFiles.ts';
import { readSrt, readVtt } from '../support/subtitleFiles.ts';
import { inARow, readAudio } from '../support/sounds.ts';

const place = createWorkplace();
afterAll(() => place.remove());
const TEXT = 'سلام! این صدای خود من است. Thank you for listening.';
const own = place.file('input-own.m4a');
let recordedSec = 0;
beforeAll(async () => {
  const voices = await openVoices();
  const { pcm, sampleRate } = await voices.speak(TEXT, { voice: 'fa' });
  await voices.close();
  const sound = inARow(new Float32Array(2 * sampleRate), pcm.map((sample) => 0.05 * sample), new Float32Array(sampleRate));
  recordedSec = sound.length / sampleRate;
  await writeAudioFile(own, sound, sampleRate, 'aac');
  await writeAudioFile(place.file('input-silent.wav'), new Float32Array(sampleRate), sampleRate, 'pcm_s16le');
  writeFileSync(place.file('input-said.txt'), TEXT);
});
const render = (...args: string[]) => place.sima(['render', '--avatar', PRESENTERS.woman, '--size', '96x96', '--fps', '10', '--out', place.file('take.mp4'), ...args, '--json']);

test('it is cut, brought to its loudness and subtitled by what is said in it, and all of that is told', async () => {
  const { exitCode, json, stderr } = await render('--audio', own, '--transcript', place.file('input-said.txt'), '--srt', place.file('take.srt'), '--vtt', place.file('take.vtt'), '--loudness', '-20');
  expect(exitCode, stderr).toBe(0);
  expect(json.recording).toMatchObject({ noise: 'quiet', cutStartSec: expect.closeTo(1.85, 0) as number, loudness: { after: expect.closeTo(-20, 5) as number } });
  expect(stderr).toMatch(/recording: 1\.\d\d s of silence cut before and 0\.\d\d s after; its pauses are quiet; loudness −\d\d\.\d LUFS → −20\.0 LUFS/);
  const { video } = await probe(place.file('take.mp4'));
  expect(video!.durationSec).toBeLessThan(recordedSec - 2);
  const loudness = await measureLoudness(await readAudio(place.file('take.mp4'), { sampleRate: 48_000 }), 48_000);
  expect(Math.abs(loudness.integratedLufs! + 20)).toBeLessThan(0.5);
  for (const cues of [readSrt(readFileSync(place.file('take.srt'), 'utf8')), readVtt(readFileSync(place.file('take.vtt'), 'utf8'))]) {
    expect(cues.flatMap(({ lines }) => lines).join(' ').replace(/[\u200E\u200F]/gu, '')).toBe(TEXT);
    expect(cues.at(-1)!.endMs).toBeLessThanOrEqual(video!.durationSec! * 1000);
  }
});

test('what cannot be meant is refused before anything is rendered', async () => {
  expect(await render('--audio', place.file('input-silent.wav'))).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/input-silent\.wav is silent throughout/) as string });
  expect(await render('--text', 'Hello.', '--as-recorded')).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/--as-recorded is about a recording/) as string });
  expect(await render('--audio', own, '--srt', place.file('x.srt'))).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/--transcript FILE/) as string });
  expect(await render('--audio', own, '--loudness', '-3')).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/loudnessLufs: must be −31 to −10/) as string });
});
