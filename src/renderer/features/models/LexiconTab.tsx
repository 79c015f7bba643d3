/** How the user wants words to be said, in all projects: a table that stays quick with thousands of them. */
import { BookA, Download, FileUp, Pencil, Plus, Square, Trash2, Volume2 } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { LexiconEntry } from '../../../shared/contract/request.ts';
import type { StudioApi } from '../../../shared/contract.ts';
import { errorText } from '../../i18n/errorText.ts';
import { useFormat } from '../../i18n/format.ts';
import { call } from '../../studio/connection.ts';
import { useAct, useCall } from '../../studio/queries.ts';
import { useSample } from '../../studio/sample.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { CONTROL } from '../../ui/fields.tsx';
import { saveFile } from '../../ui/saveFile.ts';
import { Empty, Failure, Loading, tellFailure, tellRemoved } from '../../ui/states.tsx';
import { EntryDialog } from './EntryDialog.tsx';
import { FileInput } from '../../ui/FileInput.tsx';
import { useRows } from '../../ui/useRows.ts';

const ROW = 44;
const MOST_CHARACTERS = 1_000_000;
/** Of equal width in the head and in every row. */
const COLUMNS = 'grid grid-cols-[4.5rem_minmax(0,1fr)_minmax(0,1.4fr)_7rem] items-center gap-3 px-3';

type Imported = StudioApi['calls']['lexicon.import'][1];

export function LexiconTab() {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const list = useCall('lexicon.list', null);
  const [search, setSearch] = useState('');
  /** null: not open; 'new': a word to be added. */
  const [editing, setEditing] = useState<LexiconEntry | 'new' | null>(null);
  const [imported, setImported] = useState<Imported | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const all = list.data;
  const rows = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    return (all ?? [])
      .filter(({ word, say, phonemes }) => wanted === '' || [word, say ?? phonemes ?? ''].some((text) => text.toLowerCase().includes(wanted)))
      .sort((a, b) => (a.lang === b.lang ? a.word.localeCompare(b.word, a.lang) : a.lang === 'fa' ? -1 : 1));
  }, [all, search]);

  const bring = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST_CHARACTERS) return void toast.error(t('lexicon.tooLarge'));
    try {
      const found = await call('lexicon.import', { csv: await file.text() });
      if (found.added > 0) toast.success(t('lexicon.imported', { count: found.added, value: format.number(found.added) }));
      if (found.refused.length > 0) setImported(found);
    } catch (error) {
      tellFailure(error);
    }
  };
  const save = async () => {
    try {
      saveFile('sima-lexicon.csv', (await call('lexicon.export', null)).csv, 'text/csv');
    } catch (error) {
      tellFailure(error);
    }
  };
  if (list.isError) return <div className="p-4"><Failure error={list.error} onRetry={() => void list.refetch()} /></div>;
  if (!all) return <Loading />;
  return (
    <div className="mx-auto flex h-full max-w-5xl flex-col gap-3 p-4">
      <p className="text-xs text-muted">{t('lexicon.intro')}</p>
      <div className="flex flex-wrap items-center gap-2">
        <input type="search" aria-label={t('lexicon.search')} placeholder={t('lexicon.search')} dir={search === '' ? undefined : 'auto'} value={search} onChange={({ target }) => setSearch(target.value)} className={`${CONTROL} min-w-40 flex-1`} />
        <span className="text-xs whitespace-nowrap text-muted">{search.trim() === '' ? t('lexicon.count', { count: all.length, value: format.number(all.length) }) : t('lexicon.found', { count: rows.length, value: format.number(rows.length) })}</span>
        <Button icon={FileUp} tip={t('lexicon.importTip')} onClick={() => chooser.current?.click()}>{t('lexicon.import')}</Button>
        <Button icon={Download} tip={t('lexicon.exportTip')} disabled={all.length === 0} onClick={() => void save()}>{t('lexicon.export')}</Button>
        <Button kind="primary" icon={Plus} onClick={() => setEditing('new')}>{t('lexicon.add')}</Button>
        <FileInput ref={chooser} label={t('lexicon.import')} accept=".csv,text/csv,.txt" onFiles={([file]) => void bring(file)} />
      </div>
      {all.length === 0 ? (
        <Empty icon={BookA} title={t('lexicon.empty')}><p>{t('lexicon.emptyText')}</p><Button kind="primary" icon={Plus} onClick={() => setEditing('new')}>{t('lexicon.add')}</Button></Empty>
      ) : rows.length === 0 ? <p className="p-4 text-muted">{t('lexicon.none')}</p> : <Table rows={rows} onEdit={setEditing} />}
      {editing !== null && <EntryDialog entry={editing === 'new' ? null : editing} known={all} onClose={() => setEditing(null)} />}
      <Dialog open={imported !== null} onClose={() => setImported(null)} title={t('lexicon.refusedTitle')} actions={<Button onClick={() => setImported(null)}>{common('close')}</Button>}>
        <ul className="flex flex-col gap-1">{imported?.refused.map(({ line, reason }) => <li key={line}><span className="text-muted">{t('lexicon.refusedLine', { line: format.number(line) })}: </span><bdi>{errorText({ message: reason })}</bdi></li>)}</ul>
      </Dialog>
    </div>
  );
}

