/** What stands on the picture where there is none yet, or none any more. */
import { Clapperboard, LoaderCircle, Play, TriangleAlert, X } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isOver } from '../../../../shared/contract/take.ts';
import { errorText } from '../../../i18n/errorText.ts';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../../../player/player.ts';
import { useTakeFact, type TakeData } from '../../../player/takeData.ts';
import { useAct } from '../../../studio/queries.ts';
import { Button } from '../../../ui/Button.tsx';
import { Empty, Failure, Progress, tellFailure } from '../../../ui/states.tsx';

export function Overlay({ data }: { data: TakeData | null }) {
  const { t } = useTranslation('player');
  const take = useTakeFact(data, (facts) => facts.take);
  const lost = useTakeFact(data, (facts) => facts.error);
  const hasPicture = useTakeFact(data, (facts) => facts.fragments > 0);
  const pause = usePause(data);
  const blocked = usePlayer((player) => player.blocked);
  const broken = usePlayer((player) => player.error);
  const { retry, play } = usePlayer.getState();
  if (!data) return <Centre plain><Empty icon={Clapperboard} title={t('empty')}><p className="max-w-md">{t('emptyHint')}</p></Empty></Centre>;
  if (lost) return <Centre><Failure error={lost} onRetry={retry} /></Centre>;
  if (take?.error) return <Centre><Failure error={take.error} /><p className="text-muted">{t('failedHint')}</p></Centre>;
  if (take?.state === 'canceled') return <Centre><p>{t('canceled')}</p><p className="text-muted">{t('canceledHint')}</p></Centre>;
  if (broken) return <Centre><Failure error={broken} onRetry={retry} /></Centre>;
  return (
    <>
      {!hasPicture && <BeforePicture data={data} />}
      {hasPicture && take?.state === 'paused' && (
        <p role="status" className="absolute inset-x-0 top-0 flex items-center justify-center gap-2 bg-warn px-4 py-1.5 text-accent-ink"><TriangleAlert aria-hidden size={15} />{pause}</p>
      )}
      {hasPicture && <Waiting data={data} />}
      {hasPicture && take && !isOver(take.state) && <div className="absolute end-2 bottom-2"><Cancel takeId={take.id} /></div>}
      {blocked && (
        <div className="absolute inset-0 flex items-center justify-center">
          <button type="button" onClick={play} aria-label={t('press')} title={t('press')} className="flex size-20 items-center justify-center rounded-full bg-accent text-accent-ink"><Play aria-hidden size={36} /></button>
        </div>
      )}
    </>
  );
}

/** Why the take stands still, once it does: as the studio says, of which the last thing counts. */
function usePause(data: TakeData | null): string {
  const { t } = useTranslation('player');
  const said = useTakeFact(data, (facts) => facts.notices.at(-1));
  return said === undefined ? t('restarting') : errorText({ message: said, details: undefined });
}

function Centre({ plain = false, children }: { plain?: boolean; children: ReactNode }) {
  return <div className={`absolute inset-0 flex flex-col items-center justify-center gap-3 overflow-auto p-4 text-center ${plain ? 'bg-ground' : 'bg-ground/90'}`}>{children}</div>;
}

/** The engine says in English what it does; the page's own words stand above. */
function BeforePicture({ data }: { data: TakeData }) {
  const { t, i18n } = useTranslation('player');
  const state = useTakeFact(data, (facts) => facts.take?.state ?? null);
  const stage = useTakeFact(data, (facts) => facts.stage);
  const still = usePlayer((player) => player.still);
  const pause = usePause(data);
  const words = state === 'paused' ? pause : state === 'queued' ? t('queued') : t('preparing');
  return (
    <div role="status" className={`absolute inset-0 flex flex-col items-center justify-center gap-3 p-4 text-center ${still ? 'bg-ground/70' : 'bg-ground'}`}>
      <p className="flex items-center gap-2"><LoaderCircle aria-hidden size={16} className="animate-spin text-accent" />{words}</p>
      {stage !== null && state === 'rendering' && i18n.language === 'en' && <p className="text-muted">{stage}</p>}
      {state !== null && !isOver(state) && <Cancel takeId={data.takeId} />}
    </div>
  );
}

/** Only where it stands still for want of pictures, and not for the blink of a seek. */
function Waiting({ data }: { data: TakeData }) {
  const started = usePlayer((player) => player.stalls > 0 || player.currentSec > 0.2);
  const waiting = usePlayer((player) => player.waiting);
  return waiting && started ? <LongWait data={data} /> : null;
}

const BLINK_MS = 400;

function LongWait({ data }: { data: TakeData }) {
  const { t } = useTranslation('player');
  const format = useFormat();
  const isAhead = usePlayer((player) => player.bufferedSec <= player.currentSec);
  const done = useTakeFact(data, ({ framesPublished, framesExpected }) => (framesExpected ? Math.round((20 * framesPublished) / framesExpected) / 20 : null));
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), BLINK_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return null;
  return (
    <div role="status" className="absolute inset-x-0 bottom-3 mx-auto flex w-64 flex-col gap-1 rounded border border-line bg-panel/95 p-2 text-center text-xs">
      <span className="flex items-center justify-center gap-2"><LoaderCircle aria-hidden size={14} className="animate-spin text-accent" />{isAhead ? t('waitingPlace') : t('waitingMore')}{done !== null && ` ${format.percent(done)}`}</span>
      <Progress label={t('waitingMore')} done={done} />
    </div>
  );
}

function Cancel({ takeId }: { takeId: string }) {
  const { t } = useTranslation('player');
  const cancel = useAct('takes.cancel');
  return <Button icon={X} disabled={cancel.isPending} onClick={() => cancel.mutate({ takeId }, { onError: tellFailure })}>{cancel.isPending ? t('canceling') : t('cancel')}</Button>;
}
