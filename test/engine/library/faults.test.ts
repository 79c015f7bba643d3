/** What may go wrong around a library: crashes, damaged files, a second process, a full disk. Short forms of `npm run campaign -- avatars`. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { thisProcess } from '../../../src/engine/library/owner.ts';
import { corruptionCases } from '../../campaign/avatars/corruption.ts';
import { makeCrowd, median, timeCrowd } from '../../campaign/avatars/crowd.ts';
import { drawZipf } from '../../campaign/avatars/draws.ts';
import { flipIndex } from '../../campaign/avatars/indexFlips.ts';
import { killAndReopen } from '../../campaign/avatars/kills.ts';
import { drawnFaces, drawnSource } from '../../campaign/avatars/synthetic.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-faults-'));
const at = (name: string) => path.join(folder, name);

/** A file system of 1.5 MB, where this machine lets us mount one. */
const tiny = at('tiny');
const mounted = (() => {
  try {
    mkdirSync(tiny);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', tiny], { stdio: 'ignore' });
    return true;
  } catch {
    console.log('The full-disk test of the library is skipped: this machine does not let us mount a small file system.');
    return false;
  }
})();
afterAll(() => {
  if (mounted) execFileSync('umount', [tiny]);
  rmSync(folder, { recursive: true, force: true });
});

test('kill −9: nothing saved is lost, nothing removed comes back, nothing half-made stays', async () => {
  const result = await killAndReopen({ folder: at('kills'), kills: 5, mode: 'drawn', seed: 11, withinMs: 350 });
  expect(result).toMatchObject({ kills: 5, lost: [], risen: [], orphans: [], faults: [] });
  expect(result.saved).toBeGreaterThan(0);
});

test('every file broken in every way: found, and rebuilt or refused, never rendered', async () => {
  const cases = await corruptionCases(at('corrupt'), 0.4);
  expect(cases).toHaveLength(27);
  for (const each of cases) {
    expect(each.cleanAfter, JSON.stringify(each)).toBe(true);
    // SQLite has no checksums: a bit of a page that nothing is kept in changes nothing and is not found. Rows carry their own.
    if (each.file === 'index' && each.how === 'flip') {
      expect(['rebuilt', 'unharmed']).toContain(each.outcome);
      continue;
    }
    expect(each.found, JSON.stringify(each)).toBe(true);
    // Nothing else is the source made of again; a clip's other sizes and backgrounds come from it too.
    const outcome = each.file !== 'source' ? 'rebuilt' : 'refused';
    expect(each.outcome, JSON.stringify(each)).toBe(outcome);
  }
});

test('single bits of the index flipped: found, made good, or without meaning; never believed', async () => {
  await makeCrowd(at('flips'), at('crowd-sources'), 12);
  const result = await flipIndex(at('flips'), 25, 3);
  expect(result).toMatchObject({ flips: 25, believed: 0 });
  expect(result.madeAnew + result.found).toBeGreaterThan(3);
});

test('source and plates of a clip broken at once: refused, and whole again once the file is added again', async () => {
  const library = await openLibrary(at('twice'), drawnFaces());
  const source = drawnSource(folder, 1, { plates: 5 });
  const { record } = await library.register(source, { name: 'Twice' });
  const home = path.join(at('twice'), 'avatars', record.id);
  for (const { name } of [record.files.source, record.files.plates!]) writeFileSync(path.join(home, name), 'x');
  await expect(library.use(record.id)).rejects.toThrow(/“Twice” is damaged, and so is its kept source/);
  expect((await library.register(source)).record).toEqual(record);
  (await library.use(record.id)).release();
  expect((await library.verify()).ok).toBe(true);
  await library.close();
});

test('avatar.json and index lost at once: said, and whole again once the file is added again', async () => {
  const first = await openLibrary(at('both'), drawnFaces());
  const { record } = await first.register(drawnSource(folder, 2));
  await first.close();
  rmSync(path.join(at('both'), 'avatars', record.id, 'avatar.json'));
  for (const ending of ['', '-wal', '-shm']) rmSync(path.join(at('both'), `library.sqlite${ending}`), { force: true });
  const said: string[] = [];
  const library = await openLibrary(at('both'), drawnFaces({ onEvent: ({ sentence }) => said.push(sentence) }));
  expect(said).toEqual([expect.stringContaining('no readable avatar.json')]);
  const kept = path.join(at('both'), 'avatars', record.id, record.files.source.name);
  expect((await library.register(kept)).record.id).toBe(record.id); // from the very file that was kept
  expect((await library.verify()).ok).toBe(true);
  await library.close();
});

