/** The button that makes the take, how far the take is, and why it cannot be made. */
import { MessageSquare, Square, X } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_SCRIPT_CHARACTERS } from '../../../../shared/contract/request.ts';
import { isOver } from '../../../../shared/contract/take.ts';
import { markFault } from '../../../../shared/contract/voice.ts';
import type { ErrorData } from '../../../../shared/errors.ts';
import { errorText } from '../../../i18n/errorText.ts';
import { useFormat } from '../../../i18n/format.ts';
import { useTakeData, useTakeFact } from '../../../player/takeData.ts';
import { useShortcuts } from '../../../shell/shortcuts.ts';
import { useCurrentTake } from '../../../state/currentTake.ts';
import { useMachine } from '../../../state/machine.ts';
import { usePlan } from '../../../state/plan.ts';
import { useFields, useProject } from '../../../state/project.ts';
import { textOf } from '../../../state/segments.ts';
import { useConnection } from '../../../studio/connection.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { Progress, tellFailure } from '../../../ui/states.tsx';
import { Tip } from '../../../ui/Tip.tsx';
import { useCursor } from './cursor.ts';

export function SpeakBar() {
  const { t } = useTranslation(['studio', 'common']);
  const { speak, cancel, dismissRefusal } = useProject.getState();
  const starting = useProject((store) => store.starting);
  const refusal = useProject((store) => store.refusal);
  const fields = useFields('audio', 'avatarId');
  const length = useProject(({ project }) => textOf(project?.segments ?? []).length);
  /** Signs and emoji are not spoken. */
  const isBlank = useProject(({ project }) => !/[\p{L}\p{N}]/u.test(textOf(project?.segments ?? [])));
  const data = useTakeData(useCurrentTake(({ takeId }) => takeId));
  const state = useTakeFact(data, ({ take }) => take?.state ?? null);
  const isUnderWay = state !== null && !isOver(state);
  const missing =
    fields?.audio === null && isBlank ? t('script.empty')
    : fields?.audio === null && length > MAX_SCRIPT_CHARACTERS ? t('script.tooLong', { value: length - MAX_SCRIPT_CHARACTERS })
    : fields?.avatarId === null ? t('script.noAvatar')
    : null;
  const isPossible = fields !== null && missing === null && !starting;
  useShortcuts(t('bar.sections.project'), [{ keys: '$mod+Enter', label: t('script.speak'), run: () => void speak(), enabled: isPossible }]);
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line px-2 py-1.5">
      <div className="flex min-w-0 flex-1 basis-60 items-center gap-2 text-xs">
        {refusal ? <Refused refusal={refusal} onDismiss={dismissRefusal} /> : isUnderWay ? <Rendering takeId={data?.takeId ?? null} /> : missing !== null ? <p role="status" className="text-muted">{missing}</p> : <WordSaid />}
      </div>
      {isUnderWay && <Button icon={Square} tip={t('script.stopTip')} onClick={() => void cancel().catch(tellFailure)}>{t('script.stop')}</Button>}
      <Button kind="primary" icon={MessageSquare} tip={missing ?? t('script.speakTip')} shortcut="$mod+Enter" disabled={!isPossible} className="min-w-28" onClick={() => void speak()}>
        {starting ? t('script.starting') : isUnderWay ? t('script.again') : t('script.speak')}
      </Button>
    </div>
  );
}

function Rendering({ takeId }: { takeId: string | null }) {
  const { t } = useTranslation(['studio', 'takes']);
  const format = useFormat();
  const data = useTakeData(takeId);
  const state = useTakeFact(data, ({ take }) => take?.state);
  const done = useTakeFact(data, ({ framesPublished }) => framesPublished);
  const expected = useTakeFact(data, ({ framesExpected }) => framesExpected);
  const engine = useMachine(({ engine: status }) => status?.state);
  const share = expected === null || expected === 0 ? null : done / expected;
  const isEnginePending = engine === 'starting' || engine === 'loading';
  const word =
    state === 'paused' ? (engine === 'ready' ? t('takes:states.paused') : t('script.paused'))
    : done === 0 && isEnginePending ? t('script.enginePending')
    : state === 'queued' ? t('script.queued')
    : share === null ? t('script.renderingUnknown') : t('script.rendering', { share: format.percent(share) });
  return (
    <>
      <span role="status" className="shrink-0 text-muted tabular-nums">{word}</span>
      <div className="max-w-60 min-w-10 flex-1"><Progress label={word} done={share} /></div>
    </>
  );
}

