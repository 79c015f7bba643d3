/** The takes as rows, versions of one script under their newest; only rows in sight are drawn. */
import { ChevronDown, ChevronRight, Columns2, Pin, PinOff, Share } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AvatarRow } from '../../../shared/contract/avatar.ts';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { useFormat } from '../../i18n/format.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { useVoiceName } from '../models/voiceName.ts';
import { keep } from './actions.ts';
import { RemoveTake } from './RemoveTake.tsx';
import { TakeMenu } from './TakeMenu.tsx';
import { TakeState } from './TakeState.tsx';
import { durationOf, excerptOf, frameOf, voicesOf } from './takeWords.ts';
import { rowsOf, versionsOf, type TakeRow } from './versions.ts';
import { useTakesView } from './view.ts';
import { useRows } from '../../ui/useRows.ts';

const ROW_HEIGHT = 76;
const PICTURE = { width: 96, height: 60 };

export function TakeList({ takes, avatars, voices, footer }: { takes: readonly TakeInfo[]; avatars: readonly AvatarRow[]; voices: readonly VoiceInfo[]; footer: React.ReactNode }) {
  const { t } = useTranslation('takes');
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [removing, setRemoving] = useState<TakeInfo | null>(null);
  const groups = useMemo(() => versionsOf(takes), [takes]);
  const rows = useMemo(() => rowsOf(groups, open), [groups, open]);
  const virtual = useRows({ count: rows.length, place: scroller, height: ROW_HEIGHT, more: 4, keyOf: (index) => rows[index].take.id });
  const toggle = (key: string) => setOpen((now) => (now.has(key) ? new Set([...now].filter((each) => each !== key)) : new Set([...now, key])));
  const focusRow = (to: number) => {
    const index = Math.min(rows.length - 1, Math.max(0, to));
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus()));
  };
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto">
      <ul
        aria-label={t('list')} className="relative" style={{ height: virtual.getTotalSize() }}
        onKeyDown={(event) => {
          const { index } = (event.target as HTMLElement).dataset;
          const by = { ArrowDown: 1, ArrowUp: -1, Home: -rows.length, End: rows.length }[event.key];
          if (index === undefined || by === undefined) return;
          event.preventDefault();
          focusRow(Number(index) + by);
        }}
      >
        {virtual.getVirtualItems().map(({ index, start, key }) => (
          <li key={key} aria-setsize={rows.length} aria-posinset={index + 1} className="absolute inset-x-0 border-b border-line" style={{ top: start, height: ROW_HEIGHT }}>
            <Row row={rows[index]} index={index} avatars={avatars} voices={voices} onToggle={() => toggle(rows[index].key)} onRemove={() => setRemoving(rows[index].take)} />
          </li>
        ))}
      </ul>
      {footer}
      {removing && <RemoveTake take={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}

function Row({ row: { take, versions, isOpen, isOlder }, index, avatars, voices, onToggle, onRemove }: { row: TakeRow; index: number; avatars: readonly AvatarRow[]; voices: readonly VoiceInfo[]; onToggle: () => void; onRemove: () => void }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const { selectedId, compared, compare, set } = useTakesView();
  const spoken = voicesOf(take);
  const voiceName = useVoiceName();
  const voice = voices.find(({ id }) => id === spoken[0]);
  const isFinished = take.state === 'finished';
  const isMarked = compared.includes(take.id);
  const about = [
    avatars.find(({ id }) => id === take.avatarId)?.name,
    take.request.audio !== undefined ? t('recording') : spoken.length > 1 ? t('details.segmentVoices') : spoken.length === 1 ? (voice ? voiceName(voice) : spoken[0]) : undefined,
    format.ago(take.createdAt),
  ].filter((each) => each !== undefined);
  const hasVersions = versions > 1 && !isOlder;
  return (
    <div className={`flex h-full items-center gap-2 pe-3 ${isOlder ? 'ps-12' : 'ps-3'} ${selectedId === take.id ? 'bg-raised' : 'hover:bg-panel'}`}>
      <button type="button" data-index={index} aria-pressed={selectedId === take.id} onClick={() => set({ selectedId: selectedId === take.id ? null : take.id })} className="flex min-w-0 flex-1 items-center gap-3 rounded text-start">
        <span className="shrink-0 overflow-hidden rounded bg-raised" style={PICTURE}><img src={frameOf(take, 120)} alt="" width={PICTURE.width} height={PICTURE.height} loading="lazy" decoding="async" className="size-full object-cover" /></span>
        <span className="flex min-w-0 flex-1 flex-col gap-0.5">
          <span className="truncate"><bdi>{excerptOf(take) || t('unnamed')}</bdi></span>
          <span className="truncate text-xs text-muted">{about.map((each, i) => <span key={i}>{i > 0 && ' · '}<bdi>{each}</bdi></span>)}</span>
          <span className="flex gap-3 text-xs text-muted tabular-nums"><span>{format.clock(durationOf(take))}</span><span>{format.bytes(take.sizeBytes)}</span>{take.width !== null && <span>{format.size(take.width, take.height)}</span>}</span>
        </span>
        <TakeState take={take} quiet />
      </button>
      {hasVersions && (
        <Tip label={t(isOpen ? 'hideVersions' : 'showVersions', { count: versions })}>
          <button type="button" aria-expanded={isOpen} onClick={onToggle} className="flex min-h-8 items-center gap-1 rounded border border-line px-2 text-xs text-muted hover:text-ink">
            {isOpen ? <ChevronDown aria-hidden size={13} /> : <ChevronRight aria-hidden size={13} className="rtl:-scale-x-100" />}{t('versions', { count: versions })}
          </button>
        </Tip>
      )}
      <IconButton icon={Columns2} label={t('compareMark')} aria-pressed={isMarked} disabled={!isFinished} onClick={() => compare(take.id)} className="max-sm:hidden" />
      <IconButton icon={take.kept ? PinOff : Pin} label={t(take.kept ? 'unkeep' : 'keep')} disabled={!isFinished} onClick={() => keep(take)} />
      <IconButton icon={Share} label={t('actions.export')} disabled={!isFinished} onClick={() => set({ exporting: [take.id] })} className="max-sm:hidden" />
      <TakeMenu take={take} onRemove={onRemove} />
    </div>
  );
}
