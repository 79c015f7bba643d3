/** What a part of the studio campaign is: one question about the page, answered in real Chromium over the real engine. */
import type { Figure } from '../campaign.ts';
import type { StudioPages } from '../../support/page.ts';

export interface StudioPart {
  /** A heading of the page in docs/. */
  title: string;
  /** What was done, for the page. */
  about: string;
  /** Each part begins with an idle, warm engine and closes the windows that it opens. */
  run(pages: StudioPages, log: (line: string) => void): Promise<Figure[]>;
}
