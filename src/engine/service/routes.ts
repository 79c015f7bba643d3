/** What answers at which address. */
import { METRICS_CONTENT_TYPE } from '../telemetry/metrics.ts';
import { createAvatarMedia, type AvatarMediaParts } from './avatarMedia.ts';
import { createExportMedia, type ExportMediaParts } from './exportMedia.ts';
import type { Guard, Refusal } from './guard.ts';
import { createProjectMedia, type ProjectMediaParts } from './projectMedia.ts';
import { pageResponse } from './page.ts';
import { createTakeFrames } from './takeFrame.ts';
import { createTakeMedia, type TakeMediaParts } from './takeMedia.ts';
import { createTakePictures, type TakePictureParts } from './takePictures.ts';
import type { Uploads } from './uploads.ts';
import { failed, failure, HttpError } from './web.ts';
import { errorData } from '../../shared/errors.ts';

export interface RoutesParts extends TakeMediaParts, Partial<AvatarMediaParts & TakePictureParts & ExportMediaParts & Pick<ProjectMediaParts, 'packProject'>> {
  guard: Guard;
  uploads: Uploads;
  metrics: () => Promise<string>;
  page: string | null;
}

/** For every answer; a page brings a policy of its own, media their own caching. */
const SAFE: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

export interface Routes {
  /** Answers any request, refusals included; never rejects. `body` is read only where it is wanted. */
  answer(request: Request, body: AsyncIterable<Uint8Array>): Promise<Response>;
  /** Once nothing is decoded any more: a process that ends amid that aborts. */
  close(): Promise<void>;
}

export function createRoutes(parts: RoutesParts): Routes {
  const takeMedia = createTakeMedia(parts);
  const takeFrames = createTakeFrames(parts);
  const exportMedia = parts.exports ? createExportMedia({ exports: parts.exports }) : null;
  const projectMedia = parts.packProject ? createProjectMedia({ packProject: parts.packProject, workFolder: parts.workFolder }) : null;
  const takePictures = parts.takePicture ? createTakePictures({ takePicture: parts.takePicture }) : null;
  const avatarMedia = parts.library ? createAvatarMedia({ library: parts.library }) : null;
  const refusal = ({ status, sentence }: Refusal) => failure(status, 'invalid-input', sentence, status === 401 ? { 'www-authenticate': 'Bearer' } : {});

  const upload = async (request: Request, url: URL, body: AsyncIterable<Uint8Array>): Promise<Response> => {
    const announced = request.headers.get('content-length');
    const about = { name: url.searchParams.get('name'), sizeBytes: announced === null ? null : Number(announced) };
    try {
      return Response.json({ upload: await parts.uploads.receive(body, about, request.signal) }, { status: 201 });
    } catch (error) {
      const { code, message, details } = errorData(error);
      if (code === 'capacity') return failure(507, code, message);
      if (details !== undefined) return failure(413, code, message);
      throw error;
    }
  };

  const route = async (request: Request, body: AsyncIterable<Uint8Array>): Promise<Response> => {
    const url = new URL(request.url);
    const { pathname } = url;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const only = (methods: string) => failure(405, 'invalid-input', `${request.method} is not possible here, ${methods} is.`, { allow: methods });

    if (pathname === '/healthz') {
      const wrongHost = parts.guard.refusesHost(request.headers);
      return wrongHost ? refusal(wrongHost) : reads ? Response.json({ ok: true }) : only('GET');
    }
    const refused = parts.guard.refuses(request.headers, url);
    if (refused) return refusal(refused);
    if (pathname === '/uploads') return request.method === 'PUT' ? upload(request, url, body) : only('PUT');
    if (!reads) return only('GET');
    if (pathname === '/metrics') return new Response(await parts.metrics(), { headers: { 'content-type': METRICS_CONTENT_TYPE } });
    const [, takeId] = /^\/takes\/([^/]+)\.mp4$/.exec(pathname) ?? [];
    if (takeId !== undefined) return takeMedia(decoded(takeId), request);
    const [, framedId] = /^\/takes\/([^/]+)\/frame\.jpg$/.exec(pathname) ?? [];
    if (framedId !== undefined) return takeFrames.answer(decoded(framedId), request);
    const [, exportId] = /^\/exports\/([^/]+)$/.exec(pathname) ?? [];
    if (exportId !== undefined && exportMedia) return exportMedia(decoded(exportId), request);
    const [, projectId] = /^\/projects\/([^/]+)\.simapack$/.exec(pathname) ?? [];
    if (projectId !== undefined && projectMedia) return request.method === 'GET' ? projectMedia(decoded(projectId), request) : only('GET');
    const [, ofTake, what] = /^\/takes\/([^/]+)\/(plate|difference)\.jpg$/.exec(pathname) ?? [];
    if (ofTake !== undefined && takePictures) return takePictures(decoded(ofTake), what as 'plate' | 'difference', request);
    const [, avatarId, pictureName] = /^\/avatars\/([^/]+)\/(thumbnail\.webp|picture\.jpg)$/.exec(pathname) ?? [];
    if (avatarId !== undefined && avatarMedia) return avatarMedia(decoded(avatarId), pictureName as 'thumbnail.webp' | 'picture.jpg', request);
    const page = await pageResponse(parts.page, pathname);
    const cookie = parts.guard.cookieFor(url);
    if (cookie !== null && page.headers.get('content-type')?.startsWith('text/html')) page.headers.set('set-cookie', cookie);
    return page;
  };

  return {
    async answer(request, body) {
      const response = await route(request, body).catch(failed);
      for (const [name, value] of Object.entries(SAFE)) if (!response.headers.has(name)) response.headers.set(name, value);
      return response;
    },
    close: () => takeFrames.close(),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(404, 'There is no such take.');
  }
}
