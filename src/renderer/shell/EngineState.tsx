/** Which device models run on and how far they are; why other devices were not taken, on demand. */
import { ChevronDown, CircleAlert, LoaderCircle, RotateCw, WifiOff, Cpu } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { EngineStatus, ModelReadiness } from '../../shared/contract/engine.ts';
import { errorText } from '../i18n/errorText.ts';
import { useFormat } from '../i18n/format.ts';
import { useMachine } from '../state/machine.ts';
import { useView } from '../state/view.ts';
import { useConnection } from '../studio/connection.ts';
import { useAct } from '../studio/queries.ts';
import { Button } from '../ui/Button.tsx';
import { Popover } from '../ui/Menu.tsx';
import { Progress, tellFailure } from '../ui/states.tsx';

/** Of the model that takes use, else of any. */
function deviceOf({ models, defaultModelId }: EngineStatus): string | null {
  const device = (models.find(({ id }) => id === defaultModelId) ?? models.find((model) => model.device !== null))?.device ?? null;
  return device?.toUpperCase() ?? null;
}

export function EngineState() {
  const { t } = useTranslation('studio');
  const format = useFormat();
  const engine = useMachine((machine) => machine.engine);
  const connection = useConnection(({ state }) => state);
  if (connection === 'lost') return <span role="status" className="flex items-center gap-1.5 px-2 text-xs text-warn"><WifiOff aria-hidden size={15} />{t('bar.offline')}</span>;
  if (!engine) return null;
  const device = deviceOf(engine);
  const isReady = engine.state === 'ready';
  const label = isReady ? (device ?? t('bar.engine.ready')) : t(`bar.engine.${engine.state}`);
  return (
    <div className="flex items-center gap-2">
      {engine.state === 'loading' && <div className="w-16 max-[760px]:hidden"><Progress label={t('bar.engine.loading')} done={engine.progress} /></div>}
      <Popover
        tip={t('bar.deviceTip')}
        label={t('bar.models')}
        trigger={
          <button type="button" aria-label={isReady ? t('bar.device', { device: label }) : label} className="flex min-h-8 items-center gap-1.5 rounded px-2 text-xs text-muted hover:bg-raised hover:text-ink">
            {engine.state === 'stopped' ? <CircleAlert aria-hidden size={15} className="text-bad" /> : isReady ? <Cpu aria-hidden size={15} /> : <LoaderCircle aria-hidden size={15} className="animate-spin" />}
            <span className={isReady ? 'text-ink' : ''}>{label}</span>
            <ChevronDown aria-hidden size={12} />
          </button>
        }
      >
        <ul className="flex flex-col gap-1.5">
          {engine.models.map((model) => <Model key={model.id} model={model} />)}
        </ul>
        {/* Mostly the same for all of them. */}
        {[...new Map(engine.models.flatMap(({ refused }) => refused).map((each) => [`${each.device} ${each.reason}`, each])).entries()].map(([key, { device: other, reason }]) => (
          <p key={key} dir="auto" className="text-xs text-muted">{t('bar.notTaken', { device: other.toUpperCase() })}: <bdi>{errorText({ message: reason })}</bdi></p>
        ))}
        {engine.restarts > 0 && <p className="text-xs text-muted">{t('bar.restarts', { value: format.number(engine.restarts) })}</p>}
        {engine.lastCrash && <p dir="auto" className="text-xs text-muted">{t(engine.restarts > 0 ? 'bar.lastCrash' : 'bar.why', { reason: errorText({ message: engine.lastCrash.reason }) })}</p>}
        {engine.state === 'stopped' && <StartAgain />}
      </Popover>
    </div>
  );
}

function StartAgain() {
  const { t } = useTranslation(['studio', 'settings', 'common']);
  const restart = useAct('engine.restart');
  const go = useView((view) => view.go);
  return (
    <div className="flex flex-wrap gap-2">
      <Button kind="primary" icon={RotateCw} disabled={restart.isPending} onClick={() => restart.mutate(null, { onError: tellFailure })}>{t('settings:restart.button')}</Button>
      <Button onClick={() => go('doctor')}>{t('common:screens.doctor')}</Button>
    </div>
  );
}

function Model({ model: { id, state, device, message } }: { model: ModelReadiness }) {
  const { t } = useTranslation('studio');
  const word = { waiting: t('bar.waiting'), loading: t('bar.loading'), ready: t('bar.ready'), failed: t('bar.modelFailed') }[state];
  return (
    <li className="flex flex-col gap-1 text-xs">
      <span className="flex justify-between gap-2">
        <bdi className="font-medium">{id}</bdi>
        <span className={state === 'failed' ? 'text-bad' : state === 'ready' ? 'text-good' : 'text-muted'}>{device === null ? word : <><bdi>{device.toUpperCase()}</bdi> · {word}</>}</span>
      </span>
      {message !== null && <span dir="auto" className="text-muted">{errorText({ message })}</span>}
    </li>
  );
}
