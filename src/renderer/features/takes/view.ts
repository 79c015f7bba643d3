/** What of the takes is shown, which one is looked at, and what is being done with them. */
import { create } from 'zustand';

export type TakesTab = 'history' | 'exports' | 'batch';

interface TakesView {
  tab: TakesTab;
  search: string;
  kept: boolean;
  /** null: any. */
  avatarId: string | null;
  selectedId: string | null;
  /** Marked to be compared: none, one or two. */
  compared: readonly string[];
  comparing: boolean;
  /** The export sheet is open for these. */
  exporting: readonly string[];
  set: (change: Partial<Omit<TakesView, 'set' | 'compare'>>) => void;
  /** Marks it for comparing, or no longer; a third takes the first one's place. */
  compare: (takeId: string) => void;
}

export const useTakesView = create<TakesView>((set) => ({
  tab: 'history', search: '', kept: false, avatarId: null, selectedId: null, compared: [], comparing: false, exporting: [],
  set: (change) => set(change),
  compare: (takeId) => set(({ compared }) => ({ compared: compared.includes(takeId) ? compared.filter((id) => id !== takeId) : [...compared, takeId].slice(-2) })),
}));
