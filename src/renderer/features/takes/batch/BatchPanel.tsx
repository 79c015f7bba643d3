/** Several scripts at once: read from a table or a text, looked over, rendered one after the other, exported together. */
import { ClipboardPaste, Eye, FileDown, FileSpreadsheet, Play, RotateCcw, Share, Square, Trash2, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { AvatarRow } from '../../../../shared/contract/avatar.ts';
import type { BatchRow } from '../../../../shared/contract/project.ts';
import type { TakeInfo } from '../../../../shared/contract/take.ts';
import type { VoiceInfo } from '../../../../shared/contract/voice.ts';
import type { ErrorData } from '../../../../shared/errors.ts';
import { errorText } from '../../../i18n/errorText.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useProject } from '../../../state/project.ts';
import { useCall } from '../../../studio/queries.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { CONTROL } from '../../../ui/fields.tsx';
import { saveFile } from '../../../ui/saveFile.ts';
import { Empty, Progress, tellRemoved } from '../../../ui/states.tsx';
import { DropArea } from '../../avatars/DropArea.tsx';
import { useVoiceName } from '../../models/voiceName.ts';
import { ExportSheet } from '../ExportSheet.tsx';
import { TakeState } from '../TakeState.tsx';
import { useTakesView } from '../view.ts';
import { useAvatars } from '../../avatars/useAvatars.ts';
import { decodeText, MOST_ROWS, readRows } from './readRows.ts';
import { batchRows, problemOf } from './rows.ts';
import { useBatch } from './runBatch.ts';
import { useBatchRows } from './useBatchRows.ts';
import { FileInput } from '../../../ui/FileInput.tsx';

const SHOWN_ROWS = 200;
const NO_AVATARS: readonly AvatarRow[] = [];
const NO_VOICES: readonly VoiceInfo[] = [];
const NO_TAKES: readonly TakeInfo[] = [];

export function BatchPanel() {
  const { t } = useTranslation('takes');
  const rows = useBatchRows();
  const hasProject = useProject(({ project }) => project !== null);
  const take = useTakeIn();
  const [exporting, setExporting] = useState<readonly string[]>([]);
  if (!hasProject) return <Empty icon={FileSpreadsheet} title={t('batch.title')}><p>{t('batch.noProject')}</p></Empty>;
  return (
    <DropArea label={t('batch.drop')} onFiles={(files) => void take.files(files)}>
      <div className="flex h-full flex-col overflow-auto">
        {rows.length === 0 ? <Start onFiles={take.files} onText={take.text} /> : <Table onFiles={take.files} onExport={setExporting} />}
        {exporting.length > 0 && <ExportSheet takeId={exporting[0]} takeIds={exporting} names={Object.fromEntries(rows.flatMap(({ takeId, name }) => (takeId === null ? [] : [[takeId, name]])))} onClose={() => setExporting([])} />}
      </div>
    </DropArea>
  );
}

/** Reads what is given and adds it to the table. */
function useTakeIn(): { files: (files: Iterable<File>) => Promise<void>; text: (text: string, name?: string | null) => void } {
  const { t } = useTranslation('takes');
  const avatars = useAvatars().data ?? NO_AVATARS;
  const voices = useCall('voices.list', null).data ?? NO_VOICES;
  const voiceName = useVoiceName();
  const text = (written: string, name: string | null = null) => {
    const { project, setBatch } = useProject.getState();
    if (!project) return;
    const before = project.batch.length;
    const read = readRows(written, name);
    if (read.length === 0) toast.error(t('batch.unreadable', { name: name ?? t('batch.paste') }));
    const rows = [...project.batch, ...batchRows(read, { avatars, voices: [...voices, ...voices.map((voice) => ({ ...voice, name: voiceName(voice) }))] }, (number) => t('batch.row', { number: before + number }))];
    if (rows.length > MOST_ROWS) toast.warning(t('batch.tooMany', { count: MOST_ROWS }));
    if (read.length > 0) setBatch(rows.slice(0, MOST_ROWS));
  };
  return {
    text,
    async files(files) {
      for (const file of files) {
        // More than the longest batch there may be is no table of scripts.
        const written = file.size > MOST_BYTES ? '' : decodeText(new Uint8Array(await file.arrayBuffer().catch(() => new ArrayBuffer(0))));
        text(written.includes('\0') ? '' : written, file.name);
      }
    },
  };
}
const MOST_BYTES = 50e6;

function Start({ onFiles, onText }: { onFiles: (files: Iterable<File>) => Promise<void>; onText: (text: string) => void }) {
  const { t } = useTranslation('takes');
  const [text, setText] = useState('');
  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-4 p-6">
      <div className="flex flex-col items-center gap-3 rounded-lg border-2 border-dashed border-line p-6 text-center">
        <FileSpreadsheet aria-hidden size={32} strokeWidth={1.25} className="text-muted" />
        <h2 className="text-sm font-medium">{t('batch.title')}</h2>
        <p className="max-w-lg text-muted">{t('batch.text')}</p>
        <div className="flex flex-wrap justify-center gap-2">
          <Choose onFiles={onFiles} kind="primary" />
          {/* With a mark, so that spreadsheets know the letters. */}
          <Button kind="quiet" icon={FileDown} tip={t('batch.sample')} onClick={() => saveFile('sima-batch.csv', `\ufeff${t('batch.sampleRows')}\n`, 'text/csv')}>{t('batch.sample')}</Button>
        </div>
      </div>
      <form className="flex flex-col gap-2" onSubmit={(event) => { event.preventDefault(); onText(text); }}>
        <label className="flex flex-col gap-1"><span className="text-xs text-muted">{t('batch.paste')}</span><textarea dir={text === '' ? undefined : 'auto'} rows={7} value={text} placeholder={t('batch.pasteHint')} onChange={({ target }) => setText(target.value)} className={`${CONTROL} py-2`} /></label>
        <Button type="submit" icon={ClipboardPaste} disabled={text.trim() === ''} className="self-end">{t('batch.read')}</Button>
      </form>
    </div>
  );
}

