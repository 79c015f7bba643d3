/** What nvidia-smi tells of the cards, as doctor needs it. */

/** Unknown is null: not every card and driver tells everything. Bytes, watts, MHz. */
export interface Card {
  index: number;
  uuid: string;
  name: string;
  driver: string;
  memoryTotalBytes: number | null;
  memoryUsedBytes: number | null;
  persistence: boolean | null;
  /** `Default`, `Exclusive_Process`, `Prohibited`. */
  computeMode: string | null;
  powerLimitWatts: number | null;
  powerDefaultWatts: number | null;
  powerMaxWatts: number | null;
  maxMemoryClockMhz: number | null;
  maxGraphicsClockMhz: number | null;
  /** Clocks that somebody has set for programs, and those that the card uses by itself; most GeForce cards tell neither. */
  setMemoryClockMhz: number | null;
  setGraphicsClockMhz: number | null;
  defaultMemoryClockMhz: number | null;
  defaultGraphicsClockMhz: number | null;
}

export const BASIC_FIELDS = [
  'index', 'uuid', 'name', 'driver_version', 'memory.total', 'memory.used', 'persistence_mode', 'compute_mode',
  'power.limit', 'power.default_limit', 'power.max_limit', 'clocks.max.memory', 'clocks.max.graphics',
] as const;
/** Asked apart: a driver that no longer knows one of them refuses the whole question. */
export const CLOCK_FIELDS = [
  'index', 'clocks.applications.memory', 'clocks.applications.graphics', 'clocks.default_applications.memory', 'clocks.default_applications.graphics',
] as const;

export const queryOf = (fields: readonly string[]): string[] => [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];

/** @param clocks null where the driver refused that question */
export function parseCards(basic: string, clocks: string | null): Card[] {
  const clocksByIndex = new Map((clocks === null ? [] : rows(clocks, CLOCK_FIELDS)).map((row) => [row.index, row]));
  return rows(basic, BASIC_FIELDS).map((row) => {
    const set = clocksByIndex.get(row.index);
    return {
      index: Number(row.index), uuid: row.uuid, name: row.name, driver: row.driver_version,
      memoryTotalBytes: mebibytes(row['memory.total']), memoryUsedBytes: mebibytes(row['memory.used']),
      persistence: row.persistence_mode === 'Enabled' ? true : row.persistence_mode === 'Disabled' ? false : null,
      computeMode: told(row.compute_mode) ? row.compute_mode : null,
      powerLimitWatts: number(row['power.limit']), powerDefaultWatts: number(row['power.default_limit']), powerMaxWatts: number(row['power.max_limit']),
      maxMemoryClockMhz: number(row['clocks.max.memory']), maxGraphicsClockMhz: number(row['clocks.max.graphics']),
      setMemoryClockMhz: number(set?.['clocks.applications.memory']), setGraphicsClockMhz: number(set?.['clocks.applications.graphics']),
      defaultMemoryClockMhz: number(set?.['clocks.default_applications.memory']), defaultGraphicsClockMhz: number(set?.['clocks.default_applications.graphics']),
    };
  });
}

function rows<F extends string>(csv: string, fields: readonly F[]): Record<F, string>[] {
  return csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === fields.length)
    .map((cells) => Object.fromEntries(fields.map((field, index) => [field, cells[index]])) as Record<F, string>);
}

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]`, `[Requested functionality has been deprecated]`. */
const told = (cell: string | undefined): cell is string => cell !== undefined && cell !== '' && !cell.startsWith('[') && cell !== 'N/A';
const number = (cell: string | undefined): number | null => (told(cell) && Number.isFinite(Number(cell)) ? Number(cell) : null);
const mebibytes = (cell: string | undefined): number | null => {
  const value = number(cell);
  return value === null ? null : value * 2 ** 20;
};

/** The card of that number among those that CUDA_VISIBLE_DEVICES leaves; null where there is none. CUDA stops at the first name that fits no card. */
export function visibleCard(cards: readonly Card[], visibleDevices: string | undefined, deviceId: number): Card | null {
  if (visibleDevices === undefined) return cards[deviceId] ?? null;
  const named = visibleDevices.split(',').map((name) => {
    const wanted = name.trim();
    return cards.find(({ index, uuid }) => String(index) === wanted || (/^GPU-/i.test(wanted) && uuid.toLowerCase().startsWith(wanted.toLowerCase())));
  });
  const end = named.indexOf(undefined);
  return named.slice(0, end < 0 ? named.length : end)[deviceId] ?? null;
}
