/** Alert rules: the shipped file, refused ones, and timelines worked out by hand. */
import { expect, test } from 'vitest';
import { createAlerts, parseAlertRules, readAlertRules, type AlertState } from '../../../src/engine/telemetry/alerts.ts';
import { createMetrics } from '../../../src/engine/telemetry/metrics.ts';

const SECOND = 1000, MINUTE = 60_000;

const rule = (fields: { expr?: string; for?: string; more?: string } = {}): string => `
groups:
  - name: test
    rules:
      - alert: Slow
        expr: ${fields.expr ?? 'latency > 1.0'}
        ${fields.for === '' ? '' : `for: ${fields.for ?? '5m'}`}
        labels: { severity: warning }
        annotations: { summary: It is slow, description: Do something }
        ${fields.more ?? ''}
`;
const value = (name: string, number: number, labels: Record<string, string> = {}) => ({ name, labels, value: number });

test('the shipped file holds the guide’s three rules, each on a metric that there is', () => {
  const rules = readAlertRules();
  expect(rules.map(({ group, name, expression, forMs, severity }) => [group, name, expression.text, forMs, severity])).toEqual([
    ['avatar-service-performance', 'HighProcessingLatency', 'avatar_processing_latency_p95 > 1.0', 5 * MINUTE, 'warning'],
    ['avatar-service-performance', 'LowCacheHitRate', 'avatar_cache_hit_rate < 0.9', 5 * MINUTE, 'warning'],
    ['avatar-service-performance', 'GPUMemoryHigh', 'gpu_memory_utilization > 0.9', 2 * MINUTE, 'critical'],
  ]);
  const names = createMetrics().names();
  for (const { expression } of rules) expect(names).toContain(expression.metric);
  for (const { summary, description } of rules) {
    expect(summary.length).toBeGreaterThan(20);
    expect(description).toMatch(/\. [A-Z]/); // what it is, then what to do
  }
});

test.each([
  ['a function', rule({ expr: 'rate(latency[5m]) > 1' }), /rules\.0\.expr: “rate\(latency\[5m\]\) > 1” is not of the form “metric OP number”/],
  ['labels', rule({ expr: `'latency{job="x"} > 1'` }), /is not of the form/],
  ['no number', rule({ expr: 'latency > other' }), /is not of the form/],
  ['no operator', rule({ expr: 'latency' }), /is not of the form/],
  ['two conditions', rule({ expr: 'latency > 1 and users > 2' }), /is not of the form/],
  ['a duration without a unit', rule({ for: '"5"' }), /rules\.0\.for: “5” is not a duration like 30s/],
  ['a duration backwards', rule({ for: '30s5m' }), /is not a duration/],
  ['an unknown field', rule({ more: 'keep_firing_for: 5m' }), /keep_firing_for/],
  ['no groups', 'rules: []', /groups: /],
  ['nothing', '', /Test rules cannot be used/],
  ['no YAML', 'groups: [', /Test rules is not YAML/],
])('a file with %s is refused, saying where', (_, text, message) => {
  expect(() => parseAlertRules(text, 'Test rules')).toThrow(expect.objectContaining({ code: 'invalid-input', message: expect.stringMatching(message) as string }));
});

test('a file that is not there is an i/o error that names it', () => {
  expect(() => readAlertRules('/nowhere/alerts.yml')).toThrow(expect.objectContaining({ code: 'io', message: expect.stringContaining('/nowhere/alerts.yml') as string }));
});

test.each([
  ['30s', 30_000], ['1h30m', 5_400_000], ['1m500ms', 60_500], ['500ms', 500], ['1d', 86_400_000], ['0s', 0], ['', 0],
])('for: %s is %d ms', (text, ms) => {
  expect(parseAlertRules(rule({ for: text }), 'Test rules')[0].forMs).toBe(ms);
});

test.each([
  ['> 1', [false, false, true]], ['>= 1', [false, true, true]], ['< 1', [true, false, false]], ['<= 1.0', [true, true, false]], ['== 1', [false, true, false]], ['!= 1e0', [true, false, true]],
  ['> -0.5', [true, true, true]],
])('latency %s', (condition, expected) => {
  const [{ expression }] = parseAlertRules(rule({ expr: `"latency ${condition}"` }), 'Test rules');
  expect([0, 1, 2].map(expression.holds)).toEqual(expected);
});

/** What the rule says at each of the moments; null: no data. */
function timeline(text: string, steps: [atSeconds: number, value: number | null, state: AlertState | undefined, sinceSeconds?: number][]) {
  const alerts = createAlerts(parseAlertRules(text, 'Test rules'));
  for (const [at, number, state, since] of steps) {
    const [found] = alerts.evaluate(number === null ? [] : [value('latency', number)], at * SECOND);
    expect({ at, state: found?.state }).toEqual({ at, state });
    if (since !== undefined) expect({ at, since: found.sinceMs }).toEqual({ at, since: since * SECOND });
  }
}

test('inactive, pending, firing after five minutes to the second, resolved, and pending anew', () => {
  timeline(rule(), [
    [0, 0.9, undefined],
    [10, 1, undefined], // not more than 1.0
    [20, 1.1, 'pending', 20],
    [319, 1.1, 'pending', 20],
    [320, 1.1, 'firing', 20],
    [500, 3, 'firing', 20],
    [510, 1, 'resolved', 510],
    [520, 0.2, 'resolved', 510],
    [530, 2, 'pending', 530],
    [830, 2, 'firing', 530],
  ]);
});

test('a single good value begins the wait anew', () => {
  timeline(rule(), [
    [0, 2, 'pending', 0],
    [299, 0.5, 'inactive'],
    [300, 2, 'pending', 300],
    [599, 2, 'pending', 300],
    [600, 2, 'firing', 300],
  ]);
});

test('no data is no alert: it resets what is pending and ends what fires', () => {
  timeline(rule(), [
    [0, null, undefined],
    [10, 2, 'pending', 10],
    [200, null, 'inactive'],
    [320, 2, 'pending', 320],
    [620, 2, 'firing', 320],
    [630, null, 'resolved', 630],
  ]);
});

test('without “for” it fires at once', () => {
  timeline(rule({ for: '' }), [[0, 2, 'firing', 0], [1, 0, 'resolved']]);
});

test('each GPU has its own wait: two that take turns do not add up', () => {
  const alerts = createAlerts(readAlertRules());
  const at = (seconds: number, first: number, second: number) =>
    alerts
      .evaluate([value('gpu_memory_utilization', first, { gpu: '0' }), value('gpu_memory_utilization', second, { gpu: '1' })], seconds * SECOND)
      .map(({ rule: { name }, labels, state, value: number }) => [name, labels.gpu, state, number]);
  expect(at(0, 0.95, 0.5)).toEqual([['GPUMemoryHigh', '0', 'pending', 0.95]]);
  expect(at(100, 0.5, 0.95)).toEqual([['GPUMemoryHigh', '0', 'inactive', 0.95], ['GPUMemoryHigh', '1', 'pending', 0.95]]);
  expect(at(130, 0.5, 0.96)).toEqual([['GPUMemoryHigh', '0', 'inactive', 0.95], ['GPUMemoryHigh', '1', 'pending', 0.96]]);
  expect(at(220, 0.5, 0.97)).toEqual([['GPUMemoryHigh', '0', 'inactive', 0.95], ['GPUMemoryHigh', '1', 'firing', 0.97]]);
});
