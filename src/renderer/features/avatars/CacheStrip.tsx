/** What the faces take of disk and memory, and how often they were at hand. */
import { HardDrive, Info } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import { useCall } from '../../studio/queries.ts';
import { IconButton } from '../../ui/Button.tsx';

const ASK_AGAIN_MS = 5000;

export function CacheStrip() {
  const { t } = useTranslation('avatars');
  const format = useFormat();
  const { data, refetch } = useCall('avatars.cache', null);
  useEffect(() => {
    const timer = setInterval(() => void refetch(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [refetch]);
  const figures = [
    [t('cache.disk'), format.bytes(data?.diskBytes)],
    [t('cache.memory'), t('cache.memoryOf', { used: format.bytes(data?.memoryBytes), budget: format.bytes(data?.memoryBudgetBytes) })],
    [t('cache.hits'), format.percent(data?.hitRate)],
    [t('cache.memoryHits'), format.percent(data?.memoryHitRate)],
  ];
  return (
    <footer aria-label={t('cache.title')} className="flex flex-wrap items-center gap-x-5 gap-y-1 border-t border-line bg-panel px-4 py-0.5 text-xs">
      <HardDrive aria-hidden size={14} className="text-muted" />
      {figures.map(([label, value]) => <span key={label} className="flex gap-1.5"><span className="text-muted">{label}</span><span className="tabular-nums">{value}</span></span>)}
      <IconButton icon={Info} size={14} label={t('cache.hint')} className="size-7 text-muted" />
    </footer>
  );
}
