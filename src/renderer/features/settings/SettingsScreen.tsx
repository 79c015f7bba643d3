/** What the user sets for the whole studio. Every change is kept at once. */
import { Clipboard, FolderOpen, RotateCcw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { USUAL_LUFS } from '../../../shared/contract/recording.ts';
import type { StudioSettings } from '../../../shared/contract/settings.ts';
import { DEVICES } from '../../../shared/vocabulary.ts';
import { useFormat } from '../../i18n/format.ts';
import { LANGUAGES, useView } from '../../state/view.ts';
import { queries, useAct, useCall, useWatch } from '../../studio/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Segmented, Select, Switch, type Choice } from '../../ui/fields.tsx';
import { Failure, Loading, Progress, tellFailure } from '../../ui/states.tsx';
import { NumberSetting } from './NumberSetting.tsx';
import { RestartNotice } from './RestartNotice.tsx';

const DEFAULTS: StudioSettings = { budgetsGb: { models: null, processing: null, avatars: null, total: null, takes: null }, maxSessions: null, device: 'auto', loudnessLufs: null, starterLexicon: true, pausePercent: null, exportFolder: null, exportPresets: [] };
const USERS = 5;
const TAKES_GB = 20;

export function SettingsScreen() {
  const { t } = useTranslation('settings');
  const found = useCall('settings.get', null);
  const act = useAct('settings.set');
  if (found.isError) return <div className="p-4"><Failure error={found.error} onRetry={() => void found.refetch()} /></div>;
  if (!found.data) return <Loading />;
  const { settings, home } = found.data;
  const set = (change: Partial<StudioSettings>, words: string = t('saved')) =>
    act.mutate({ change }, { onError: tellFailure, onSuccess: (reply) => { queries.setQueryData(['settings.get', null], reply); void queries.invalidateQueries({ queryKey: ['takes.disk'] }); toast.success(words, { duration: 1500 }); } });
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-4 p-4">
      <header>
        <h1 className="text-base font-medium">{t('title')}</h1>
        <p className="text-xs text-muted">{t('subtitle')}</p>
      </header>
      <RestartNotice />
      <Look />
      <Work settings={settings} set={set} />
      <Speech settings={settings} set={set} />
      <Sound settings={settings} set={set} />
      <Memory settings={settings} set={set} />
      <TakesOnDisk settings={settings} set={set} />
      <Exports settings={settings} set={set} />
      {home !== null && (
        <Section title={t('data.title')}>
          <div className="flex flex-col gap-1">
            <span className="text-xs text-muted">{t('data.home')}</span>
            <div className="flex items-center gap-2"><bdi dir="ltr" className="min-w-0 font-mono text-xs break-all">{home}</bdi><IconButton label={t('data.copy')} icon={Clipboard} size={14} onClick={() => void navigator.clipboard.writeText(home)} /></div>
            <p className="text-xs text-muted">{t('data.homeHint')}</p>
          </div>
        </Section>
      )}
      <Reset onReset={() => set(DEFAULTS, t('reset.done'))} />
    </div>
  );
}

interface PartProps {
  settings: StudioSettings;
  set: (change: Partial<StudioSettings>) => void;
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3 rounded-lg border border-line bg-panel p-4">
      <h2 className="text-sm font-medium">{title}</h2>
      {text !== undefined && <p className="text-xs text-muted">{text}</p>}
      {children}
    </section>
  );
}

function Look() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation('common');
  const { language, theme, set } = useView();
  return (
    <Section title={t('look.title')}>
      <div className="flex flex-wrap gap-6">
        <Segmented label={t('look.language')} value={language} onChange={(next) => set({ language: next })} choices={LANGUAGES.map((each) => ({ value: each, label: common(`language.${each}`), tip: t('look.languageTip') }))} />
        <Segmented label={t('look.theme')} value={theme} onChange={(next) => set({ theme: next })} choices={(['dark', 'light'] as const).map((each) => ({ value: each, label: common(`theme.${each}`), tip: t('look.themeTip') }))} />
      </div>
    </Section>
  );
}

function Work({ settings: { device, maxSessions }, set }: PartProps) {
  const { t } = useTranslation('settings');
  return (
    <Section title={t('work.title')}>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,15rem),1fr))] gap-4">
        <Select label={t('work.device')} hint={t('work.deviceHint')} value={device} onChange={(next) => set({ device: next as StudioSettings['device'] })} choices={DEVICES.map((value) => ({ value, label: t(`devices.${value}`) }))} />
        <NumberSetting label={t('work.users')} hint={t('work.usersHint')} value={maxSessions} defaultValue={USERS} min={1} max={1000} whole onChange={(next) => set({ maxSessions: next })} />
      </div>
    </Section>
  );
}

const PAUSE_PERCENT = 100;

function Speech({ settings: { pausePercent, starterLexicon }, set }: PartProps) {
  const { t } = useTranslation('settings');
  return (
    <Section title={t('speech.title')}>
      <Switch label={t('speech.starter')} hint={t('speech.starterHint')} checked={starterLexicon} onChange={(next) => set({ starterLexicon: next })} />
      <NumberSetting label={t('speech.pauses')} hint={t('speech.pausesHint')} unit={t('speech.percent')} value={pausePercent} defaultValue={PAUSE_PERCENT} min={50} max={200} whole onChange={(next) => set({ pausePercent: next })} />
    </Section>
  );
}

