/** Bad input: an exit code, one clear sentence, and nothing left behind. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { exitCodeOf } from '../../src/cli/exit.ts';
import { rgbToI420 } from '../../src/engine/media/i420.ts';
import { parse } from '../../src/shared/contract/common.ts';
import { renderRequest } from '../../src/shared/contract/request.ts';
import { fromErrorData } from '../../src/shared/errors.ts';
import { writeAudioFile, writeVideoFile, type VideoFileOptions } from '../support/mediaFiles.ts';
import { createWorkplace, type CliResult } from '../support/cli.ts';
import { hugePng } from '../support/pictures.ts';
import { followed, openTestStudio, type TestStudio } from '../support/studios.ts';

const place = createWorkplace();
let open: TestStudio;

const out = place.file('take.mp4');
const render = (...args: string[]): Promise<CliResult> => place.sima(['render', '--out', out, ...args]);
const renderProcess = (...args: string[]): Promise<CliResult> => place.simaProcess(['render', '--out', out, ...args]);
const SMALL = ['--size', '256x256'];
const WOMAN = ['--avatar', PRESENTERS.woman];
const HELLO = ['--text', 'Hello there.'];

/** One sentence on stderr, the exit code, and no file. */
function refused(result: Pick<CliResult, 'exitCode' | 'stderr'>, exitCode: number, ...says: (string | RegExp)[]): void {
  expect(result.stderr).not.toMatch(/\n\s+at /); // no stack
  const sentence = result.stderr.split('\n').find((line) => /^(sima|error):/.test(line)) ?? '';
  for (const words of says) expect(sentence).toMatch(words);
  expect(sentence.length).toBeGreaterThan(20);
  expect(result.exitCode).toBe(exitCode);
  expect(place.leftovers()).toEqual([]);
}

/** What the engine refuses, it refuses whoever asks: here one studio for all, with what the command line makes of it. One of each exit code comes from a process. */
async function refusedByEngine(request: Record<string, unknown>, exitCode: number, ...says: (string | RegExp)[]): Promise<void> {
  const { studio } = open;
  const { seatId } = studio.seats.open();
  const { id } = studio.start({ sessionId: seatId, request: parse(renderRequest, { avatar: PRESENTERS.woman, script: 'Hello there.', ...request }, 'This request'), leadSec: null });
  studio.seats.close(seatId); // free for the next one once the take is over
  const { take } = await followed(studio, id);
  expect(take.state).toBe('failed');
  const error = exitCodeOf(fromErrorData(take.error!));
  refused({ exitCode: error.exitCode, stderr: `sima: ${error.data.message}` }, exitCode, ...says);
  expect(readdirSync(path.join(open.home, 'takes'))).toEqual([]);
}

beforeAll(async () => {
  process.env['TMPDIR'] = place.folder; // nothing is left there either
  open = await openTestStudio({ home: place.file('home') });
  const woman = readFileSync(PRESENTERS.woman);
  await sharp({ create: { width: 640, height: 480, channels: 3, background: '#5a7', noise: { type: 'gaussian', mean: 120, sigma: 30 } } }).png().toFile(place.file('input-noface.png'));
  const half = await sharp(PRESENTERS.woman).resize(512, 512).toBuffer();
  const other = await sharp(PRESENTERS.man).resize(512, 512).toBuffer();
  await sharp({ create: { width: 1024, height: 512, channels: 3, background: '#888' } })
    .composite([{ input: half, left: 0, top: 0 }, { input: other, left: 512, top: 0 }])
    .png()
    .toFile(place.file('input-two.png'));
  writeFileSync(place.file('input-empty.jpg'), '');
  writeFileSync(place.file('input-truncated.png'), woman.subarray(0, woman.length / 2));
  writeFileSync(place.file('input-text.jpg'), 'This is a text that somebody called a picture. '.repeat(40));
  writeFileSync(place.file('input-bomb.png'), hugePng(40_000, 40_000));
  writeFileSync(place.file('input-noise.mp3'), Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 251)));
  writeFileSync(place.file('input-long.txt'), 'word '.repeat(20_001));
  writeFileSync(place.file('input-latin1.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0xff, 0xfe]));
});
afterAll(async () => {
  await open.close();
  place.remove();
});

