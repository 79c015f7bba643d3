import { Import, ShieldCheck } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { EngineStatus } from '../../../shared/contract/engine.ts';
import type { ModelRow } from '../../../shared/contract/model.ts';
import { errorText } from '../../i18n/errorText.ts';
import { useFormat } from '../../i18n/format.ts';
import { useAct, useCall, useWatch } from '../../studio/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { Failure, Loading, tellFailure } from '../../ui/states.tsx';
import { DropArea } from '../avatars/DropArea.tsx';
import { RestartNotice } from '../settings/RestartNotice.tsx';
import { FetchDialog, ImportDialog } from './LicenceDialogs.tsx';
import { ModelCard } from './ModelCard.tsx';
import { FileInput } from '../../ui/FileInput.tsx';

const movesLips = ({ kind }: ModelRow): boolean => kind === 'rig' || kind === 'wav2lip';

export function ModelsTab() {
  const { t } = useTranslation('models');
  const format = useFormat();
  const list = useCall('models.list', null);
  const verify = useAct('models.verify');
  const [engine, setEngine] = useState<EngineStatus | null>(null);
  useWatch('engine.watch', null, setEngine);
  /** What is to be imported, under which name where it is known. */
  const [importing, setImporting] = useState<{ file: File; id: string | null } | null>(null);
  const [fetching, setFetching] = useState<ModelRow | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const idFor = useRef<string | null>(null);

  const choose = (id: string | null) => {
    idFor.current = id;
    chooser.current?.click();
  };
  const take = (file: File | undefined, id: string | null) => {
    if (!file) return;
    if (!/\.onnx$/i.test(file.name)) toast.error(t('models.notOnnx', { name: file.name }));
    else setImporting({ file, id });
  };
  const check = () =>
    verify.mutate(null, {
      onError: tellFailure,
      onSuccess: (verdicts) => {
        const broken = verdicts.filter(({ ok }) => !ok);
        if (broken.length === 0) toast.success(t('models.allWell', { value: format.number(verdicts.length) }));
        for (const { id, problem } of broken) toast.error(id, { description: t('models.broken', { problem: errorText({ message: problem ?? '' }) }), duration: 15_000 });
      },
    });
  if (list.isError) return <div className="p-4"><Failure error={list.error} onRetry={() => void list.refetch()} /></div>;
  if (!list.data) return <Loading />;
  const groups = [{ title: t('models.lipSync'), rows: list.data.filter(movesLips) }, { title: t('models.others'), rows: list.data.filter((row) => !movesLips(row)) }];
  return (
    <DropArea label={t('models.drop')} onFiles={(files) => take(files[0], null)}>
      <div className="mx-auto flex max-w-5xl flex-col gap-4 p-4">
        <div className="flex flex-wrap items-center gap-3">
          <p className="min-w-60 flex-1 text-xs text-muted">{t('models.intro')}</p>
          <Button icon={ShieldCheck} tip={t('models.verifyTip')} disabled={verify.isPending} onClick={check}>{t(verify.isPending ? 'models.verifying' : 'models.verify')}</Button>
          <Button kind="primary" icon={Import} tip={t('models.importTip')} onClick={() => choose(null)}>{t('models.import')}</Button>
        </div>
        <RestartNotice />
        {groups.map(({ title, rows }) => (
          <section key={title} aria-label={title} className="flex flex-col gap-2">
            <h2 className="text-sm font-medium">{title}</h2>
            {rows.map((row) => (
              <ModelCard
                key={row.id} row={row} loaded={engine?.models.find(({ id }) => id === row.id) ?? null} verdict={verify.data?.find(({ id }) => id === row.id) ?? null}
                onImport={() => choose(row.id)} onFetch={() => setFetching(row)}
              />
            ))}
          </section>
        ))}
        <FileInput ref={chooser} label={t('models.import')} accept=".onnx" onFiles={([file]) => take(file, idFor.current)} />
        {importing && <ImportDialog file={importing.file} suggestedId={importing.id} onClose={() => setImporting(null)} />}
        {fetching && <FetchDialog row={fetching} onClose={() => setFetching(null)} />}
      </div>
    </DropArea>
  );
}
