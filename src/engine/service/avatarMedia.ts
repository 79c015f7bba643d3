/** Pictures of avatars, as functions from Request to Response, for node:http and for Electron's protocols alike. */
import path from 'node:path';
import { errorData, StudioError } from '../../shared/errors.ts';
import type { Library } from '../library/avatars.ts';
import { HttpError } from './web.ts';

export interface AvatarMediaParts {
  library: () => Promise<Pick<Library, 'resolve' | 'show' | 'thumbnail'>>;
}

const HEIGHTS = { least: 16, most: 2160 };
/** An avatar's picture never changes; its name for the browser's store goes with its id. */
const KEPT = 'private, max-age=86400';

/** Answers `/avatars/ID/thumbnail.webp`, and `/avatars/ID/picture.jpg` with `?height=H`. GET and HEAD. */
export function createAvatarMedia({ library }: AvatarMediaParts): (avatarId: string, name: 'thumbnail.webp' | 'picture.jpg', request: Request) => Promise<Response> {
  return async (avatarId, name, request) => {
    const avatars = await library();
    const id = known(() => avatars.resolve(avatarId));
    const height = name === 'picture.jpg' ? heightOf(new URL(request.url).searchParams.get('height')) : null;
    const etag = `"${id}-${height ?? 'own'}"`;
    const headers = { 'content-type': name === 'picture.jpg' ? 'image/jpeg' : 'image/webp', 'cache-control': KEPT, etag };
    if ((request.headers.get('if-none-match') ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)) return new Response(null, { status: 304, headers });
    if (request.method === 'HEAD') return new Response(null, { headers });
    const picture = name === 'thumbnail.webp' ? await avatars.thumbnail(id) : await pictureOf(avatars.show(id), height, request.signal);
    return new Response(Uint8Array.from(picture), { headers: { ...headers, 'content-length': String(picture.length) } });
  };
}

function known<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    throw errorData(error).code === 'invalid-input' ? new HttpError(404, 'There is no such avatar.') : error;
  }
}

function heightOf(text: string | null): number | null {
  if (text === null) return null;
  const height = Number(text);
  if (!Number.isInteger(height) || height < HEIGHTS.least || height > HEIGHTS.most) throw new StudioError('invalid-input', `height must be ${HEIGHTS.least} to ${HEIGHTS.most} pixels.`);
  return height;
}

/** The source's first picture, upright, as a JPEG; never enlarged. */
async function pictureOf({ record, folder }: ReturnType<Library['show']>, wanted: number | null, signal: AbortSignal): Promise<Uint8Array> {
  // Loaded on first use: a host that shows no pictures holds no codecs.
  const { firstPicture } = await import('../avatar/firstPicture.ts');
  return firstPicture({ file: path.join(folder, record.files.source.name), kind: record.kind }, Math.min(wanted ?? HEIGHTS.most, record.height), signal);
}