describe('what is said', () => {
  test('empty text', async () => refused(await renderProcess(...WOMAN, '--text', ''), 2, /empty/i));
  test('only emoji', () => refusedByEngine({ script: '🎉🎉 😀' }, 2, /word|spoken/i));
  test('more than 100,000 characters', async () => refused(await render(...WOMAN, '--script', place.file('input-long.txt')), 2, /100,000/));
  test('a script that is not there', async () => refused(await render(...WOMAN, '--script', place.file('nothing.txt')), 2, /nothing\.txt/));
  test('a script that is not UTF-8', async () => refused(await render(...WOMAN, '--script', place.file('input-latin1.txt')), 2, /UTF-8/));
  test('unknown voice', () => refusedByEngine({ voice: 'nobody' }, 2, /nobody.*espeak-fa/));
  test('text and recording at once', async () => refused(await render(...WOMAN, ...HELLO, '--audio', 'x.wav'), 2, /one of/));
  test('corrupt audio', () => refusedByEngine({ script: undefined, audio: place.file('input-noise.mp3') }, 2, /input-noise\.mp3/));
  test('missing audio', () => refusedByEngine({ script: undefined, audio: place.file('nothing.wav') }, 2, /nothing\.wav/));
});

describe('who says it', () => {
  test('picture without a face', () => refusedByEngine({ avatar: place.file('input-noface.png') }, 2, /no face/i));
  test('two faces without --face', async () => refused(await renderProcess(...HELLO, '--avatar', place.file('input-two.png')), 2, /2 faces/, /--face/));
  test('the faces to choose from are listed, left to right, with a picture of each', async () => {
    const result = await place.sima(['avatars', 'faces', place.file('input-two.png'), '--thumbnails', place.file('input-faces'), '--json']);
    expect(result.exitCode).toBe(0);
    const faces = result.json.faces as { face: number; box: { x: number }; thumbnail: string }[];
    expect(faces.map(({ face }) => face)).toEqual([1, 2]);
    expect(faces[0].box.x).toBeLessThan(faces[1].box.x);
    for (const { thumbnail } of faces) expect((await sharp(thumbnail).metadata()).width).toBe(160);
  });
  test('a face that is not there', () => refusedByEngine({ avatar: place.file('input-two.png'), face: 3 }, 2, /2 faces|face 3/i));
  test('missing file', () => refusedByEngine({ avatar: place.file('nobody.png') }, 2, /nobody\.png/));
  test('a folder', () => refusedByEngine({ avatar: place.folder }, 2));
  test('zero bytes', () => refusedByEngine({ avatar: place.file('input-empty.jpg') }, 2, /empty/i));
  test('truncated picture', () => refusedByEngine({ avatar: place.file('input-truncated.png') }, 2, /input-truncated\.png/));
  test('renamed text', () => refusedByEngine({ avatar: place.file('input-text.jpg') }, 2, /input-text\.jpg/));
  test('40,000 × 40,000 pixels', () => refusedByEngine({ avatar: place.file('input-bomb.png') }, 2, /megapixel|pixels/i));
});

