/** All avatars: found, looked at, added by file or by camera. Files may be dropped anywhere on it. */
import { Camera, ImagePlus, SearchX, Star, Users } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AvatarRow } from '../../../shared/contract/avatar.ts';
import { useView } from '../../state/view.ts';
import { queries, useCall } from '../../studio/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { CONTROL, Select } from '../../ui/fields.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { ACCEPT } from './atTheDoor.ts';
import { AvatarDetails } from './AvatarDetails.tsx';
import { AvatarGrid } from './AvatarGrid.tsx';
import { CacheStrip } from './CacheStrip.tsx';
import { CameraDialog } from './CameraDialog.tsx';
import { DropArea } from './DropArea.tsx';
import { useIntake } from './intake.ts';
import { IntakeList } from './IntakeList.tsx';
import { ORDERS, ordered, tagsOf, type Order } from './order.ts';
import { MOST_AVATARS, useAvatars } from './useAvatars.ts';
import { useAvatarsView } from './view.ts';
import { FileInput } from '../../ui/FileInput.tsx';

export function AvatarsScreen() {
  const { t } = useTranslation('avatars');
  const language = useView((view) => view.language);
  const { search, tag, favourites, order, selectedId, cameraOpen, set, showAll } = useAvatarsView();
  const asked = useDeferredValue(search.trim());
  const all = useAvatars();
  const found = useCall('avatars.list', { limit: MOST_AVATARS, ...(asked === '' ? {} : { search: asked }), ...(tag === null ? {} : { tag }), ...(favourites ? { favourite: true } : {}) });
  const take = useIntake((intake) => intake.take);
  const [last, setLast] = useState(found.data);
  // The list before stays until the one that was asked for is here: nothing jumps while typing.
  if (found.data && found.data !== last) setLast(found.data);
  const avatars = useMemo(() => ordered(last ?? [], order, language), [last, order, language]);
  const tags = useMemo(() => tagsOf(all.data ?? [], language), [all.data, language]);
  const selected = all.data?.find(({ id }) => id === selectedId) ?? null;
  // Uses are counted by the engine, which announces no change for them.
  useEffect(() => void queries.invalidateQueries({ queryKey: ['avatars.list'] }), []);

  /** The details close, and what had the focus in them goes: to a card, or to the search where none can be had. */
  const leave = (id: string, to: string | undefined) => {
    if (useAvatarsView.getState().selectedId === id) set({ selectedId: null });
    (document.querySelector<HTMLElement>(`[data-avatar="${to}"]`) ?? document.querySelector<HTMLElement>('input[type=search]'))?.focus();
  };
  const isNone = all.data?.length === 0;
  return (
    <DropArea label={t('drop')} onFiles={(files) => void take(files)}>
      <div className="flex h-full flex-col">
        <Toolbar tags={tags} count={avatars.length} onFiles={(files) => void take(files)} />
        <IntakeList />
        <div className="flex min-h-0 flex-1 flex-col overflow-auto md:flex-row md:overflow-hidden">
          <div className="flex min-h-72 min-w-0 flex-1 flex-col">
            {all.isError ? <div className="p-4"><Failure error={all.error} onRetry={() => void all.refetch()} /></div>
              : all.data === undefined || last === undefined ? <Loading />
              : isNone ? <Empty icon={Users} title={t('empty.title')}><p className="max-w-md">{t('empty.text')}</p><AddButtons onFiles={(files) => void take(files)} /></Empty>
              : avatars.length === 0 ? <Empty icon={SearchX} title={t('nothingFound.title')}><p>{t('nothingFound.text')}</p><Button onClick={showAll}>{t('nothingFound.reset')}</Button></Empty>
              : <AvatarGrid avatars={avatars} selectedId={selectedId} onSelect={(id) => set({ selectedId: id })} />}
          </div>
          {selected && <AvatarDetails key={selected.id} avatar={selected} tags={tags} onClose={() => leave(selected.id, selected.id)} onRemoved={() => leave(selected.id, neighbour(avatars, selected.id))} />}
        </div>
        <CacheStrip />
        {cameraOpen && <CameraDialog onClose={() => set({ cameraOpen: false })} onFile={(file) => void take([file])} />}
      </div>
    </DropArea>
  );
}

/** What stands beside an avatar, and in its place once it is gone. */
function neighbour(avatars: readonly AvatarRow[], id: string): string | undefined {
  const at = avatars.findIndex((avatar) => avatar.id === id);
  return (avatars[at + 1] ?? avatars[at - 1])?.id;
}

function Toolbar({ tags, count, onFiles }: { tags: readonly string[]; count: number; onFiles: (files: File[]) => void }) {
  const { t } = useTranslation('avatars');
  const { search, tag, favourites, order, set } = useAvatarsView();
  return (
    <header className="flex flex-wrap items-center gap-2 border-b border-line bg-panel px-4 py-2">
      <h1 className="me-1 text-base font-medium">{t('title')}</h1>
      <span className="text-xs text-muted tabular-nums">{t('count', { count })}</span>
      <span className="flex-1" />
      <input type="search" dir={search === '' ? undefined : 'auto'} aria-label={t('search')} placeholder={t('search')} value={search} onChange={({ target }) => set({ search: target.value })} className={`${CONTROL} max-w-56`} />
      {tags.length > 0 && (
        <div className="w-36"><Select hideLabel label={t('tag')} value={tag ?? ANY} onChange={(next) => set({ tag: next === ANY ? null : next })} choices={[{ value: ANY, label: t('allTags') }, ...tags.map((each) => ({ value: each, label: each }))]} /></div>
      )}
      <Tip label={t('favouritesOnly')}>
        <button type="button" aria-label={t('favouritesOnly')} aria-pressed={favourites} onClick={() => set({ favourites: !favourites })} className="inline-flex size-8 items-center justify-center rounded hover:bg-raised aria-pressed:bg-raised aria-pressed:text-warn">
          <Star aria-hidden size={16} fill={favourites ? 'currentColor' : 'none'} />
        </button>
      </Tip>
      <div className="w-40"><Select hideLabel label={t('sort')} value={order} onChange={(next) => set({ order: next as Order })} choices={ORDERS.map((each) => ({ value: each, label: t(`sorts.${each}`) }))} /></div>
      <AddButtons onFiles={onFiles} />
    </header>
  );
}

/** Radix takes '' for “nothing chosen”. */
const ANY = '*';

function AddButtons({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useTranslation('avatars');
  const input = useRef<HTMLInputElement>(null);
  const set = useAvatarsView((view) => view.set);
  return (
    <div className="flex flex-wrap justify-center gap-2">
      <Button icon={Camera} tip={t('record')} onClick={() => set({ cameraOpen: true })}>{t('record')}</Button>
      <Button kind="primary" icon={ImagePlus} tip={t('add')} onClick={() => input.current?.click()}>{t('add')}</Button>
      <FileInput ref={input} label={t('add')} accept={ACCEPT} multiple onFiles={onFiles} />
    </div>
  );
}
