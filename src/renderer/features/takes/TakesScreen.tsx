/** All that was made: history with versions, exports, and many scripts at once. */
import { Columns2, Film, Pin, SearchX, X } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/format.ts';
import { useView } from '../../state/view.ts';
import { useCall } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { CONTROL, Select } from '../../ui/fields.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { useAvatars } from '../avatars/useAvatars.ts';
import { BatchPanel } from './batch/BatchPanel.tsx';
import { useBatchRows } from './batch/useBatchRows.ts';
import { CompareDialog } from './CompareDialog.tsx';
import { DiskBudget } from './DiskBudget.tsx';
import { isExportOver, useExportList } from './exportQueue.ts';
import { ExportQueue } from './ExportQueue.tsx';
import { ExportSheet } from './ExportSheet.tsx';
import { TakeDetails } from './TakeDetails.tsx';
import { TakeList } from './TakeList.tsx';
import { useTakesView, type TakesTab } from './view.ts';

const PAGE = 200;
const MOST = 1000;
const ANY = '*';

export function TakesScreen() {
  const { t } = useTranslation('takes');
  const { tab, set, exporting, comparing, compared } = useTakesView();
  const underWay = (useExportList() ?? []).filter((info) => !isExportOver(info)).length;
  const rows = useBatchRows().length;
  return (
    <Tabs.Root value={tab} onValueChange={(next) => set({ tab: next as TakesTab })} className="flex h-full flex-col">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-panel px-4 py-1">
        <h1 className="text-base font-medium">{t('title')}</h1>
        <Tabs.List aria-label={t('title')} className="flex gap-1">
          {(['history', 'exports', 'batch'] as const).map((each) => (
            <Tabs.Trigger key={each} value={each} className="flex min-h-9 items-center gap-1.5 border-b-2 border-transparent px-2 text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink">
              {t(`tabs.${each}`)}
              {each === 'exports' && underWay > 0 && <Count value={underWay} />}
              {each === 'batch' && rows > 0 && <Count value={rows} />}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
      </header>
      <Tabs.Content value="history" className="min-h-0 flex-1 outline-none"><History /></Tabs.Content>
      <Tabs.Content value="exports" className="min-h-0 flex-1 overflow-auto outline-none"><ExportQueue /></Tabs.Content>
      <Tabs.Content value="batch" className="min-h-0 flex-1 outline-none"><BatchPanel /></Tabs.Content>
      {exporting.length > 0 && <ExportSheet key={exporting.join()} takeId={exporting[0]} takeIds={exporting} onClose={() => set({ exporting: [] })} />}
      {comparing && compared.length === 2 && <CompareDialog takeIds={compared} onClose={() => set({ comparing: false })} />}
    </Tabs.Root>
  );
}

function Count({ value }: { value: number }) {
  return <span className="rounded-full bg-raised px-1.5 text-xs tabular-nums">{useFormat().number(value)}</span>;
}

function History() {
  const { t } = useTranslation('takes');
  const { search, kept, avatarId, selectedId, set } = useTakesView();
  const go = useView((view) => view.go);
  const [limit, setLimit] = useState(PAGE);
  const asked = useDeferredValue(search.trim());
  const { data, error, refetch } = useCall('takes.list', { limit, ...(asked === '' ? {} : { search: asked }), ...(kept ? { kept } : {}), ...(avatarId === null ? {} : { avatarId }) });
  const [last, setLast] = useState(data);
  // The list before stays until the one that was asked for is here.
  if (data && data !== last) setLast(data);
  const avatars = useAvatars().data ?? [];
  const voices = useCall('voices.list', null).data ?? [];
  const isFiltered = search !== '' || kept || avatarId !== null;
  const selected = last?.find(({ id }) => id === selectedId);
  const elsewhere = useCall('takes.show', { takeId: selectedId ?? '-' }, { enabled: selectedId !== null && last !== undefined && !selected });
  const shown = selected ?? (selectedId === null ? undefined : elsewhere.data);
  const all = () => set({ search: '', kept: false, avatarId: null });
  return (
    <div className="flex h-full flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
        <input type="search" dir={search === '' ? undefined : 'auto'} aria-label={t('search')} placeholder={t('search')} value={search} onChange={({ target }) => set({ search: target.value })} className={`${CONTROL} max-w-64`} />
        <div className="w-44"><Select hideLabel label={t('avatar')} value={avatarId ?? ANY} onChange={(next) => set({ avatarId: next === ANY ? null : next })} choices={[{ value: ANY, label: t('allAvatars') }, ...avatars.map(({ id, name }) => ({ value: id, label: name }))]} /></div>
        <Button kind="quiet" icon={Pin} aria-pressed={kept} tip={t('keptOnly')} onClick={() => set({ kept: !kept })}>{t('keptOnly')}</Button>
        <span className="flex-1" />
        <CompareBar />
      </div>
      <div className="flex min-h-0 flex-1 flex-col overflow-auto md:flex-row md:overflow-hidden">
        <div className="flex min-h-72 min-w-0 flex-1 flex-col">
          {error ? <div className="p-4"><Failure error={error} onRetry={() => void refetch()} /></div>
            : last === undefined ? <Loading />
            : last.length === 0 && isFiltered ? <Empty icon={SearchX} title={t('nothingFound.title')}><p>{t('nothingFound.text')}</p><Button onClick={all}>{t('nothingFound.reset')}</Button></Empty>
            : last.length === 0 ? <Empty icon={Film} title={t('empty.title')}><p className="max-w-md">{t('empty.text')}</p><Button kind="primary" onClick={() => go('studio')}>{t('empty.go')}</Button></Empty>
            : <TakeList takes={last} avatars={avatars} voices={voices} footer={last.length >= limit && limit < MOST ? <div className="flex justify-center p-3"><Button onClick={() => setLimit((now) => Math.min(MOST, now + PAGE))}>{t('more')}</Button></div> : null} />}
        </div>
        {shown && <TakeDetails key={shown.id} take={shown} avatars={avatars} voices={voices} />}
      </div>
      <DiskBudget />
    </div>
  );
}

function CompareBar() {
  const { t } = useTranslation('takes');
  const { compared, set } = useTakesView();
  if (compared.length === 0) return null;
  return (
    <div className="flex items-center gap-2">
      {compared.length === 1 ? <span role="status" className="text-xs text-muted">{t('compareOne')}</span> : <Button kind="primary" icon={Columns2} onClick={() => set({ comparing: true })}>{t('compareNow')}</Button>}
      <IconButton icon={X} label={t('compareClear')} onClick={() => set({ compared: [] })} />
    </div>
  );
}
