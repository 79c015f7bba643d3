/** `sima takes export` as a user and a script see it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probe } from '../../../src/engine/media/probe.ts';
import { createWorkplace } from '../../support/cli.ts';
import { addTakes, type LibraryTake } from '../../support/exportedTakes.ts';

const place = createWorkplace();
afterAll(() => place.remove());
let take: LibraryTake;
let long: LibraryTake;
beforeAll(async () => {
  [take, long] = await addTakes(place.file('home'), [{ frames: 50 }, { frames: 1000, width: 384, height: 216 }]);
});
const sima = (id: string, ...args: string[]) => place.sima(['takes', 'export', id, ...args, '--json']);

test('everything of a take at once: smaller, to a size of file, with subtitles in the picture; sound, words and a picture beside it', async () => {
  const [out, audio, poster, vtt] = ['a.mp4', 'a.wav', 'a.jpg', 'a.vtt'].map((name) => place.file(name));
  writeFileSync(out, 'before');
  const { exitCode, json, stderr } = await sima(take.id.slice(0, 8), '--out', out, '--size', '128x72', '--target-mb', '0.08', '--burn', '--encoder', 'x264', '--audio', audio, '--poster', poster, '--at', '1', '--vtt', vtt, '--karaoke');
  expect({ exitCode, json }).toMatchObject({
    exitCode: 0, json: { id: take.id, out, frames: 50, durationSec: 2, sameBytes: false, files: [{ file: out }, { file: vtt, sizeBytes: statSync(vtt).size }, { file: audio }, { file: poster }] },
  });
  expect(stderr).toMatch(/encoding/);
  expect(statSync(out).size).toBeLessThanOrEqual(80_000);
  expect(await probe(out, { packets: true })).toMatchObject({ video: { width: 128, height: 72, frames: 50 }, audio: { codec: 'aac' }, metadata: { sima_take_id: take.id } });
  expect(readFileSync(vtt, 'utf8')).toMatch(/<00:00:0\d\.\d{3}>/);
  expect(place.leftovers().sort()).toEqual(['a.jpg', 'a.mp4', 'a.vtt', 'a.wav']);
});

test('Ctrl-C amid the work leaves nothing, and what was there before', async () => {
  const out = place.file('b.mp4');
  writeFileSync(out, 'before');
  let pressed = false;
  const { exitCode } = await place.simaProcess(['takes', 'export', long.id, '--srt', place.file('b.srt'), '--out', out, '--kbps', '400', '--encoder', 'x264'], {
    onStderr: (line, kill) => {
      if (!pressed && /encoding: \d+/.test(line)) kill('SIGINT');
      pressed ||= /encoding: \d+/.test(line);
    },
  });
  expect([pressed, exitCode]).toEqual([true, 130]);
  expect(readFileSync(out, 'utf8')).toBe('before');
  expect(readdirSync(place.folder).filter((name) => name.startsWith('b') || name.startsWith('.'))).toEqual(['b.mp4']);
});

test.each([
  [['--burn', '--srt', 'x.srt'], /say where it goes with --out/], [['--audio', 'x.mp3'], /\.m4a or \.wav/], [['--out', 'x.mp4', '--size', '1920x1080'], /would be larger/],
])('%j is refused in one sentence', async (args, sentence) => {
  const { exitCode, stderr } = await sima(take.id, ...args.map((each) => (each.startsWith('x.') ? place.file(each) : each)));
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(exitCode).toBe(2);
  expect(place.leftovers().filter((name) => name.startsWith('x'))).toEqual([]);
});
