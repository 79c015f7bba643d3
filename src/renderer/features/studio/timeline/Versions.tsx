/** The takes that were made of each other by changing sentences, oldest first: any of them can be shown again. */
import { clsx } from 'clsx';
import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TakeInfo } from '../../../../shared/contract/take.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useCall } from '../../../studio/queries.ts';
import { Tip } from '../../../ui/Tip.tsx';
import { familyOf } from './family.ts';

const MOST = 8;

export function Versions({ takeId }: { takeId: string }) {
  const { t } = useTranslation('timeline');
  const format = useFormat();
  const takes = useCall('takes.list', { limit: 200 });
  const family = familyOf(takes.data ?? [], takeId);
  if (family.length < 2) return null;
  const hidden = Math.max(0, family.length - MOST);
  return (
    <nav aria-label={t('versions')} className="flex items-center">
      {family.slice(hidden).map((take: TakeInfo, i) => {
        const number = format.number(hidden + i + 1);
        return (
          <span key={take.id} className="flex items-center">
            {i > 0 && <ChevronRight aria-hidden size={12} className="text-muted rtl:-scale-x-100" />}
            <Tip label={t('versionTip', { number, ago: format.ago(take.createdAt) })}>
              <button
                type="button" aria-label={t('version', { number })} aria-current={take.id === takeId ? 'true' : undefined} onClick={() => useCurrentTake.getState().show(take.id)}
                className={clsx('min-h-6 min-w-6 rounded px-1.5 text-xs tabular-nums', take.id === takeId ? 'bg-raised text-accent' : 'text-muted hover:bg-raised hover:text-ink')}
              >
                {number}
              </button>
            </Tip>
          </span>
        );
      })}
    </nav>
  );
}
