/** How much of the disk the takes use, of what they may. */
import { HardDrive, Info } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import { useCall } from '../../studio/queries.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Progress } from '../../ui/states.tsx';

const NEARLY_FULL = 0.9;

export function DiskBudget() {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const { data } = useCall('takes.disk', null);
  if (!data) return null;
  const { usedBytes, budgetBytes, freeBytes } = data;
  const share = budgetBytes === 0 ? 1 : usedBytes / budgetBytes;
  return (
    <footer aria-label={t('disk.title')} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line bg-panel px-4 py-0.5 text-xs">
      <HardDrive aria-hidden size={14} className="text-muted" />
      <span className="text-muted">{t('disk.title')}</span>
      <span className="w-40"><Progress label={t('disk.title')} done={share} tone={share > NEARLY_FULL ? 'bad' : 'accent'} /></span>
      <span className="tabular-nums">{t('disk.of', { used: format.bytes(usedBytes), budget: format.bytes(budgetBytes) })}</span>
      {freeBytes !== null && <span className="text-muted tabular-nums">{t('disk.free', { free: format.bytes(freeBytes) })}</span>}
      {share > NEARLY_FULL && <span role="status" className="text-warn">{t('disk.full')}</span>}
      <IconButton icon={Info} size={14} label={t('disk.hint')} className="size-7 text-muted" />
    </footer>
  );
}
