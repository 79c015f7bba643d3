/** `npm run campaign -- avatars`: the avatar library under load, crashes and damage. Writes docs/AVATARS.md. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { openLibrary, type Library } from '../../src/engine/library/avatars.ts';
import { rgbToI420 } from '../../src/engine/media/i420.ts';
import { StudioError } from '../../src/shared/errors.ts';
import { MAN, WOMAN } from '../engine/avatar/presenters.ts';
import { writeVideoFile } from '../support/mediaFiles.ts';
import { corruptionCases } from './avatars/corruption.ts';
import { makeCrowd, median, timeCrowd } from './avatars/crowd.ts';
import { drawZipf } from './avatars/draws.ts';
import { flipIndex } from './avatars/indexFlips.ts';
import { killAndReopen } from './avatars/kills.ts';
import { drawnFaces, drawnSource } from './avatars/synthetic.ts';
import { figure, figureTable, machineLine, percent, type Campaign, type CampaignOptions, type Figure } from './campaign.ts';

const PAGE = fileURLToPath(new URL('../../docs/AVATARS.md', import.meta.url));
const script = (name: string) => fileURLToPath(new URL(`./avatars/${name}`, import.meta.url));
const run = promisify(execFile);
const ms = (value: number | null): string => (value === null ? '–' : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
const none = (list: readonly string[]): string => (list.length === 0 ? '0' : `${list.length}: ${list.slice(0, 3).join('; ')}`);

export const campaign: Campaign = {
  about: 'The avatar library: registration, access, crashes, damage, two processes, a full disk, many avatars. About five minutes.',
  async run(options) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-avatars-'));
    try {
      const parts: [string, Figure[]][] = [];
      for (const [title, measure] of PARTS) {
        options.log(`${title} …`);
        parts.push([title, await measure(folder, options)]);
      }
      writeFileSync(PAGE, page(parts));
      return parts.flatMap(([, figures]) => figures);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

type Measure = (folder: string, options: CampaignOptions) => Promise<Figure[]>;

const registration: Measure = async (folder, { fixtures }) => {
  interface Result {
    registered: { ms: number; cpuMs: number; againMs: number; faceBytes: number; platesBytes: number; width: number; height: number }[];
    memoryBytes: number;
    peakBytes: number;
  }
  const register = async (name: string, files: string[]): Promise<Result> =>
    JSON.parse((await run(process.execPath, [script('register.ts'), path.join(folder, name), ...files])).stdout) as Result;
  const figures: Figure[] = [];
  const portraits = fixtures === null ? null : path.join(fixtures, 'portraits');
  const photos = portraits !== null && existsSync(portraits) ? readdirSync(portraits).filter((name) => !name.startsWith('noface')).map((name) => path.join(portraits, name)) : [];
  const { registered, memoryBytes } = await register('photos', [MAN, WOMAN, ...photos]);
  const warm = registered.slice(1);
  const slowest = Math.max(...warm.map((each) => each.ms));
  const largest = Math.max(...warm.map(({ faceBytes }) => faceBytes));
  const stored = registered.reduce((sum, { faceBytes }) => sum + faceBytes, 0);
  const sizes = warm.map(({ width, height }) => `${width}×${height}`).join(', ');
  figures.push(
    figure('Photo registered, warm, slowest', sizes, ms(slowest), '≤ 2 s', slowest <= 2000),
    figure('The same photo again', sizes, ms(Math.max(...warm.map(({ againMs }) => againMs)))),
    figure('Face data of a photo on disk, largest', sizes, megabytes(largest), '≤ 2 MB', largest <= 2e6),
    figure('LZ4 ratio, photos', `${registered.length} photos`, `${(memoryBytes / stored).toFixed(2)}×, ${megabytes(memoryBytes / registered.length)} → ${megabytes(stored / registered.length)} each`),
  );

  const peaks: number[] = [];
  for (const seconds of [10, 60]) {
    const clip = path.join(folder, `${seconds}.mp4`);
    await writeClip(clip, seconds);
    const { registered: [, made], peakBytes } = await register(`clip-${seconds}`, [MAN, clip]);
    rmSync(path.join(folder, `clip-${seconds}`), { recursive: true });
    const on = `${seconds} s 1280×720, 25 fps`;
    figures.push(
      figure('Clip registered, warm', on, `${(made.ms / 1000).toFixed(1)} s (${(made.cpuMs / 1000).toFixed(1)} s of CPU)`, seconds === 10 ? '≤ 5 s' : '', seconds === 10 ? made.ms <= 5000 : null),
      figure('Face data and plates of a clip', on, `${megabytes(made.faceBytes)} and ${megabytes(made.platesBytes)}`),
    );
    peaks.push(peakBytes);
  }
  figures.push(figure('Peak memory of the process, 10 s against 60 s', '1280×720 clip', `${megabytes(peaks[0])}, ${megabytes(peaks[1])}`, 'equal within 15 %', peaks[1] <= 1.15 * peaks[0]));
  return figures;
};

/** A presenter who moves about before a wall. */
async function writeClip(file: string, seconds: number): Promise<void> {
  const [width, height, phases] = [1280, 720, 50];
  const wall = await sharp(WOMAN).resize(900, 900).extend({ left: 400, right: 400, top: 60, bottom: 0, background: '#667788' }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const frames: Uint8Array[] = [];
  for (let i = 0; i < phases; i++) {
    const turn = (i / phases) * 2 * Math.PI;
    const part = { left: Math.round(200 + 60 * Math.sin(turn)), top: Math.round(60 + 30 * Math.cos(turn)), width, height };
    const rgb = await sharp(wall.data, { raw: { width: wall.info.width, height: wall.info.height, channels: 3 } }).extract(part).raw().toBuffer();
    frames.push(rgbToI420(new Uint8Array(rgb), width, height).data);
  }
  await writeVideoFile(file, { width, height, timesMs: Array.from({ length: seconds * 25 }, (_, i) => i * 40), draw: (index) => frames[index % phases] });
}

const access: Measure = async (folder) => {
  const home = path.join(folder, 'draws');
  await makeCrowd(home, path.join(folder, 'draw-sources'), 50);
  const { metrics, memoryP99Ms, diskP99Ms, diskCpuP99Ms, storedBytes, memoryBytes } = await drawZipf(home, 10_000, 0.5, 1);
  const on = '10,000 draws on 50 avatars, Zipf s = 1, memory for half';
  const { memory, disk, prepared } = metrics.tiers;
  return [
    figure('Access from memory, p50 and p99', on, `${ms(memory.p50Ms)}, ${ms(memoryP99Ms)}`, 'p99 ≤ 1 ms', memoryP99Ms <= 1),
    figure('Access from disk, p50 and p99', on, `${ms(disk.p50Ms)}, ${ms(diskP99Ms)}`, 'p99 ≤ 10 ms', diskP99Ms <= 10),
    figure('… of which the process itself works, p99', on, ms(diskCpuP99Ms)),
    figure('Answered from memory', on, percent(metrics.memoryHitRate!), '≥ 76 %', metrics.memoryHitRate! >= 0.76),
    figure('Answered from memory or disk', on, percent(metrics.hitRate!, 2), '> 95 %', metrics.hitRate! > 0.95),
    figure('Prepared again', on, String(prepared.count), '0', prepared.count === 0),
    figure('Evictions', on, String(metrics.evictions)),
    figure('Face data of a drawn face', '50 avatars', `${megabytes(storedBytes)} on disk, ${megabytes(memoryBytes)} in memory`),
  ];
};

const kills: Measure = async (folder, { log }) => {
  const drawn = await killAndReopen({ folder: path.join(folder, 'kills'), kills: 90, mode: 'drawn', seed: 1, withinMs: 400, log });
  const real = await killAndReopen({ folder: path.join(folder, 'real-kills'), kills: 10, mode: 'real', seed: 2, withinMs: 1500, log });
  const lists = (key: 'lost' | 'risen' | 'orphans' | 'faults') => [...drawn[key], ...real[key]];
  const total = (key: 'kills' | 'saved' | 'removed' | 'interruptions') => drawn[key] + real[key];
  const on = `${total('kills')} kills, ${total('saved')} registered, ${total('removed')} removed, ${total('interruptions')} kills left something half-made`;
  return [
    figure('Avatars lost that were reported as saved', on, none(lists('lost')), '0', lists('lost').length === 0),
    figure('Avatars back that were reported as removed', on, none(lists('risen')), '0', lists('risen').length === 0),
    figure('Left over after the restart', on, none(lists('orphans')), '0', lists('orphans').length === 0),
    figure('Faults that verify found', on, none(lists('faults')), '0', lists('faults').length === 0),
  ];
};

const corruption: Measure = async (folder) => {
  const cases = [];
  for (const at of [0.02, 0.4, 0.97]) cases.push(...(await corruptionCases(path.join(folder, 'corrupt'), at)));
  // SQLite keeps empty room in its file: damage there means nothing, and flipped bits are counted below.
  const counted = cases.filter(({ file, outcome }) => file !== 'index' || outcome !== 'unharmed');
  const on = `${counted.length} cases: source, face data, plates, avatar.json, index × flip, cut, delete`;
  const count = (outcome: string) => counted.filter((each) => each.outcome === outcome).length;
  const missed = counted.filter(({ found }) => !found);
  const home = path.join(folder, 'flips');
  await makeCrowd(home, path.join(folder, 'flip-sources'), 12);
  const flips = await flipIndex(home, 150, 3);
  return [
    figure('Damage found', on, `${counted.length - missed.length} of ${counted.length}`, 'all', missed.length === 0),
    figure('Damaged files rendered', on, String(cases.filter(({ outcome }) => outcome === 'RENDERED').length), '0', cases.every(({ outcome }) => outcome !== 'RENDERED')),
    figure('What came of it', on, `${count('rebuilt')} rebuilt, ${count('refused')} refused with a sentence (the kept source itself), ${count('unharmed')} unharmed`),
    figure('Whole afterwards, once a damaged source is added again', on, `${cases.filter(({ cleanAfter }) => cleanAfter).length} of ${cases.length}`, 'all', cases.every(({ cleanAfter }) => cleanAfter)),
    figure('Single bits of the index flipped', '150 places', `${flips.madeAnew} index made anew, ${flips.found} found or restored row by row, ${flips.harmless} without meaning, ${flips.believed} believed`, '0 believed', flips.believed === 0),
  ];
};

const together: Measure = async (folder) => {
  const count = 60;
  const home = path.join(folder, 'twins');
  const twins = await Promise.all([1, 2].map((seed) => run(process.execPath, [script('twin.ts'), home, path.join(folder, 'twin-sources'), String(seed), String(count)])));
  const prepared = twins.reduce((sum, { stdout }) => sum + (JSON.parse(stdout) as { prepared: number }).prepared, 0);
  const library = await openLibrary(home, drawnFaces());
  const [listed, verdict] = [library.list().length, await library.verify()];
  await library.close();
  const on = `two processes register the same ${count} sources at once`;
  return [
    figure('Preparations', on, String(prepared), String(count), prepared === count),
    figure('Avatars, and faults that verify found', on, `${listed}, ${verdict.ok ? 0 : 'some'}`, `${count}, 0`, listed === count && verdict.ok),
  ];
};

const fullDisk: Measure = async (folder, { log }) => {
  const tiny = path.join(folder, 'tiny');
  mkdirSync(tiny);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', tiny], { stdio: 'ignore' });
  } catch {
    log('Skipped: this machine does not let us mount a small file system.');
    return [figure('A full disk in the middle', 'not measured: no small file system can be mounted here', '–')];
  }
  let library: Library | null = null;
  try {
    library = await openLibrary(tiny, drawnFaces());
    const sources = path.join(folder, 'disk-sources');
    mkdirSync(sources);
    let [saved, failures, other] = [0, 0, 0];
    for (let number = 1; number <= 40; number++) {
      // Sizes differ, so that the disk is full at different steps.
      await library.register(drawnSource(sources, number, { bytes: 3000 + ((number * 37_987) % 300_000) })).then(
        () => saved++,
        (error: unknown) => (error instanceof StudioError && error.code === 'io' && /disk is full/.test(error.message) ? failures++ : other++),
      );
      if (number % 6 === 0) await library.remove(library.list()[0].id);
    }
    const { ok } = await library.verify();
    const half = readdirSync(path.join(tiny, 'avatars')).filter((name) => name.startsWith('.')).length;
    const on = `40 registrations on a disk of 3 MB, ${saved} saved`;
    return [
      figure('Full disk: said so, and anything else', on, `${failures}, ${other}`, 'some, 0', failures > 0 && other === 0),
      figure('Half-registered, and faults that verify found', on, `${half}, ${ok ? 0 : 'some'}`, '0, 0', half === 0 && ok),
    ];
  } finally {
    await library?.close();
    execFileSync('umount', [tiny]);
  }
};

