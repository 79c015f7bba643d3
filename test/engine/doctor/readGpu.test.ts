/** Reading real files and programs: an nvidia-smi and libraries of the test's own, in folders that the system would search. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readGpu } from '../../../src/engine/doctor/readGpu.ts';
import { BASIC_FIELDS, CLOCK_FIELDS } from '../../../src/engine/doctor/nvidiaSmi.ts';
import { DEFAULT_SETTINGS } from '../../../src/engine/settings.ts';
import { temporaryFolder } from '../onnx/testModels.ts';

const CARD = '0, GPU-1, NVIDIA L4, 550.54.14, 23034, 100, Enabled, Default, 72.00, 72.00, 72.00, 6251, 2040';

describe.runIf(process.platform === 'linux')('reading the GPU', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    mkdirSync(path.join(folder, 'bin'));
    mkdirSync(path.join(folder, 'lib'));
    vi.stubEnv('PATH', path.join(folder, 'bin')); // only ours; programs named by their whole path are found all the same
    vi.stubEnv('LD_LIBRARY_PATH', path.join(folder, 'lib'));
  });
  afterEach(() => vi.unstubAllEnvs());
  const smi = (script: string) => {
    writeFileSync(path.join(folder, 'bin', 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'bin', 'nvidia-smi'), 0o755);
  };
  const read = (signal?: AbortSignal) => readGpu(null, DEFAULT_SETTINGS.sessions, signal);

  it('without nvidia-smi there is no answer, and no library is looked for', async () => {
    expect(await read()).toMatchObject({ smi: null, libraries: [], trial: null, deviceId: 0 });
  });

  it('asks for exactly the fields that are read, and looks for libraries where LD_LIBRARY_PATH says', async () => {
    smi(`case "$1" in
      --query-gpu=${BASIC_FIELDS.join(',')}) echo "${CARD}" ;;
      --query-gpu=${CLOCK_FIELDS.join(',')}) echo "0, 6251, 1000, 6251, 2040" ;;
      *) exit 9 ;;
    esac`);
    writeFileSync(path.join(folder, 'lib', 'libcufft.so.11'), '');
    const found = await read();
    expect(found.smi).toMatchObject({ cards: [{ name: 'NVIDIA L4', persistence: true, setGraphicsClockMhz: 1000 }] });
    expect(found.libraries).toContainEqual({ name: 'libcufft.so.11', found: path.join(folder, 'lib', 'libcufft.so.11'), elsewhere: null });
    expect(found.libraries).toHaveLength(7);
    expect(found.environment).toMatchObject({ LD_LIBRARY_PATH: path.join(folder, 'lib') });
  });

  it('does without the clocks where the driver does not know them', async () => {
    smi(`case "$1" in *clocks.applications*) echo 'Field "clocks.applications.memory" is not a valid field to query.'; exit 2 ;; *) echo "${CARD}" ;; esac`);
    expect((await read()).smi).toMatchObject({ cards: [{ setMemoryClockMhz: null, maxMemoryClockMhz: 6251 }] });
  });

  it('keeps what nvidia-smi says where it fails or names no card', async () => {
    smi('echo "Failed to initialize NVML: Driver/library version mismatch."; echo more; exit 18');
    expect((await read()).smi).toEqual({ problem: 'Failed to initialize NVML: Driver/library version mismatch' });
    smi('echo "No devices were found"');
    expect((await read()).smi).toEqual({ problem: 'No devices were found' });
    smi('exit 3');
    expect((await read()).smi).toEqual({ problem: 'it ended with 3' });
  });

  it('can be canceled while nvidia-smi hangs', async () => {
    smi('while :; do :; done');
    const abort = new AbortController();
    const reading = read(abort.signal);
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'canceled' });
  });
});
