/** The user's own voices: what they come under is shown and accepted before they are imported; and they are removed. */
import { Import, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { useFormat } from '../../i18n/format.ts';
import { call } from '../../studio/connection.ts';
import { upload } from '../../studio/host.ts';
import { useAct } from '../../studio/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Failure, Progress, tellFailure } from '../../ui/states.tsx';
import { Accept } from './LicenceDialogs.tsx';

export interface VoiceFiles {
  model: File;
  config: File;
}

/** Of what was dropped or chosen; null: not the two files of one voice. */
export function voiceFilesOf(files: readonly File[]): VoiceFiles | null {
  const model = files.find(({ name }) => /\.onnx$/i.test(name));
  const config = files.find(({ name }) => /\.json$/i.test(name));
  return files.length === 2 && model && config ? { model, config } : null;
}

export function ImportVoiceDialog({ files: { model, config }, onClose }: { files: VoiceFiles; onClose: () => void }) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const [accepted, setAccepted] = useState(false);
  /** 0..1 while the files are sent, then null; undefined: not begun. */
  const [sent, setSent] = useState<number | null>();
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const go = async () => {
    const { signal } = (abort.current = new AbortController());
    setError(null);
    setSent(0);
    try {
      const description = await upload(config, config.name, { signal });
      const network = await upload(model, model.name, { signal, onProgress: setSent });
      setSent(null);
      const { id, name } = await call('voices.import', { files: [network, description], acceptedLicence: true }, signal);
      toast.success(t('licence.imported', { id: name }), { action: { label: t('voices.makeDefault'), onClick: () => void call('voices.setDefault', { id }).catch(tellFailure) }, duration: 10_000 });
      onClose();
    } catch (failure) {
      if (!signal.aborted) setError(failure);
      setSent(undefined);
    }
  };
  const isBusy = sent !== undefined;
  const doing = t(sent === null ? 'voices.checking' : 'licence.uploading');
  return (
    <Dialog
      open onClose={onClose} title={t('licence.title', { name: model.name })} description={t('licence.text')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="primary" icon={Import} disabled={!accepted || isBusy} onClick={() => void go()}>{t('licence.go')}</Button></>}
    >
      <div className="flex flex-col gap-4">
        <p className="rounded border border-line bg-ground p-3">{t('voices.licence')}</p>
        <p className="text-xs text-muted">{t('voices.files')}: <bdi>{model.name}</bdi> · {format.bytes(model.size)} · <bdi>{config.name}</bdi></p>
        <Accept checked={accepted} onChange={setAccepted}>{t('licence.accept')}</Accept>
        {isBusy && <div role="status" className="flex flex-col gap-1"><p className="text-xs text-muted">{doing}</p><Progress label={doing} done={sent} /></div>}
        {error !== null && <Failure error={error} />}
      </div>
    </Dialog>
  );
}

export function RemoveVoiceDialog({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const { t } = useTranslation('models');
  const { t: common } = useTranslation('common');
  const remove = useAct('voices.remove');
  const go = () => remove.mutate({ id }, { onError: tellFailure, onSuccess: () => toast.success(t('models.removed', { id: name })), onSettled: onClose });
  return (
    <Dialog
      open onClose={onClose} title={t('voices.removeTitle', { name })} description={t('voices.removeText')}
      actions={<><Button onClick={onClose}>{common('cancel')}</Button><Button kind="danger" icon={Trash2} disabled={remove.isPending} onClick={go}>{t('models.remove')}</Button></>}
    >{null}</Dialog>
  );
}
