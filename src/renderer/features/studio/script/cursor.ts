/** Where the cursor stands in the script, and what will be said of the word there, for those who do not hover over it. */
import { create } from 'zustand';
import type { ChangeAt } from './lens.ts';

interface Cursor {
  at: number;
  /** null: it is said as it is written. */
  found: ChangeAt | null;
}

export const useCursor = create<Cursor>(() => ({ at: 0, found: null }));
