import { stat } from 'node:fs/promises';
import path from 'node:path';
import { styleText } from 'node:util';
import { writeWhole } from '../../engine/media/wholeFile.ts';
import { createTakeReports } from '../../engine/qa/takeReports.ts';
import { openStudio } from '../../engine/studio/studio.ts';
import type { QaMeasure, QaReport, QaVerdict } from '../../shared/contract/qa.ts';
import { StudioError } from '../../shared/errors.ts';
import { QA_NAMES, QA_VERDICT_NAMES, qaClock, qaFigure, type QaLang } from '../../shared/qaWords.ts';
import { EXIT } from '../exit.ts';
import { checkOutput } from '../output.ts';
import { sayLibraryEvent } from '../progress.ts';
import type { Context } from '../context.ts';

export interface QaOptions {
  html?: string;
  lang: QaLang;
}

/** Measures a video file, or a take of the library; 7 where it is found wanting. */
export async function qa(what: string, { html, lang }: QaOptions, { home, json, signal }: Context): Promise<void> {
  const file = (await stat(what).catch(() => null))?.isFile() ? what : null;
  if (file === null && /[\\/.]/.test(what)) throw new StudioError('invalid-input', `There is no file “${what}”. Give a video file, or the id of a take (see: sima takes list).`);
  if (html !== undefined) await checkOutput('html', html, '.html', { 'the video': file ?? undefined });
  const studio = await openStudio({ home, onLibraryEvent: sayLibraryEvent });
  try {
    const reports = createTakeReports(studio);
    const subject = file === null ? { takeId: studio.takes.show(what).id } : { file: path.resolve(file) };
    const startedMs = performance.now();
    const report = await measured(reports.measure(subject, signal));
    if (html !== undefined) await writeWhole(html, await reports.page(subject, report, [], lang, signal));
    const id = 'takeId' in subject ? { id: subject.takeId } : {};
    const seconds = (performance.now() - startedMs) / 1000;
    if (json) console.log(JSON.stringify({ ...id, file, realTime: Math.round((100 * report.durationSec) / seconds) / 100, ...report, ...(html === undefined ? {} : { html: path.resolve(html) }) }));
    else print(report, html);
    if (report.verdict === 'poor') process.exitCode = EXIT.wanting;
  } finally {
    await studio.close();
  }
}

const LINE_INTERVAL_MS = 2000;

async function measured(events: ReturnType<ReturnType<typeof createTakeReports>['measure']>): Promise<QaReport> {
  let saidMs = performance.now();
  for await (const event of events) {
    if (event.type === 'report') return event.report;
    if (performance.now() - saidMs < LINE_INTERVAL_MS) continue;
    saidMs = performance.now();
    process.stderr.write(`measuring: ${Math.round(100 * event.done)} %\n`);
  }
  throw new StudioError('bug', 'Measuring ended without a report.');
}

const SIGNS: Record<QaVerdict, { sign: string; colour: 'green' | 'yellow' | 'red' | 'gray' }> = {
  good: { sign: '✓', colour: 'green' },
  fair: { sign: '!', colour: 'yellow' },
  poor: { sign: '✗', colour: 'red' },
  unknown: { sign: '–', colour: 'gray' },
};

function print(report: QaReport, html: string | undefined): void {
  const line = (measure: QaMeasure) => {
    const { sign, colour } = SIGNS[measure.verdict];
    return `${styleText(colour, sign)} ${QA_NAMES.en[measure.name].padEnd(28)} ${qaFigure(measure, 'en').padEnd(12)} ${measure.sentence}`;
  };
  for (const measure of report.measures) console.log(line(measure));
  for (const { index, text, startSec, endSec, measures } of report.segments) {
    const wanting = measures.filter(({ verdict }) => verdict === 'poor' || verdict === 'fair');
    if (wanting.length === 0 || report.segments.length === 1) continue;
    console.log(`\n${qaClock('en', startSec, true)}–${qaClock('en', endSec, true)}  ${text.trim() || `stretch ${index + 1}`}`);
    for (const measure of wanting) console.log(`  ${line(measure)}`);
  }
  console.log(`\n${QA_VERDICT_NAMES.en[report.verdict]}${report.verdict === 'unknown' ? ': nothing could be judged' : ''}.${html === undefined ? '' : ` The report is ${html}.`}`);
}