const crowd: Measure = async (folder) => {
  const home = path.join(folder, 'crowd');
  const eachMs = await makeCrowd(home, path.join(folder, 'crowd-sources'), 1000);
  const times = await timeCrowd(home, 9, (file) => rmSync(file, { force: true }));
  const both = (values: number[]) => `${ms(median(values))}, ${ms(Math.max(...values))}`;
  const on = '1,000 avatars, median and slowest';
  return [
    figure('List', on, both(times.listMs), 'median ≤ 20 ms', median(times.listMs) <= 20),
    figure('Search by name, tag, part of a name', on, both(times.searchMs), 'median ≤ 20 ms', median(times.searchMs) <= 20),
    figure('Opening the library with its start-up check', on, both(times.openMs), 'median ≤ 1 s', median(times.openMs) <= 1000),
    figure('Opening after the index was deleted', '1,000 avatars', ms(times.rescanMs)),
    figure('Keeping an avatar (files on the disk, row written)', '1,000 drawn faces', ms(eachMs)),
  ];
};

const PARTS: [string, Measure][] = [
  ['Registration', registration],
  ['Access', access],
  ['Kill −9', kills],
  ['Damage', corruption],
  ['Two processes', together],
  ['Full disk', fullDisk],
  ['Many avatars', crowd],
];

