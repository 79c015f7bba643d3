/** What of the avatars is shown, and which one is looked at. */
import { create } from 'zustand';
import type { Order } from './order.ts';

interface AvatarsView {
  search: string;
  /** null: any. */
  tag: string | null;
  favourites: boolean;
  order: Order;
  selectedId: string | null;
  cameraOpen: boolean;
  set: (change: Partial<Omit<AvatarsView, 'set' | 'showAll'>>) => void;
  showAll: () => void;
}

export const useAvatarsView = create<AvatarsView>((set) => ({
  search: '', tag: null, favourites: false, order: 'newest', selectedId: null, cameraOpen: false,
  set: (change) => set(change),
  showAll: () => set({ search: '', tag: null, favourites: false }),
}));
