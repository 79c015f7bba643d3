/** Reads what the machine and its system are. Changes nothing but for a hidden file written into the data folder and removed again. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { access, constants, rm, stat, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FolderFacts, MachineFacts } from './machineChecks.ts';
import type { SystemFacts } from './systemChecks.ts';

export async function readMachine(home: string): Promise<MachineFacts> {
  return {
    nodeVersion: process.version,
    platform: process.platform,
    arch: process.arch,
    cpuModel: os.cpus()[0]?.model.trim() || null,
    cores: os.availableParallelism(),
    memoryBytes: memoryBytes(),
    home: await readFolder(home),
    temporary: await readFolder(os.tmpdir()),
  };
}

export function readSystem(): SystemFacts {
  return {
    platform: process.platform,
    container: existsSync('/.dockerenv') || existsSync('/run/.containerenv') || /docker|kubepods|containerd|lxc/.test(text('/proc/1/cgroup') ?? ''),
    cores: os.availableParallelism(),
    governors: governors(),
    scalingDriver: text('/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver'),
    swapBytes: swapBytes(),
    swappiness: number('/proc/sys/vm/swappiness'),
    dirtyRatio: number('/proc/sys/vm/dirty_ratio'),
    receiveBufferMax: number('/proc/sys/net/core/rmem_max'),
    sendBufferMax: number('/proc/sys/net/core/wmem_max'),
    ompThreads: process.env.OMP_NUM_THREADS ?? null,
  };
}

/** A small file's text, trimmed; null where it cannot be read. */
export function text(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function number(file: string): number | null {
  const found = text(file);
  return found !== null && /^\d+$/.test(found) ? Number(found) : null;
}

function governors(): string[] | null {
  const found = namesIn('/sys/devices/system/cpu')
    .filter((name) => /^cpu\d+$/.test(name))
    .flatMap((name) => text(`/sys/devices/system/cpu/${name}/cpufreq/scaling_governor`) ?? []);
  return found.length > 0 ? found : null;
}

function swapBytes(): number | null {
  const kibibytes = /^SwapTotal:\s+(\d+) kB$/m.exec(text('/proc/meminfo') ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** A container without a limit tells 0 or a number beyond any machine. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

async function readFolder(folder: string): Promise<FolderFacts> {
  let nearest = folder;
  while (!existsSync(nearest) && path.dirname(nearest) !== nearest) nearest = path.dirname(nearest);
  const exists = nearest === folder;
  const space = await statfs(nearest).catch(() => null);
  return { folder, exists, problem: await whyNotWritable(nearest, exists), freeBytes: space && space.bavail * space.bsize };
}

/** @param isOurs the folder itself, where a file may be written for trial; else permissions alone are asked for */
async function whyNotWritable(folder: string, isOurs: boolean): Promise<string | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is a file`;
    if (!isOurs) {
      await access(folder, constants.W_OK | constants.X_OK);
      return null;
    }
    const trial = path.join(folder, `.doctor-${randomUUID()}`);
    await writeFile(trial, 'x', { flag: 'wx' }).finally(() => rm(trial, { force: true }));
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const known: Record<string, string> = { EACCES: 'no permission to write there', EPERM: 'no permission to write there', EROFS: 'its disk is read-only', ENOSPC: 'its disk is full', EDQUOT: 'your disk quota is used up' };
    return known[code ?? ''] ?? message;
  }
}
