/** The way from the stage to a file: a button, its key, and the sheet. */
import { Share } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { useCurrentTake } from '../../state/currentTake.ts';
import { IconButton } from '../../ui/Button.tsx';
import { ExportSheet } from './ExportSheet.tsx';

const KEY = 'KeyE';

export function ExportTake() {
  const { t } = useTranslation('takes');
  const takeId = useCurrentTake((current) => current.takeId);
  const [open, setOpen] = useState(false);
  useShortcuts(t('exports.title'), [{ keys: KEY, label: t('exports.sheet'), run: () => setOpen(true), enabled: takeId !== null }]);
  return (
    <>
      <IconButton disabled={takeId === null} label={t('exports.sheet')} shortcut={KEY} icon={Share} onClick={() => setOpen(true)} />
      {open && takeId !== null && <ExportSheet takeId={takeId} onClose={() => setOpen(false)} />}
    </>
  );
}
