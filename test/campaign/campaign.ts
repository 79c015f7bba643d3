/** What a campaign is: a measurement too long for the tests, whose result is a page in docs/. */
import { cpus, totalmem } from 'node:os';

export interface Campaign {
  /** One line for the list of campaigns. */
  about: string;
  /** Measures and writes its page. Figures that miss their target are part of the result, not an error. */
  run(options: CampaignOptions): Promise<Figure[]>;
}

export interface CampaignOptions {
  /** Receives a line now and then. */
  log: (line: string) => void;
  /** Folder for pictures of what went wrong, for looking at; null: none are made. */
  lookFolder: string | null;
  /** A folder with portraits and recordings that are not part of the project; null where this machine has none. */
  fixtures: string | null;
}

/** One line of a result: what was measured, on what, and whether that is enough. */
export interface Figure {
  what: string;
  on: string;
  value: string;
  /** '' where there is nothing to meet. */
  target: string;
  /** null where there is no target. */
  met: boolean | null;
}

export function figure(what: string, on: string, value: string, target = '', met: boolean | null = null): Figure {
  return { what, on, value, target, met };
}

/** The machine that a result was measured on. */
export function machineLine(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform} ${process.arch}`;
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, on, value, target, met }) => `| ${[what, on, value, target, met === null ? '' : met ? 'yes' : '**no**'].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return ['| Figure | On | Measured | Target | Met |', '|---|---|---|---|---|', ...rows].join('\n');
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
