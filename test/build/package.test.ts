/**
 * What is packed for whom. Electron's program is not part of the tests: electron-builder packs around a made-up one, whose fuses it really sets;
 * for the systems that this is not, its own matcher is asked about lists of files.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FuseV1Options, FuseState, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../src/cli/build.ts';
import type { Studio, StudioOptions } from '../../src/engine/studio/studio.ts';

const require = createRequire(import.meta.url);
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const { FileMatcher } = require('app-builder-lib/out/fileMatcher') as { FileMatcher: new (from: string, to: string, expand: (text: string) => string, patterns: string[]) => { createFilter(): (file: string, stat: Stats) => boolean } };
const { configOf } = (await import(pathToFileURL(path.join(PROJECT, 'build', 'electron-builder.js')).href)) as { configOf: (flavour: { cuda: boolean }) => { files: string[]; asarUnpack: string[] } };

describe('the lists of files', () => {
  const BINARIES = [
    ...['darwin/arm64/libonnxruntime.1.dylib', 'linux/x64/libonnxruntime.so.1', 'linux/arm64/libonnxruntime.so.1', 'win32/x64/onnxruntime.dll', 'win32/arm64/onnxruntime.dll'].map((name) => `node_modules/onnxruntime-node/bin/napi-v6/${name}`),
    ...['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'linuxmusl-x64', 'win32-x64', 'win32-arm64'].map((name) => `node_modules/better-sqlite3/prebuilds/${name}.node`),
    ...['darwin-arm64', 'linux-x64', 'linux-arm64', 'linuxmusl-x64', 'win32-x64'].flatMap((name) => [`node_modules/@img/sharp-${name}/lib/sharp.node`, `node_modules/@img/sharp-libvips-${name}/lib/libvips.so`]),
    ...['darwin-arm64', 'linux-x64', 'linux-arm64', 'win32-x64-mingw', 'win32-x64-msvc'].map((name) => `node_modules/@seydx/node-av-${name}/node-av.node`),
    ...['darwin-arm64', 'linux-x64-gnu', 'linux-x64-musl', 'linux-arm64-gnu', 'win32-x64-msvc'].map((name) => `node_modules/@antoniomuso/lz4-napi-${name}/lz4.node`),
  ];
  const CUDA = ['cuda', 'shared', 'tensorrt'].map((name) => `node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_${name}.so`);
  const packed = (files: string[], platform: string, arch: string, cuda = false): string[] => {
    const matcher = new FileMatcher('/app', '/to', (text) => text.replaceAll('${platform}', platform).replaceAll('${arch}', arch), configOf({ cuda }).files);
    const isWanted = matcher.createFilter();
    const stat = { isDirectory: () => false } as never;
    return files.filter((file) => isWanted(`/app/${file}`, stat));
  };

  test.each([
    ['linux', 'x64', ['linux/x64/', 'linux-x64.node', 'sharp-linux-x64/', 'sharp-libvips-linux-x64/', 'node-av-linux-x64/', 'lz4-napi-linux-x64-gnu/']],
    ['linux', 'arm64', ['linux/arm64/', 'linux-arm64.node', 'sharp-linux-arm64/', 'sharp-libvips-linux-arm64/', 'node-av-linux-arm64/', 'lz4-napi-linux-arm64-gnu/']],
    ['win32', 'x64', ['win32/x64/', 'win32-x64.node', 'sharp-win32-x64/', 'sharp-libvips-win32-x64/', 'node-av-win32-x64-mingw/', 'lz4-napi-win32-x64-msvc/']],
    ['darwin', 'arm64', ['darwin/arm64/', 'darwin-arm64.node', 'sharp-darwin-arm64/', 'sharp-libvips-darwin-arm64/', 'node-av-darwin-arm64/', 'lz4-napi-darwin-arm64/']],
  ])('%s %s: its own binaries and no others', (platform, arch, wanted) => {
    const found = packed(BINARIES, platform, arch);
    expect(found).toHaveLength(wanted.length);
    for (const part of wanted) expect(found.filter((file) => file.includes(part))).toHaveLength(1);
  });

  test('the CUDA provider only in its own flavour, also where it was fetched', () => {
    expect(packed(CUDA, 'linux', 'x64')).toEqual([]);
    expect(packed(CUDA, 'linux', 'x64', true)).toEqual(CUDA);
  });

  test('nothing of how the project is made, and all that it shows and must say', () => {
    const left = ['src/main/index.ts', 'test/run.js', 'models/make/rigTrain.ts', 'resources/presenters/make.ts', 'docs/ARCHITECTURE.md', '.ci/run', '.cache/x', 'node_modules/sharp/lib/x.d.ts', 'node_modules/better-sqlite3/deps/sqlite3.c', 'demo/persian.mp4', 'build/cuda.js'];
    const taken = ['package.json', 'LICENSE', 'NOTICE', 'out/main/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html', 'models/rig.onnx', 'models/manifest.json', 'resources/presenters/woman.png', 'resources/presenters/NOTICE.md', 'resources/alerts.yml', 'node_modules/node-av/LICENSE.md', 'node_modules/sharp/lib/index.js'];
    expect(packed([...left, ...taken], 'linux', 'x64')).toEqual(taken);
  });
});

describe.runIf(process.platform === 'linux')('a package for this system', () => {
  let folder: string;
  let resources: string;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'sima-package-'));
    await ensureBuilt();
    const dist = path.join(folder, 'dist');
    mkdirSync(path.join(dist, 'resources'), { recursive: true });
    mkdirSync(path.join(dist, 'locales'));
    // The sentinel that Electron's fuses lie behind: version, count, and each as it is in a download ('1' on, '0' off).
    writeFileSync(path.join(dist, 'electron'), Buffer.concat([Buffer.alloc(64), Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), Buffer.from([1, 8]), Buffer.from('10110001'), Buffer.alloc(64)]));
    chmodSync(path.join(dist, 'electron'), 0o755);
    for (const name of ['version', 'LICENSE', 'LICENSES.chromium.html', 'chrome-sandbox', 'locales/en-US.pak']) writeFileSync(path.join(dist, name), '45.4.1');
    const builder = path.join(path.dirname(require.resolve('electron-builder/package.json')), 'cli.js');
    execFileSync(process.execPath, [builder, '--linux', 'dir', '--config', 'build/electron-builder.js', `-c.electronDist=${dist}`, `-c.directories.output=${folder}/out`], { cwd: PROJECT, stdio: 'pipe' });
    const [unpacked] = readdirSync(path.join(folder, 'out')).filter((name) => name.startsWith('linux') && name.endsWith('unpacked'));
    resources = path.join(folder, 'out', unpacked, 'resources');
  }, 400_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('its fuses: no Node of its own to run, no options from outside, its code from the archive only', async () => {
    const fuses = await getCurrentFuseWire(path.join(resources, '..', 'sima-studio'));
    const on = [FuseV1Options.EnableCookieEncryption, FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
    const off = [FuseV1Options.RunAsNode, FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseV1Options.EnableNodeCliInspectArguments, FuseV1Options.LoadBrowserProcessSpecificV8Snapshot, FuseV1Options.GrantFileProtocolExtraPrivileges];
    for (const fuse of on) expect([FuseV1Options[fuse], fuses[fuse]]).toEqual([FuseV1Options[fuse], FuseState.ENABLE]);
    for (const fuse of off) expect([FuseV1Options[fuse], fuses[fuse]]).toEqual([FuseV1Options[fuse], FuseState.DISABLE]);
  });

  test('no other platform’s binaries, and no more than is needed', () => {
    const files = readdirSync(`${resources}/app.asar.unpacked`, { recursive: true, encoding: 'utf8' });
    const sizeBytes = files.reduce((sum, name) => sum + statSync(path.join(`${resources}/app.asar.unpacked`, name)).size, 0);
    const binaries = files.filter((name) => /\.(node|dll|dylib|so)(\.[\d.]+)?$/.test(name));
    expect(binaries.length).toBeGreaterThan(5);
    expect(binaries.filter((name) => /darwin|win32|musl|\.dll$|\.dylib$/.test(name) || !name.includes(process.arch))).toEqual([]);
    expect(sizeBytes).toBeLessThan(340e6);
    expect(sizeBytes).toBeGreaterThan(150e6);
  });

  test('main and page lie in the archive, what is opened by name lies beside it', () => {
    const archive = readFileSync(path.join(resources, 'app.asar'));
    const header = JSON.parse(archive.toString('utf8', 16, 16 + archive.readUInt32LE(12))) as Directory;
    const at = (name: string): Entry => name.split('/').reduce<Entry>((entry, part) => (entry as Directory).files[part], header);
    for (const name of ['out/main/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']) expect([name, at(name)]).toEqual([name, expect.objectContaining({ integrity: expect.anything() as unknown }) as unknown]);
    for (const name of ['out/main/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']) expect(at(name)).not.toHaveProperty('unpacked');
    for (const name of ['package.json', 'out/main/engine/process/entry.js', 'out/main/engine/onnx/sessionThread.js', 'models/rig.onnx', 'resources/presenters/man.png', 'node_modules/better-sqlite3/package.json']) expect([name, at(name)]).toEqual([name, expect.objectContaining({ unpacked: true }) as unknown]);
  });

  test('the engine starts from what was packed, with the modules that were packed', async () => {
    process.env['NODE_DISABLE_COMPILE_CACHE'] = '1'; // of a folder that goes nothing is kept
    const { openStudio } = (await import(pathToFileURL(path.join(resources, 'app.asar.unpacked', 'out', 'main', 'engine', 'studio', 'studio.js')).href)) as { openStudio: (options: StudioOptions) => Promise<Studio> };
    const studio = await openStudio({ home: path.join(folder, 'home') });
    try {
      await studio.engine.ready();
      expect(studio.engine.status().models.filter(({ state }) => state === 'failed')).toEqual([]);
    } finally {
      await studio.close();
    }
  });
});

interface Directory {
  files: Record<string, Entry>;
}
type Entry = Directory | { unpacked?: true; integrity?: unknown };
