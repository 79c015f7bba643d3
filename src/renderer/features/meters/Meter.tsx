/** One question: its answer now in large, its lines over five minutes, and whether it keeps to its target. */
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TelemetrySample } from '../../../shared/contract/telemetry.ts';
import { useFormat } from '../../i18n/format.ts';
import { Tip } from '../../ui/Tip.tsx';
import { Chart } from './Chart.tsx';
import { keepsTarget, shown, type Question } from './questions.ts';

const SWATCH = { accent: 'border-accent', good: 'border-good', warn: 'border-warn' };

export function Meter({ question, samples }: { question: Question; samples: readonly TelemetrySample[] }) {
  const { t } = useTranslation('meters');
  const format = useFormat();
  const [pointed, setPointed] = useState<number | null>(null);
  const now = samples.at(-1);
  if (!now) return null;
  const { id, lines, unit, target } = question;
  const main = lines.find(({ of }) => of(now) !== null) ?? lines[0];
  const value = shown(main.of(now), main.unit ?? unit, format);
  const at = (pointed !== null && samples[pointed]) || now;
  const limit = target?.of(now) ?? null;
  const keeps = keepsTarget(question, now);
  const title = t(`questions.${id}.title`);
  return (
    <section aria-label={title} className="flex min-w-0 flex-col gap-2 rounded-lg border border-line bg-panel p-3">
      <header className="flex items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-col">
          <h2 className="text-sm font-medium">{title}</h2>
          <p className="text-xs text-muted">{t(`questions.${id}.means`)}</p>
        </div>
        <p className="flex shrink-0 items-center gap-1.5 text-xl font-semibold tabular-nums">
          {keeps !== null && target && (
            <Tip label={t(keeps ? 'keeps' : 'breaks', { target: `${t(`targets.${target.id}`)} ${shown(limit, unit, format)}` })}>
              <span tabIndex={0} role="img" aria-label={t(keeps ? 'keeps' : 'breaks', { target: shown(limit, unit, format) })}>
                {keeps ? <CircleCheck aria-hidden size={16} className="text-good" /> : <TriangleAlert aria-hidden size={16} className="text-warn" />}
              </span>
            </Tip>
          )}
          <span>{value}</span>
        </p>
      </header>
      <Chart question={question} samples={samples} label={`${title} ${t(`lines.${main.id}`)}: ${value}`} onPoint={setPointed} />
      <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
        {lines.map((line) => (
          <div key={line.id} className="flex items-center gap-1.5">
            <dt className="flex items-center gap-1.5 text-muted"><span aria-hidden className={`w-4 border-t-2 ${SWATCH[line.colour]} ${line.dashed ? 'border-dashed' : ''}`} />{t(`lines.${line.id}`)}</dt>
            <dd className="tabular-nums">{shown(line.of(at), line.unit ?? unit, format)}</dd>
          </div>
        ))}
        {target && limit !== null && (
          <div className="flex items-center gap-1.5">
            <dt className="flex items-center gap-1.5 text-muted"><span aria-hidden className="w-4 border-t-2 border-dotted border-warn" />{t(`targets.${target.id}`)}</dt>
            <dd className="tabular-nums">{shown(limit, unit, format)}</dd>
          </div>
        )}
        {pointed !== null && at !== now && <div className="ms-auto text-muted">{format.ago(at.at)}</div>}
      </dl>
    </section>
  );
}
