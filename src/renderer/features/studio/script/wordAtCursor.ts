/** What will be said of the word at the cursor, for those who do not hover over it. */
import { create } from 'zustand';
import type { ChangeAt } from './lens.ts';

/** null: it is said as it is written. */
export const useWordAtCursor = create<{ found: ChangeAt | null }>(() => ({ found: null }));
