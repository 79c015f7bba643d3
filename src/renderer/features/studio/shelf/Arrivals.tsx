/** Files on their way to the shelf, each with how far it is and a way to call it off; what needs a decision is decided among the avatars. */
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useView } from '../../../state/view.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { Progress } from '../../../ui/states.tsx';
import { useIntake, type Arrival } from '../../avatars/intake.ts';

export function Arrivals() {
  const { t } = useTranslation('studio');
  const { arrivals, refused, dismissRefused } = useIntake();
  const shown = arrivals.filter(({ stage }) => stage !== 'done');
  return (
    <ul aria-live="polite" className="flex flex-col gap-2 text-xs empty:hidden">
      {shown.map((arrival) => <Row key={arrival.key} arrival={arrival} />)}
      {refused.map(({ name }, i) => (
        <li key={i} className="flex items-center gap-1 rounded bg-raised ps-2 text-warn">
          <span className="min-w-0 flex-1 break-words">{t('shelf.notMedia', { name })}</span>
          <IconButton label={t('script.notice')} icon={X} onClick={dismissRefused} />
        </li>
      ))}
    </ul>
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
      {failure && <span dir="auto" className="break-words text-bad">{failure.message}</span>}
      {isStuck ? <Button onClick={() => go('avatars')}>{stage === 'choosing' ? t('shelf.chooseFace') : t('common:more')}</Button> : <Progress label={word} done={done} />}
    </li>
  );
}
