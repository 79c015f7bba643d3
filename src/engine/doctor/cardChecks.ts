/**
 * Whether an NVIDIA card is held back. The guide's figures are an RTX 4090's, so each is compared with what the card itself says it is
 * made for, and the guide is followed only where it fits.
 */
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
  return [wanting('compute-mode', `GPU ${index} is closed to programs (compute mode Prohibited)`, `sudo nvidia-smi -i ${index} -c DEFAULT`, 'Nothing can be computed on it until then.')];
}

function persistence({ persistence, index }: Card): Check {
  if (persistence === null) return unknown('persistence', 'Persistence mode: the driver does not tell');
  if (persistence) return ok('persistence', 'Persistence mode is on');
  return advise('persistence', 'Persistence mode is off', `sudo nvidia-smi -i ${index} -pm 1   (until the next start; to keep it: sudo systemctl enable --now nvidia-persistenced)`, 'Without it the driver goes to sleep when the last program leaves the card, and the next cold start waits a second or more for it.');
}

function power({ powerLimitWatts: limit, powerDefaultWatts: standard, powerMaxWatts: most, index }: Card): Check {
  if (limit === null) return unknown('power', 'Power limit: the driver does not tell');
  const found = `Power limit ${limit} W${standard === null ? '' : ` (the card’s own: ${standard} W${most === null ? '' : `, at most ${most} W`})`}`;
  const guideFits = standard === GUIDE.powerWatts;
  const note = guideFits ? undefined : `The guide’s ${GUIDE.powerWatts} W is an RTX 4090’s own limit and not meant for this card${most !== null && most < GUIDE.powerWatts ? ', which cannot take it' : ''}.`;
  if (standard === null || limit >= standard) return ok('power', found, note);
  return advise('power', `${found}: it is held back`, `sudo nvidia-smi -i ${index} -pl ${standard}`, `Under full load the clock falls to stay within it.${note === undefined ? '' : ` ${note}`} Leave it where heat, noise or the power supply ask for less.`);
}

function clocks(card: Card): Check {
  const { maxMemoryClockMhz: memoryMax, maxGraphicsClockMhz: graphicsMax, index } = card;
  if (memoryMax === null && graphicsMax === null) return unknown('clocks', 'Clocks: the driver does not tell');
  const found = `Clocks up to ${memoryMax ?? '–'} MHz memory, ${graphicsMax ?? '–'} MHz graphics`;
  const throttles = memoryMax !== null && GUIDE.memoryClockMhz < THROTTLED * memoryMax;
  const guide = `The guide’s ${GUIDE.memoryClockMhz}/${GUIDE.graphicsClockMhz} (memory/graphics) ${throttles ? `must not be set here: it would hold the memory at ${Math.round((100 * GUIDE.memoryClockMhz) / memoryMax)} % of its clock` : 'holds the memory at its own clock here, but gains nothing either'}.`;
  const lowered = [
    lowerThan('memory', card.setMemoryClockMhz, card.defaultMemoryClockMhz ?? memoryMax),
    lowerThan('graphics', card.setGraphicsClockMhz, card.defaultGraphicsClockMhz),
  ].filter((each) => each !== null);
  if (lowered.length > 0) return advise('clocks', `${found}; set lower for programs: ${lowered.join(', ')}`, `sudo nvidia-smi -i ${index} -rac   (gives the card its own clocks back)`, `Inference waits for memory and arithmetic alike. ${guide}`);
  return ok('clocks', found, `The card chooses its own clocks under load; leave them. ${guide}`);
}

function lowerThan(name: string, set: number | null, own: number | null): string | null {
  return set !== null && own !== null && set < THROTTLED * own ? `${name} ${set} MHz instead of ${own}` : null;
}

function memory({ memoryTotalBytes: total, memoryUsedBytes: used }: Card): Check {
  if (total === null) return unknown('memory', 'GPU memory: the driver does not tell');
  const free = used === null ? null : total - used;
  const found = `GPU memory ${readableBytes(total)}${free === null ? '' : `, ${readableBytes(free)} free`}`;
  if ((free ?? total) < LEAST_FREE_BYTES) return advise('memory', found, used !== null && total >= LEAST_FREE_BYTES ? 'Close other programs on this card (nvidia-smi lists them), or name the CPU: --device cpu.' : 'Name the CPU: --device cpu.', `A Wav2Lip model with its work memory takes about ${readableBytes(LEAST_FREE_BYTES)}.`);
  if (total >= POOLS_BYTES) return ok('memory', found);
  return ok('memory', found, `The guide’s pools (models 4, processing 8, avatars 2 GB) do not fit; Sima’s budgets shrink with the card, so batches are smaller.`);
}
