/** Where the user is and how it looks: kept by the browser, not by the studio. */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export const SCREENS = ['studio', 'avatars', 'takes', 'meters', 'models', 'doctor', 'settings'] as const;
export type Screen = (typeof SCREENS)[number];
export const LANGUAGES = ['en', 'fa'] as const;
export type UiLanguage = (typeof LANGUAGES)[number];

interface View {
  screen: Screen;
  language: UiLanguage;
  theme: 'dark' | 'light';
  /** The sheet of all shortcuts. */
  shortcutsOpen: boolean;
  go: (screen: Screen) => void;
  set: (change: Partial<Pick<View, 'language' | 'theme' | 'shortcutsOpen'>>) => void;
}

const systemLanguage = (): UiLanguage => (navigator.languages.some((name) => name.startsWith('fa')) ? 'fa' : 'en');

export const useView = create<View>()(
  persist(
    (set) => ({
      screen: 'studio', language: systemLanguage(), theme: 'dark', shortcutsOpen: false,
      go: (screen) => set({ screen }),
      set: (change) => set(change),
    }),
    { name: 'sima-view', partialize: ({ language, theme }) => ({ language, theme }) },
  ),
);
