/** Who may speak: the avatars, favourites first; one is chosen. Photos and clips that are dropped on the screen are added. */
import { Film, Image, Plus, Search, Star, UserRound, X } from 'lucide-react';
import { RadioGroup } from 'radix-ui';
import { useDeferredValue, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AvatarRow } from '../../../../shared/contract/avatar.ts';
import { useFormat } from '../../../i18n/format.ts';
import { choosing } from '../../../state/chooseAvatar.ts';
import { useFields, useProject } from '../../../state/project.ts';
import { useView } from '../../../state/view.ts';
import { Button, IconButton } from '../../../ui/Button.tsx';
import { CONTROL, Select } from '../../../ui/fields.tsx';
import { Failure, Loading } from '../../../ui/states.tsx';
import { Tip } from '../../../ui/Tip.tsx';
import { useIntake } from '../../avatars/intake.ts';
import { Arrivals } from './Arrivals.tsx';
import { arranged, matching, tagsOf } from './arrange.ts';
import { MOST_AVATARS, useAvatars } from '../../avatars/useAvatars.ts';
import { thumbnailOf } from '../../avatars/pictures.ts';

/** Radix knows no empty value. */
const ALL = ' ';

export function Shelf() {
  const { t } = useTranslation('studio');
  const { data, error, refetch, isPending } = useAvatars();
  const { go } = useView();
  const [search, setSearch] = useState('');
  const [tag, setTag] = useState(ALL);
  const sought = useDeferredValue(search);
  useFirstAvatar(data);

  const avatarId = useProject(({ project }) => project?.avatarId ?? null);
  const isGone = data !== undefined && data.length < MOST_AVATARS && avatarId !== null && !data.some(({ id }) => id === avatarId);
  const tags = tagsOf(data ?? []);
  const shown = arranged(matching(data ?? [], sought, tags.includes(tag) ? tag : null));
  return (
    <section aria-label={t('shelf.title')} className="flex min-h-0 min-w-0 flex-col gap-2 overflow-auto p-2">
      <header className="flex items-center justify-between ps-1">
        <h2 className="text-sm font-medium">{t('shelf.title')}</h2>
        <IconButton label={t('shelf.add')} icon={Plus} onClick={() => go('avatars')} />
      </header>
      {(data?.length ?? 0) > 4 && (
        <div className="relative">
          <Search aria-hidden size={14} className="absolute start-2 top-2.5 text-muted" />
          <input type="search" dir={search === '' ? undefined : 'auto'} aria-label={t('shelf.search')} placeholder={t('shelf.search')} value={search} onChange={({ target }) => setSearch(target.value)} className={`${CONTROL} ps-7`} />
        </div>
      )}
      {tags.length > 0 && data && data.length > 4 && <Select label={t('shelf.tag')} hideLabel value={tags.includes(tag) ? tag : ALL} choices={[{ value: ALL, label: t('shelf.all') }, ...tags.map((value) => ({ value, label: value }))]} onChange={setTag} />}
      <Arrivals />
      {isGone && <p role="status" className="px-1 text-xs text-warn">{t('shelf.gone')}</p>}
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : isPending ? <Loading /> : <Choices avatars={shown} all={data} onClear={() => { setSearch(''); setTag(ALL); }} />}
      {data && data.length > 0 && <p className="px-1 text-xs text-muted">{t('shelf.dropHint')}</p>}
    </section>
  );
}

function Choices({ avatars, all, onClear }: { avatars: readonly AvatarRow[]; all: readonly AvatarRow[]; onClear: () => void }) {
  const { t } = useTranslation('studio');
  const fields = useFields('avatarId', 'voices');
  const edit = useProject((store) => store.edit);
  const choose = (chosen: string) => {
    const next = all.find(({ id }) => id === chosen);
    if (fields && next) edit(choosing(fields, next, all));
  };
  if (all.length === 0) return <p className="p-2 text-xs text-muted">{t('shelf.empty')} {t('shelf.emptyHint')}</p>;
  if (avatars.length === 0) {
    return <div className="flex flex-col items-start gap-2 p-1 text-xs text-muted">{t('shelf.none')}<Button icon={X} onClick={onClear}>{t('shelf.clear')}</Button></div>;
  }
  return (
    <RadioGroup.Root
      aria-label={t('shelf.title')}
      value={fields?.avatarId ?? ''}
      onValueChange={choose}
      className="grid min-h-28 flex-1 auto-rows-min grid-cols-[repeat(auto-fill,minmax(76px,1fr))] gap-2 overflow-auto p-0.5 max-[959px]:max-h-56"
    >
      {avatars.map((avatar) => <Tile key={avatar.id} avatar={avatar} />)}
    </RadioGroup.Root>
  );
}

function Tile({ avatar: { id, name, kind, favourite, width, height } }: { avatar: AvatarRow }) {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const [isBroken, setBroken] = useState(false);
  const Kind = kind === 'photo' ? Image : Film;
  return (
    <Tip label={`${name} · ${t(`shelf.${kind}`)} · ${format.size(width, height)}`} side="bottom">
      <span className="flex min-w-0 [content-visibility:auto] [contain-intrinsic-size:84px_108px]">
        <RadioGroup.Item value={id} aria-label={name} className="group flex w-full min-w-0 flex-col gap-1 rounded border-2 border-transparent bg-raised p-0.5 text-start hover:border-line data-[state=checked]:border-accent">
          <span className="relative block aspect-square overflow-hidden rounded-sm bg-ground">
            {isBroken ? <UserRound aria-hidden size={28} className="absolute inset-0 m-auto text-muted" /> : <img src={thumbnailOf(id)} alt="" loading="lazy" draggable={false} onError={() => setBroken(true)} className="size-full object-cover" />}
            {favourite && <Star role="img" aria-label={t('shelf.favourite')} size={14} className="absolute end-1 top-1 fill-warn text-warn" />}
            {kind === 'clip' && <Kind aria-hidden size={14} className="absolute start-1 bottom-1 rounded-sm bg-black/60 p-px text-white" />}
          </span>
          <span dir="auto" className="truncate px-1 pb-0.5 text-xs text-muted group-data-[state=checked]:text-ink">{name}</span>
        </RadioGroup.Item>
      </span>
    </Tip>
  );
}

/** A project without an avatar gets the first one there is; what was added from here is chosen. */
function useFirstAvatar(avatars: readonly AvatarRow[] | undefined): void {
  const fields = useFields('avatarId', 'voices');
  const { settle, edit } = useProject.getState();
  const arrivals = useIntake((intake) => intake.arrivals);
  const first = avatars && arranged(avatars)[0];
  const isMissing = fields !== null && fields.avatarId === null;
  useEffect(() => {
    if (isMissing && avatars && first !== undefined) settle(choosing(fields, first, avatars));
  }, [isMissing, avatars, first, fields, settle]);

  const seen = useRef(new Set(arrivals.filter(({ stage }) => stage === 'done').map(({ key }) => key)));
  useEffect(() => {
    for (const { key, stage, avatars: added } of arrivals) {
      if (stage !== 'done' || seen.current.has(key)) continue;
      seen.current.add(key);
      const { project } = useProject.getState();
      if (added[0] && project) edit(choosing(project, added[0], avatars ?? []));
    }
  }, [arrivals, avatars, edit]);
}
