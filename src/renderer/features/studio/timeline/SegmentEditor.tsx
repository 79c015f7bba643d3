/** One sentence of the take: its words, voice and rate, and the key that makes it anew alone. */
import { Play, Repeat, WandSparkles, X } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { usePlayer } from '../../../player/player.ts';
import { useTakeFact, type TakeData } from '../../../player/takeData.ts';
import { useShortcuts } from '../../../shell/shortcuts.ts';
import { useCall } from '../../../studio/queries.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { CONTROL, Field, Select, Slider } from '../../../ui/fields.tsx';
import { Failure } from '../../../ui/states.tsx';
import { useVoiceName } from '../voiceNames.ts';
import { renderSentenceAgain } from './edit.ts';
import { draftOf, piecesOf, type SentenceDraft } from './sentence.ts';

/** A choice needs a value of its own. */
const SAME_VALUE = 'same';

export function SegmentEditor({ data, index, onClose }: { data: TakeData; index: number; onClose: () => void }) {
  const { t } = useTranslation(['timeline', 'studio']);
  const nameOf = useVoiceName();
  const format = useFormat();
  const textId = useId();
  const take = useTakeFact(data, (facts) => facts.take);
  // All is spoken once its length is known.
  const isSpoken = useTakeFact(data, (facts) => facts.framesExpected !== null);
  const segment = data.said[index];
  const [draft, setDraft] = useState<SentenceDraft>(() => draftOf((take && piecesOf(take)) ?? [], data.said, index));
  const voices = useCall('voices.list', null);
  const render = useMutation({ mutationFn: () => renderSentenceAgain(data, index, draft), onSuccess: onClose });
  const isRecording = take !== null && piecesOf(take) === null;
  const isGone = take?.state === 'failed' || take?.state === 'canceled';
  const why = isRecording ? t('recording') : isGone ? t('editor.gone') : !isSpoken ? t('editor.wait') : draft.text.trim() === '' ? t('editor.emptyText') : null;
  const go = () => {
    if (why === null && !render.isPending) render.mutate();
  };
  useShortcuts(t('section'), [{ keys: 'KeyR', label: t('editor.render'), run: go }]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    go();
  };
  const rate = draft.rate ?? take?.request.rate ?? 1;
  const play = (repeat: boolean) => {
    const player = usePlayer.getState();
    const range = { startSec: segment.startSec, endSec: segment.endSec };
    player.loop(repeat ? range : null);
    player.seek(range.startSec);
    player.play();
  };

  return (
    <form className="flex flex-col gap-3" onKeyDown={onKeyDown} onSubmit={(event) => event.preventDefault()}>
      <header className="flex items-center gap-1">
        <h3 className="flex-1 font-medium">{t('editor.title', { number: format.number(index + 1) })}</h3>
        <IconButton label={t('editor.play')} icon={Play} onClick={() => play(false)} />
        <IconButton label={t('editor.loop')} icon={Repeat} onClick={() => play(true)} />
        <IconButton label={t('editor.close')} shortcut="Escape" icon={X} onClick={onClose} />
      </header>
      {!isRecording && (
        <>
          <Field label={t('editor.text')} htmlFor={textId}>
            <textarea id={textId} dir="auto" lang={segment.lang} rows={2} className={`${CONTROL} py-1`} value={draft.text} onChange={({ target }) => setDraft({ ...draft, text: target.value })} />
          </Field>
          <div className="grid grid-cols-2 gap-3">
            <Select
              label={t('editor.voice')} value={draft.voice ?? SAME_VALUE} onChange={(voice) => setDraft({ ...draft, voice: voice === SAME_VALUE ? undefined : voice })}
              choices={[{ value: SAME_VALUE, label: t('editor.sameVoice') }, ...(voices.data ?? []).filter(({ installed }) => installed).map((voice) => ({ value: voice.id, label: nameOf(voice), group: t(`studio:inspector.${voice.lang === 'fa' ? 'persian' : 'english'}`) }))]}
            />
            <Slider label={t('editor.rate')} value={rate} min={0.5} max={2} step={0.05} text={t('editor.times', { value: format.number(rate, 2) })} onChange={(next) => setDraft({ ...draft, rate: next })} />
          </div>
        </>
      )}
      {render.isError && <Failure error={render.error} />}
      {why === null ? <p className="text-xs text-muted">{t('editor.note')}</p> : <p className="text-xs text-warn">{why}</p>}
      <Button kind="primary" icon={WandSparkles} shortcut="KeyR" tip={t('editor.render')} disabled={why !== null || render.isPending} onClick={go}>{render.isPending ? t('editor.rendering') : t('editor.render')}</Button>
    </form>
  );
}
