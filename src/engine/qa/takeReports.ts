/**
 * The host's side of measuring: which take it is and what is known of it, reports kept beside takes, and pages of them. The work itself is done
 * in the engine process.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { qaReport, type QaEvent, type QaReport, type ReviewMark } from '../../shared/contract/qa.ts';
import type { TakeInfo } from '../../shared/contract/take.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { shownPart, shownText } from '../../shared/marks.ts';
import type { QaLang } from '../../shared/qaWords.ts';
import { replaceDurably } from '../library/durable.ts';
import type { TakeStore } from '../library/takes.ts';
import { rateValue } from '../media/rate.ts';
import { textOf } from '../pipeline/speechPlan.ts';
import { askEngine } from '../process/askEngine.ts';
import type { EngineOwner } from '../process/owner.ts';
import { QA_VERSION } from './version.ts';
import { momentsOf, reportHtml } from './report.ts';
import type { QaOrder, QaTake } from './room.ts';

export interface TakeReports {
  /** Progress 0..1, then the report; a take's is kept, and comes at once the next time. */
  measure(what: { takeId: string } | { file: string }, signal: AbortSignal): AsyncGenerator<QaEvent, void, void>;
  /** A report as a page. */
  page(what: { takeId: string } | { file: string }, report: QaReport, marks: readonly ReviewMark[], lang: QaLang, signal: AbortSignal): Promise<string>;
  /** The take's report as a page, measured first where it was not. */
  takePage(takeId: string, marks: readonly ReviewMark[], lang: QaLang, signal: AbortSignal): Promise<string>;
  /** A moment of a finished take as a JPEG. @param gain how much differences are enlarged */
  picture(takeId: string, what: 'frame' | 'plate' | 'difference', frame: number, gain: number, signal: AbortSignal): Promise<Uint8Array>;
}

export interface ReportParts {
  engine: Pick<EngineOwner, 'life'>;
  takes: Pick<TakeStore, 'use' | 'soFar'>;
}

const keptSchema = z.object({ version: z.literal(QA_VERSION), report: qaReport });
const REPORT_FILE = 'qa.json';
/** The engine ended so often while it measured one video: it is to blame. */
const MOST_LIVES = 3;
const PICTURE_WIDTH = 320;

export function createTakeReports({ engine, takes }: ReportParts): TakeReports {
  const orderOf = (take: TakeInfo, file: string): QaOrder & { take: QaTake } => {
    const { said, track, chunks } = takes.soFar(take.id);
    const script = textOf(take.request);
    const segments = said.map(({ index, text, startSec, endSec }) => ({ index, text: shownPart(text, script), startSec, endSec }));
    return { file, take: { takeId: take.id, request: take.request, avatarId: take.avatarId, rate: take.rate!, frames: take.framesDone, endKnownFrom: Math.max(0, ...chunks.map(({ chunk }) => chunk.firstFrame)), poses: track()?.poses ?? null, segments } };
  };

  async function* measured(order: QaOrder, signal: AbortSignal): AsyncGenerator<QaEvent, void, void> {
    for (let lives = 1; ; lives++) {
      const life = await engine.life(signal);
      try {
        yield* life.client.stream('qa', order, { signal });
        return;
      } catch (error) {
        throwIfCanceled(signal);
        if (!life.over || lives >= MOST_LIVES) throw error;
      }
    }
  }

  async function* ofTake(takeId: string, signal: AbortSignal): AsyncGenerator<QaEvent, void, void> {
    const { take, file, release } = takes.use(takeId);
    try {
      const kept = await keptReport(file);
      if (kept) return yield { type: 'report', report: kept };
      for await (const event of measured(orderOf(take, file), signal)) {
        // Without room on the disk it is measured again the next time.
        if (event.type === 'report') await replaceDurably(reportFile(file), JSON.stringify({ version: QA_VERSION, report: event.report })).catch(() => undefined);
        yield event;
      }
    } finally {
      release();
    }
  }

  const reportOf = async (takeId: string, signal: AbortSignal): Promise<QaReport> => {
    for await (const event of ofTake(takeId, signal)) if (event.type === 'report') return event.report;
    throw new StudioError('bug', `Measuring the take ${takeId} ended without a report.`);
  };

  const page: TakeReports['page'] = async (what, report, marks, lang, signal) => {
    const used = 'takeId' in what ? takes.use(what.takeId) : null;
    const file = used?.file ?? (what as { file: string }).file;
    try {
      const pictures = await picturesOf(report, (atSec) => askEngine(engine, (client) => client.call('picture', { file, take: null, what: 'frame', atSec, gain: 1, width: PICTURE_WIDTH }, signal), signal, MOST_LIVES));
      const take = used?.take ?? null;
      const date = take && new Intl.DateTimeFormat(lang === 'fa' ? 'fa-IR' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(take.createdAt));
      const about = [date, take?.modelId].filter((each) => each !== null && each !== undefined);
      return reportHtml({ report, title: take ? titleOf(take) : path.basename(file), about, marks: marks.filter(({ takeId }) => takeId === take?.id), lang, pictures, at: new Date() });
    } finally {
      used?.release();
    }
  };

  return {
    measure: (what, signal) => ('takeId' in what ? ofTake(what.takeId, signal) : measured({ file: what.file, take: null }, signal)),
    page,
    takePage: async (takeId, marks, lang, signal) => page({ takeId }, await reportOf(takeId, signal), marks, lang, signal),
    async picture(takeId, what, frame, gain, signal) {
      const { take, file, release } = takes.use(takeId);
      try {
        if (frame >= take.framesDone) throw new StudioError('invalid-input', `The take has ${take.framesDone} frames; there is no frame ${frame}.`);
        const atSec = (frame + 0.25) / rateValue(take.rate!);
        return await askEngine(engine, (client) => client.call('picture', { ...orderOf(take, file), what, atSec, gain, width: null }, signal), signal, MOST_LIVES);
      } finally {
        release();
      }
    },
  };
}

/** Pictures of the moments that the page shows; one that cannot be had is left out. */
export async function picturesOf(report: QaReport, pictureAt: (atSec: number) => Promise<Uint8Array>): Promise<Map<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>();
  for (const { key, atSec } of momentsOf(report)) {
    const picture = await pictureAt(Math.max(0, Math.min(report.durationSec - 0.5 / report.fps, atSec))).catch(() => null);
    if (picture) pictures.set(key, picture);
  }
  return pictures;
}

const reportFile = (takeFile: string): string => path.join(path.dirname(takeFile), REPORT_FILE);

async function keptReport(takeFile: string): Promise<QaReport | null> {
  const text = await readFile(reportFile(takeFile), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return keptSchema.parse(JSON.parse(text)).report;
  } catch {
    return null; // of another version, or damaged: it is measured anew
  }
}

/** The first words of what is said. */
export function titleOf({ request: { script, segments, audio } }: TakeInfo): string {
  const text = shownText(script ?? segments?.map((segment) => segment.text).join('') ?? path.basename(audio ?? ''));
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length <= 80 ? line : `${Array.from(line).slice(0, 79).join('')}…`;
}
