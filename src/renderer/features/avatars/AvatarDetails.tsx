/** One avatar: what it is, how well it will do, what it was used for, and what can be done with it. */
import { Clapperboard, Plus, Trash2, X } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { AvatarRow } from '../../../shared/contract/avatar.ts';
import { useFormat } from '../../i18n/format.ts';
import { choosing } from '../../state/chooseAvatar.ts';
import { useProject } from '../../state/project.ts';
import { useView } from '../../state/view.ts';
import { call } from '../../studio/connection.ts';
import { useAct, useCall } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { CONTROL, Select } from '../../ui/fields.tsx';
import { Failure, Loading, tellFailure, tellRemoved } from '../../ui/states.tsx';
import { useVoiceChoices } from '../studio/voiceNames.ts';
import { durationOf, excerptOf, frameOf } from '../takes/takeWords.ts';
import { useTakesView } from '../takes/view.ts';
import { Favourite } from './AvatarGrid.tsx';
import { pictureOf } from './pictures.ts';
import { QualityList } from './QualityList.tsx';
import { useAvatars } from './useAvatars.ts';
import { useAvatarsView } from './view.ts';

/** Where the page is too narrow for both, it stands below what it was opened from. */
const intoSight = (panel: HTMLElement | null): void => panel?.scrollIntoView({ block: 'nearest' });

export function AvatarDetails({ avatar, tags, onClose, onRemoved }: { avatar: AvatarRow; tags: readonly string[]; onClose: () => void; onRemoved: () => void }) {
  const { t } = useTranslation('avatars');
  const { id, name, width, height } = avatar;
  return (
    <aside ref={intoSight} aria-label={t('details.title')} className="flex shrink-0 flex-col gap-4 overflow-auto border-line bg-panel p-4 max-md:border-t md:w-80 md:border-s">
      <div className="flex items-center gap-1">
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium"><bdi>{name}</bdi></h2>
        <Favourite avatar={avatar} className={`hover:bg-raised ${avatar.favourite ? 'text-warn' : ''}`} />
        <IconButton icon={X} label={t('details.close')} onClick={onClose} />
      </div>
      <img src={pictureOf(id, 360)} alt={t('details.preview', { name })} className="mx-auto max-h-64 max-w-full rounded bg-ground object-contain" style={{ aspectRatio: `${width} / ${height}` }} />
      <Actions avatar={avatar} onRemoved={onRemoved} />
      <Name key={name} avatar={avatar} />
      <Tags avatar={avatar} known={tags} />
      <Voices avatar={avatar} />
      <Section title={t('quality.title')}><Quality id={id} /></Section>
      <Figures avatar={avatar} />
      <Section title={t('details.takes')}><Takes avatar={avatar} /></Section>
    </aside>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <section className="flex flex-col gap-2"><h3 className="text-xs text-muted">{title}</h3>{children}</section>;
}

function Actions({ avatar, onRemoved }: { avatar: AvatarRow; onRemoved: () => void }) {
  const { id, name } = avatar;
  const { t } = useTranslation('avatars');
  const { project, edit } = useProject();
  const go = useView((view) => view.go);
  const remove = useAct('avatars.remove');
  const { data: all = [] } = useAvatars();
  const use = () => {
    if (project) edit(choosing(project, avatar, all));
    go('studio');
    toast(t('details.used', { name, project: project?.name ?? '' }));
  };
  const restore = () =>
    void call('avatars.restore', { id }).then(() => {
      useAvatarsView.getState().set({ selectedId: id });
      toast(t('details.restored', { name }));
    }, tellFailure);
  return (
    <div className="flex flex-wrap gap-2">
      <Button kind="primary" icon={Clapperboard} className="flex-1" disabled={!project} tip={t(project ? 'details.use' : 'details.noProject')} onClick={use}>{t('details.use')}</Button>
      <Button
        kind="danger" icon={Trash2} disabled={remove.isPending} tip={t('details.remove')}
        onClick={() => remove.mutate({ id }, {
          onSuccess: () => {
            onRemoved();
            tellRemoved(t('details.removed', { name }), restore);
          },
          onError: tellFailure,
        })}
      >
        {t('details.remove')}
      </Button>
    </div>
  );
}

function Name({ avatar: { id, name } }: { avatar: AvatarRow }) {
  const { t } = useTranslation('avatars');
  const [text, setText] = useState(name);
  const describe = useAct('avatars.describe');
  const field = useId();
  const keep = () => {
    const next = text.trim();
    if (next === '' || next === name) return setText(name);
    describe.mutate({ id, name: next }, { onError: (error) => { setText(name); tellFailure(error); } });
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={field} className="text-xs text-muted">{t('details.name')}</label>
      <input
        id={field} dir="auto" value={text} maxLength={200} className={CONTROL} onChange={({ target }) => setText(target.value)} onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setText(name);
        }}
      />
    </div>
  );
}