function Table({ rows, onEdit }: { rows: readonly LexiconEntry[]; onEdit: (entry: LexiconEntry) => void }) {
  const { t } = useTranslation('models');
  const place = useRef<HTMLDivElement>(null);
  const virtual = useRows({ count: rows.length, place, height: ROW, more: 12 });
  const sample = useSample();
  const [heard, setHeard] = useState<LexiconEntry | null>(null);
  return (
    <div role="table" aria-label={t('tabs.lexicon')} aria-rowcount={rows.length + 1} className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-panel">
      <div role="row" aria-rowindex={1} className={`${COLUMNS} border-b border-line py-2 text-xs text-muted`}>
        {(['lang', 'word', 'say', 'actions'] as const).map((name) => <span key={name} role="columnheader" className={name === 'actions' ? 'text-end' : ''}>{t(`lexicon.${name}`)}</span>)}
      </div>
      <div ref={place} className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label={t('tabs.lexicon')} role="rowgroup">
        <div role="presentation" style={{ height: virtual.getTotalSize() }} className="relative">
          {virtual.getVirtualItems().map(({ index, start }) => {
            const entry = rows[index];
            return (
              <div key={`${entry.lang} ${entry.word}`} role="row" aria-rowindex={index + 2} style={{ height: ROW, transform: `translateY(${start}px)` }} className={`${COLUMNS} absolute inset-x-0 top-0 border-b border-line`}>
                <span role="cell" className="text-xs text-muted">{t(`voices.langs.${entry.lang}`)}</span>
                <span role="cell" className="truncate"><bdi lang={entry.lang}>{entry.word}</bdi></span>
                <span role="cell" className="truncate text-accent"><bdi>{entry.say ?? `/${entry.phonemes ?? ''}/`}</bdi></span>
                <span role="cell" className="flex justify-end">
                  {heard === entry && sample.state !== 'idle'
                    ? <IconButton label={t('voices.stop')} icon={Square} size={14} onClick={sample.stop} />
                    : <IconButton label={t('lexicon.tryIt', { word: entry.word })} icon={Volume2} size={14} onClick={() => { setHeard(entry); sample.play({ text: entry.word, voice: entry.lang }); }} />}
                  <IconButton label={t('lexicon.edit', { word: entry.word })} icon={Pencil} size={14} onClick={() => onEdit(entry)} />
                  <RemoveButton entry={entry} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function RemoveButton({ entry }: { entry: LexiconEntry }) {
  const { t } = useTranslation('models');
  const remove = useAct('lexicon.remove');
  const { lang, word } = entry;
  const go = () =>
    remove.mutate({ lang, word }, {
      onError: tellFailure,
      onSuccess: () => tellRemoved(t('lexicon.removed', { word }), () => void call('lexicon.put', { entry }).catch(tellFailure)),
    });
  return <IconButton label={t('lexicon.remove', { word })} icon={Trash2} size={14} disabled={remove.isPending} onClick={go} />;
}
