/** A model comes under terms of its own: they are shown, and accepted, before it is imported or fetched. */
import { Download, Import } from 'lucide-react';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { ModelRow } from '../../../shared/contract/model.ts';
import { useFormat } from '../../i18n/format.ts';
import { call } from '../../studio/connection.ts';
import { upload } from '../../studio/host.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Failure, Progress, tellFailure } from '../../ui/states.tsx';
import { fetchModel } from './fetches.ts';

export function ImportDialog({ file, suggestedId, onClose }: { file: File; suggestedId: string | null; onClose: () => void }) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const [accepted, setAccepted] = useState(false);
  const [id, setId] = useState(suggestedId ?? '');
  /** 0..1 while the file is sent, then null; undefined: not begun. */
  const [sent, setSent] = useState<number | null>();
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const go = async () => {
    const leaving = (abort.current = new AbortController());
    setError(null);
    setSent(0);
    try {
      const name = await upload(file, file.name, { signal: leaving.signal, onProgress: setSent });
      setSent(null);
      const model = await call('models.import', { file: name, acceptedLicence: true, ...(id.trim() === '' ? {} : { id: id.trim() }) }, leaving.signal);
      toast.success(t('licence.imported', { id: model.id }), {
        ...(model.isDefault ? {} : { action: { label: t('licence.useNow'), onClick: () => void call('models.setDefault', { id: model.id }).catch(tellFailure) } }), duration: 10_000,
      });
      onClose();
    } catch (failure) {
      if (!leaving.signal.aborted) setError(failure);
      setSent(undefined);
    }
  };
  const isBusy = sent !== undefined;
  return (
    <Dialog
      open onClose={onClose} title={t('licence.title', { name: file.name })} description={t('licence.text')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="primary" icon={Import} disabled={!accepted || isBusy} onClick={() => void go()}>{t('licence.go')}</Button></>}
    >
      <div className="flex flex-col gap-4">
        <p className="rounded border border-line bg-ground p-3">{t('licence.wav2lip')}</p>
        <p className="text-xs text-muted">{t('licence.file')}: <bdi>{file.name}</bdi> · {format.bytes(file.size)}</p>
        <TextField label={t('licence.id')} hint={t('licence.idHint')} value={id} disabled={isBusy} dir="ltr" autoComplete="off" spellCheck={false} onChange={({ target }) => setId(target.value)} />
        <Accept checked={accepted} onChange={setAccepted}>{t('licence.accept')}</Accept>
        {isBusy && <div role="status" className="flex flex-col gap-1"><p className="text-xs text-muted">{t(sent === null ? 'licence.checking' : 'licence.uploading')}</p><Progress label={t(sent === null ? 'licence.checking' : 'licence.uploading')} done={sent} /></div>}
        {error !== null && <Failure error={error} />}
      </div>
    </Dialog>
  );
}

export function FetchDialog({ row: { id, licence, source, sizeBytes }, onClose }: { row: ModelRow; onClose: () => void }) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const [accepted, setAccepted] = useState(false);
  const go = () => {
    void fetchModel(id);
    onClose();
  };
  return (
    <Dialog
      open onClose={onClose} title={t('licence.title', { name: id })} description={t('licence.text')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="primary" icon={Download} disabled={!accepted} onClick={go}>{t('licence.fetch')}</Button></>}
    >
      <div className="flex flex-col gap-4">
        <p lang="en" dir="auto" className="rounded border border-line bg-ground p-3">{licence}</p>
        <p lang="en" dir="auto" className="text-xs break-words text-muted">{source} · {format.bytes(sizeBytes)}</p>
        <Accept checked={accepted} onChange={setAccepted}>{t('licence.accept')}</Accept>
      </div>
    </Dialog>
  );
}

export function Accept({ checked, onChange, children }: { checked: boolean; onChange: (checked: boolean) => void; children: ReactNode }) {
  const id = useId();
  return (
    <div className="flex items-center gap-2">
      <input id={id} type="checkbox" checked={checked} onChange={({ target }) => onChange(target.checked)} className="size-4 accent-(--accent)" />
      <label htmlFor={id} className="cursor-pointer">{children}</label>
    </div>
  );
}
