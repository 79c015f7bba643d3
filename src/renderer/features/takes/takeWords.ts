/** What is said of a take in one line, and where its pictures are (docs/PROTOCOL.md). */
import type { RenderRequest } from '../../../shared/contract/request.ts';
import type { TakeInfo } from '../../../shared/contract/take.ts';
import { shownText } from '../../../shared/marks.ts';
import { thumbnailOf } from '../avatars/pictures.ts';

const LONGEST_EXCERPT = 160;

/** Its script; of a recording what is said to be in it, or ''. */
export function textOf({ script, segments, transcript }: Pick<RenderRequest, 'script' | 'segments' | 'transcript'>): string {
  return script ?? segments?.map(({ text }) => text).join('') ?? transcript ?? '';
}

/** '' where nothing is known of what is said. */
export function excerptOf({ request }: Pick<TakeInfo, 'request'>): string {
  const text = shownText(textOf(request)).replace(/\s+/g, ' ').trim();
  return text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text;
}

/** Seconds; null while nothing is known. */
export function durationOf({ rate, framesDone, framesExpected, state }: Pick<TakeInfo, 'rate' | 'framesDone' | 'framesExpected' | 'state'>): number | null {
  const frames = state === 'finished' ? framesDone : (framesExpected ?? framesDone);
  return rate === null || frames === 0 ? null : (frames * rate.den) / rate.num;
}

export const videoOf = ({ id }: Pick<TakeInfo, 'id'>): string => `/takes/${encodeURIComponent(id)}.mp4`;

/** A picture of the take; while there is none, its face. '' where neither is known. */
export function frameOf(take: TakeInfo, heightPx: number, atSec?: number): string {
  const durationSec = durationOf(take);
  if (take.state !== 'finished' || durationSec === null) return take.avatarId === null ? '' : thumbnailOf(take.avatarId);
  const at = Math.min(atSec ?? durationSec * 0.3, Math.max(0, durationSec - 0.1));
  return `/takes/${encodeURIComponent(take.id)}/frame.jpg?at=${at.toFixed(2)}&height=${heightPx}`;
}

/** Ids of the voices that speak; empty for a recording, and where the language's default does. */
export function voicesOf({ request: { voice, segments } }: Pick<TakeInfo, 'request'>): string[] {
  return [...new Set([...(segments?.flatMap((segment) => (segment.voice === undefined ? [] : [segment.voice])) ?? []), ...(voice === undefined ? [] : [voice])])];
}