function Choose({ onFiles, kind }: { onFiles: (files: Iterable<File>) => Promise<void>; kind: 'primary' | 'quiet' }) {
  const { t } = useTranslation('takes');
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button kind={kind} icon={FileSpreadsheet} tip={t('batch.replaceHint')} onClick={() => input.current?.click()}>{t('batch.choose')}</Button>
      <FileInput ref={input} label={t('batch.choose')} accept=".csv,.tsv,.txt,.md,text/csv,text/plain" multiple onFiles={(files) => void onFiles(files)} />
    </>
  );
}

function Table({ onFiles, onExport }: { onFiles: (files: Iterable<File>) => Promise<void>; onExport: (takeIds: readonly string[]) => void }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const rows = useBatchRows();
  const { project, setBatch } = useProject();
  const { projectId, failures, waiting, start, cancel } = useBatch();
  const avatars = useAvatars().data ?? NO_AVATARS;
  const voices = useCall('voices.list', null).data ?? NO_VOICES;
  const { data: takes = NO_TAKES, isSuccess: areTakesKnown } = useCall('takes.list', { limit: 1000 });
  const [shown, setShown] = useState(SHOWN_ROWS);
  const isRunning = projectId !== null && projectId === project?.id;
  const takeOf = new Map(takes.map((take) => [take.id, take]));
  const problems = rows.map((row) => (row.takeId === null ? problemOf(row, { avatars, voices }, project?.avatarId ?? null) : null));
  const started = rows.flatMap(({ takeId }) => (takeId === null ? [] : [takeOf.get(takeId)]));
  const finished = started.flatMap((take) => (take?.state === 'finished' ? [take.id] : []));
  const underWay = started.filter((take) => take && (take.state === 'queued' || take.state === 'rendering' || take.state === 'paused')).length;
  // What was refused is tried once more when it is gone on.
  const left = rows.filter(({ takeId }, i) => takeId === null && problems[i] === null && !(isRunning && failures.has(rows[i]))).length;
  const faulty = problems.filter((problem) => problem !== null).length;
  const change = (index: number, to: Partial<BatchRow>) => setBatch(rows.map((row, i) => (i === index ? { ...row, ...to } : row)));
  /** Into the table as it is by then. */
  const putBack = (index: number, gone: readonly BatchRow[]) => setBatch((useProject.getState().project?.batch ?? []).toSpliced(index, 0, ...gone).slice(0, MOST_ROWS));
  const remove = (index: number, gone: readonly BatchRow[]) => {
    setBatch(rows.toSpliced(index, gone.length));
    tellRemoved(gone.length === 1 ? t('batch.removed', { name: gone[0].name }) : t('batch.cleared'), () => putBack(index, gone));
  };
  const projectAvatar = avatars.find(({ id }) => id === project?.avatarId)?.name;
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        {isRunning || underWay > 0
          ? <Button kind="danger" icon={Square} tip={t('batch.stop')} onClick={() => void cancel()}>{t('batch.stop')}</Button>
          : <Button kind="primary" icon={Play} disabled={left === 0} tip={t(started.length > 0 ? 'batch.goOn' : 'batch.start')} onClick={start}>{t(started.length > 0 ? 'batch.goOn' : 'batch.start')}</Button>}
        <Button icon={Share} disabled={finished.length === 0} tip={t('batch.exportAll')} onClick={() => onExport(finished)}>{t('batch.exportAll')}</Button>
        <Choose onFiles={onFiles} kind="quiet" />
        <Button kind="quiet" icon={Trash2} disabled={isRunning} tip={t('batch.clear')} onClick={() => remove(0, rows)}>{t('batch.clear')}</Button>
        <span className="flex-1" />
        <span className="text-xs text-muted tabular-nums">{t('batch.rows', { count: rows.length })}</span>
        {faulty > 0 && <span className="text-xs text-warn">{t('batch.problems', { count: faulty })}</span>}
        <span className="text-xs tabular-nums">{t('batch.done', { done: format.number(finished.length), all: format.number(rows.length) })}</span>
      </div>
      <Progress label={t('batch.title')} done={finished.length / rows.length} tone={finished.length === rows.length ? 'good' : 'accent'} />
      <p className="text-xs text-muted">{waiting === 'seat' ? t('batch.noSeat') : t('batch.defaults', { avatar: projectAvatar ?? t('batch.noAvatar') })}</p>
      <div className="overflow-x-auto rounded border border-line">
        <table className="w-full min-w-160 border-collapse">
          <thead className="bg-panel text-xs text-muted">
            <tr>{(['name', 'text', 'avatar', 'voice', 'state'] as const).map((column) => <th key={column} scope="col" className="px-2 py-1.5 text-start font-normal">{t(`batch.columns.${column}`)}</th>)}<td /></tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, i) => {
              const take = row.takeId === null ? undefined : takeOf.get(row.takeId);
              return <Row key={i} row={row} problem={problems[i]} failure={failures.get(row)} take={take} isGone={row.takeId !== null && take === undefined && areTakesKnown} avatars={avatars} voices={voices} waits={isRunning} onChange={(to) => change(i, to)} onRemove={() => remove(i, [row])} />;
            })}
          </tbody>
        </table>
      </div>
      {rows.length > shown && <Button className="self-center" onClick={() => setShown((now) => now + SHOWN_ROWS)}>{t('batch.more', { count: rows.length - shown })}</Button>}
    </div>
  );
}

