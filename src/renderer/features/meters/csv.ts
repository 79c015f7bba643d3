/** The figures as a table for spreadsheets: a line for each sample; what was not known is empty. */
import Papa from 'papaparse';
import type { TelemetrySample } from '../../../shared/contract/telemetry.ts';

export function figuresCsv(samples: readonly TelemetrySample[]): string {
  return `\uFEFF${Papa.unparse(samples.map(rowOf))}\r\n`;
}

function rowOf({ at, gpus, processes, kpis, memoryBudgets, alerts, advice, ...plain }: TelemetrySample): Record<string, string | number | null> {
  return {
    at, ...plain,
    ...Object.fromEntries(gpus.flatMap(({ index, ...about }) => Object.entries(about).map(([figure, value]) => [`gpu${index}.${figure}`, value]))),
    ...Object.fromEntries(processes.flatMap(({ name, cpuLoad, rssBytes }) => [[`${name}.cpuLoad`, cpuLoad], [`${name}.rssBytes`, rssBytes]])),
    ...Object.fromEntries(Object.entries(kpis).flatMap(([name, { last, p50, p95, p99 }]) => [[`${name}.last`, last], [`${name}.p50`, p50], [`${name}.p95`, p95], [`${name}.p99`, p99]])),
    ...Object.fromEntries(Object.entries(memoryBudgets).map(([name, bytes]) => [`budget.${name}`, bytes])),
    alerts: alerts.filter(({ state }) => state === 'firing').map(({ name }) => name).join(' '),
    advice: advice.join(' '),
  };
}