function Tags({ avatar: { id, tags }, known }: { avatar: AvatarRow; known: readonly string[] }) {
  const { t } = useTranslation('avatars');
  const [text, setText] = useState('');
  const describe = useAct('avatars.describe');
  const [field, list] = [useId(), useId()];
  const change = (next: string[]) => describe.mutate({ id, tags: next }, { onError: tellFailure });
  const add = () => {
    const tag = text.trim();
    setText('');
    if (tag !== '' && !tags.includes(tag)) change([...tags, tag]);
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={field} className="text-xs text-muted">{t('details.tags')}</label>
      {tags.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {tags.map((tag) => (
            <li key={tag} className="flex max-w-full items-center rounded border border-line bg-raised ps-2 text-xs">
              <bdi className="min-w-0 wrap-anywhere">{tag}</bdi>
              <IconButton icon={X} size={12} className="size-6" label={t('details.removeTag', { tag })} onClick={() => change(tags.filter((each) => each !== tag))} />
            </li>
          ))}
        </ul>
      )}
      <div className="flex gap-1">
        <input id={field} dir={text === '' ? undefined : 'auto'} list={list} value={text} maxLength={100} placeholder={t('details.addTagHint')} className={CONTROL} onChange={({ target }) => setText(target.value)} onKeyDown={({ key }) => key === 'Enter' && add()} />
        <datalist id={list}>{known.filter((tag) => !tags.includes(tag)).map((tag) => <option key={tag} value={tag} />)}</datalist>
        <IconButton kind="plain" icon={Plus} label={t('details.addTag')} disabled={text.trim() === ''} onClick={add} />
      </div>
    </div>
  );
}

/** Radix knows no empty value. */
const DEFAULT = ' ';

function Voices({ avatar }: { avatar: AvatarRow }) {
  const { t } = useTranslation('avatars');
  return (
    <Section title={t('details.voices')}>
      <Voice avatar={avatar} lang="fa" />
      <Voice avatar={avatar} lang="en" />
      <p className="text-xs text-muted">{t('details.voicesHint')}</p>
    </Section>
  );
}

function Voice({ avatar: { id, voices }, lang }: { avatar: AvatarRow; lang: 'fa' | 'en' }) {
  const { t } = useTranslation('avatars');
  const describe = useAct('avatars.describe');
  const choices = useVoiceChoices(lang, voices[lang]);
  return (
    <Select
      label={t(`details.voice.${lang}`)}
      value={voices[lang] ?? DEFAULT}
      choices={[{ value: DEFAULT, label: t('details.voiceDefault') }, ...choices]}
      onChange={(next) => describe.mutate({ id, voices: { ...voices, [lang]: next === DEFAULT ? null : next } }, { onError: tellFailure })}
    />
  );
}

function Quality({ id }: { id: string }) {
  const { t } = useTranslation('avatars');
  const { data, error, refetch } = useCall('avatars.report', { id });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  return data ? <QualityList findings={data.findings} /> : <Loading label={t('quality.loading')} />;
}

function Figures({ avatar }: { avatar: AvatarRow }) {
  const { t } = useTranslation('avatars');
  const format = useFormat();
  const { kind, width, height, durationSec, faceIndex, faceCount, sizeBytes, createdAt, uses, usedAt } = avatar;
  const rows: [string, string][] = [
    [t('details.kind'), t(`kinds.${kind}`)],
    [t('details.picture'), format.size(width, height)],
    ...(durationSec === null ? [] : [[t('details.duration'), format.clock(durationSec)] satisfies [string, string]]),
    ...(faceCount > 1 ? [[t('details.face'), t('details.faceOf', { index: format.number(faceIndex), count: faceCount })] satisfies [string, string]] : []),
    [t('details.files'), format.bytes(sizeBytes)],
    [t('details.added'), format.date(createdAt)],
    [t('details.uses'), uses === 0 ? t('details.never') : t('details.usesTimes', { count: uses })],
    ...(usedAt === null ? [] : [[t('details.lastUsed'), format.ago(usedAt)] satisfies [string, string]]),
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs">
      {rows.map(([label, value]) => <div key={label} className="contents"><dt className="text-muted">{label}</dt><dd className="text-end tabular-nums">{value}</dd></div>)}
    </dl>
  );
}

const SHOWN_TAKES = 4;

function Takes({ avatar: { id } }: { avatar: AvatarRow }) {
  const { t } = useTranslation(['avatars', 'takes']);
  const format = useFormat();
  const go = useView((view) => view.go);
  const { data, error, refetch } = useCall('takes.list', { avatarId: id, limit: SHOWN_TAKES });
  const show = (selectedId: string | null) => {
    useTakesView.getState().set({ tab: 'history', search: '', kept: false, avatarId: id, selectedId });
    go('takes');
  };
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) return <p className="text-xs text-muted">{t('details.noTakes')}</p>;
  return (
    <>
      <ul className="flex flex-col gap-1">
        {data.map((take) => (
          <li key={take.id}>
            <button type="button" onClick={() => show(take.id)} className="flex w-full items-center gap-2 rounded p-1 text-start hover:bg-raised">
              <img src={frameOf(take, 60)} alt="" width={48} height={32} loading="lazy" className="h-8 w-12 shrink-0 rounded bg-raised object-cover" />
              <span className="min-w-0 flex-1 truncate"><bdi>{excerptOf(take) || t('takes:unnamed')}</bdi></span>
              <span className="text-xs text-muted tabular-nums">{format.clock(durationOf(take))}</span>
            </button>
          </li>
        ))}
      </ul>
      <Button kind="quiet" className="self-start" onClick={() => show(null)}>{t('details.allTakes')}</Button>
    </>
  );
}