describe('how and where', () => {
  test.each([
    ['--fps', '0'],
    ['--fps', '1000'],
    ['--fps', 'fast'],
    ['--size', '512'],
    ['--size', '511x512'],
    ['--size', '99999x512'],
    ['--rate', '9'],
    ['--pitch', '-1'],
    ['--face', '1.5'],
    ['--device', 'abacus'],
    ['--quality', 'best'],
  ])('%s %s', async (option, value) => refused(await render(...WOMAN, ...HELLO, option, value), 2, new RegExp(option.slice(2))));

  test('unknown option', async () => refused(await renderProcess(...WOMAN, ...HELLO, '--speed', '2'), 2, /--speed/));
  test('no avatar', async () => refused(await render(...HELLO), 2, /--avatar/));
  test('unknown model', () => refusedByEngine({ model: 'nothing' }, 2, /nothing/));
  test('known model that is not installed', async () => refused(await renderProcess(...WOMAN, ...HELLO, '--model', 'wav2lip_gan'), 3, /import/));
  test('a face model cannot move lips', () => refusedByEngine({ model: 'face-mesh' }, 2, /lips/));
  test('a device that is not here', async () => refused(await renderProcess(...WOMAN, ...HELLO, '--device', process.platform === 'linux' ? 'dml' : 'cuda'), 4, /dml|cuda|DirectML/i));
  test('output folder missing', async () => refused(await place.simaProcess(['render', ...WOMAN, ...HELLO, '--out', place.file('no/where.mp4')]), 5, /no.*does not exist/));
  test('output is a folder', async () => {
    mkdirSync(place.file('input-folder.mp4'), { recursive: true });
    refused(await place.sima(['render', ...WOMAN, ...HELLO, '--out', place.file('input-folder.mp4')]), 5, /folder/);
  });
  test.each(['--avatar', '--audio', '--script'])('output over the file of %s', async (option) => {
    // Its content does not matter: it is refused before it is read, and stays.
    const source = place.file(option === '--script' ? 'input-own.srt' : 'input-own.mp4');
    writeFileSync(source, 'mine');
    const args = option === '--avatar' ? ['--avatar', source, ...HELLO] : [...WOMAN, option, source];
    const outputs = option === '--script' ? ['--out', out, '--srt', source] : ['--out', source];
    refused(await place.sima(['render', ...args, ...outputs]), 2, new RegExp(option));
    expect(readFileSync(source, 'utf8')).toBe('mine');
  });
  test('a library that cannot be written', async () => refused(await place.sima(['render', ...WOMAN, ...HELLO, '--out', out, '--home', place.file('input-text.jpg/home')]), 5, /input-text/));
  test('output is no MP4', async () => refused(await place.sima(['render', ...WOMAN, ...HELLO, '--out', place.file('take.avi')]), 2, /\.mp4/));
  test('read-only place', async () => refused(await place.sima(['render', ...SMALL, ...WOMAN, ...HELLO, '--out', '/proc/take.mp4']), 5, /\/proc/));
});

/** Small file systems, where this machine lets us mount them: one for a video, one for a library. */
const tiny = place.file('input-tiny');
const smallHome = place.file('input-small-home');
const mounted = (() => {
  try {
    for (const [folder, size] of [[tiny, '100k'], [smallHome, '6m']]) {
      mkdirSync(folder);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    }
    return true;
  } catch {
    console.log('The full-disk tests are skipped: this machine does not let us mount a small file system.');
    return false;
  }
})();
afterAll(() => {
  if (mounted) for (const folder of [tiny, smallHome]) execFileSync('umount', [folder]);
});

describe.skipIf(!mounted)('full disk', () => {
  const long = ['--text', 'This is a sentence that fills a very small disk before it ends. '.repeat(3)];

  test('where the video goes', async () => {
    refused(await place.simaProcess(['render', ...SMALL, ...WOMAN, ...long, '--out', `${tiny}/take.mp4`]), 5, /full/);
    expect(execFileSync('ls', ['-A', tiny], { encoding: 'utf8' })).toBe('');
  });
  test('where the library lies: the take is given up, and what it had is gone', async () => {
    const inSmall = [...SMALL, '--home', smallHome, '--out', out];
    expect((await place.sima(['render', ...WOMAN, ...HELLO, ...inSmall])).exitCode).toBe(0);
    rmSync(out);
    // Filled but for a little more than a journal and a first fragment need.
    const free = Number(execFileSync('df', ['--output=avail', '-B1', smallHome], { encoding: 'utf8' }).split('\n')[1]);
    writeFileSync(path.join(smallHome, 'filler'), Buffer.alloc(free - 250_000));
    refused(await place.sima(['render', ...WOMAN, ...long, ...inSmall]), 5, /full/);
    expect(readdirSync(path.join(smallHome, 'takes'))).toEqual([]);
    rmSync(path.join(smallHome, 'filler'));
    expect((await place.sima(['render', ...WOMAN, ...HELLO, ...inSmall])).exitCode).toBe(0);
    rmSync(out);
  });
});

