/** The avatars as cards; only rows in sight are drawn, so hundreds cost no more than twenty. */
import { Clapperboard, Star } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AvatarRow } from '../../../shared/contract/avatar.ts';
import { useFormat } from '../../i18n/format.ts';
import { useAct } from '../../studio/queries.ts';
import { tellFailure } from '../../ui/states.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { thumbnailOf } from './pictures.ts';
import { useRows } from '../../ui/useRows.ts';

const CARD = { least: 138, gap: 12, caption: 46 };

export function AvatarGrid({ avatars, selectedId, onSelect }: { avatars: readonly AvatarRow[]; selectedId: string | null; onSelect: (id: string) => void }) {
  const { t } = useTranslation('avatars');
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    if (scroller.current) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const columns = Math.max(2, Math.floor((width + CARD.gap) / (CARD.least + CARD.gap)));
  const side = Math.floor((width - CARD.gap * (columns - 1)) / columns);
  const rowHeight = side + CARD.caption + CARD.gap;
  const rows = useRows({ count: Math.ceil(avatars.length / columns), place: scroller, height: rowHeight, more: 2 });
  useEffect(() => rows.measure(), [rows, rowHeight]);

  /** To the card that many further. */
  const move = (from: number, by: number) => {
    const to = Math.min(avatars.length - 1, Math.max(0, from + by));
    rows.scrollToIndex(Math.floor(to / columns));
    // It may have to be drawn first.
    requestAnimationFrame(() => requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus()));
  };

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto p-4">
      {width > 0 && (
        <ul
          aria-label={t('title')} className="relative" style={{ height: rows.getTotalSize() }}
          onKeyDown={(event) => {
            const { index } = (event.target as HTMLElement).dataset;
            if (index === undefined) return;
            const forward = document.documentElement.dir === 'rtl' ? -1 : 1;
            const by = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: columns, ArrowUp: -columns, Home: -avatars.length, End: avatars.length }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            move(Number(index), by);
          }}
        >
          {rows.getVirtualItems().flatMap((row) =>
            avatars.slice(row.index * columns, (row.index + 1) * columns).map((avatar, column) => {
              const index = row.index * columns + column;
              return (
                <li key={avatar.id} aria-setsize={avatars.length} aria-posinset={index + 1} className="absolute" style={{ top: row.start, insetInlineStart: column * (side + CARD.gap), width: side }}>
                  <Card avatar={avatar} index={index} side={side} isSelected={avatar.id === selectedId} onSelect={() => onSelect(avatar.id)} />
                </li>
              );
            }),
          )}
        </ul>
      )}
    </div>
  );
}

function Card({ avatar, index, side, isSelected, onSelect }: { avatar: AvatarRow; index: number; side: number; isSelected: boolean; onSelect: () => void }) {
  const { t } = useTranslation('avatars');
  const format = useFormat();
  const { id, name, kind, durationSec, favourite } = avatar;
  return (
    <div className="group relative">
      <Tip label={t('card', { name, kind: t(`kinds.${kind}`) })}>
        <button
          type="button" data-index={index} data-avatar={id} aria-pressed={isSelected} onClick={onSelect}
          className="block w-full overflow-hidden rounded-md border border-line bg-panel text-start hover:border-muted aria-pressed:border-accent aria-pressed:ring-1 aria-pressed:ring-accent"
        >
          <span className="relative block bg-raised" style={{ height: side }}>
            <img src={thumbnailOf(id)} alt="" width={side} height={side} loading="lazy" decoding="async" className="size-full object-cover" />
            {kind === 'clip' && (
              <span className="absolute start-1.5 bottom-1.5 flex items-center gap-1 rounded bg-black/70 px-1.5 py-0.5 text-xs text-white tabular-nums"><Clapperboard aria-hidden size={12} />{format.clock(durationSec)}</span>
            )}
          </span>
          <span className="block px-2 py-1" style={{ height: CARD.caption }}>
            <span className="block truncate"><bdi>{name}</bdi></span>
            <span className="block truncate text-xs text-muted">{avatar.tags.length > 0 ? avatar.tags.join(' · ') : t(`kinds.${kind}`)}</span>
          </span>
        </button>
      </Tip>
      <Favourite avatar={avatar} className={`absolute end-1 top-1 bg-black/45 hover:bg-black/70 ${favourite ? 'text-amber-300' : 'text-white opacity-0 group-hover:opacity-100 focus-visible:opacity-100'}`} />
    </div>
  );
}

export function Favourite({ avatar: { id, name, favourite }, className = '' }: { avatar: Pick<AvatarRow, 'id' | 'name' | 'favourite'>; className?: string }) {
  const { t } = useTranslation('avatars');
  const describe = useAct('avatars.describe');
  const label = t(favourite ? 'unfavourite' : 'favourite', { name });
  return (
    <Tip label={label}>
      <button type="button" aria-label={label} onClick={() => describe.mutate({ id, favourite: !favourite }, { onError: tellFailure })} className={`inline-flex size-7 items-center justify-center rounded ${className}`}>
        <Star aria-hidden size={15} fill={favourite ? 'currentColor' : 'none'} />
      </button>
    </Tip>
  );
}
