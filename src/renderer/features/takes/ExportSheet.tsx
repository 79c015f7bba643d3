/** What is to leave the studio as a file: a preset, or every setting by itself, with what it will come to. Opened from a take, or from several. */
import { BookmarkPlus, FolderOpen, Info, Share, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { ExportPreset, ExportSettings } from '../../../shared/contract/export.ts';
import type { StudioSettings } from '../../../shared/contract/settings.ts';
import { isOver, type TakeInfo } from '../../../shared/contract/take.ts';
import { useFormat } from '../../i18n/format.ts';
import { usePlayer } from '../../player/player.ts';
import { call } from '../../studio/connection.ts';
import { queries, useAct, useCall } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { CONTROL, Select, Slider, Switch, TextField } from '../../ui/fields.tsx';
import { NumberField } from '../../ui/NumberField.tsx';
import { Failure, Loading, tellFailure, tellRemoved } from '../../ui/states.tsx';
import { Tip } from '../../ui/Tip.tsx';
import { BUILT_IN, type BuiltIn, changedVideo, estimateBytes, fileNameOf, firstWords, fitted, isSameBytes, MAIL_BYTES, presetFor, type VideoSettings } from './presets.ts';
import { durationOf, excerptOf } from './takeWords.ts';

export interface ExportSheetProps {
  takeId: string;
  /** Several at once, with the same settings; `takeId` is one of them. */
  takeIds?: readonly string[];
  /** File names by take; others get theirs from what is said. */
  names?: Readonly<Record<string, string>>;
  onClose: () => void;
}

export function ExportSheet({ takeId, takeIds = [takeId], names = {}, onClose }: ExportSheetProps) {
  const { t } = useTranslation('takes');
  const { data: take, error, refetch } = useCall('takes.show', { takeId });
  const title = takeIds.length > 1 ? t('exports.sheetMany', { count: takeIds.length }) : t('exports.sheet');
  if (take?.state === 'finished') return <Sheet take={take} takeIds={takeIds} names={names} title={title} onClose={onClose} />;
  return (
    <Dialog open onClose={onClose} title={title}>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : take ? <p>{t(isOver(take.state) ? 'exports.neverFinished' : 'exports.notFinished')}</p> : <Loading />}
    </Dialog>
  );
}

