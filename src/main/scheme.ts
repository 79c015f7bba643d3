/** The page's address in the app: a scheme of its own, answered by the same routes as the service's. */
import { protocol, type Protocol } from 'electron';
import type { Guard } from '../engine/service/guard.ts';
import type { Routes } from '../engine/service/routes.ts';

export const SCHEME = 'sima';
export const PAGE_ORIGIN = `${SCHEME}://studio`;
export const PAGE_URL = `${PAGE_ORIGIN}/`;

/** Like https to the page: origins, fetch, media that is read in ranges. Before the app is ready, or never. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true, codeCache: true } }]);
}

export function answerScheme(of: Protocol, routes: Routes): void {
  of.handle(SCHEME, (request) => routes.answer(request, bytesOf(request)));
}

async function* bytesOf(request: Request): AsyncGenerator<Uint8Array, void, void> {
  if (request.body) yield* request.body as unknown as AsyncIterable<Uint8Array>;
}

/** Whether it is the page, at any place in it. */
export function isPageUrl(url: string): boolean {
  const address = URL.parse(url);
  return address !== null && `${address.protocol}//${address.host}` === PAGE_ORIGIN && ['', '/', '/index.html'].includes(address.pathname);
}

/** Every request of the session comes from pages of this app; from which one, its scheme and origin say. */
export const PAGE_GUARD: Guard = {
  refusesHost: () => null,
  refuses(headers, url) {
    const origin = headers.get('origin');
    const isOurs = `${url.protocol}//${url.host}` === PAGE_ORIGIN && (origin === null || origin === PAGE_ORIGIN);
    return isOurs ? null : { status: 403, sentence: 'Only the studio’s own page may use it.' };
  },
  cookieFor: () => null,
};
