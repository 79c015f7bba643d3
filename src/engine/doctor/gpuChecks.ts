/** The GPU: whether one is there, whether models can use it, and whether it is held back. */
import { say, type Phrase } from '../../shared/phrase.ts';
import type { Device } from '../onnx/devices.ts';
import { checksOf, readableBytes, type Check } from './check.ts';
import { cardChecks } from './cardChecks.ts';
import { visibleCard, type Card } from './nvidiaSmi.ts';

export interface GpuFacts {
  platform: NodeJS.Platform;
  arch: string;
  /** Which of the visible cards the settings name. */
  deviceId: number;
  /** Display and compute adapters of NVIDIA's on the PCI bus; null where the bus cannot be read. */
  nvidiaOnBus: number | null;
  /** A device file of NVIDIA's driver (or of WSL's) is there for programs. */
  nvidiaDeviceFile: boolean;
  /** Linux: a graphics device of any make may be used by programs. */
  renderDevice: boolean;
  /** What nvidia-smi answered: its cards, or why it gave none; null where there is no nvidia-smi. */
  smi: { cards: Card[] } | { problem: string } | null;
  cudaProviderInstalled: boolean;
  libraries: LibraryFacts[];
  environment: Partial<Record<'CUDA_VISIBLE_DEVICES' | 'CUDA_CACHE_MAXSIZE' | 'CUDA_CACHE_DISABLE' | 'LD_LIBRARY_PATH', string>>;
  /** A model of ours opened and run on the platform's GPU device in a process of its own; null: not tried. */
  trial: { device: Device; problem: string | null } | null;
}

export interface LibraryFacts {
  name: string;
  /** Where a program that is started now would find it; null: nowhere. */
  found: string | null;
  /** A folder that holds it though no program would look there. */
  elsewhere: string | null;
}

/** What libonnxruntime_providers_cuda.so is linked with (CUDA 12, cuDNN 9); libcuda comes with the driver. */
export const CUDA_LIBRARIES = ['libcuda.so.1', 'libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcurand.so.10', 'libcufft.so.11', 'libcudnn.so.9'] as const;

/** NVIDIA's minimum for CUDA 12 on Linux, and the guide's. */
const OLDEST_DRIVER = '525.60.13';
const GUIDE_DRIVER = '525.85';
const CUDA_CACHE_BYTES = 2 ** 31;

const { ok, advise, wanting, unknown } = checksOf('gpu');

export function gpuChecks(facts: GpuFacts): Check[] {
  const { platform, arch, smi } = facts;
  if (platform !== 'linux') return [otherPlatform(facts)];
  const cards = smi && 'cards' in smi ? smi.cards : [];
  if (cards.length === 0) return [withoutCards(facts)];
  const found = cards.map(({ index, name, memoryTotalBytes }) => say`GPU ${index}: ${name}${memoryTotalBytes === null ? '' : say`, ${readableBytes(memoryTotalBytes)}`}`).reduce((all, each) => say`${all}; ${each}`);
  const present = ok('present', found);
  if (arch !== 'x64') return [ok('present', found, say`CUDA comes with the models’ runtime for Linux x64 only; on this processor models run on the CPU.`)];

  const visible = facts.environment.CUDA_VISIBLE_DEVICES;
  const card = visibleCard(cards, visible, facts.deviceId);
  if (card === null) return [present, hidden(facts, cards)];
  const used = visible === undefined && cards.length === 1 ? [] : [ok('visible', say`GPU ${card.index} is used (CUDA_VISIBLE_DEVICES ${visible ?? say`not set`}, deviceId ${facts.deviceId} in the settings)`)];
  return [present, ...used, driverCheck(card), providerCheck(facts), librariesCheck(facts), ...trialChecks(facts), ...cardChecks(card), kernelCacheCheck(facts)];
}

/** DirectML and CoreML come with the system: what can be known is whether a model runs there. */
function otherPlatform({ trial, platform }: GpuFacts): Check {
  if (trial === null) return unknown('present', say`No GPU device is offered on this platform`, say`Models run on the CPU.`);
  if (trial.problem === null) return ok('works', say`A model runs on the GPU (${trial.device})`);
  const step = platform === 'win32' ? say`Bring Windows and the graphics driver up to date (DirectX 12), or name the CPU: --device cpu.` : say`Bring macOS up to date, or name the CPU: --device cpu.`;
  return advise('works', say`Models do not run on the GPU (${trial.device}): ${trial.problem}`, step, say`Models run on the CPU instead: the built-in one at full speed, Wav2Lip in about real time.`);
}