describe('leftovers', () => {
  test('of processes that are gone are cleared, of living ones not', async () => {
    await (await openLibrary(at('left'), drawnFaces())).close();
    const { pid, started } = thisProcess();
    const living = `.making-${pid}-${started}-a`;
    const dead = [`.making-${pid}-1-b`, '.trash-999999999-5-c']; // this number was another process's once; no process at all
    for (const name of [living, ...dead]) mkdirSync(path.join(at('left'), 'avatars', name));
    await (await openLibrary(at('left'), drawnFaces())).close();
    expect(readdirSync(path.join(at('left'), 'avatars'))).toEqual(started === '' ? [living, dead[0]].sort() : [living]);
  });

  test('within an avatar are cleared', async () => {
    const first = await openLibrary(at('stray'), drawnFaces());
    const { record } = await first.register(drawnSource(folder, 3));
    await first.close();
    const home = path.join(at('stray'), 'avatars', record.id);
    for (const name of ['avatar.json.1.part', 'face.0123456789abcdef.blob']) writeFileSync(path.join(home, name), 'x');
    const library = await openLibrary(at('stray'), drawnFaces());
    expect(readdirSync(home).sort()).toEqual(['avatar.json', record.files.face.name, record.files.source.name].sort());
    expect((await library.verify()).ok).toBe(true);
    await library.close();
  });
});

test('two processes on one home: each source is prepared once, both see all', async () => {
  const script = fileURLToPath(new URL('../../campaign/avatars/twin.ts', import.meta.url));
  const twin = (seed: number): Promise<{ prepared: number; ids: string[] }> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, at('twins'), at('twin-sources'), String(seed), '8'], { stdio: ['ignore', 'pipe', 'pipe'] });
      let [out, errors] = ['', ''];
      child.stdout.on('data', (bytes) => (out += String(bytes)));
      child.stderr.on('data', (bytes) => (errors += String(bytes)));
      child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out) as { prepared: number; ids: string[] }) : reject(new Error(errors))));
    });
  const [one, other] = await Promise.all([twin(1), twin(2)]);
  expect(one.prepared + other.prepared).toBe(8);
  expect(new Set(one.ids)).toEqual(new Set(other.ids));
  const library = await openLibrary(at('twins'), drawnFaces());
  expect(library.list()).toHaveLength(8);
  expect((await library.verify()).ok).toBe(true);
  await library.close();
});

describe('full disk', () => {
  test.skipIf(!mounted)('a clear sentence, nothing half-registered, and it works again once there is room', async () => {
    const library = await openLibrary(tiny, drawnFaces());
    const saved: string[] = [];
    let failure: unknown = null;
    for (let number = 10; failure === null && number < 40; number++) {
      await library.register(drawnSource(folder, number)).then(({ record }) => saved.push(record.id), (error: unknown) => (failure = error));
    }
    expect(failure).toMatchObject({ code: 'io', message: expect.stringMatching(/disk is full/) as string });
    expect(saved.length).toBeGreaterThan(0);
    expect(readdirSync(path.join(tiny, 'avatars')).sort()).toEqual([...saved].sort());
    expect(await library.verify()).toMatchObject({ ok: true, problems: [] });
    // Not one byte is left: removing still works, for it is what makes room.
    const filler = openSync(path.join(tiny, 'filler'), 'w');
    expect(() => {
      for (;;) writeSync(filler, Buffer.alloc(4096));
    }).toThrow(/ENOSPC/);
    closeSync(filler);
    await library.remove(saved[0]);
    rmSync(path.join(tiny, 'filler'));
    const { record } = await library.register(drawnSource(folder, 50, { bytes: 2000 }));
    expect((await library.verify()).ok).toBe(true);
    await library.close();
    const again = await openLibrary(tiny, drawnFaces());
    expect(again.list()[0].id).toBe(record.id);
    await again.close();
  });
});

test('a crowd is listed, searched and opened at once', async () => {
  await makeCrowd(at('crowd'), at('crowd-sources'), 100);
  const times = await timeCrowd(at('crowd'), 5, (file) => rmSync(file, { force: true }));
  expect(times.found).toEqual({ all: 100, name: 16, tag: 10 });
  expect(median(times.listMs)).toBeLessThan(20);
  expect(median(times.searchMs)).toBeLessThan(20);
  expect(median(times.openMs)).toBeLessThan(1000);
  expect(times.rescanMs).toBeLessThan(2000);
});

test('drawn as users draw: most from memory, the rest from the disk, nothing prepared again', async () => {
  await makeCrowd(at('draws'), at('crowd-sources'), 20);
  const { metrics } = await drawZipf(at('draws'), 1500, 0.5, 5);
  expect(metrics.tiers.prepared.count).toBe(0);
  expect(metrics.memoryHitRate).toBeGreaterThan(0.7);
  expect(metrics.bytes).toBeLessThanOrEqual(metrics.budgetBytes);
  expect(metrics.evictions).toBeGreaterThan(50);
});
