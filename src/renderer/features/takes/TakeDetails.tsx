/** One take: seen, read, and what it was made with. */
import { Clapperboard, FilePlus, Share, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { AvatarRow } from '../../../shared/contract/avatar.ts';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import { shownText } from '../../../shared/marks.ts';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { errorText } from '../../i18n/errorText.ts';
import { useFormat } from '../../i18n/format.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Failure } from '../../ui/states.tsx';
import { useVoiceName } from '../models/voiceName.ts';
import { duplicate, openInStudio } from './actions.ts';
import { TakeState } from './TakeState.tsx';
import { durationOf, frameOf, textOf, videoOf, voicesOf } from './takeWords.ts';
import { useTakesView } from './view.ts';

/** Where the page is too narrow for both, it stands below what it was opened from. */
const intoSight = (panel: HTMLElement | null): void => panel?.scrollIntoView({ block: 'nearest' });

export function TakeDetails({ take, avatars, voices }: { take: TakeInfo; avatars: readonly AvatarRow[]; voices: readonly VoiceInfo[] }) {
  const { t } = useTranslation('takes');
  const set = useTakesView((view) => view.set);
  const isFinished = take.state === 'finished';
  const text = shownText(textOf(take.request));
  return (
    <aside ref={intoSight} aria-label={t('details.title')} className="flex shrink-0 flex-col gap-3 overflow-auto border-line bg-panel p-4 max-md:border-t md:w-80 md:border-s">
      <div className="flex items-center gap-2">
        <h2 className="flex-1 text-sm font-medium">{t('details.title')}</h2>
        <TakeState take={take} />
        <IconButton icon={X} label={t('actions.close')} onClick={() => set({ selectedId: null })} />
      </div>
      {isFinished && <video key={take.id} src={videoOf(take)} poster={frameOf(take, 360)} controls preload="none" dir="ltr" aria-label={t('details.video')} className="max-h-72 w-full rounded bg-black" style={{ aspectRatio: `${take.width ?? 16} / ${take.height ?? 9}` }} />}
      {take.error && take.state === 'failed' && <Failure error={take.error} />}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" icon={Clapperboard} tip={t('actions.open')} className="flex-1" onClick={() => void openInStudio(take)}>{t('actions.open')}</Button>
        <Button icon={Share} tip={t('actions.export')} disabled={!isFinished} onClick={() => set({ exporting: [take.id] })}>{t('actions.export')}</Button>
        <Button icon={FilePlus} tip={t('actions.duplicate')} className="flex-1" onClick={() => void duplicate(take)}>{t('actions.duplicate')}</Button>
      </div>
      {text !== '' && <section className="flex flex-col gap-1"><h3 className="text-xs text-muted">{t('details.text')}</h3><p dir="auto" className="max-h-40 overflow-auto rounded border border-line bg-ground p-2 text-start whitespace-pre-wrap" tabIndex={0}>{text}</p></section>}
      <Facts take={take} avatars={avatars} voices={voices} />
      {take.warnings.length > 0 && <section className="flex flex-col gap-1"><h3 className="text-xs text-muted">{t('details.warnings')}</h3>{take.warnings.map((warning) => <p key={warning} dir="auto" className="text-xs">{errorText({ message: warning })}</p>)}</section>}
    </aside>
  );
}

function Facts({ take, avatars, voices }: { take: TakeInfo; avatars: readonly AvatarRow[]; voices: readonly VoiceInfo[] }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const voiceName = useVoiceName();
  const spoken = voicesOf(take).map((id) => voiceName(voices.find((voice) => voice.id === id) ?? { id, name: id }));
  const { width, height, rate, restarts, request, modelId, device, sizeBytes, createdAt, avatarId } = take;
  const rows: [string, string][] = [
    [t('details.avatar'), avatars.find(({ id }) => id === avatarId)?.name ?? (avatarId === null ? '–' : t('details.noAvatar'))],
    [t('details.voice'), request.audio !== undefined ? t('recording') : spoken.length === 0 ? t('details.defaultVoice') : spoken.join(' · ')],
    [t('details.picture'), format.size(width, height)],
    [t('details.rate'), rate === null ? '–' : format.number(rate.num / rate.den, rate.den === 1 ? 0 : 2)],
    [t('details.duration'), format.clock(durationOf(take), true)],
    [t('details.size'), format.bytes(sizeBytes)],
    [t('details.qualityLabel'), t(`details.quality.${request.quality}`)],
    [t('details.model'), modelId ?? '–'],
    ...(device === null ? [] : [[t('details.device'), device] satisfies [string, string]]),
    ...(restarts === 0 ? [] : [[t('details.restarts'), format.number(restarts)] satisfies [string, string]]),
    [t('details.made'), format.date(createdAt)],
  ];
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
      {rows.map(([label, value]) => <div key={label} className="contents"><dt className="text-muted">{label}</dt><dd className="truncate text-end tabular-nums"><bdi>{value}</bdi></dd></div>)}
    </dl>
  );
}
