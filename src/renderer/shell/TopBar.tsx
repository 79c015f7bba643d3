/** The line at the top: the project, how the machine is, and how the page looks. */
import { Keyboard, Languages, Moon, Sun, TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { alertText } from '../i18n/alertText.ts';
import { useFormat } from '../i18n/format.ts';
import { gpuLoad, heardEngine, heardNothing, heardSample, useMachine } from '../state/machine.ts';
import { LANGUAGES, useView } from '../state/view.ts';
import { useConnection } from '../studio/connection.ts';
import { useWatch } from '../studio/queries.ts';
import { Button, IconButton } from '../ui/Button.tsx';
import { Tip } from '../ui/Tip.tsx';
import { EngineState } from './EngineState.tsx';
import { ProjectMenu } from './ProjectMenu.tsx';

export function TopBar() {
  const { t } = useTranslation('common');
  const { theme, language, set } = useView();
  const isOpen = useConnection(({ state }) => state === 'open');
  const other = LANGUAGES.find((each) => each !== language)!;
  useWatch('engine.watch', null, heardEngine);
  useWatch('telemetry.watch', null, heardSample);
  useEffect(() => {
    if (!isOpen) heardNothing();
  }, [isOpen]);
  return (
    <header className="flex min-h-10 flex-wrap items-center gap-x-2 border-b border-line bg-panel ps-3 pe-2">
      <strong className="me-1 text-sm font-semibold max-[900px]:sr-only">{t('app')}</strong>
      <ProjectMenu />
      <span className="flex-1" />
      <EngineState />
      <Load />
      <Alerts />
      <span className="mx-1 h-5 w-px bg-line" />
      <IconButton label={t('shortcuts.open')} shortcut="Shift+?" icon={Keyboard} side="bottom" className="max-[900px]:hidden" onClick={() => set({ shortcutsOpen: true })} />
      <IconButton label={t('theme.toggle')} icon={theme === 'dark' ? Sun : Moon} side="bottom" onClick={() => set({ theme: theme === 'dark' ? 'light' : 'dark' })} />
      <Button kind="quiet" icon={Languages} lang={other} aria-label={`${t('language.toggle')}: ${t(`language.${other}`)}`} onClick={() => set({ language: other })}>{t(`language.${other}`)}</Button>
    </header>
  );
}

/** What the machine is busy with, small; the meters have the rest. */
function Load() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const go = useView((view) => view.go);
  const { sample, loads } = useMachine();
  const gpu = sample && gpuLoad(sample);
  const memory = sample?.memoryUsedBytes != null && sample.memoryTotalBytes ? sample.memoryUsedBytes / sample.memoryTotalBytes : null;
  const name = gpu === null ? t('bar.cpu') : t('bar.gpu');
  const figure = format.percent(gpu ?? sample?.cpuLoad);
  return (
    <Tip side="bottom" label={`${t('bar.loadTip', { cpu: format.percent(sample?.cpuLoad), gpu: format.percent(gpu), memory: format.percent(memory) })} — ${t('bar.openMeters')}`}>
      <button type="button" onClick={() => go('meters')} className="flex min-h-8 items-center gap-1.5 rounded px-2 text-xs text-muted hover:bg-raised hover:text-ink max-[640px]:hidden">
        <span><span className="sr-only">{t('bar.load')}: </span>{name}</span>
        <span className="min-w-9 text-end text-ink tabular-nums">{figure}</span>
        <Spark values={loads} />
      </button>
    </Tip>
  );
}

const WIDTH = 48;
const HEIGHT = 16;

/** A line of shares, 0..1; time goes from left to right in every language. */
function Spark({ values }: { values: readonly (number | null)[] }) {
  const step = WIDTH / 59;
  const known = values.map((value, i) => (value === null ? null : `${(WIDTH - (values.length - 1 - i) * step).toFixed(1)},${(HEIGHT - 1 - Math.min(1, value) * (HEIGHT - 2)).toFixed(1)}`)).filter((point) => point !== null);
  return (
    <svg aria-hidden width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="shrink-0 rounded-sm bg-ground">
      {known.length > 1 && <polyline points={known.join(' ')} fill="none" stroke="var(--accent)" strokeWidth={1.25} />}
    </svg>
  );
}

function Alerts() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const go = useView((view) => view.go);
  const alerts = useMachine(({ sample }) => sample?.alerts);
  const firing = alerts?.filter(({ state }) => state === 'firing') ?? [];
  if (alerts === undefined || firing.length === 0) return null;
  const isCritical = firing.some(({ severity }) => severity === 'critical');
  return (
    <Tip side="bottom" label={firing.map((alert) => alertText(alert, 'summary')).join(' · ')}>
      <button type="button" aria-label={t('bar.alertsTip', { value: format.number(firing.length) })} onClick={() => go('meters')} className={`flex min-h-8 items-center gap-1 rounded px-2 text-xs hover:bg-raised ${isCritical ? 'text-bad' : 'text-warn'}`}>
        <TriangleAlert aria-hidden size={15} />
        <span className="tabular-nums">{format.number(firing.length)}</span>
      </button>
    </Tip>
  );
}
