/** What is coming in, and what was not let in. */
import { CircleAlert, CircleCheck, ScanFace, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QualityFinding } from '../../../shared/contract/avatar.ts';
import { errorText } from '../../i18n/errorText.ts';
import { useFormat } from '../../i18n/format.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Loading, Progress } from '../../ui/states.tsx';
import { FacePicker } from './FacePicker.tsx';
import { useIntake, type Arrival } from './intake.ts';
import { QualityList } from './QualityList.tsx';
import { RefusedFiles } from './RefusedFiles.tsx';
import { useAvatarsView } from './view.ts';

export function IntakeList() {
  const { t } = useTranslation('avatars');
  const { arrivals, checking, refused, choose, dismissDone } = useIntake();
  /** Put off by the user: not opened again by itself. */
  const [later, setLater] = useState<ReadonlySet<string>>(new Set());
  const picking = arrivals.find(({ key, stage }) => stage === 'choosing' && !later.has(key));
  const done = arrivals.filter(({ stage }) => stage === 'done').length;
  if (arrivals.length === 0 && checking === 0 && refused.length === 0) return null;
  return (
    <section aria-label={t('intake.title')} className="flex max-h-[45vh] shrink-0 flex-col gap-2 overflow-auto border-b border-line bg-panel px-4 py-2">
      <div className="flex items-center gap-2">
        <h2 className="flex-1 text-xs text-muted">{t('intake.title')}</h2>
        {done > 0 && <Button kind="quiet" onClick={dismissDone}>{t('intake.clear')}</Button>}
      </div>
      {checking > 0 && <Loading label={t('intake.checking', { count: checking })} />}
      <RefusedFiles />
      <ul className="flex flex-col gap-1.5" aria-live="polite">
        {arrivals.map((arrival) => (
          <li key={arrival.key}>
            <ArrivalRow arrival={arrival} onChoose={() => setLater((now) => new Set([...now].filter((key) => key !== arrival.key)))} />
          </li>
        ))}
      </ul>
      {picking?.found && (
        <FacePicker key={picking.key} name={picking.name} found={picking.found} onLater={() => setLater((now) => new Set([...now, picking.key]))} onChoose={(faces) => choose(picking.key, faces)} />
      )}
    </section>
  );
}

function ArrivalRow({ arrival, onChoose }: { arrival: Arrival; onChoose: () => void }) {
  const { t } = useTranslation('avatars');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const { retry, dismiss } = useIntake();
  const select = useAvatarsView((view) => view.set);
  const { key, name, sizeBytes, stage, done, failure, avatars, isNew } = arrival;
  const isOver = stage === 'done' || stage === 'failed' || stage === 'faceless';
  const isBad = stage === 'failed' || stage === 'faceless';
  const label = stage === 'done' && !isNew ? t('intake.known') : t(`intake.${stage}`);
  const findings = (failure?.details as { findings?: QualityFinding[] } | undefined)?.findings;
  return (
    <div className="flex flex-col gap-1 rounded border border-line bg-raised px-3 py-2">
      <div className="flex flex-wrap items-center gap-2">
        {stage === 'done' ? <CircleCheck aria-hidden size={15} className="text-good" /> : isBad ? <CircleAlert aria-hidden size={15} className="text-bad" /> : null}
        <span className="min-w-0 flex-1 truncate"><bdi>{name}</bdi></span>
        <span className="text-xs text-muted tabular-nums">{format.bytes(sizeBytes)}</span>
        <span className={`text-xs ${isBad ? 'text-bad' : 'text-muted'}`}>{label}{!isOver && done !== null && ` ${format.percent(done)}`}</span>
        {stage === 'choosing' && <Button kind="primary" icon={ScanFace} onClick={onChoose}>{t('intake.choose')}</Button>}
        {stage === 'done' && avatars.length > 0 && <Button kind="quiet" onClick={() => select({ selectedId: avatars[0].id })}>{t('intake.show')}</Button>}
        {stage === 'failed' && <Button onClick={() => retry(key)}>{common('retry')}</Button>}
        <IconButton icon={X} label={t(isOver ? 'intake.dismiss' : 'intake.cancel', { name })} onClick={() => dismiss(key)} />
      </div>
      {!isOver && stage !== 'choosing' && stage !== 'waiting' && <Progress label={`${name}: ${label}`} done={done} />}
      {stage === 'faceless' && <p className="text-xs text-muted">{t('intake.facelessHint')}</p>}
      {stage === 'failed' && (findings ? <QualityList findings={findings} /> : failure && <p className="text-xs"><span className="text-bad">{common(`errors.${failure.code}`)}</span> <bdi className="text-muted">{errorText(failure)}</bdi></p>)}
    </div>
  );
}
