/** Files on their way to the shelf, each with how far it is and a way to call it off; what needs a decision is decided among the avatars. Those not let in say why. */
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../../i18n/errorText.ts';
import { useView } from '../../../state/view.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { Progress } from '../../../ui/states.tsx';
import { useIntake, type Arrival } from '../../avatars/intake.ts';
import { RefusedFiles } from '../../avatars/RefusedFiles.tsx';

export function Arrivals() {
  const shown = useIntake(({ arrivals }) => arrivals).filter(({ stage }) => stage !== 'done');
  return (
    <>
      <RefusedFiles narrow />
      <ul aria-live="polite" className="flex max-h-[40vh] flex-col gap-2 overflow-auto text-xs empty:hidden">
        {shown.map((arrival) => <Row key={arrival.key} arrival={arrival} />)}
      </ul>
    </>
  );
}

function Row({ arrival: { key, name, stage, done, failure } }: { arrival: Arrival }) {
  const { t } = useTranslation(['studio', 'common', 'avatars']);
  const { dismiss } = useIntake();
  const go = useView((view) => view.go);
  const isStuck = stage === 'failed' || stage === 'choosing' || stage === 'faceless';
  const word = stage === 'uploading' || stage === 'waiting' ? t('shelf.uploading') : t('shelf.preparing');
  return (
    <li className="flex flex-col gap-1 rounded bg-raised p-2">
      <span className="flex items-center gap-1">
        <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
        <IconButton label={t('common:cancel')} icon={X} size={14} className="size-6" onClick={() => dismiss(key)} />
      </span>
      {failure && <p className="text-bad">{t(`common:errors.${failure.code}`)}</p>}
      {failure && <p dir="auto" className="break-words text-muted">{errorText(failure)}</p>}
      {stage === 'faceless' && <p className="text-bad">{t('avatars:intake.faceless')}</p>}
      {isStuck ? <Button onClick={() => go('avatars')}>{stage === 'choosing' ? t('shelf.chooseFace') : t('common:more')}</Button> : <Progress label={word} done={done} />}
    </li>
  );
}
