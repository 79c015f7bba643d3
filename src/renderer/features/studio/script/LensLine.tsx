/** What will be said of the word at the cursor: what hovering shows, for those who do not hover. */
import { Ear } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/Button.tsx';
import type { ChangeAt } from './lens.ts';

export function LensLine({ change, onSayOtherwise }: { change: ChangeAt | null; onSayOtherwise: () => void }) {
  const { t } = useTranslation('studio');
  const said = change?.change;
  return (
    <div className="flex min-h-8 items-center gap-2 border-t border-line ps-3 pe-1 text-xs text-muted">
      <p role="status" className="min-w-0 flex-1 truncate">
        {said && <><bdi className="text-ink">{said.written}</bdi>{' → '}{said.spoken === '' ? t('script.lens.unsaid') : <bdi className="text-accent">{said.spoken}</bdi>}</>}
      </p>
      <Button kind="quiet" icon={Ear} className="text-xs text-muted" tip={t('script.lens.otherwiseTip')} shortcut="$mod+Alt+KeyL" onMouseDown={(event) => event.preventDefault()} onClick={onSayOtherwise}>{t('script.lens.otherwise')}</Button>
    </div>
  );
}