/** What will be said of the word at the cursor; else what the studio has to say. */
function WordSaid() {
  const { t } = useTranslation('studio');
  const change = useCursor(({ found }) => found?.change);
  if (!change) return <Notice />;
  if (change.reason === 'readings') return <p role="status" className="min-w-0 truncate ps-1 text-muted"><bdi className="text-ink">{change.written}</bdi>: <bdi>{change.readings?.map(({ say }) => say).join(' · ')}</bdi></p>;
  return (
    <p role="status" className="min-w-0 truncate ps-1 text-muted">
      <bdi className="text-ink">{change.written}</bdi>{' → '}{change.spoken === '' ? t('script.lens.unsaid') : <bdi className="text-accent">{change.spoken}</bdi>}
    </p>
  );
}

/** What the studio said when the seat was taken: takes may not keep up with their player. */
function Notice() {
  const { t } = useTranslation('studio');
  const notice = useConnection((connection) => connection.notice);
  if (notice === null) return null;
  return (
    <p role="status" className="flex min-w-0 items-center gap-1 ps-1 text-muted">
      <Tip label={notice}><span tabIndex={0} className="truncate rounded">{t('script.mayWait')}</span></Tip>
      <IconButton label={t('script.notice')} icon={X} size={14} className="size-6" onClick={() => useConnection.setState({ notice: null })} />
    </p>
  );
}

const retryAfterSec = ({ details }: ErrorData): number | null => {
  const sec = (details as { retryAfterSec?: unknown } | undefined)?.retryAfterSec;
  return typeof sec === 'number' ? Math.max(1, Math.ceil(sec)) : null;
};

/** Where there is no seat it is asked again by itself, after as long as the studio says. */
function Refused({ refusal, onDismiss }: { refusal: ErrorData; onDismiss: () => void }) {
  const { t } = useTranslation(['studio', 'common']);
  const format = useFormat();
  const { speak } = useProject.getState();
  const starting = useProject((store) => store.starting);
  const isFull = refusal.code === 'capacity';
  // Marks that cannot be read are told above, with a way there.
  const isShown = usePlan(({ plan }) => plan?.problemAt != null) && markFault.safeParse(refusal.details).success;
  const [left, setLeft] = useState(isFull ? (retryAfterSec(refusal) ?? 10) : 0);
  const again = useEffectEvent(() => void speak());
  useEffect(() => {
    if (!isFull) return;
    const ticking = setInterval(() => setLeft((sec) => sec - 1), 1000);
    return () => clearInterval(ticking);
  }, [isFull]);
  useEffect(() => {
    if (isFull && left === 0) again();
  }, [isFull, left]);
  return (
    <div role="alert" className="flex min-w-0 flex-1 items-center gap-2">
      <p className="min-w-0 flex-1 text-warn"><strong className="font-medium">{isFull ? t('script.refused.capacity') : t(`common:errors.${refusal.code}`)}</strong> {!isShown && <span dir="auto" className="text-muted">{errorText(refusal)}</span>}</p>
      {isFull && <span className="shrink-0 text-muted tabular-nums">{t('script.refused.retryIn', { seconds: format.seconds(Math.max(0, left), 0) })}</span>}
      <Button disabled={starting} onClick={() => void speak()}>{isFull ? t('script.refused.now') : t('common:retry')}</Button>
      <IconButton label={t('script.notice')} icon={X} size={14} onClick={onDismiss} />
    </div>
  );
}
