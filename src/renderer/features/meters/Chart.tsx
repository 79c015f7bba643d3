/** Five minutes of a question's figures as lines, with the target that they should keep to drawn in. */
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TelemetrySample } from '../../../shared/contract/telemetry.ts';
import { useFormat } from '../../i18n/format.ts';
import { useView } from '../../state/view.ts';
import { marked, type Line, type Question, type Unit } from './questions.ts';
import { WINDOW_SEC } from './samples.ts';

const HEIGHT = 132;
const AXIS_WIDTH = 48;
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot's enumeration is of types alone: there is no value to take
const RIGHT = 1 as uPlot.Axis.Side;

/** @param onPoint told of the sample under the pointer; null: none */
export function Chart({ question, samples, label, onPoint }: { question: Question; samples: readonly TelemetrySample[]; label: string; onPoint: (index: number | null) => void }) {
  const { t } = useTranslation('meters');
  const { theme, language } = useView();
  const format = useFormat();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useEffectEvent(() => dataOf(question, samples));
  const pointed = useEffectEvent(onPoint);
  const written = useEffectEvent((value: number, unit: Unit) => marked(value, unit, format));
  const minute = useEffectEvent((sec: number) => (sec === 0 ? t('now') : format.number(Math.round(sec / 60))));

  useEffect(() => {
    const element = place.current!;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const grid = { stroke: colour('line'), width: 1 };
    const axis = { stroke: colour('muted'), font, grid, ticks: { show: false } };
    const second = question.lines.find(({ unit }) => unit !== undefined)?.unit;
    const seriesOf = ({ colour: name, dashed, unit }: Line): uPlot.Series => ({ stroke: colour(name), width: 1.75, scale: unit ?? 'y', points: { show: false }, spanGaps: false, ...(dashed ? { dash: [5, 4] } : {}) });
    const ends = (low: number, high: number): [number, number] => (question.unit === 'share' ? [0, 1] : [Math.min(0, low * 1.1), Math.max(question.top, high * 1.1)]);
    const made = new uPlot(
      {
        width: Math.max(120, element.clientWidth), height: HEIGHT, legend: { show: false }, padding: [8, second ? 0 : 22, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: {
          x: { time: false, range: [-WINDOW_SEC, 0] },
          y: { range: (_plot, low, high) => ends(low ?? 0, high ?? 0) },
          ...(second ? { [second]: { range: (_plot: uPlot, _low: number, high: number): [number, number] => [0, Math.max(100, (high ?? 0) * 1.1)] } } : {}),
        },
        axes: [
          { ...axis, size: 24, splits: () => [-300, -240, -180, -120, -60, 0], values: (_plot, at) => at.map(minute) },
          { ...axis, size: AXIS_WIDTH, space: 34, values: (_plot, at) => at.map((value) => written(value, question.unit)) },
          ...(second ? [{ ...axis, side: RIGHT, scale: second, size: AXIS_WIDTH, space: 34, grid: { show: false }, values: (_plot: uPlot, at: number[]) => at.map((value) => written(value, second)) }] : []),
        ],
        series: [{}, ...question.lines.map(seriesOf), ...(question.target ? [{ stroke: colour('warn'), width: 1.25, dash: [2, 3], points: { show: false } }] : [])],
        hooks: { setCursor: [({ cursor }) => pointed(cursor.idx ?? null)] },
      },
      latest(),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: Math.max(120, element.clientWidth), height: HEIGHT }));
    resized.observe(element);
    const left = (): void => pointed(null);
    element.addEventListener('pointerleave', left);
    return () => {
      resized.disconnect();
      element.removeEventListener('pointerleave', left);
      plot.current = null;
      made.destroy();
    };
  }, [question, theme, language]);

  useEffect(() => {
    plot.current?.setData(dataOf(question, samples));
  }, [question, samples]);

  // Shares and counts say what they are by themselves.
  const units = [question.unit, ...question.lines.flatMap(({ unit }) => unit ?? [])].filter((unit) => unit !== 'share' && unit !== 'count');
  return (
    <div dir="ltr" className="min-w-0">
      <p aria-hidden className="flex h-4 justify-between text-xs leading-4 text-muted">{units.map((unit) => <span key={unit}>{t(`units.${unit}`)}</span>)}</p>
      <div ref={place} role="img" aria-label={label} className="min-w-0 overflow-hidden" style={{ height: HEIGHT }} />
    </div>
  );
}

/** Seconds before the last sample, then a row of values for each line and the target. */
function dataOf({ lines, target }: Question, samples: readonly TelemetrySample[]): uPlot.AlignedData {
  const now = Date.parse(samples.at(-1)?.at ?? '') || 0;
  return [
    samples.map(({ at }) => (Date.parse(at) - now) / 1000),
    ...lines.map(({ of }) => samples.map(of)),
    ...(target ? [samples.map(target.of)] : []),
  ];
}
