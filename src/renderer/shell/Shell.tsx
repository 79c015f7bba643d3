/** The frame around every screen: the rail at the side, the line at the top. */
import { Activity, Boxes, Clapperboard, Film, Settings, Stethoscope, Users, type LucideIcon } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SCREENS, useView, type Screen } from '../state/view.ts';
import { useConnection } from '../studio/connection.ts';
import { Loading } from '../ui/states.tsx';
import { Tip } from '../ui/Tip.tsx';
import { ChangedElsewhere } from './ChangedElsewhere.tsx';
import { ShortcutSheet } from './ShortcutSheet.tsx';
import { useShortcuts } from './shortcuts.ts';
import { TopBar } from './TopBar.tsx';

const ICONS: Record<Screen, LucideIcon> = { studio: Clapperboard, avatars: Users, takes: Film, meters: Activity, models: Boxes, doctor: Stethoscope, settings: Settings };

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation('common');
  const { screen, go, set } = useView();
  const connection = useConnection(({ state }) => state);
  useShortcuts(t('app'), [
    ...SCREENS.map((name, i) => ({ keys: `$mod+${i + 1}`, label: t(`screens.${name}`), run: () => go(name) })),
    { keys: 'Shift+?', label: t('shortcuts.open'), run: () => set({ shortcutsOpen: true }) },
  ]);
  useEffect(keepDroppedFilesFromOpening, []);
  return (
    <div className="grid h-full grid-cols-[auto_minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)]">
      <div className="col-span-2">
        <TopBar />
        <ChangedElsewhere />
      </div>
      <nav aria-label={t('app')} className="flex flex-col gap-1 overflow-auto border-e border-line bg-panel p-1.5">
        {SCREENS.map((name, i) => (
          <Rail key={name} name={name} shortcut={`$mod+${i + 1}`} current={name === screen} onGo={() => go(name)} />
        ))}
      </nav>
      <main className="relative min-h-0 min-w-0 overflow-auto">
        {connection === 'lost' && <p role="status" className="sticky top-0 z-30 bg-warn px-4 py-1 text-accent-ink">{t('connection.lost')}</p>}
        {connection === 'connecting' ? <Loading label={t('connection.connecting')} /> : children}
      </main>
      <ShortcutSheet />
    </div>
  );
}

/** A file that is dropped where nobody takes it would be opened by the browser instead of this page. */
function keepDroppedFilesFromOpening(): () => void {
  const keep = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };
  window.addEventListener('dragover', keep);
  window.addEventListener('drop', keep);
  return () => {
    window.removeEventListener('dragover', keep);
    window.removeEventListener('drop', keep);
  };
}

function Rail({ name, shortcut, current, onGo }: { name: Screen; shortcut: string; current: boolean; onGo: () => void }) {
  const { t } = useTranslation('common');
  const Icon = ICONS[name];
  return (
    <Tip label={t(`screens.${name}`)} shortcut={shortcut} side="right">
      <button type="button" onClick={onGo} aria-current={current ? 'page' : undefined} className="flex w-16 flex-col items-center gap-0.5 rounded px-1 py-1.5 text-xs text-muted hover:bg-raised hover:text-ink aria-[current=page]:bg-raised aria-[current=page]:text-accent">
        <Icon aria-hidden size={18} />
        {t(`screens.${name}`)}
      </button>
    </Tip>
  );
}
