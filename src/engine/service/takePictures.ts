/** What a moment of a take was made from, and what differs: `/takes/ID/plate.jpg?frame=N` and `/takes/ID/difference.jpg?frame=N&gain=G`. */
import { HttpError } from './web.ts';

export interface TakePictureParts {
  /** A moment of a finished take as a JPEG. @throws invalid-input where it is not finished, or not that long */
  takePicture: (takeId: string, what: 'plate' | 'difference', frame: number, gain: number, signal: AbortSignal) => Promise<Uint8Array>;
}

const GAINS = { least: 1, most: 64, usual: 4 };
const MOST_FRAME = 10_000_000;

export function createTakePictures({ takePicture }: TakePictureParts): (takeId: string, what: 'plate' | 'difference', request: Request) => Promise<Response> {
  return async (takeId, what, request) => {
    const { searchParams } = new URL(request.url);
    const frame = numberOf(searchParams.get('frame') ?? '0', 0, MOST_FRAME, 'frame');
    const gain = numberOf(searchParams.get('gain') ?? String(GAINS.usual), GAINS.least, GAINS.most, 'gain');
    if (!Number.isInteger(frame)) throw new HttpError(400, 'frame must be a whole number, from 0.');
    const headers = { 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=3600' };
    if (request.method === 'HEAD') return new Response(null, { headers });
    return new Response((await takePicture(takeId, what, frame, gain, request.signal)) as Uint8Array<ArrayBuffer>, { headers });
  };
}

function numberOf(text: string, least: number, most: number, name: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) throw new HttpError(400, `${name} must be a number from ${least} to ${most}.`);
  return value;
}
