/** The take on the stage, and the segment of it that the user has chosen. */
import { create } from 'zustand';

interface CurrentTake {
  /** null: none has been made or opened yet. */
  takeId: string | null;
  segmentIndex: number | null;
  show: (takeId: string | null) => void;
  select: (segmentIndex: number | null) => void;
}

export const useCurrentTake = create<CurrentTake>((set) => ({
  takeId: null,
  segmentIndex: null,
  show: (takeId) => set({ takeId, segmentIndex: null }),
  select: (segmentIndex) => set({ segmentIndex }),
}));
