/** What a part of the voices campaign is: one question about speech. */
import type { Figure } from '../campaign.ts';

export interface VoicesPart {
  /** A heading of the page in docs/. */
  title: string;
  /** What was done, for the page. */
  about: string;
  /** @returns figures, and what else the page shows below them */
  run(log: (line: string) => void): Promise<Figure[] | { figures: Figure[]; below: string }>;
}
