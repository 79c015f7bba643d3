/**
 * Whether an NVIDIA card is held back. The guide's figures are an RTX 4090's, so each is compared with what the card itself says it is
 * made for, and the guide is followed only where it fits.
 */
import { say, type Phrase } from '../../shared/phrase.ts';
import { checksOf, readableBytes, type Check } from './check.ts';
import type { Card } from './nvidiaSmi.ts';

const GUIDE = { powerWatts: 450, memoryClockMhz: 1215, graphicsClockMhz: 2520 };
/** The guide's pools: models 4 GB, processing 8 GB, avatars 2 GB. */
const POOLS_BYTES = 14e9;
/** The full-size Wav2Lip network with small batches, and what CUDA itself takes. */
const LEAST_FREE_BYTES = 2e9;
/** Below this share of its own clock a card is throttled, not merely careful. */
const THROTTLED = 0.9;

const { ok, advise, wanting, unknown } = checksOf('gpu');

export function cardChecks(card: Card): Check[] {
  return [...computeMode(card), persistence(card), power(card), clocks(card), memory(card)];
}

function computeMode({ computeMode, index }: Card): Check[] {
  if (computeMode !== 'Prohibited') return [];
  return [wanting('compute-mode', say`GPU ${index} is closed to programs (compute mode Prohibited)`, say`sudo nvidia-smi -i ${index} -c DEFAULT`, say`Nothing can be computed on it until then.`)];
}

function persistence({ persistence, index }: Card): Check {
  if (persistence === null) return unknown('persistence', say`Persistence mode: the driver does not tell`);
  if (persistence) return ok('persistence', say`Persistence mode is on`);
  return advise('persistence', say`Persistence mode is off`, say`sudo nvidia-smi -i ${index} -pm 1   (until the next start; to keep it: sudo systemctl enable --now nvidia-persistenced)`, say`Without it the driver goes to sleep when the last program leaves the card, and the next cold start waits a second or more for it.`);
}

function power({ powerLimitWatts: limit, powerDefaultWatts: standard, powerMaxWatts: most, index }: Card): Check {
  if (limit === null) return unknown('power', say`Power limit: the driver does not tell`);
  const found = say`Power limit ${limit} W${standard === null ? '' : say` (the card’s own: ${standard} W${most === null ? '' : say`, at most ${most} W`})`}`;
  const guideFits = standard === GUIDE.powerWatts;
  const note = guideFits ? undefined : say`The guide’s ${GUIDE.powerWatts} W is an RTX 4090’s own limit and not meant for this card${most !== null && most < GUIDE.powerWatts ? say`, which cannot take it` : ''}.`;
  if (standard === null || limit >= standard) return ok('power', found, note);
  return advise('power', say`${found}: it is held back`, say`sudo nvidia-smi -i ${index} -pl ${standard}`, say`Under full load the clock falls to stay within it.${note === undefined ? '' : say` ${note}`} Leave it where heat, noise or the power supply ask for less.`);
}

function clocks(card: Card): Check {
  const { maxMemoryClockMhz: memoryMax, maxGraphicsClockMhz: graphicsMax, index } = card;
  if (memoryMax === null && graphicsMax === null) return unknown('clocks', say`Clocks: the driver does not tell`);
  const found = say`Clocks up to ${memoryMax ?? '–'} MHz memory, ${graphicsMax ?? '–'} MHz graphics`;
  const throttles = memoryMax !== null && GUIDE.memoryClockMhz < THROTTLED * memoryMax;
  const guide = say`The guide’s ${GUIDE.memoryClockMhz}/${GUIDE.graphicsClockMhz} (memory/graphics) ${throttles ? say`must not be set here: it would hold the memory at ${Math.round((100 * GUIDE.memoryClockMhz) / memoryMax)} % of its clock` : say`holds the memory at its own clock here, but gains nothing either`}.`;
  const lowered = [
    lowerThan('memory', card.setMemoryClockMhz, card.defaultMemoryClockMhz ?? memoryMax),
    lowerThan('graphics', card.setGraphicsClockMhz, card.defaultGraphicsClockMhz),
  ].filter((each) => each !== null);
  if (lowered.length > 0) return advise('clocks', say`${found}; set lower for programs: ${lowered.reduce((all, each) => say`${all}, ${each}`)}`, say`sudo nvidia-smi -i ${index} -rac   (gives the card its own clocks back)`, say`Inference waits for memory and arithmetic alike. ${guide}`);
  return ok('clocks', found, say`The card chooses its own clocks under load; leave them. ${guide}`);
}

function lowerThan(name: string, set: number | null, own: number | null): Phrase | null {
  return set !== null && own !== null && set < THROTTLED * own ? say`${name} ${set} MHz instead of ${own}` : null;
}

function memory({ memoryTotalBytes: total, memoryUsedBytes: used }: Card): Check {
  if (total === null) return unknown('memory', say`GPU memory: the driver does not tell`);
  const free = used === null ? null : total - used;
  const found = say`GPU memory ${readableBytes(total)}${free === null ? '' : say`, ${readableBytes(free)} free`}`;
  if ((free ?? total) < LEAST_FREE_BYTES) return advise('memory', found, used !== null && total >= LEAST_FREE_BYTES ? say`Close other programs on this card (nvidia-smi lists them), or name the CPU: --device cpu.` : say`Name the CPU: --device cpu.`, say`A Wav2Lip model with its work memory takes about ${readableBytes(LEAST_FREE_BYTES)}.`);
  if (total >= POOLS_BYTES) return ok('memory', found);
  return ok('memory', found, say`The guide’s pools (models 4, processing 8, avatars 2 GB) do not fit; Sima’s budgets shrink with the card, so batches are smaller.`);
}
