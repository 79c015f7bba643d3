/** Alert rules, read from the same file that Prometheus takes, and evaluated here by its semantics. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { parse } from '../../shared/contract/common.ts';
import { StudioError } from '../../shared/errors.ts';
import { PROJECT } from '../places.ts';
import type { GaugeValue } from './metrics.ts';

const OPERATORS = {
  '>': (value: number, bound: number) => value > bound,
  '>=': (value: number, bound: number) => value >= bound,
  '<': (value: number, bound: number) => value < bound,
  '<=': (value: number, bound: number) => value <= bound,
  '==': (value: number, bound: number) => value === bound,
  '!=': (value: number, bound: number) => value !== bound,
} as const;

const EXPRESSION = /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(>=|<=|==|!=|>|<)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*$/;
const expression = z.string().transform((text, context) => {
  const [, metric, operator, bound] = EXPRESSION.exec(text) ?? [];
  if (metric === undefined) {
    context.addIssue({ code: 'custom', message: `“${text}” is not of the form “metric OP number” with one of > >= < <= == !=, which is all that is evaluated here` });
    return z.NEVER;
  }
  return { text: text.trim(), metric, holds: (value: number) => OPERATORS[operator as keyof typeof OPERATORS](value, Number(bound)) };
});

/** Prometheus's: `5m`, `1h30m`, `0s`. As milliseconds. */
const UNITS_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const duration = z.string().transform((text, context) => {
  if (!/^(?=\d)(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?$/.test(text)) {
    context.addIssue({ code: 'custom', message: `“${text}” is not a duration like 30s, 5m or 1h30m` });
    return z.NEVER;
  }
  return [...text.matchAll(/(\d+)(ms|[dhms])/g)].reduce((ms, [, count, unit]) => ms + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS], 0);
});

const rulesFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string().min(1),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be a name of letters, digits and underscores'),
          expr: expression,
          /** Shown as written: no templates. */
          annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1) }),
          for: duration.default(0),
          labels: z.strictObject({ severity: z.string().min(1) }),
        }),
      ),
    }),
  ),
});

export interface AlertRule {
  name: string;
  group: string;
  expression: z.output<typeof expression>;
  /** The condition must hold for so long before the alert fires. */
  forMs: number;
  severity: string;
  summary: string;
  description: string;
}

/** Shipped with the studio. */
export const ALERTS_FILE = path.join(PROJECT, 'resources', 'alerts.yml');

/** @throws io (it cannot be read), invalid-input (it names what is wrong where) */
export function readAlertRules(file = ALERTS_FILE): AlertRule[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StudioError('io', `The alert rules ${file} cannot be read.`, { cause });
  }
  return parseAlertRules(text, `The file of alert rules ${file}`);
}

/** @param what names the text in errors */
export function parseAlertRules(text: string, what: string): AlertRule[] {
  let data: unknown;
  try {
    data = parseYaml(text);
  } catch (cause) {
    throw new StudioError('invalid-input', `${what} is not YAML: ${(cause as Error).message.trim()}`, { cause });
  }
  return parse(rulesFile, data, what).groups.flatMap(({ name: group, rules }) =>
    rules.map((rule) => ({ name: rule.alert, group, expression: rule.expr, forMs: rule.for, severity: rule.labels.severity, ...rule.annotations })),
  );
}

/**
 * inactive: the condition does not hold, or there is no data. pending: it holds, not yet for long enough. firing: it has held for that
 * long. resolved: it fired before, and does not hold any more.
 */
export type AlertState = 'inactive' | 'pending' | 'firing' | 'resolved';

export interface Alert {
  rule: AlertRule;
  state: AlertState;
  /** Which of several of the metric's series, such as which GPU. */
  labels: Record<string, string>;
  /** When this state began; pending and firing: when the condition began to hold. */
  sinceMs: number;
  /** The metric's last value. */
  value: number;
}

export interface Alerts {
  /** Looks at the values of now. Gives every alert there has been, at most one for each rule and series. */
  evaluate(values: readonly GaugeValue[], nowMs: number): Alert[];
}

export function createAlerts(rules: readonly AlertRule[]): Alerts {
  const known = rules.map((rule) => ({ rule, alerts: new Map<string, Alert>() }));

  return {
    evaluate(values, nowMs) {
      for (const { rule, alerts } of known) {
        const holding = new Set<string>();
        for (const { name, labels, value } of values) {
          if (name !== rule.expression.metric || !rule.expression.holds(value)) continue;
          const key = JSON.stringify(labels);
          const before = alerts.get(key);
          const sinceMs = before?.state === 'pending' || before?.state === 'firing' ? before.sinceMs : nowMs;
          alerts.set(key, { rule, labels, value, sinceMs, state: nowMs - sinceMs >= rule.forMs ? 'firing' : 'pending' });
          holding.add(key);
        }
        for (const [key, alert] of alerts) {
          if (holding.has(key) || (alert.state !== 'pending' && alert.state !== 'firing')) continue;
          alerts.set(key, { ...alert, state: alert.state === 'firing' ? 'resolved' : 'inactive', sinceMs: nowMs });
        }
      }
      return known.flatMap(({ alerts }) => [...alerts.values()]);
    },
  };
}
