/** How the studio and its machine are doing: one chart for each question, the last five minutes. */
import { BellRing, Download, Lightbulb } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TelemetrySample } from '../../../shared/contract/telemetry.ts';
import { alertText } from '../../i18n/alertText.ts';
import { useFormat } from '../../i18n/format.ts';
import { call, useConnection } from '../../studio/connection.ts';
import { useWatch } from '../../studio/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { saveFile } from '../../ui/saveFile.ts';
import { Failure, Loading } from '../../ui/states.tsx';
import { adviceOf } from './advice.ts';
import { figuresCsv } from './csv.ts';
import { Meter } from './Meter.tsx';
import { QUESTIONS } from './questions.ts';
import { useSamples } from './samples.ts';

export function MetersScreen() {
  const { t } = useTranslation('meters');
  const { samples, begin, add } = useSamples();
  const client = useConnection((connection) => connection.client);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    const abort = new AbortController();
    call('telemetry.history', null, abort.signal).then(begin, (error: unknown) => !abort.signal.aborted && setFailure(error));
    return () => abort.abort();
  }, [begin, client]);
  useWatch('telemetry.watch', null, (sample) => {
    setFailure(null);
    add(sample);
  });
  const now = samples.at(-1);
  if (!now) return failure === null ? <Loading /> : <div className="p-4"><Failure error={failure} /></div>;
  const hasGpu = now.gpus.length > 0;
  return (
    <div className="mx-auto flex max-w-[1600px] flex-col gap-4 p-4">
      <header className="flex flex-wrap items-center gap-3">
        <div className="min-w-0 flex-1">
          <h1 className="text-base font-medium">{t('title')}</h1>
          <p className="text-xs text-muted">{t('subtitle')}</p>
        </div>
        <Button icon={Download} tip={t('exportTip')} onClick={() => saveFile(`sima-figures-${now.at.slice(0, 19).replaceAll(':', '-')}.csv`, figuresCsv(samples), 'text/csv')}>{t('export')}</Button>
      </header>
      <Alerts sample={now} />
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,21rem),1fr))] gap-3">
        {QUESTIONS.filter(({ needsGpu }) => hasGpu || !needsGpu).map((question) => <Meter key={question.id} question={question} samples={samples} />)}
        {!hasGpu && <NoGpu />}
      </div>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,24rem),1fr))] gap-3">
        <Processes sample={now} />
        <Takes sample={now} />
      </div>
    </div>
  );
}

function NoGpu() {
  const { t } = useTranslation('meters');
  return (
    <section aria-label={t('noGpu.title')} className="flex flex-col gap-2 rounded-lg border border-dashed border-line p-3">
      <div className="flex items-start justify-between gap-2"><h2 className="text-sm font-medium">{t('noGpu.title')}</h2><p className="text-xl font-semibold text-muted">–</p></div>
      <p className="text-xs text-muted">{t('noGpu.text')}</p>
    </section>
  );
}

