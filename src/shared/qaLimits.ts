/** From which value a measure of lip-sync is good, fair or poor. docs/QA.md says where each limit comes from. */
import type { QaMeasure, QaVerdict } from './contract/qa.ts';

export type QaMeasureName = QaMeasure['name'];

export interface QaLimit {
  good: number;
  fair: number;
  /** Whether more is worse. */
  less: boolean;
}

/** In the unit that each is judged in: `offset` in seconds, `jitter` in eye distances, the others as they are shown. */
export const QA_LIMITS: Record<QaMeasureName, QaLimit> = {
  /** ITU-R BT.1359: noticed from 45 ms early and 125 ms late. */
  offset: { good: 0.06, fair: 0.12, less: true },
  correlation: { good: 0.35, fair: 0.25, less: false },
  silence: { good: 0.12, fair: 0.3, less: true },
  closures: { good: 0.9, fair: 0.75, less: false },
  seam: { good: 1.35, fair: 1.7, less: true },
  sharpness: { good: 0.75, fair: 0.55, less: false },
  jitter: { good: 0.02, fair: 0.05, less: true },
  faceless: { good: 0.01, fair: 0.05, less: true },
};

export function verdictOf(name: QaMeasureName, value: number): QaVerdict {
  const { good, fair, less } = QA_LIMITS[name];
  const within = (limit: number) => (less ? value <= limit : value >= limit);
  return within(good) ? 'good' : within(fair) ? 'fair' : 'poor';
}

const WORST_FIRST: readonly QaVerdict[] = ['poor', 'fair', 'good'];

/** The worst that is known; `unknown` where nothing is. */
export const worstVerdict = (verdicts: readonly QaVerdict[]): QaVerdict => WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';
