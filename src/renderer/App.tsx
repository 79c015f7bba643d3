/** The page: its providers, its frame, and the screen that the user is on. */
import { QueryClientProvider } from '@tanstack/react-query';
import { Direction, Tooltip } from 'radix-ui';
import { useEffect, useState, type CSSProperties } from 'react';
import { Toaster } from 'sonner';
import { AvatarsScreen } from './features/avatars/AvatarsScreen.tsx';
import { DoctorScreen } from './features/doctor/DoctorScreen.tsx';
import { MetersScreen } from './features/meters/MetersScreen.tsx';
import { ModelsScreen } from './features/models/ModelsScreen.tsx';
import { SettingsScreen } from './features/settings/SettingsScreen.tsx';
import { StudioScreen } from './features/studio/StudioScreen.tsx';
import { TakesScreen } from './features/takes/TakesScreen.tsx';
import { applyLanguage, startI18n } from './i18n/i18n.ts';
import { Shell } from './shell/Shell.tsx';
import { useView, type Screen } from './state/view.ts';
import { keepConnected } from './studio/connection.ts';
import { followChanges, queries } from './studio/queries.ts';
import { keepFocus } from './ui/keepFocus.ts';

const SCREENS: Record<Screen, () => React.ReactNode> = {
  studio: StudioScreen, avatars: AvatarsScreen, takes: TakesScreen, meters: MetersScreen, models: ModelsScreen, doctor: DoctorScreen, settings: SettingsScreen,
};

/** Around what is told in a corner. Pixels. */
const EDGE = 12;

const started = startI18n(useView.getState().language);
void keepConnected();
void followChanges();
keepFocus();

export function App() {
  const { screen, language, theme } = useView();
  const [ready, setReady] = useState(false);
  useEffect(() => void started.then(() => setReady(true)), []);
  useEffect(() => applyLanguage(language), [language]);
  useEffect(() => void (document.documentElement.dataset.theme = theme), [theme]);
  if (!ready) return null;
  const Current = SCREENS[screen];
  const dir = language === 'fa' ? 'rtl' : 'ltr';
  return (
    <QueryClientProvider client={queries}>
      <Direction.Provider dir={dir}>
        <Tooltip.Provider delayDuration={400}>
          <Shell>
            <Current />
          </Shell>
          <Toaster theme={theme} dir={dir} offset={EDGE} style={{ fontFamily: 'inherit', '--width': `calc(var(--aside) - ${2 * EDGE}px)` } as CSSProperties} position={dir === 'rtl' ? 'bottom-left' : 'bottom-right'} />
        </Tooltip.Provider>
      </Direction.Provider>
    </QueryClientProvider>
  );
}
