/** How the video is to be: voices, picture, background. Every change is a step of the project. */
import { RotateCcw } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { useFormat } from '../../../i18n/format.ts';
import { useFields, useProject, type Wishes } from '../../../state/project.ts';
import { useCall } from '../../../studio/queries.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { Segmented, Select, Slider, Switch } from '../../../ui/fields.tsx';
import { useAvatars } from '../../avatars/useAvatars.ts';
import { BackgroundFields } from './BackgroundFields.tsx';
import { ASPECTS, aspectOf, sameSize, sizeFor, sizesOf } from './frames.ts';
import { VoiceField } from './VoiceField.tsx';

/** Radix knows no empty value. */
const USUAL = ' ';
const RATES = [24, 25, 30, 50, 60];
const FIRST = { voices: { fa: null, en: null }, rate: 1, pitch: 1, model: null, fps: null, size: null, background: 'keep', idle: true, quality: 'live' } as const satisfies Partial<Wishes>;
const NAMES = Object.keys(FIRST) as (keyof typeof FIRST)[];

export function Inspector() {
  const { t } = useTranslation('studio');
  const fields = useFields('audio', 'avatarId', ...NAMES);
  const { data: avatars } = useAvatars();
  const edit = useProject((store) => store.edit);
  if (!fields) return null;
  const first = { ...FIRST, voices: avatars?.find(({ id }) => id === fields.avatarId)?.voices ?? FIRST.voices };
  const isFirst = NAMES.every((name) => JSON.stringify(fields[name]) === JSON.stringify(first[name]));
  const reset = () => {
    edit(first);
    toast(t('inspector.resetDone'), { action: { label: t('script.undo'), onClick: () => useProject.getState().undo() } });
  };
  return (
    <section aria-label={t('inspector.title')} className="flex flex-col">
      <header className="flex min-h-10 items-center justify-between border-b border-line ps-3 pe-1">
        <h2 className="text-sm font-medium">{t('inspector.title')}</h2>
        <IconButton label={t('inspector.resetTip')} icon={RotateCcw} disabled={isFirst} onClick={reset} />
      </header>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-6 max-[959px]:grid-cols-[repeat(auto-fit,minmax(240px,1fr))]">
        {fields.audio === null && <VoiceSection />}
        <FrameSection />
      </div>
    </section>
  );
}

function VoiceSection() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const project = useFields('rate', 'pitch');
  const edit = useProject((store) => store.edit);
  if (!project) return null;
  return (
    <div className="flex flex-col gap-3 border-b border-line p-3">
      <h3 className="text-xs font-medium">{t('inspector.voice')}</h3>
      <VoiceField lang="fa" />
      <VoiceField lang="en" />
      <div className="grid grid-cols-2 gap-4">
        <Slider label={t('inspector.rate')} value={project.rate} min={0.5} max={2} step={0.05} text={t('inspector.times', { value: format.number(project.rate, 2) })} onChange={(rate) => edit({ rate }, 'rate')} />
        <Slider label={t('inspector.pitch')} value={project.pitch} min={0.5} max={2} step={0.05} text={t('inspector.times', { value: format.number(project.pitch, 2) })} onChange={(pitch) => edit({ pitch }, 'pitch')} />
      </div>
    </div>
  );
}

function FrameSection() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const project = useFields('avatarId', 'size', 'fps', 'model', 'quality', 'idle');
  const edit = useProject((store) => store.edit);
  const models = useCall('models.list', null).data?.filter(({ kind }) => kind === 'rig' || kind === 'wav2lip') ?? [];
  const { data: avatars } = useAvatars();
  if (!project) return null;
  const usual = models.find(({ isDefault }) => isDefault)?.id;
  const own = avatars?.find(({ id }) => id === project.avatarId);
  const aspect = aspectOf(project.size);
  const sizes = sizesOf(aspect, project.size);
  const isUpscaled = own !== undefined && project.size !== null && Math.max(project.size.width / own.width, project.size.height / own.height) > 1.5;
  const named = ({ width, height }: { width: number; height: number }) => format.size(width, height);
  return (
    <div className="flex flex-col gap-3 border-b border-line p-3">
      <h3 className="text-xs font-medium">{t('inspector.frame')}</h3>
      <Segmented
        label={t('inspector.aspect')}
        value={aspect}
        onChange={(next) => edit({ size: sizeFor(next, project.size) })}
        choices={ASPECTS.map((value) => ({ value, label: value === 'own' ? t('inspector.own') : { wide: [16, 9], tall: [9, 16], square: [1, 1] }[value].map((side) => format.number(side)).join(':'), tip: t(`inspector.aspectTip.${value}`) }))}
      />
      {aspect !== 'own' && (
        <Select
          label={t('inspector.size')}
          value={String(sizes.findIndex((each) => sameSize(each, project.size)))}
          choices={sizes.map((size, i) => ({ value: String(i), label: named(size) }))}
          onChange={(i) => edit({ size: sizes[Number(i)] })}
          {...(isUpscaled ? { hint: t('inspector.cost') } : {})}
        />
      )}
      <BackgroundFields />
      <Select
        label={t('inspector.fps')}
        value={project.fps === null ? USUAL : String(project.fps)}
        choices={[{ value: USUAL, label: t('inspector.fpsOwn') }, ...[...new Set([...RATES, ...(project.fps === null ? [] : [project.fps])])].map((fps) => ({ value: String(fps), label: format.number(fps, Number.isInteger(fps) ? 0 : 2) }))]}
        onChange={(fps) => edit({ fps: fps === USUAL ? null : Number(fps) })}
      />
      <Select
        label={t('inspector.model')}
        value={project.model ?? USUAL}
        choices={[
          { value: USUAL, label: usual === undefined ? t('inspector.usualPlain') : t('inspector.modelUsual', { name: usual }) },
          ...models.map(({ id, installed }) => ({ value: id, label: id, disabled: !installed })),
          // One that this studio does not have is still what the project says.
          ...(project.model !== null && !models.some(({ id }) => id === project.model) ? [{ value: project.model, label: project.model }] : []),
        ]}
        onChange={(model) => edit({ model: model === USUAL ? null : model })}
      />
      <Segmented
        label={t('inspector.quality')}
        value={project.quality}
        onChange={(quality) => edit({ quality })}
        choices={[{ value: 'live', label: t('inspector.live'), tip: t('inspector.liveTip') }, { value: 'final', label: t('inspector.final'), tip: t('inspector.finalTip') }]}
      />
      <Switch label={t('inspector.idle')} hint={t('inspector.idleHint')} checked={project.idle} onChange={(idle) => edit({ idle })} />
    </div>
  );
}