function Sheet({ take, takeIds, names, title, onClose }: { take: TakeInfo; takeIds: readonly string[]; names: Readonly<Record<string, string>>; title: string; onClose: () => void }) {
  const { t } = useTranslation('takes');
  const { t: common } = useTranslation('common');
  const format = useFormat();
  const host = useCall('studio.info', null).data?.host;
  const [settings, setSettings] = useState<ExportSettings>(() => presetFor('original', take) as ExportSettings);
  /** Of the preset that the settings are; null: they are nobody's. */
  const [chosen, setChosen] = useState<string | null>('built-in original');
  const [name, setName] = useState(() => names[take.id] ?? fileNameOf(firstWords(excerptOf(take)), t('exports.title')));
  const [folder, setFolder] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const isOne = takeIds.length === 1;
  const bytes = estimateBytes(settings, take);

  const start = async () => {
    setStarting(true);
    let started = 0;
    for (const takeId of takeIds) {
      const named = isOne ? fileNameOf(name, t('exports.title')) : names[takeId];
      try {
        await call('exports.start', { takeId, settings, ...(named === undefined ? {} : { name: named }), ...(folder === null ? {} : { folder }) });
        started += 1;
      } catch (error) {
        tellFailure(error);
      }
    }
    setStarting(false);
    if (started === 0) return;
    toast(t('exports.started', { count: started }));
    onClose();
  };

  return (
    <Dialog
      open wide onClose={onClose} title={title}
      actions={
        <>
          <span className="flex-1 self-center text-xs text-muted tabular-nums">{bytes === null ? t('exports.estimateSmall') : t('exports.estimate', { size: format.bytes(bytes) })}</span>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button kind="primary" icon={Share} disabled={starting} onClick={() => void start()}>{t('exports.start')}</Button>
        </>
      }
    >
      <div className="grid gap-5 md:grid-cols-[15rem_minmax(0,1fr)]">
        <Presets take={take} settings={settings} chosen={chosen} onChoose={(key, next) => { setChosen(key); setSettings(next); }} />
        <div className="flex flex-col gap-3">
          <Settings take={take} settings={settings} onChange={(next) => { setChosen(null); setSettings(next); }} />
          {isSameBytes(settings) && <p className="flex items-start gap-2 rounded border border-line bg-ground p-2 text-xs"><Info aria-hidden size={14} className="mt-0.5 shrink-0 text-good" />{t('exports.sameBytes')}</p>}
          {isOne && <TextField label={t('exports.name')} hint={t('exports.nameHint')} value={name} maxLength={150} onChange={({ target }) => setName(target.value)} />}
          {host === 'desktop' && (
            <div className="flex items-end gap-2">
              <div className="min-w-0 flex-1"><p className="text-xs text-muted">{t('exports.folder')}</p><p className="truncate"><bdi>{folder ?? t('exports.studioFolder')}</bdi></p></div>
              <Button icon={FolderOpen} onClick={() => void call('desktop.chooseFolder', null).then((reply) => reply.folder !== null && setFolder(reply.folder), tellFailure)}>{t('exports.chooseFolder')}</Button>
            </div>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Presets({ take, settings, chosen, onChoose }: { take: TakeInfo; settings: ExportSettings; chosen: string | null; onChoose: (key: string, settings: ExportSettings) => void }) {
  const { t } = useTranslation('takes');
  const { data } = useCall('settings.get', null);
  const save = useAct('settings.set');
  const [naming, setNaming] = useState<string | null>(null);
  const own = data?.settings.exportPresets ?? [];
  const keep = (presets: ExportPreset[], done?: () => void) => save.mutate({ change: { exportPresets: presets } }, { onSuccess: () => done?.(), onError: tellFailure });
  const remove = (preset: ExportPreset) =>
    keep(own.filter((each) => each !== preset), () => {
      // Others may have been saved meanwhile.
      const undo = () => keep([...(queries.getQueryData<{ settings: StudioSettings }>(['settings.get', null])?.settings.exportPresets ?? own).filter(({ name }) => name !== preset.name), preset]);
      tellRemoved(t('exports.removedPreset', { name: preset.name }), undo);
    });
  const add = () => {
    const name = (naming ?? '').trim();
    if (name === '') return;
    keep([...own.filter((preset) => preset.name !== name), { name, settings }], () => {
      setNaming(null);
      toast(t('exports.savedPreset', { name }));
    });
  };
  return (
    <div className="flex flex-col gap-3">
      <section className="flex flex-col gap-1">
        <h3 className="text-xs text-muted">{t('exports.presets')}</h3>
        {BUILT_IN.map((preset) => {
          const offered = presetNow(preset, take);
          const isMisfit = typeof offered === 'string';
          const { name, text } = t(`exports.builtIn.${preset}`, { returnObjects: true });
          return <Preset key={preset} name={name} text={isMisfit ? t(`exports.misfits.${offered}`) : text} isChosen={chosen === `built-in ${preset}`} onChoose={isMisfit ? null : () => onChoose(`built-in ${preset}`, offered)} />;
        })}
      </section>
      <section className="flex flex-col gap-1">
        {own.length > 0 && <h3 className="text-xs text-muted">{t('exports.own')}</h3>}
        {own.map((preset) => (
          <div key={preset.name} className="flex items-center">
            <div className="min-w-0 flex-1"><Preset name={preset.name} text={t(`exports.kinds.${preset.settings.kind}`)} isChosen={chosen === `own ${preset.name}`} onChoose={() => onChoose(`own ${preset.name}`, preset.settings)} /></div>
            <IconButton icon={X} size={14} label={t('exports.removePreset', { name: preset.name })} onClick={() => remove(preset)} />
          </div>
        ))}
        {naming === null
          ? <Button kind="quiet" icon={BookmarkPlus} className="self-start" onClick={() => setNaming('')}>{t('exports.savePreset')}</Button>
          : (
            <form className="flex gap-1" onSubmit={(event) => { event.preventDefault(); add(); }}>
              <input autoFocus dir={naming === '' ? undefined : 'auto'} aria-label={t('exports.presetName')} placeholder={t('exports.presetName')} value={naming} maxLength={60} onChange={({ target }) => setNaming(target.value)} className={CONTROL} />
              <IconButton type="submit" icon={BookmarkPlus} kind="plain" label={t('exports.savePreset')} disabled={naming.trim() === '' || save.isPending} />
            </form>
          )}
      </section>
    </div>
  );
}

function Preset({ name, text, isChosen, onChoose }: { name: string; text: string; isChosen: boolean; /** null: it cannot be had. */ onChoose: (() => void) | null }) {
  return (
    <Tip label={text}>
      <button type="button" aria-pressed={isChosen} aria-disabled={onChoose === null} onClick={() => onChoose?.()} className="flex w-full flex-col rounded border border-transparent px-2 py-1 text-start hover:bg-raised aria-disabled:opacity-50 aria-pressed:border-accent aria-pressed:bg-raised">
        <span className="truncate"><bdi>{name}</bdi></span>
        <span className="truncate text-xs text-muted">{text}</span>
      </button>
    </Tip>
  );
}

const KINDS = ['video', 'audio', 'subtitles', 'poster'] as const;

function Settings({ take, settings, onChange }: { take: TakeInfo; settings: ExportSettings; onChange: (settings: ExportSettings) => void }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const isRecording = take.request.audio !== undefined;
  const choices = <const T extends string>(values: readonly T[], label: (value: T) => string) => values.map((value) => ({ value, label: label(value) }));
  const toKind = (kind: string) => onChange(presetNow(kind === 'video' ? 'original' : (kind as 'audio' | 'subtitles' | 'poster'), take) as ExportSettings);
  const kinds = choices(KINDS, (kind) => t(`exports.kinds.${kind}`)).map((choice) => ({ ...choice, disabled: choice.value === 'subtitles' && isRecording && !take.request.transcript }));
  return (
    <>
      <Select label={t('exports.kind')} value={settings.kind} choices={kinds} onChange={toKind} />
      {settings.kind === 'video' && <Video take={take} settings={settings} onChange={onChange} />}
      {settings.kind === 'audio' && <Select label={t('exports.format')} value={settings.format} choices={choices(['m4a', 'wav'], (each) => t(`exports.formats.${each}`))} onChange={(next) => onChange({ ...settings, format: next as 'm4a' })} />}
      {settings.kind === 'subtitles' && (
        <>
          <Select label={t('exports.format')} value={settings.format} choices={choices(['srt', 'vtt'], (each) => t(`exports.formats.${each}`))} onChange={(next) => onChange({ ...settings, format: next as 'srt', karaoke: settings.karaoke && next === 'vtt' })} />
          <Switch label={t('exports.karaoke')} hint={t('exports.karaokeHint')} checked={settings.karaoke} onChange={(karaoke) => onChange({ ...settings, karaoke, ...(karaoke ? { format: 'vtt' as const } : {}) })} />
        </>
      )}
      {settings.kind === 'poster' && (
        <>
          <Select label={t('exports.format')} value={settings.format} choices={choices(['jpg', 'png'], (each) => t(`exports.formats.${each}`))} onChange={(next) => onChange({ ...settings, format: next as 'jpg' })} />
          <Slider dir="ltr" label={t('exports.at')} value={settings.atSec} min={0} max={latestSec(take)} step={0.1} text={format.clock(settings.atSec, true)} onChange={(atSec) => onChange({ ...settings, atSec })} />
          <img src={`/takes/${encodeURIComponent(take.id)}/frame.jpg?at=${settings.atSec.toFixed(1)}&height=200`} alt="" className="max-h-48 self-start rounded bg-ground" />
        </>
      )}
    </>
  );
}

/** Of a picture, in tenths of a second. */
const latestSec = (take: TakeInfo): number => Math.max(0.1, Math.floor(((durationOf(take) ?? 0.1) - 0.1) * 10) / 10);

/** A picture of the take that is on the stage is wanted of the moment that is seen there. */
function presetNow(preset: BuiltIn, take: TakeInfo): ReturnType<typeof presetFor> {
  const { takeId, currentSec } = usePlayer.getState();
  const settings = presetFor(preset, take);
  if (takeId !== take.id || typeof settings === 'string' || settings.kind !== 'poster') return settings;
  return { ...settings, atSec: Math.min(latestSec(take), Math.round(currentSec * 10) / 10) };
}

/** Short sides that a picture is made smaller to. */
const SIDES = [1080, 720, 540, 480, 360];

function Video({ take, settings, onChange }: { take: TakeInfo; settings: VideoSettings; onChange: (settings: VideoSettings) => void }) {
  const { t } = useTranslation('takes');
  const format = useFormat();
  const own = { width: take.width ?? 0, height: take.height ?? 0 };
  const change = (to: Partial<VideoSettings>) => onChange(changedVideo(settings, to));
  const written = ({ width, height }: { width: number; height: number }) => format.size(width, height);
  const sizes = SIDES.flatMap((side) => fitted(own, (side * 16) / 9, side) ?? []);
  const sizeKey = settings.size ? `${settings.size.width}x${settings.size.height}` : 'own';
  const all = settings.size && !sizes.some(({ width, height }) => `${width}x${height}` === sizeKey) ? [settings.size, ...sizes] : sizes;
  const rate = settings.targetBytes !== undefined ? 'bytes' : settings.videoKbps !== undefined ? 'kbps' : 'quality';
  const rates = { quality: {}, kbps: { videoKbps: 4000 }, bytes: { targetBytes: Math.max(100_000, Math.min(MAIL_BYTES, Math.ceil(take.sizeBytes / 2e5) * 1e5)) } } as const;
  return (
    <>
      <Select label={t('exports.mode')} value={settings.mode} onChange={(mode) => change({ mode: mode as 'copy' })} choices={(['copy', 'encode'] as const).map((value) => ({ value, label: t(`exports.modes.${value}`) }))} />
      <Select
        label={t('exports.size')} value={sizeKey} choices={[{ value: 'own', label: t('exports.ownSize', { size: written(own) }) }, ...all.map((size) => ({ value: `${size.width}x${size.height}`, label: written(size) }))]}
        onChange={(key) => change({ size: all.find(({ width, height }) => `${width}x${height}` === key) })}
      />
      {settings.mode === 'encode' && (
        <div className="grid grid-cols-2 items-end gap-2">
          <Select label={t('exports.rate')} value={rate} choices={(['quality', 'kbps', 'bytes'] as const).map((value) => ({ value, label: t(`exports.rates.${value}`) }))} onChange={(next) => change({ targetBytes: undefined, videoKbps: undefined, mode: 'encode', ...rates[next as keyof typeof rates] })} />
          {settings.videoKbps !== undefined && <NumberField label={t('exports.kbps')} min={50} max={200_000} value={settings.videoKbps} onChange={(kbps) => change({ videoKbps: Math.round(kbps) })} />}
          {settings.targetBytes !== undefined && <NumberField label={t('exports.megabytes')} min={0.01} max={100_000} digits={1} value={settings.targetBytes / 1e6} onChange={(mb) => change({ targetBytes: Math.round(mb * 1e6) })} />}
          {rate === 'quality' && <Select label={t('exports.encoder')} value={settings.encoder} choices={(['auto', 'x264', 'nvenc'] as const).map((value) => ({ value, label: t(`exports.encoders.${value}`) }))} onChange={(encoder) => change({ encoder: encoder as 'auto' })} />}
        </div>
      )}
      <Select label={t('exports.subtitlesLabel')} value={settings.subtitles} disabled={take.request.audio !== undefined && !take.request.transcript} choices={(['none', 'srt', 'vtt', 'burned'] as const).map((value) => ({ value, label: t(`exports.subtitles.${value}`) }))} onChange={(subtitles) => change({ subtitles: subtitles as 'none' })} />
    </>
  );
}
