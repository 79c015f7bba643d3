/** How far a take is, in a word and a bar. */
import { Ban, CircleAlert, CircleCheck, Clock, LoaderCircle, Pause, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TakeInfo, TakeState as State } from '../../../shared/contract/take.ts';
import { useFormat } from '../../i18n/format.ts';
import { Progress } from '../../ui/states.tsx';
import { useLiveTake } from './useLiveTake.ts';

const LOOKS: Record<State, { icon: LucideIcon; tone: string }> = {
  queued: { icon: Clock, tone: 'text-muted' }, rendering: { icon: LoaderCircle, tone: 'text-accent' }, paused: { icon: Pause, tone: 'text-warn' },
  finished: { icon: CircleCheck, tone: 'text-good' }, failed: { icon: CircleAlert, tone: 'text-bad' }, canceled: { icon: Ban, tone: 'text-muted' },
};

export function TakeState({ take: known, quiet = false }: { take: TakeInfo; /** Nothing is said where all is well. */ quiet?: boolean }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const { take: { state }, done } = useLiveTake(known);
  if (quiet && state === 'finished') return null;
  const { icon: Icon, tone } = LOOKS[state];
  const isUnderWay = state === 'rendering' || state === 'paused';
  return (
    <span className="flex min-w-24 flex-col gap-1">
      <span className={`flex items-center gap-1 text-xs ${tone}`}>
        <Icon aria-hidden size={13} className={state === 'rendering' ? 'animate-spin' : ''} />
        {t(`states.${state}`)}{isUnderWay && done !== null && <span className="tabular-nums">{format.percent(done)}</span>}
      </span>
      {isUnderWay && <Progress label={t(`states.${state}`)} done={done} />}
    </span>
  );
}
