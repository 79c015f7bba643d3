/** What a host shows: the built studio where there is one, else a plain page that says what this is. */
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT } from '../places.ts';
import { HttpError } from './web.ts';

/** Where a build puts the studio's page. */
export const BUILT_PAGE = path.join(PROJECT, 'out', 'renderer');
export const isPage = (folder: string): boolean => existsSync(path.join(folder, 'index.html'));

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json', '.svg': 'image/svg+xml',
  '.png': 'image/png', '.jpg': 'image/jpeg', '.webp': 'image/webp', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.wasm': 'application/wasm',
};

/**
 * Everything from here and no frames around it: scripts, the socket, pictures, video. What the page makes itself (pictures, recordings, MediaSource)
 * has `blob:` and `data:` addresses; libraries set styles of elements, which needs 'unsafe-inline' for styles alone.
 */
const PAGE_POLICY = [
  "default-src 'self'", "script-src 'self'", "connect-src 'self'", "style-src 'self' 'unsafe-inline'", "font-src 'self' data:", "img-src 'self' data: blob:",
  "media-src 'self' blob:", "worker-src 'self'", "object-src 'none'", "frame-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');
/** Built files have their content's hash in their names. */
const HASHED = /^\/assets\/[^/]+-[\w-]{8}\.\w+$/;

/** @param folder the built page with its index.html; null: the plain page alone */
export async function pageResponse(folder: string | null, pathname: string): Promise<Response> {
  if (folder === null) {
    if (pathname !== '/') throw new HttpError(404, 'There is nothing at this address.');
    return page(Buffer.from(PLAIN_PAGE), '.html', {});
  }
  const file = await fileIn(folder, pathname === '/' || pathname === '' ? '/index.html' : pathname);
  const content = file === null ? null : await readFile(file).catch(() => null);
  if (file === null || content === null) throw new HttpError(404, 'There is nothing at this address.');
  return page(content, path.extname(file).toLowerCase(), HASHED.test(pathname) ? { 'cache-control': 'private, max-age=31536000, immutable' } : {});
}

const page = (content: Uint8Array<ArrayBuffer>, extension: string, headers: Record<string, string>): Response =>
  new Response(content, { headers: { 'content-type': TYPES[extension] ?? 'application/octet-stream', 'content-security-policy': PAGE_POLICY, ...headers } });

/** The file in the folder, links followed; null where it is none or lies outside. */
async function fileIn(folder: string, pathname: string): Promise<string | null> {
  try {
    const root = await realpath(folder);
    const file = await realpath(path.join(root, decodeURIComponent(pathname)));
    return file.startsWith(root + path.sep) ? file : null;
  } catch {
    return null; // not there, or no path at all
  }
}

const PLAIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sima Studio</title>
<style>
  body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fafafa }
  pre { padding: 1rem; overflow: auto; background: #eee; font-size: 14px }
</style>
<h1>Sima Studio <span lang="fa">سیما</span></h1>
<p>This is the studio’s service: talking-avatar videos, rendered on this machine. It speaks JSON over a WebSocket at
<code>/api</code>, takes files at <code>PUT /uploads</code>, and gives each take as an MP4 that grows while it is rendered, at
<code>/takes/ID.mp4</code>. docs/PROTOCOL.md describes all of it, with a complete client. The idea of one:</p>
<pre>const socket = new WebSocket('ws://HOST/api?token=TOKEN');
socket.send({ t: 'call', id: 1, name: 'sessions.open', input: {} });      // → { t: 'value', id: 1, value: { sessionId } }
socket.send({ t: 'call', id: 2, name: 'takes.start', input: {
  sessionId, request: { avatar: 'AVATAR', script: 'سلام!' } } });         // → { t: 'value', id: 2, value: { id: 'TAKE' } }
fetch('http://HOST/takes/TAKE.mp4?token=TOKEN');                          // the video, while it is being made</pre>
</html>
`;
