/** Whether the timeline shows its sentences alone: in a low window the picture needs the room, until the user says otherwise. */
import { useSyncExternalStore } from 'react';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** null: as the window is. */
const useWish = create<{ isLow: boolean | null }>()(persist(() => ({ isLow: null as boolean | null }), { name: 'sima-low-timeline' }));

const lowWindow = matchMedia('(max-height: 779px)');
const onWindow = (tell: () => void): (() => void) => {
  lowWindow.addEventListener('change', tell);
  return () => lowWindow.removeEventListener('change', tell);
};

export function useLow(): [isLow: boolean, set: (isLow: boolean) => void] {
  const isWindowLow = useSyncExternalStore(onWindow, () => lowWindow.matches);
  const wish = useWish(({ isLow }) => isLow);
  return [wish ?? isWindowLow, (isLow) => useWish.setState({ isLow })];
}