/** Linux, and nvidia-smi names no card. */
function withoutCards({ nvidiaOnBus, nvidiaDeviceFile, renderDevice, smi, trial }: GpuFacts): Check {
  const reason = smi && 'problem' in smi ? say`nvidia-smi says: ${smi.problem}` : say`there is no nvidia-smi`;
  if (nvidiaDeviceFile) {
    return wanting('driver', say`An NVIDIA driver’s device is there, but its cards are not known: ${reason}`, say`Install nvidia-smi of the same version as the driver (package nvidia-utils-…), or start this machine anew if the driver was just brought up to date. In a container: start it with “--gpus all”.`, say`Without it neither models nor doctor can tell what the card can do.`);
  }
  if (nvidiaOnBus !== null && nvidiaOnBus > 0) {
    return wanting('driver', say`An NVIDIA card is there, but no driver for it: ${reason}`, say`Install NVIDIA’s driver, ${GUIDE_DRIVER} or newer (Ubuntu: sudo ubuntu-drivers install), and start the machine anew. In a container: start it with “--gpus all”.`, say`Until then models run on the CPU.`);
  }
  if (renderDevice && trial !== null) {
    if (trial.problem === null) return ok('works', say`No NVIDIA card; a model runs on this machine’s graphics device (${trial.device})`);
    return advise('works', say`No NVIDIA card, and models do not run on this machine’s graphics device (${trial.device}): ${trial.problem}`, say`Nothing, if the CPU is fast enough; else bring its Vulkan driver up to date (Debian, Ubuntu: sudo apt install mesa-vulkan-drivers).`, say`Models run on the CPU: the built-in one at full speed, Wav2Lip in about real time.`);
  }
  return ok('present', say`No GPU: models run on the CPU`, say`The built-in model needs none. Wav2Lip reaches about real time on two cores; the guide’s 150 ms per chunk needs a card of the RTX 4090’s class (see: sima bench).`);
}

function hidden({ environment, deviceId }: GpuFacts, cards: readonly Card[]): Check {
  const visible = environment.CUDA_VISIBLE_DEVICES;
  const names = say`The cards are: ${cards.map(({ index, name }) => `${index} ${name}`).join(', ')}.`;
  if (visible === undefined || visibleCard(cards, visible, 0) !== null) {
    return wanting('visible', say`The settings name GPU ${deviceId} (sessions.deviceId), and there is none of that number`, say`Name one that is there in engine.json in the data folder; they count from 0, among those that CUDA_VISIBLE_DEVICES names.`, names);
  }
  const found = say`CUDA_VISIBLE_DEVICES is “${visible}”`;
  if (/^(|-1|none|NoDevFiles)$/.test(visible.trim())) return advise('visible', say`${found}: it hides every GPU`, say`unset CUDA_VISIBLE_DEVICES`, say`Models run on the CPU while it is set so.`);
  return wanting('visible', say`${found}, and no card here has that name`, say`export CUDA_VISIBLE_DEVICES=${cards[0].index}   (or unset it)`, say`${names} A name that fits none hides it and all after it.`);
}

function driverCheck({ driver }: Card): Check {
  const found = say`NVIDIA driver ${driver}`;
  if (isOlder(driver, OLDEST_DRIVER)) return wanting('driver', say`${found} is too old`, say`Install ${GUIDE_DRIVER} or newer (Ubuntu: sudo ubuntu-drivers install), and start the machine anew.`, say`CUDA 12 needs ${OLDEST_DRIVER} at least.`);
  if (isOlder(driver, GUIDE_DRIVER)) return advise('driver', found, say`Install ${GUIDE_DRIVER} or newer when you can.`, say`CUDA 12 starts with ${OLDEST_DRIVER}; the guide asks for ${GUIDE_DRIVER}, which is better tried.`);
  return ok('driver', found);
}

