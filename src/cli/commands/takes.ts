import path from 'node:path';
import { shortId } from '../../engine/library/room.ts';
import { openTakes, type TakeStore } from '../../engine/library/takes.ts';
import { rateValue } from '../../engine/media/rate.ts';
import { textOf } from '../../engine/pipeline/speechPlan.ts';
import type { TakeInfo } from '../../shared/contract/take.ts';
import { shownText } from '../../shared/marks.ts';
import { sayLibraryEvent } from '../progress.ts';
import type { Context } from '../context.ts';

export async function takesList(context: Context): Promise<void> {
  await withTakes(context, (takes) => {
    const list = takes.list({ limit: -1 });
    if (context.json) return console.log(JSON.stringify({ takes: list, sizeBytes: takes.usage() }));
    if (list.length === 0) return console.log('No takes yet. sima render keeps its take with --keep.');
    for (const take of list) {
      console.log(`${shortId(take.id).padEnd(14)} ${when(take)}  ${take.state.padEnd(9)} ${length(take).padStart(8)} ${megabytes(take.sizeBytes).padStart(9)}  ${take.kept ? 'kept' : '    '}  ${saidBy(take)}`);
    }
  });
}

export async function takesShow(id: string, context: Context): Promise<void> {
  await withTakes(context, (takes) => {
    const take = takes.show(id);
    const record = take.state === 'finished' ? takes.record(take.id) : null;
    const file = record ? takes.file(take.id) : null;
    if (context.json) {
      const segments = record?.segments.map(({ segment, startSec, endSec }) => ({ ...segment, startSec, endSec })) ?? null;
      return console.log(JSON.stringify({ id: take.id, take, file, segments, chunks: record?.chunks ?? takes.chunks(take.id).map(({ chunk, times }) => ({ ...chunk, times })), times: record?.times ?? null }));
    }
    const { avatarId, modelId, device, width, height, rate, request } = take;
    const lines: [string, string][] = [
      ['id', take.id],
      ['state', take.error ? `${take.state}: ${take.error.message}` : take.state],
      ['created', when(take)],
      ['avatar', avatarId === null ? request.avatar : shortId(avatarId)],
      ['says', request.audio === undefined ? saidBy(take) : `the recording ${request.audio}`],
      ['voice', request.audio === undefined ? (request.voice ?? 'each language’s own') : '–'],
      ['model', `${modelId ?? '–'}${device === null ? '' : ` on ${device}`}`],
      ['picture', width === null || height === null || rate === null ? '–' : `${width}×${height}, ${Number(rateValue(rate).toFixed(3))} fps`],
      ['length', `${length(take)}, ${take.framesDone} of ${take.framesExpected ?? '–'} frames`],
      ['file', file === null ? '–' : `${file} (${megabytes(take.sizeBytes)})`],
      ['chunks', record ? String(record.chunks.length) : '–'],
      ['kept', take.kept ? 'yes' : 'no: goes when room is needed'],
      ['mind', take.warnings.join('\n           ') || 'nothing'],
    ];
    for (const [name, value] of lines) console.log(`${name.padEnd(10)} ${value}`);
  });
}

export async function takesKeep(id: string, { undo }: { undo?: boolean }, context: Context): Promise<void> {
  await withTakes(context, (takes) => {
    const take = takes.keep(id, undo !== true);
    if (context.json) return console.log(JSON.stringify({ id: take.id, kept: take.kept }));
    console.log(`${shortId(take.id)} ${take.kept ? 'is kept until you remove it' : 'may go when room is needed'}.`);
  });
}

export async function takesRemove(id: string, context: Context): Promise<void> {
  await withTakes(context, async (takes) => {
    const removed = await takes.remove(id);
    console.log(context.json ? JSON.stringify({ id: removed, removed: true }) : `Removed ${shortId(removed)}. What was exported of it stays.`);
  });
}

async function withTakes({ home }: Context, work: (takes: TakeStore) => void | Promise<void>): Promise<void> {
  const takes = openTakes(home, { onEvent: sayLibraryEvent });
  try {
    await work(takes);
  } finally {
    await takes.close();
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const when = ({ createdAt }: TakeInfo): string => createdAt.slice(0, 16).replace('T', ' ');
/** null where the rate is not known yet. */
const secondsOf = ({ framesDone, rate }: TakeInfo): number | null => (rate === null ? null : framesDone / rateValue(rate));

function length(take: TakeInfo): string {
  const seconds = secondsOf(take);
  return seconds === null ? '–' : `${seconds.toFixed(2)} s`;
}

/** The beginning of what is said, on one line. */
function saidBy({ request }: TakeInfo): string {
  if (request.audio !== undefined) return path.basename(request.audio);
  const line = shownText(textOf(request)).replace(/\s+/gu, ' ').trim();
  return line.length <= 60 ? line : `${Array.from(line).slice(0, 59).join('')}…`;
}