/** What is wrong and since when, and what could be done about memory. */
function Alerts({ sample: { alerts, advice } }: { sample: TelemetrySample }) {
  const { t } = useTranslation('meters');
  const format = useFormat();
  if (alerts.length === 0 && advice.length === 0) return <p className="flex items-center gap-2 rounded-lg border border-line bg-panel px-3 py-2 text-muted"><BellRing aria-hidden size={16} />{t('noAlerts')}</p>;
  const gb = (value: number | null) => format.bytes(value === null ? null : value * 2 ** 30);
  return (
    <ul aria-label={t('alerts')} className="flex flex-col gap-2">
      {alerts.map((alert) => {
        const { name, severity, state, since, summary } = alert;
        const tone = state === 'pending' ? 'border-line text-muted' : severity === 'critical' ? 'border-bad text-bad' : 'border-warn text-warn';
        return (
          <li key={`${name} ${summary}`} className={`flex items-start gap-3 rounded-lg border bg-panel p-3 ${tone}`}>
            <BellRing aria-hidden size={18} className="mt-0.5 shrink-0" />
            <div className="flex min-w-0 flex-col gap-1">
              <p className="font-medium">{alertText(alert, 'summary')}<span className="ms-2 text-xs font-normal text-muted">{t(state === 'firing' ? 'firingSince' : 'pendingSince', { ago: format.ago(since) })}</span></p>
              {state === 'firing' && <p dir="auto" className="text-ink">{alertText(alert, 'description')}</p>}
            </div>
          </li>
        );
      })}
      {advice.map((sentence) => {
        const known = adviceOf(sentence);
        return <li key={sentence} className="flex items-start gap-3 rounded-lg border border-line bg-panel p-3"><Lightbulb aria-hidden size={18} className="mt-0.5 shrink-0 text-warn" /><p dir="auto">{known ? t(`advice.${known.key}`, { gb: gb(known.gb), of: gb(known.of) }) : sentence}</p></li>;
      })}
    </ul>
  );
}

function Processes({ sample: { processes } }: { sample: TelemetrySample }) {
  const { t, i18n } = useTranslation('meters');
  const format = useFormat();
  return (
    <section aria-label={t('processes.title')} className="overflow-x-auto rounded-lg border border-line bg-panel p-3">
      <h2 className="mb-2 text-sm font-medium">{t('processes.title')}</h2>
      <table className="w-full text-start">
        <thead className="text-xs text-muted">
          <tr><th className="py-1 text-start font-normal">{t('processes.name')}</th><th className="py-1 text-end font-normal">{t('processes.pid')}</th><th className="py-1 text-end font-normal">{t('processes.cpu')}</th><th className="py-1 text-end font-normal">{t('processes.memory')}</th></tr>
        </thead>
        <tbody className="tabular-nums">
          {processes.map(({ name, pid, cpuLoad, rssBytes }) => (
            <tr key={pid} className="border-t border-line">
              <td className="py-1.5">{i18n.exists(`meters:processes.names.${name}`) ? t(`processes.names.${name as 'host'}`) : name}</td>
              <td className="py-1.5 text-end"><bdi>{new Intl.NumberFormat(i18n.language === 'fa' ? 'fa-IR' : 'en-GB', { useGrouping: false }).format(pid)}</bdi></td>
              <td className="py-1.5 text-end"><bdi>{format.percent(cpuLoad)}</bdi></td>
              <td className="py-1.5 text-end"><bdi>{format.bytes(rssBytes)}</bdi></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Takes({ sample: { takesStarted, takesFinished, takesFailed, uptime, kpis, framesQueued, cacheBytes, cacheBudgetBytes } }: { sample: TelemetrySample }) {
  const { t } = useTranslation('meters');
  const format = useFormat();
  const figures = [
    ['uptime', format.percent(uptime, 1)],
    ['started', format.number(takesStarted)], ['finished', format.number(takesFinished)], ['failed', format.number(takesFailed)],
    ['errors', format.number(kpis.errors?.last ?? null)],
    ['framesQueued', format.number(framesQueued)],
    ['modelLoad', kpis.modelLoad?.last == null ? format.number(null) : format.seconds(kpis.modelLoad.last / 1000, 1)],
    ['cache', `${format.bytes(cacheBytes)} / ${format.bytes(cacheBudgetBytes)}`],
  ] as const;
  return (
    <section aria-label={t('takes.title')} className="rounded-lg border border-line bg-panel p-3">
      <h2 className="mb-2 text-sm font-medium">{t('takes.title')}</h2>
      <dl className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-x-4 gap-y-2">
        {figures.map(([name, value]) => (
          <div key={name} className="flex flex-col"><dt className="text-xs text-muted">{t(`takes.${name}`)}</dt><dd className="text-base tabular-nums"><bdi>{value}</bdi></dd></div>
        ))}
      </dl>
    </section>
  );
}