function page(parts: [string, Figure[]][]): string {
  const sections = parts.map(([title, figures]) => `## ${title}\n\n${figureTable(figures)}\n`);
  return `# The avatar library, measured

Written by \`npm run campaign -- avatars\` on ${new Date().toISOString().slice(0, 10)}: ${machineLine()}, load ${os.loadavg().map((load) => load.toFixed(1)).join(', ')} over the last 1, 5, 15 minutes.
Portraits and clips are the shipped presenters${process.env.SIMA_FIXTURES === undefined ? '' : ' and further photos that this machine has'}. What stresses the storage only
(all but “Registration” and a tenth of the kills) uses a drawn face, whose rig, masks and landmarks are computed as for any other.

${sections.join('\n')}
## How it is kept

- \`<home>/avatars/<id>/\` holds the source as it came, \`face.<hash>.blob\`, a clip's \`plates.<hash>.mp4\` (all-intra, native size) and \`avatar.json\`.
  A folder is built beside and gets its name in one rename after everything is on the disk; blobs are never overwritten.
- \`<home>/library.sqlite\` is the index. It can be made anew from the folders at any time; only counts and times of use live there alone.
- A face blob is a table of typed little-endian sections with a sha256 over all. LZ4 shrinks a photo's data (rig and masks) to less than half;
  landmarks are noise to it, so a clip's blob, nearly all landmarks (5.6 kB per frame), stays at its size. Sorting their bytes first would
  give 1.25×: not worth the code.
- Plates at other sizes and before other backgrounds may lie in the folder \`variants\`: they go with the avatar and with its next preparation.
- Before a render the pictures that frames are made of (the source, a clip's plates, a variant) are compared with their checksums, once per process
  unless the file changes. Face data is checked each time it is read from the disk.
- A damaged source of a photo cannot be made again: using it is refused, and adding the original file again repairs it, name and all.
- SQLite has no checksums of its own: each row carries its record sealed with one, and the row's columns are compared with it when the avatar is used.
- Whoever prepares a source holds its lock, a row with the process's number and start time; a lock whose process is gone is taken over.
- Kills are of the process, not of the machine's power: what the disk itself does with written bytes is not measured here.
`;
}
