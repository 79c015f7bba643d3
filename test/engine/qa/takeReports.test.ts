/** Reports as users get them: through the contract, kept beside the take, as a page, as pictures, and on the command line. */
import { statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTakeReports } from '../../../src/engine/qa/takeReports.ts';
import { serviceHandlers } from '../../../src/engine/service/serviceHandlers.ts';
import { createTakePictures } from '../../../src/engine/service/takePictures.ts';
import type { QaEvent, QaReport } from '../../../src/shared/contract/qa.ts';
import { createWorkplace } from '../../support/cli.ts';
import { writeClickTake } from '../../support/clickTake.ts';
import { followed, openTestStudio, requestOf, type TestStudio } from '../../support/studios.ts';

let test: TestStudio;
let takeId: string;
const signal = new AbortController().signal;

beforeAll(async () => {
  test = await openTestStudio();
  const { seatId } = test.studio.seats.open();
  ({ id: takeId } = test.studio.start({ sessionId: seatId, request: requestOf({ script: 'Maybe. Hello there, Bob.' }), leadSec: null }));
  expect((await followed(test.studio, takeId)).take.state).toBe('finished');
});
afterAll(() => test?.close());

async function eventsOf(): Promise<QaEvent[]> {
  const events: QaEvent[] = [];
  for await (const event of test.client().stream('qa.measure', { takeId })) events.push(event);
  return events;
}

describe('a take', () => {
  let report: QaReport;

  it('is measured with progress, and the report is kept beside it', async () => {
    const events = await eventsOf();
    expect(events.filter(({ type }) => type === 'progress').length).toBeGreaterThan(1);
    const last = events.at(-1)!;
    if (last.type !== 'report') throw new Error('no report');
    report = last.report;
    expect(report).toMatchObject({ takeId, verdict: 'good', width: 256, height: 256, fps: 25 });
    expect(report.segments.map(({ text }) => text).join('')).toBe('Maybe. Hello there, Bob.');
    // So short a take cannot be told from chance, and nobody pretends.
    expect(report.measures.find(({ name }) => name === 'offset')).toMatchObject({ verdict: 'unknown', value: null });
    expect(statSync(path.join(path.dirname(test.studio.takes.file(takeId)), 'qa.json')).size).toBeLessThan(20_000);
    expect(await eventsOf()).toEqual([last]);
  });

  it('becomes one page that needs nothing else, with the reviewer’s words as text', async () => {
    const marks = [
      { takeId, segmentIndex: 0, verdict: 'fail' as const, note: '<b onclick="x">دوباره</b>' },
      { takeId: 'another', segmentIndex: null, verdict: 'pass' as const, note: 'of another take' },
    ];
    const { html } = await test.client().call('takes.report', { takeId, marks, lang: 'fa' });
    expect(html).toContain('<html lang="fa" dir="rtl">');
    expect(html).toContain('&lt;b onclick=&quot;x&quot;&gt;دوباره');
    expect(html).not.toContain('of another take');
    expect(html).toContain('src="data:image/jpeg;base64,');
    expect(html).not.toMatch(/<script|<link|https?:/);
    expect((await test.client().call('takes.report', { takeId })).html).toContain('Lips close on');
  });

  it('shows its source pictures: as the head stands, so that only the mouth differs', async () => {
    const reports = createTakeReports(test.studio);
    const frame = Math.floor(report.opening.indexOf(Math.max(...report.opening.map((value) => value ?? 0))));
    const { data, info } = await sharp(await reports.picture(takeId, 'difference', frame, 1, signal)).greyscale().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([256, 256]);
    const most = (top: number, bottom: number) => data.subarray(Math.round(top * 256) * 256, Math.round(bottom * 256) * 256).reduce((all, value) => Math.max(all, value), 0);
    expect(most(0.55, 0.75)).toBeGreaterThan(60);
    expect(most(0, 0.45)).toBeLessThan(40);
    await expect(reports.picture(takeId, 'plate', 100_000, 1, signal)).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('that does not exist has no report', async () => {
    await expect((async () => { for await (const event of test.client().stream('qa.measure', { takeId: 'nothing-like-it' })) expect(event).toBe(null); })()).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

it('a client of the service names no file of this machine', async () => {
  const never = () => Promise.reject(new Error('no upload is asked for'));
  const offered = serviceHandlers(test.studio.handlers, { lend: never, resolve: never, nameOf: (name) => name, leave: () => undefined });
  const measuring = (async () => {
    for await (const event of offered.streams['qa.measure']({ file: test.studio.takes.file(takeId) }, signal)) expect(event).toBe(null);
  })();
  await expect(measuring).rejects.toMatchObject({ code: 'invalid-input' });
});

it('the addresses of pictures take whole frames and sensible gains alone', async () => {
  const asked: unknown[] = [];
  const answer = createTakePictures({ takePicture: (...[id, what, frame, gain]) => {
    asked.push([id, what, frame, gain]);
    return Promise.resolve(new Uint8Array([1, 2, 3]));
  } });
  const get = (query: string) => answer('take', 'difference', new Request(`http://service/takes/take/difference.jpg${query}`));
  const response = await get('?frame=7&gain=8');
  expect([response.status, response.headers.get('content-type'), (await response.arrayBuffer()).byteLength]).toEqual([200, 'image/jpeg', 3]);
  expect(asked).toEqual([['take', 'difference', 7, 8]]);
  for (const query of ['?frame=1.5', '?frame=-1', '?frame=x', '?gain=0', '?gain=1e9', '?frame=']) await expect(get(query), query).rejects.toMatchObject({ status: 400 });
});

it('the command line measures any file, and says by its exit code that it found it wanting', async () => {
  const place = createWorkplace();
  try {
    await writeClickTake({ file: place.file('input.mp4'), frames: 20, clickFrame: 5 });
    const { exitCode, json } = await place.sima(['qa', place.file('input.mp4'), '--html', place.file('report.html'), '--json']);
    expect(exitCode).toBe(7);
    expect(json).toMatchObject({ verdict: 'poor', frames: 20, takeId: null });
    expect((json as unknown as QaReport).measures.find(({ name }) => name === 'faceless')).toMatchObject({ verdict: 'poor', value: 1 });
    expect(statSync(place.file('report.html')).size).toBeGreaterThan(2000);
    expect((await place.sima(['qa', place.file('none.mp4')])).exitCode).toBe(2);
  } finally {
    place.remove();
  }
}, 240_000);