/** Of the usual ones; any other is set in the settings file, and shown. */
const LOUDNESS = ['-14', '-16', '-18', '-23'] as const;

function Sound({ settings: { loudnessLufs }, set }: PartProps) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const value = String(loudnessLufs ?? USUAL_LUFS);
  const shown = (lufs: string) => t('sound.value', { value: format.number(Number(lufs), Number.isInteger(Number(lufs)) ? 0 : 1) });
  const usual: Choice[] = LOUDNESS.map((lufs) => ({ value: lufs, label: `${shown(lufs)} · ${t(`sound.names.${lufs}`)}` }));
  const choices = usual.some((choice) => choice.value === value) ? usual : [{ value, label: shown(value) }, ...usual];
  return (
    <Section title={t('sound.title')}>
      <Select label={t('sound.loudness')} hint={t('sound.hint')} value={value} onChange={(next) => set({ loudnessLufs: Number(next) === USUAL_LUFS ? null : Number(next) })} choices={choices} />
    </Section>
  );
}

function Memory({ settings: { budgetsGb }, set }: PartProps) {
  const { t } = useTranslation('settings');
  /** What the defaults are here is the studio's to know: they are scaled to the machine. */
  const [budgets, setBudgets] = useState<Record<'models' | 'processing' | 'avatars' | 'total', number> | null>(null);
  useWatch('telemetry.watch', budgets === null ? null : undefined, ({ memoryBudgets }) => setBudgets(memoryBudgets));
  return (
    <Section title={t('memory.title')} text={t('memory.text')}>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,15rem),1fr))] gap-4">
        {(['models', 'processing', 'avatars', 'total'] as const).map((name) => (
          <NumberSetting
            key={name} label={t(`memory.${name}`)} hint={t(`memory.${name}Hint`)} unit={t('gigabytes')} value={budgetsGb[name]} defaultValue={budgets && budgetsGb[name] === null ? budgets[name] / 1e9 : null}
            min={0.1} max={4096} onChange={(next) => set({ budgetsGb: { ...budgetsGb, [name]: next } })}
          />
        ))}
      </div>
    </Section>
  );
}

function TakesOnDisk({ settings: { budgetsGb }, set }: PartProps) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const disk = useCall('takes.disk', null);
  const used = disk.data && t('takes.used', { used: format.bytes(disk.data.usedBytes), budget: format.bytes(disk.data.budgetBytes) });
  return (
    <Section title={t('takes.title')}>
      {disk.data ? (
        <div className="flex flex-col gap-1.5">
          <Progress label={used!} done={disk.data.usedBytes / Math.max(1, disk.data.budgetBytes)} tone={disk.data.usedBytes > 0.9 * disk.data.budgetBytes ? 'bad' : 'accent'} />
          <p className="flex flex-wrap justify-between gap-3 text-xs text-muted"><span>{used}</span>{disk.data.freeBytes !== null && <span>{t('takes.free', { free: format.bytes(disk.data.freeBytes) })}</span>}</p>
        </div>
      ) : <p className="text-xs text-muted">{disk.isError ? t('takes.unknown') : '…'}</p>}
      <NumberSetting
        label={t('takes.budget')} hint={t('takes.budgetHint')} unit={t('gigabytes')} value={budgetsGb.takes} defaultValue={TAKES_GB} min={0.1} max={4096}
        onChange={(next) => set({ budgetsGb: { ...budgetsGb, takes: next } })}
      />
    </Section>
  );
}

function Exports({ settings: { exportFolder }, set }: PartProps) {
  const { t } = useTranslation('settings');
  const info = useCall('studio.info', null);
  const choose = useAct('desktop.chooseFolder');
  const isDesktop = info.data?.host === 'desktop';
  return (
    <Section title={t('exports.title')}>
      <div className="flex flex-col gap-2">
        <span className="text-xs text-muted">{t('exports.folder')}</span>
        <p>{exportFolder === null ? t('exports.own') : <bdi dir="ltr" className="font-mono text-xs break-all">{exportFolder}</bdi>}</p>
        {isDesktop ? (
          <div className="flex flex-wrap gap-2">
            <Button icon={FolderOpen} tip={t('exports.chooseTip')} onClick={() => choose.mutate(null, { onError: tellFailure, onSuccess: ({ folder }) => folder !== null && set({ exportFolder: folder }) })}>{t('exports.choose')}</Button>
            {exportFolder !== null && <Button kind="quiet" onClick={() => set({ exportFolder: null })}>{t('exports.reset')}</Button>}
          </div>
        ) : <p className="text-xs text-muted">{t('exports.browser')}</p>}
      </div>
    </Section>
  );
}

function Reset({ onReset }: { onReset: () => void }) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation('common');
  const [asking, setAsking] = useState(false);
  return (
    <Section title={t('reset.title')}>
      <div><Button kind="danger" icon={RotateCcw} tip={t('reset.tip')} onClick={() => setAsking(true)}>{t('reset.button')}</Button></div>
      <Dialog
        open={asking} onClose={() => setAsking(false)} title={t('reset.ask')} description={t('reset.text')}
        actions={<><Button onClick={() => setAsking(false)}>{common('cancel')}</Button><Button kind="danger" onClick={() => { setAsking(false); onReset(); }}>{t('reset.button')}</Button></>}
      >{null}</Dialog>
    </Section>
  );
}
