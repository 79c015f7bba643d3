/**
 * The system settings that the performance guide names, judged for what Sima does: composing and encoding on the CPU, one model, small
 * files. Linux only: elsewhere the guide's settings do not exist.
 */
import { say, type Phrase } from '../../shared/phrase.ts';
import { checksOf, readableBytes, type Check } from './check.ts';

export interface SystemFacts {
  platform: NodeJS.Platform;
  /** The system's settings are the host's, and cannot be changed from in here. */
  container: boolean;
  /** Processors that this process may use. */
  cores: number;
  /** One per core; null where the kernel offers none, as in virtual machines. */
  governors: string[] | null;
  /** `intel_pstate`, `amd-pstate-epp`…; null: unknown. */
  scalingDriver: string | null;
  swapBytes: number | null;
  swappiness: number | null;
  /** Percent of memory; 0 where the kernel goes by bytes instead. */
  dirtyRatio: number | null;
  receiveBufferMax: number | null;
  sendBufferMax: number | null;
  /** OMP_NUM_THREADS. */
  ompThreads: string | null;
}

const GUIDE = { swappiness: 10, dirtyRatio: 15, networkBuffer: 128 * 2 ** 20, ompThreads: 16 };

const { ok, advise, unknown } = checksOf('system');

export function systemChecks(facts: SystemFacts): Check[] {
  if (facts.platform !== 'linux') return [];
  return [governorCheck(facts), swappinessCheck(facts), dirtyRatioCheck(facts), networkCheck(facts), ompCheck(facts)];
}

/** Sets kernel settings until the next start, and says how to keep them. */
function setting({ container }: SystemFacts, ...pairs: string[]): Phrase {
  const lasting = say`to keep it: printf '${pairs.join('\\n')}\\n' | sudo tee -a /etc/sysctl.d/90-sima.conf`;
  return say`sudo sysctl -w ${pairs.join(' ')}   (${container ? say`on the host of this container; ` : ''}${lasting})`;
}

function governorCheck(facts: SystemFacts): Check {
  const { governors, scalingDriver } = facts;
  if (governors === null || governors.length === 0) return unknown('governor', say`CPU governor: not offered here (virtual machine or container); the host decides`);
  const others = [...new Set(governors.filter((name) => name !== 'performance'))];
  const found = say`CPU governor: ${[...new Set(governors)].join(', ')}`;
  if (others.length === 0) return ok('governor', found);
  if (others.every((name) => name === 'powersave') && scalingDriver !== null && /^(intel_pstate|amd-pstate-epp)$/.test(scalingDriver)) {
    return ok('governor', say`${found} (${scalingDriver})`, say`With this driver “powersave” still goes to full speed under load; “performance”, as the guide says, only shortens the way there by milliseconds.`);
  }
  return advise('governor', found, say`echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor   (${facts.container ? say`on the host of this container; ` : ''}until the next start)`, say`Composing and encoding run on the CPU in short bursts; a slow rise of its clock delays the first pictures of a take.`);
}

function swappinessCheck(facts: SystemFacts): Check {
  const { swappiness, swapBytes } = facts;
  if (swappiness === null) return unknown('swappiness', say`vm.swappiness is not readable here`);
  const found = say`vm.swappiness ${swappiness}`;
  if (swapBytes === 0) return ok('swappiness', say`${found}, no swap space`, say`The guide’s ${GUIDE.swappiness} changes nothing without swap space.`);
  if (swappiness <= GUIDE.swappiness) return ok('swappiness', found);
  return advise('swappiness', found, setting(facts, `vm.swappiness=${GUIDE.swappiness}`), say`Models and avatars wait in memory between takes; swapped out, the next take starts late.`);
}

function dirtyRatioCheck(facts: SystemFacts): Check {
  const { dirtyRatio } = facts;
  if (dirtyRatio === null) return unknown('dirty-ratio', say`vm.dirty_ratio is not readable here`);
  if (dirtyRatio === 0) return ok('dirty-ratio', say`vm.dirty_ratio 0: the limit is set in bytes (vm.dirty_bytes)`);
  const found = say`vm.dirty_ratio ${dirtyRatio} %`;
  if (dirtyRatio <= GUIDE.dirtyRatio) return ok('dirty-ratio', found);
  return advise('dirty-ratio', found, setting(facts, `vm.dirty_ratio=${GUIDE.dirtyRatio}`), say`Less unwritten data piles up, so bringing a take to a slow disk holds nobody up for long. On a fast disk it makes no difference: a take writes about 0.15 to 0.6 MB per second.`);
}

function networkCheck(facts: SystemFacts): Check {
  const { receiveBufferMax, sendBufferMax } = facts;
  if (receiveBufferMax === null || sendBufferMax === null) return unknown('network', say`net.core.rmem_max and wmem_max are not readable here`);
  const found = say`net.core buffers: receive ${readableBytes(receiveBufferMax)}, send ${readableBytes(sendBufferMax)}`;
  if (receiveBufferMax >= GUIDE.networkBuffer && sendBufferMax >= GUIDE.networkBuffer) return ok('network', found);
  return advise(
    'network', found, setting(facts, `net.core.rmem_max=${GUIDE.networkBuffer}`, `net.core.wmem_max=${GUIDE.networkBuffer}`),
    say`Only worth it where “sima serve” serves far-away viewers: the guide’s 128 MB helps long, fast lines. On this machine alone (loopback) or in a local network it changes nothing; a viewer takes about 1 to 5 Mbit/s.`,
  );
}

function ompCheck({ ompThreads, cores }: SystemFacts): Check {
  const found = ompThreads === null ? say`OMP_NUM_THREADS is not set` : say`OMP_NUM_THREADS ${ompThreads}`;
  return ok('omp-threads', found, say`Nothing to set: the guide’s ${GUIDE.ompThreads} is for libraries built on OpenMP. The models’ runtime has threads of its own, and Sima gives it as many as fit the ${cores} core${cores === 1 ? '' : 's'} here.`);
}
