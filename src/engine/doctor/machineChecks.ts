/** The ground that Sima stands on: Node, processor, memory, folders, disk. */
import { say } from '../../shared/phrase.ts';
import { checksOf, readableBytes, type Check } from './check.ts';

export interface MachineFacts {
  /** `process.version`. */
  nodeVersion: string;
  platform: NodeJS.Platform;
  arch: string;
  cpuModel: string | null;
  /** Processors that this process may use. */
  cores: number;
  /** Of this process: a container's limit where there is one, else the machine's. null: unknown. */
  memoryBytes: number | null;
  home: FolderFacts;
  /** For work files (TMPDIR). */
  temporary: FolderFacts;
}

export interface FolderFacts {
  folder: string;
  exists: boolean;
  /** Why nothing can be written there; null where it can. A folder that does not exist yet is judged by the one it will be made in. */
  problem: string | null;
  /** Of its disk, for this user; null: unknown. */
  freeBytes: number | null;
}

/** package.json's `engines`; older ones crash the SQLite library instead of throwing. */
const OLDEST_NODE = [22, 18];
const TESTED_PLATFORMS = ['linux x64', 'linux arm64', 'win32 x64', 'darwin arm64'];
/**
 * One minute of take, live quality, 25 fps. Measured on a drawn presenter (10.4 s: 1.57 MB and 5.91 MB); photos with much detail need
 * more.
 */
const TAKE_BYTES_PER_MINUTE = { small: 9e6, large: 34e6 };
/** Too little for one take and SQLite's own files. */
const LEAST_FREE_BYTES = 300e6;
const COMFORTABLE_FREE_BYTES = 5e9;
/** Measured: the full-size Wav2Lip network alone is 1.9 GB resident on a CPU. */
const COMFORTABLE_MEMORY_BYTES = 4e9;

const { ok, advise, wanting, unknown } = checksOf('machine');

export function machineChecks(facts: MachineFacts): Check[] {
  return [nodeCheck(facts), processorCheck(facts), memoryCheck(facts), homeCheck(facts.home), diskCheck(facts.home), temporaryCheck(facts.temporary)];
}

function nodeCheck({ nodeVersion, platform, arch }: MachineFacts): Check {
  const found = say`Node ${nodeVersion.replace(/^v/, '')} on ${platform} ${arch}`;
  const [major, minor] = nodeVersion.replace(/^v/, '').split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    return wanting('node', say`${found} is too old`, say`Run Sima through npm (“npm run -s sima -- …”), or install Node ${OLDEST_NODE.join('.')} or newer.`, say`The database and codec libraries crash on older versions.`);
  }
  if (!TESTED_PLATFORMS.includes(`${platform} ${arch}`)) {
    return advise('node', say`${found}, a platform that not all libraries are built for`, say`Use one of: ${TESTED_PLATFORMS.join(', ')}.`, say`The models’ runtime comes as ready-made binaries for these only.`);
  }
  return ok('node', found);
}

function processorCheck({ cpuModel, cores }: MachineFacts): Check {
  const found = say`${cores} processor core${cores === 1 ? '' : 's'}${cpuModel === null ? '' : say` (${cpuModel})`}`;
  if (cores > 1) return ok('processor', found);
  return advise('processor', found, say`Give this machine or container at least 2 cores.`, say`Speech, network, composing and encoding work side by side; on one core they wait for each other.`);
}

function memoryCheck({ memoryBytes }: MachineFacts): Check {
  if (memoryBytes === null) return unknown('memory', say`The size of the memory is not known`);
  const found = say`${readableBytes(memoryBytes)} of memory`;
  if (memoryBytes >= COMFORTABLE_MEMORY_BYTES) return ok('memory', found);
  return advise('memory', found, say`Give Sima at least 4 GB; with less, stay with the built-in model and pictures up to 1080p.`, say`A Wav2Lip model takes about 2 GB on the CPU, a large avatar and the encoder up to 1 GB more.`);
}

function homeCheck({ folder, exists, problem }: FolderFacts): Check {
  if (problem !== null) return wanting('home', say`The data folder ${folder} cannot be used: ${problem}`, say`Give yourself write permission there, or name another folder with --home DIR or SIMA_HOME.`, say`Avatars, takes and imported models are kept there.`);
  return ok('home', exists ? say`Data folder ${folder}` : say`Data folder ${folder}, to be made at first use`);
}

function diskCheck({ freeBytes }: FolderFacts): Check {
  if (freeBytes === null) return unknown('disk', say`The free space of the data folder’s disk is not known`);
  const minutes = (bytesPerMinute: number) => Number((freeBytes / bytesPerMinute).toPrecision(2)).toLocaleString('en-US', { maximumFractionDigits: 0 });
  const found = say`${readableBytes(freeBytes)} free: about ${minutes(TAKE_BYTES_PER_MINUTE.small)} minutes of takes at 512×512, ${minutes(TAKE_BYTES_PER_MINUTE.large)} at 1920×1080`;
  const why = say`Takes, clips’ pictures and work files lie on that disk; a full one ends takes before their time.`;
  if (freeBytes < LEAST_FREE_BYTES) return wanting('disk', found, say`Free at least 1 GB: “sima takes list” and “sima takes remove ID” remove takes. Or name a folder on another disk with --home DIR.`, why);
  if (freeBytes < COMFORTABLE_FREE_BYTES) return advise('disk', found, say`Free some space, or name a folder on another disk with --home DIR.`, why);
  return ok('disk', found);
}

function temporaryCheck({ folder, problem }: FolderFacts): Check {
  if (problem !== null) return wanting('temporary', say`The folder for work files ${folder} cannot be used: ${problem}`, say`Make it, or set TMPDIR to another folder.`, say`Every take has work files.`);
  return ok('temporary', say`Folder for work files ${folder}`);
}