describe('models import', () => {
  test('corrupt file', async () => {
    writeFileSync(place.file('input-corrupt.onnx'), Buffer.alloc(5000, 7));
    refused(await place.sima(['models', 'import', place.file('input-corrupt.onnx')]), 2, /input-corrupt\.onnx/);
  });
  test('wrong shapes: says what was found and what is expected', async () => {
    const mesh = fileURLToPath(new URL('../../models/face-mesh.onnx', import.meta.url));
    refused(await place.sima(['models', 'import', mesh, '--id', 'mine']), 2, /192/, /80/);
  });
});

describe('Ctrl-C', () => {
  const spoken = ['--text', 'This sentence is spoken again and again, so that there is something to interrupt. '.repeat(20)];
  /** Long enough for each stage to be caught in the act. */
  const stages: [string, () => string[], NodeJS.Signals][] = [
    ['finding the face', () => [...WOMAN, ...spoken], 'SIGINT'],
    ['rendering', () => [...WOMAN, ...spoken], 'SIGINT'],
    ['rendering', () => [...WOMAN, ...spoken], 'SIGTERM'],
    ['rendering', () => [...WOMAN, ...spoken], 'SIGHUP'],
    ['listening to the recording', () => [...WOMAN, '--audio', place.file('input-minute.wav')], 'SIGINT'],
    ['finding the face', () => ['--avatar', place.file('input-clip.mp4'), ...HELLO], 'SIGINT'],
  ];
  beforeAll(async () => {
    await writeAudioFile(place.file('input-minute.wav'), new Float32Array(60 * 8000).fill(0.01), 8000, 'pcm_s16le');
    await writeVideoFile(place.file('input-clip.mp4'), await movingFace());
  });

  test.each(stages)('while %s', async (stage, args, signal) => {
    let sent = false;
    const result = await place.simaProcess(['render', ...SMALL, ...args(), '--out', out], {
      onStderr: (line, kill) => {
        if (sent || !line.includes(stage)) return;
        sent = true;
        kill(signal);
      },
    });
    expect(sent).toBe(true);
    expect(result.stderr).toMatch(/sima: Canceled/);
    expect(result.exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
  });

  test('twice, at once: still ends in order and leaves nothing', async () => {
    let sent = false;
    const result = await place.simaProcess(['render', ...SMALL, ...WOMAN, ...spoken, '--out', out], {
      onStderr: (line, kill) => {
        if (sent || !line.includes('rendering')) return;
        sent = true;
        kill('SIGINT');
        setTimeout(() => kill('SIGINT'), 20);
      },
    });
    expect(result.exitCode).toBe(130);
    expect(place.leftovers()).toEqual([]);
  });
});

test('a reader that goes away does not end the work', () => {
  const sima = fileURLToPath(new URL('../../bin/sima.js', import.meta.url));
  const script = `"${process.execPath}" "${sima}" render --avatar "${PRESENTERS.woman}" --size 128x128 --text Hello. --out "${out}" 2>&1 | head -n 1`;
  execFileSync('sh', ['-c', script], { env: { ...process.env, SIMA_HOME: place.file('home'), TMPDIR: place.folder }, stdio: 'ignore' });
  expect(place.leftovers()).toEqual(['take.mp4']);
  rmSync(out);
});

/** 8 s of a presenter, so that following the face takes a while. */
async function movingFace(): Promise<VideoFileOptions> {
  const { data, info } = await sharp(PRESENTERS.man).resize(640, 640).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const frame = rgbToI420(data, info.width, info.height);
  return { width: 640, height: 640, codec: 'libx264', timesMs: Array.from({ length: 200 }, (_, i) => i * 40), draw: () => frame.data };
}
