/** Reads what GPU there is, by its traces on the bus and in /dev, by nvidia-smi, and by running a model on it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { throwIfCanceled } from '../../shared/errors.ts';
import type { Device } from '../onnx/devices.ts';
import { cudaProviderFile } from '../onnx/machine.ts';
import type { InstalledModel } from '../onnx/manifest.ts';
import type { SessionSettings } from '../onnx/sessionSettings.ts';
import { CUDA_LIBRARIES, type GpuFacts, type LibraryFacts } from './gpuChecks.ts';
import { BASIC_FIELDS, CLOCK_FIELDS, parseCards, queryOf, visibleCard } from './nvidiaSmi.ts';
import { namesIn, text } from './readMachine.ts';
import { tryDevice, type TryDevice } from './tryDevice.ts';

const run = promisify(execFile);
/** A card that is asleep or broken can keep nvidia-smi waiting. */
const SMI_TIMEOUT_MS = 20_000;

/** @param model to be run on the GPU for trial; null where there is none to run */
export async function readGpu(model: InstalledModel | null, settings: SessionSettings, signal: AbortSignal | undefined, trying: TryDevice = tryDevice): Promise<GpuFacts> {
  const { platform, arch } = process;
  const environment = { ...pick('CUDA_VISIBLE_DEVICES'), ...pick('CUDA_CACHE_MAXSIZE'), ...pick('CUDA_CACHE_DISABLE'), ...pick('LD_LIBRARY_PATH') };
  const smi = await askSmi(signal);
  const provider = cudaProviderFile();
  const facts = {
    platform, arch, environment, smi, deviceId: settings.deviceId,
    nvidiaOnBus: nvidiaOnBus(),
    nvidiaDeviceFile: existsSync('/dev/nvidiactl') || existsSync('/dev/dxg'),
    renderDevice: namesIn('/dev/dri').some((name) => name.startsWith('renderD')),
    cudaProviderInstalled: provider !== null && existsSync(provider),
    libraries: smi && 'cards' in smi ? await findLibraries(environment.LD_LIBRARY_PATH, provider, signal) : [],
  };
  const device = deviceToTry(facts);
  return { ...facts, trial: device && model ? { device, problem: (await trying({ model, device, settings }, signal)).problem } : null };
}

/** An unset variable is left out. */
function pick<N extends string>(name: N): Partial<Record<N, string>> {
  const value = process.env[name];
  return value === undefined ? {} : ({ [name]: value } as Record<N, string>);
}

/** The one device by which models may reach this machine's GPU. */
function deviceToTry({ platform, arch, smi, deviceId, renderDevice, environment, cudaProviderInstalled }: Omit<GpuFacts, 'trial'>): Device | null {
  if (platform === 'win32') return 'dml';
  if (platform === 'darwin') return 'coreml';
  if (smi && 'cards' in smi) return arch === 'x64' && cudaProviderInstalled && visibleCard(smi.cards, environment.CUDA_VISIBLE_DEVICES, deviceId) ? 'cuda' : null;
  return renderDevice ? 'webgpu' : null;
}

async function askSmi(signal: AbortSignal | undefined): Promise<GpuFacts['smi']> {
  const ask = async (fields: readonly string[]) => (await run('nvidia-smi', queryOf(fields), { signal, timeout: SMI_TIMEOUT_MS })).stdout;
  try {
    const basic = await ask(BASIC_FIELDS);
    const cards = parseCards(basic, await ask(CLOCK_FIELDS).catch(() => null));
    throwIfCanceled(signal);
    return cards.length > 0 ? { cards } : { problem: firstLine(basic) || 'it names no card' };
  } catch (error) {
    throwIfCanceled(signal);
    const { code, stdout, stderr, killed } = error as { code?: unknown; stdout?: string; stderr?: string; killed?: boolean };
    if (code === 'ENOENT') return null;
    return { problem: killed ? `no answer within ${SMI_TIMEOUT_MS / 1000} s` : firstLine(stdout) || firstLine(stderr) || `it ended with ${String(code)}` };
  }
}

const firstLine = (output: string | undefined): string => (output ?? '').trim().split('\n')[0].replace(/[.\s]+$/, '');

/** PCI: vendor 0x10de is NVIDIA, class 0x03… a display or compute adapter. */
function nvidiaOnBus(): number | null {
  const bus = '/sys/bus/pci/devices';
  if (!existsSync(bus)) return null;
  return namesIn(bus).filter((name) => text(path.join(bus, name, 'vendor')) === '0x10de' && text(path.join(bus, name, 'class'))?.startsWith('0x03')).length;
}

/** Looks where the system's loader looks, and then where installers put them. */
async function findLibraries(libraryPath: string | undefined, provider: string | null, signal: AbortSignal | undefined): Promise<LibraryFacts[]> {
  const searched = [...(libraryPath ?? '').split(':').filter(Boolean), ...(provider === null ? [] : [path.dirname(provider)]), '/lib64', '/usr/lib64', '/lib', '/usr/lib'];
  const cached = new Map<string, string>();
  for (const tool of ['/sbin/ldconfig', 'ldconfig']) {
    const listed = await run(tool, ['-p'], { signal, maxBuffer: 1 << 26 }).catch(() => null);
    throwIfCanceled(signal);
    for (const [, name, place] of listed?.stdout.matchAll(/^\s*(\S+) \(.*x86-64.*\) => (\S+)$/gm) ?? []) cached.set(name, place);
    if (listed) break;
  }
  const toolkits = namesIn('/usr/local').filter((name) => name.startsWith('cuda')).flatMap((name) => [`/usr/local/${name}/lib64`, `/usr/local/${name}/targets/x86_64-linux/lib`]);
  const unsearched = [...toolkits, '/opt/cuda/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/wsl/lib'];
  return CUDA_LIBRARIES.map((name) => {
    const inFolder = (folders: readonly string[]) => folders.find((folder) => existsSync(path.join(folder, name))) ?? null;
    const folder = inFolder(searched);
    const found = folder === null ? (cached.get(name) ?? null) : path.join(folder, name);
    return { name, found, elsewhere: found === null ? inFolder(unsearched) : null };
  });
}
