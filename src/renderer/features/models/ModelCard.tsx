/** One model: what it is for, whose it is, where and how fast it runs. */
import { Check, CircleAlert, CircleCheck, Copy, Download, Import, Square, Star, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { ModelReadiness } from '../../../shared/contract/engine.ts';
import type { ModelRow } from '../../../shared/contract/model.ts';
import type { StudioApi } from '../../../shared/contract.ts';
import { errorText } from '../../i18n/errorText.ts';
import { useFormat } from '../../i18n/format.ts';
import { useAct } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Progress, tellFailure } from '../../ui/states.tsx';
import { stopFetching, useFetches } from './fetches.ts';

type Verdict = StudioApi['calls']['models.verify'][1][number];

export function ModelCard({ row, loaded, verdict, onImport, onFetch }: { row: ModelRow; loaded: ModelReadiness | null; verdict: Verdict | null; onImport: () => void; onFetch: () => void }) {
  const { t, i18n } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const setDefault = useAct('models.setDefault');
  const [removing, setRemoving] = useState(false);
  const { id, kind, installed, origin, licence, source, fetchable, isDefault, sizeBytes, sha256 } = row;
  const fetch = useFetches((all) => all[id]);
  const movesLips = kind === 'rig' || kind === 'wav2lip';
  const kindName = i18n.exists(`models:models.kinds.${kind}`) ? t(`models.kinds.${kind as 'rig'}`) : kind;
  return (
    <article aria-label={id} className={`flex flex-col gap-2 rounded-lg border bg-panel p-3 ${installed ? 'border-line' : 'border-dashed border-line'}`}>
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h3 className="font-medium"><bdi>{id}</bdi></h3>
        <span className="text-xs text-muted">{kindName}</span>
        <span className="rounded border border-line px-1.5 py-0.5 text-xs text-muted">{t(`models.origins.${origin}`)}</span>
        {isDefault && <span className="inline-flex items-center gap-1 rounded bg-accent px-1.5 py-0.5 text-xs font-medium text-accent-ink"><Check aria-hidden size={12} />{t('models.isDefault')}</span>}
        {verdict && <span className={`inline-flex items-center gap-1 text-xs ${verdict.ok ? 'text-good' : 'text-bad'}`}>{verdict.ok ? <CircleCheck aria-hidden size={14} /> : <CircleAlert aria-hidden size={14} />}{verdict.ok ? t('models.whole') : t('models.broken', { problem: errorText({ message: verdict.problem ?? '' }) })}</span>}
        <span className="flex-1" />
        {movesLips && installed && !isDefault && (
          <Button icon={Star} tip={t('models.makeDefaultTip')} disabled={setDefault.isPending} onClick={() => setDefault.mutate({ id }, { onError: tellFailure, onSuccess: () => toast.success(t('models.madeDefault', { id })) })}>{t('models.makeDefault')}</Button>
        )}
        {!installed && fetchable && !fetch && <Button kind="primary" icon={Download} tip={t('models.fetchTip')} onClick={onFetch}>{t('models.fetch')}</Button>}
        {!installed && !fetch && <Button icon={Import} tip={t('models.importTip')} onClick={onImport}>{t('models.importFor')}</Button>}
        {origin === 'imported' && <IconButton label={`${t('models.removeTip')}: ${id}`} icon={Trash2} onClick={() => setRemoving(true)} />}
      </header>
      {fetch && (
        <div className="flex items-center gap-3">
          <div className="flex min-w-0 flex-1 flex-col gap-1">
            <Progress label={`${t('models.fetch')} ${id}`} done={fetch.totalBytes === null ? null : fetch.doneBytes / fetch.totalBytes} />
            <p className="text-xs text-muted">{t('models.fetching', { done: format.bytes(fetch.doneBytes), total: format.bytes(fetch.totalBytes) })}</p>
          </div>
          <IconButton label={t('models.stopFetch')} icon={Square} onClick={() => stopFetching(id)} />
        </div>
      )}
      {!installed && !fetchable && <p className="text-xs text-muted">{t('models.bring')}</p>}
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,14rem),1fr))] gap-x-6 gap-y-2 text-xs">
        {sizeBytes !== null && <Fact name={t('models.size')}>{format.bytes(sizeBytes)}</Fact>}
        <Fact name={t('models.licence')}><bdi lang="en">{licence}</bdi></Fact>
        {loaded?.device && <Fact name={t('models.device')}><bdi lang="en">{loaded.device.toUpperCase()}</bdi></Fact>}
        {loaded?.loadMs != null && <Fact name={t('models.load')}>{format.milliseconds(loaded.loadMs)}</Fact>}
        {loaded?.warmUpMs != null && <Fact name={t('models.warmUp')}>{format.milliseconds(loaded.warmUpMs)}</Fact>}
        {loaded && loaded.warmup.length > 0 && (
          <Fact name={t('models.perRun')}>{loaded.warmup.map(({ batch, ms }) => t('models.frames', { count: batch, value: format.number(batch), time: ms < 10 ? format.milliseconds(ms, 1) : format.milliseconds(ms) })).join(' · ')}</Fact>
        )}
        {installed && loaded && loaded.state !== 'ready' && <Fact name={t('models.device')}>{t(`models.states.${loaded.state}`)}</Fact>}
        {sha256 !== null && (
          <Fact name={t('models.checksum')}>
            <span className="flex items-center gap-1"><code dir="ltr" className="font-mono">{sha256.slice(0, 12)}…</code><IconButton label={`${t('models.copyChecksum')}: ${id}`} icon={Copy} size={13} className="size-6" onClick={() => void navigator.clipboard.writeText(sha256).then(() => toast(common('copied')))} /></span>
          </Fact>
        )}
        <Fact name={t('models.source')}><span lang="en" dir="ltr" className="block break-words rtl:text-right">{source}</span></Fact>
      </dl>
      {loaded?.message != null && <p className="flex items-start gap-2 text-xs text-warn"><CircleAlert aria-hidden size={14} className="mt-0.5 shrink-0" /><bdi>{errorText({ message: loaded.message })}</bdi></p>}
      {loaded && loaded.refused.length > 0 && (
        <details className="text-xs">
          <summary className="cursor-pointer text-muted hover:text-ink">{t('models.refused')}</summary>
          <ul className="mt-1 flex flex-col gap-1 ps-4">{loaded.refused.map(({ device, reason }) => <li key={device}><strong className="font-medium uppercase">{device}</strong>: <bdi>{errorText({ message: reason })}</bdi></li>)}</ul>
        </details>
      )}
      <RemoveDialog id={id} open={removing} onClose={() => setRemoving(false)} />
    </article>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return <div className="flex min-w-0 flex-col"><dt className="text-muted">{name}</dt><dd className="min-w-0">{children}</dd></div>;
}

function RemoveDialog({ id, open, onClose }: { id: string; open: boolean; onClose: () => void }) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const remove = useAct('models.remove');
  const go = () => remove.mutate({ id }, { onError: tellFailure, onSuccess: () => toast.success(t('models.removed', { id })), onSettled: onClose });
  return (
    <Dialog
      open={open} onClose={onClose} title={t('models.removeTitle', { id })} description={t('models.removeText')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="danger" icon={Trash2} disabled={remove.isPending} onClick={go}>{t('models.remove')}</Button></>}
    >{null}</Dialog>
  );
}
