import { RotateCw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useAct, useCall } from '../../studio/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { tellFailure } from '../../ui/states.tsx';

/** Stands wherever something was changed that the running engine does not know yet. */
export function RestartNotice() {
  const { t } = useTranslation('settings');
  const settings = useCall('settings.get', null);
  const restart = useAct('engine.restart');
  if (settings.data?.restartNeeded !== true && !restart.isPending) return null;
  return (
    <div role="status" className="flex flex-wrap items-center gap-3 rounded-lg border border-warn bg-panel p-3">
      <RotateCw aria-hidden size={18} className={`shrink-0 text-warn ${restart.isPending ? 'animate-spin' : ''}`} />
      <p className="min-w-48 flex-1">{t(restart.isPending ? 'restart.going' : 'restart.text')}</p>
      <Button kind="primary" tip={t('restart.buttonTip')} disabled={restart.isPending} onClick={() => restart.mutate(null, { onError: tellFailure, onSettled: () => void settings.refetch() })}>{t('restart.button')}</Button>
    </div>
  );
}
