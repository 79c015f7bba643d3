import { useTranslation } from 'react-i18next';
import { useView } from '../state/view.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Key } from '../ui/Tip.tsx';
import { useShortcutList } from './shortcuts.ts';

/** All keys that are heard on this screen. */
export function ShortcutSheet() {
  const { t } = useTranslation('common');
  const { shortcutsOpen, set } = useView();
  const lists = useShortcutList(({ lists: all }) => all);
  return (
    <Dialog open={shortcutsOpen} onClose={() => set({ shortcutsOpen: false })} title={t('shortcuts.title')} wide reading>
      <div className="columns-2 gap-8">
        {Object.entries(lists).map(([group, shortcuts]) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-xs text-muted">{group}</h3>
            <dl>
              {shortcuts.map(({ keys, label }) => (
                <div key={keys} className="flex items-center justify-between gap-4 py-0.5"><dt>{label}</dt><dd><Key name={keys} /></dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