/** Versions of numbers and dots; a missing part counts as 0. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < Math.max(a.length, b.length); i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) < (b[i] ?? 0);
  return false;
}

function providerCheck({ cudaProviderInstalled }: GpuFacts): Check {
  if (cudaProviderInstalled) return ok('provider', say`The CUDA provider of onnxruntime-node is installed`);
  return wanting('provider', say`The CUDA provider of onnxruntime-node is not installed`, say`npm run cuda   (in Sima’s folder)`, say`It is too large for the package registry and comes by a download of its own; until then models run on the CPU.`);
}

function librariesCheck({ libraries, environment }: GpuFacts): Check {
  const missing = libraries.filter(({ found }) => found === null);
  if (missing.length === 0) return ok('libraries', say`CUDA 12 and cuDNN 9 libraries: all ${libraries.length} are found`);
  const found = say`CUDA 12 and cuDNN 9 libraries: ${missing.map(({ name }) => name).join(', ')} ${missing.length === 1 ? 'is' : 'are'} not found`;
  const steps: Phrase[] = [];
  const folders = [...new Set(missing.flatMap(({ elsewhere }) => elsewhere ?? []))];
  if (folders.length > 0) steps.push(say`export LD_LIBRARY_PATH=${folders.join(':')}${environment.LD_LIBRARY_PATH ? ':$LD_LIBRARY_PATH' : ''}   (they lie there)`);
  const absent = missing.filter(({ elsewhere }) => elsewhere === null).map(({ name }) => name);
  if (absent.includes('libcuda.so.1')) steps.push(say`install NVIDIA’s driver whole; in a container, start it with “--gpus all” and NVIDIA_DRIVER_CAPABILITIES=compute,utility`);
  const packages = [...(absent.some((name) => !/^lib(cuda|cudnn)\.so/.test(name)) ? ['cuda-libraries-12-9'] : []), ...(absent.includes('libcudnn.so.9') ? ['libcudnn9-cuda-12'] : [])];
  if (packages.length > 0) steps.push(say`sudo apt install ${packages.join(' ')}   (from NVIDIA’s own package source: developer.nvidia.com/cuda-downloads, “network”)`);
  return wanting('libraries', found, steps.reduce((all, each) => say`${all}; then ${each}`), say`The CUDA provider is linked with them and does not load without; CUDA 13 or cuDNN 8 do not replace them.`);
}

/** Only a real run proves that all parts fit. Without provider or libraries the reason is told already. */
function trialChecks({ trial, cudaProviderInstalled, libraries }: GpuFacts): Check[] {
  if (trial?.device !== 'cuda') return [];
  if (trial.problem === null) return [ok('works', say`A model runs on the GPU (cuda)`)];
  if (!cudaProviderInstalled || libraries.some(({ found }) => found === null)) return [];
  return [wanting('works', say`Models do not run on the GPU: ${trial.problem}`, say`Check the lines around this one, then “nvidia-smi” and the system’s log (journalctl -k | grep -i nvrm) for errors of the card.`, say`Driver, provider and libraries are there but do not work together; models run on the CPU.`)];
}

function kernelCacheCheck({ environment }: GpuFacts): Check {
  const { CUDA_CACHE_DISABLE: disabled, CUDA_CACHE_MAXSIZE: size } = environment;
  const why = say`On a card newer than the provider, the driver translates each kernel once, which takes minutes; with room for the result the next start takes seconds. On other cards it changes little.`;
  if (disabled === '1') return advise('kernel-cache', say`CUDA_CACHE_DISABLE is 1: translated GPU kernels are thrown away`, say`unset CUDA_CACHE_DISABLE`, why);
  const step = say`export CUDA_CACHE_MAXSIZE=${CUDA_CACHE_BYTES}`;
  if (size === undefined) return advise('kernel-cache', say`CUDA_CACHE_MAXSIZE is not set: the driver keeps as much as its version does by itself`, step, why);
  const bytes = Number(size);
  if (!(bytes >= CUDA_CACHE_BYTES)) return advise('kernel-cache', say`CUDA_CACHE_MAXSIZE ${size}`, step, why);
  return ok('kernel-cache', say`CUDA_CACHE_MAXSIZE ${readableBytes(bytes)}`);
}
