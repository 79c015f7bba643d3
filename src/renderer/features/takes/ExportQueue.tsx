/** What is being exported, what waits, and what is finished. */
import { ArrowDown, ArrowUp, BellRing, Download, FolderOpen, Pause, Play, Share, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportInfo } from '../../../shared/contract/export.ts';
import { useFormat } from '../../i18n/format.ts';
import { call } from '../../studio/connection.ts';
import { useCall } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Empty, Failure, Loading, Progress, tellFailure } from '../../ui/states.tsx';
import { downloadOf, isExportOver, useExportList, useExports } from './exportQueue.ts';
import { useTakesView } from './view.ts';

type OfOne = 'exports.pause' | 'exports.resume' | 'exports.cancel';
const act = (name: OfOne, id: string): void => void call(name, { id }).catch(tellFailure);
const remove = (gone: readonly ExportInfo[]): void => gone.forEach(({ id }) => void call('exports.remove', { id }).catch(tellFailure));

export function ExportQueue() {
  const { t } = useTranslation('takes');
  const list = useExportList();
  const set = useTakesView((view) => view.set);
  const { notifying, askToNotify } = useExports();
  const host = useCall('studio.info', null).data?.host;
  const [asked, setAsked] = useState<readonly ExportInfo[]>([]);
  /** What has files is asked about. */
  const take = (gone: readonly ExportInfo[]) => (gone.some(({ state }) => state === 'finished') ? setAsked(gone) : remove(gone));
  if (list === null) return <Loading />;
  if (list.length === 0) {
    return <Empty icon={Share} title={t('exports.queueEmpty.title')}><p className="max-w-md">{t('exports.queueEmpty.text')}</p><Button kind="primary" onClick={() => set({ tab: 'history' })}>{t('exports.queueEmpty.go')}</Button></Empty>;
  }
  const waiting = list.filter(({ place }) => place !== null);
  const over = list.filter(isExportOver);
  return (
    <section aria-label={t('exports.queue')} className="mx-auto flex max-w-4xl flex-col gap-2 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="flex-1 font-medium">{t('exports.queue')}</h2>
        <Button kind="quiet" icon={BellRing} aria-pressed={notifying} disabled={notifying} tip={t('exports.notify')} onClick={() => void askToNotify()}>{t(notifying ? 'exports.notifying' : 'exports.notify')}</Button>
        {over.length > 0 && <Button kind="quiet" onClick={() => take(over)}>{t('exports.clear')}</Button>}
      </div>
      <ul className="flex flex-col gap-2">
        {list.map((info) => <li key={info.id}><Row info={info} waiting={waiting} isDesktop={host === 'desktop'} onRemove={() => take([info])} /></li>)}
      </ul>
      {asked.length > 0 && <RemoveExports asked={asked} onClose={() => setAsked([])} />}
    </section>
  );
}

/** The studio's own folder is its to keep tidy; a file there is gone for good, so it is asked about once. */
function RemoveExports({ asked, onClose }: { asked: readonly ExportInfo[]; onClose: () => void }) {
  const { t } = useTranslation('takes');
  const { t: common } = useTranslation('common');
  const confirm = () => {
    remove(asked);
    onClose();
  };
  return (
    <Dialog
      open onClose={onClose} title={t('exports.removeTitle', { count: asked.length })} description={t('exports.removeText')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="danger" onClick={confirm}>{t('exports.removeConfirm')}</Button></>}
    >
      <ul className="flex max-h-40 flex-col gap-1 overflow-auto text-muted">{asked.map(({ id, name }) => <li key={id} className="truncate"><bdi>{name}</bdi></li>)}</ul>
    </Dialog>
  );
}

function Row({ info, waiting, isDesktop, onRemove }: { info: ExportInfo; waiting: readonly ExportInfo[]; isDesktop: boolean; onRemove: () => void }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const set = useTakesView((view) => view.set);
  const { id, takeId, name, settings, state, place, progress, files, sizeBytes, sameBytes, endedAt, error, encoder } = info;
  const tone = { queued: 'text-muted', running: 'text-accent', paused: 'text-warn', finished: 'text-good', failed: 'text-bad', canceled: 'text-muted' }[state];
  const move = (to: number) => {
    const others = waiting.filter((each) => each.id !== id);
    void call('exports.move', { id, before: others[to]?.id ?? null }).catch(tellFailure);
  };
  const about = [t(`exports.kinds.${settings.kind}`), ...(sameBytes ? [t('exports.sameBytesShort')] : []), ...(settings.kind === 'video' && settings.size ? [format.size(settings.size.width, settings.size.height)] : []), ...(encoder === null ? [] : [t(`exports.encoders.${encoder}`)]), ...(sizeBytes === null ? [] : [format.bytes(sizeBytes)]), ...(endedAt === null ? [] : [format.ago(endedAt)])];
  return (
    <div className="flex flex-col gap-1.5 rounded border border-line bg-panel px-3 py-2">
      <div className="flex flex-wrap items-center gap-1">
        <div className="min-w-40 flex-1">
          <p className="truncate"><bdi>{name}</bdi></p>
          <p className="truncate text-xs text-muted">{about.join(' · ')}</p>
        </div>
        <span className={`text-xs tabular-nums ${tone}`}>{t(`exports.states.${state}`)}{state === 'running' && progress !== null && ` ${format.percent(progress)}`}</span>
        {place !== null && waiting.length > 1 && (
          <>
            <IconButton icon={ArrowUp} label={t('exports.up', { name })} disabled={place === 0} onClick={() => move(place - 1)} />
            <IconButton icon={ArrowDown} label={t('exports.down', { name })} disabled={place === waiting.length - 1} onClick={() => move(place + 1)} />
          </>
        )}
        {(state === 'running' || state === 'queued') && <IconButton icon={Pause} label={t('exports.pause', { name })} onClick={() => act('exports.pause', id)} />}
        {state === 'paused' && <IconButton icon={Play} label={t('exports.resume', { name })} onClick={() => act('exports.resume', id)} />}
        {!isExportOver(info) && <IconButton icon={X} label={t('exports.cancel', { name })} onClick={() => act('exports.cancel', id)} />}
        {state === 'finished' && isDesktop && <Button icon={FolderOpen} onClick={() => void call('desktop.showExport', { id }).catch(tellFailure)}>{t('exports.showInFolder')}</Button>}
        {state === 'finished' && !isDesktop && files.map((file, i) => (
          <a key={file} href={downloadOf(info, i)} download aria-label={t('exports.downloadFile', { name: file })} className="inline-flex min-h-8 items-center gap-1.5 rounded border border-line bg-raised px-3 hover:border-muted">
            <Download aria-hidden size={15} />{files.length === 1 ? t('exports.download') : file.replace(/^.*\./, '').toUpperCase()}
          </a>
        ))}
        {(state === 'failed' || state === 'canceled') && <Button onClick={() => set({ exporting: [takeId] })}>{t('exports.again')}</Button>}
        {isExportOver(info) && <IconButton icon={Trash2} label={t('exports.remove', { name })} onClick={onRemove} />}
      </div>
      {state === 'running' && <Progress label={t('exports.progress', { name, state: t('exports.states.running') })} done={progress} />}
      {error && state === 'failed' && <Failure error={error} />}
    </div>
  );
}