function Row({ row, problem, failure, take, isGone, avatars, voices, waits, onChange, onRemove }: { row: BatchRow; problem: ReturnType<typeof problemOf>; failure: ErrorData | undefined; take: TakeInfo | undefined; /** Its take was removed. */ isGone: boolean; avatars: readonly AvatarRow[]; voices: readonly VoiceInfo[]; waits: boolean; onChange: (to: Partial<BatchRow>) => void; onRemove: () => void }) {
  const { t } = useTranslation('takes');
  const { name, text, avatarId, voice } = row;
  const set = useTakesView((view) => view.set);
  const voiceName = useVoiceName();
  const named = voices.find(({ id }) => id === voice);
  const canRetry = take?.state === 'failed' || take?.state === 'canceled' || isGone;
  return (
    <tr className="border-t border-line align-middle">
      <td className="max-w-40 truncate px-2 py-1"><bdi>{name}</bdi></td>
      <td className="max-w-96 px-2 py-1"><span dir="auto" className="line-clamp-2 [text-align:match-parent]">{text}</span></td>
      <td className="max-w-36 truncate px-2 py-1"><bdi className={avatarId === null ? 'text-muted' : ''}>{avatarId === null ? t('batch.ofProject') : (avatars.find(({ id }) => id === avatarId)?.name ?? avatarId)}</bdi></td>
      <td className="max-w-36 truncate px-2 py-1"><bdi className={voice === null ? 'text-muted' : ''}>{named ? voiceName(named) : (voice ?? t(avatarId === null ? 'batch.ofProject' : 'batch.ownVoice'))}</bdi></td>
      <td className="px-2 py-1 text-xs">
        {take ? <TakeState take={take} />
          : failure ? <span role="alert" dir="auto" className="text-bad">{errorText(failure)}</span>
          : problem ? <span className="text-warn">{t(`batch.problem.${problem}`, { name: (problem === 'unknown-voice' ? voice : avatarId) ?? '' })}</span>
          : isGone ? <span className="text-warn">{t('batch.gone')}</span>
          : <span className="text-muted">{t(waits ? 'batch.waiting' : 'batch.ready')}</span>}
      </td>
      <td className="px-1 py-1 text-end whitespace-nowrap">
        {take && <IconButton icon={Eye} label={t('batch.showTake', { name })} onClick={() => set({ tab: 'history', selectedId: take.id, search: '', kept: false, avatarId: null })} />}
        {canRetry && <IconButton icon={RotateCcw} label={t('batch.retryRow', { name })} onClick={() => onChange({ takeId: null })} />}
        <IconButton icon={X} label={t('batch.removeRow', { name })} onClick={onRemove} />
      </td>
    </tr>
  );
}
