/**
 * What no page in the app may do, whichever window it is in: docs/SECURITY.md goes through it line by line. Applied to everything that holds web
 * content before it loads anything.
 */
import type { App, Session, WebContents } from 'electron';
import { isPageUrl, PAGE_ORIGIN, SCHEME } from './scheme.ts';

/** Addresses that reach no other machine. `devtools` is there in a checkout only. */
const LOCAL = ['blob:', 'data:', 'devtools:', `${SCHEME}:`];

/**
 * What the page itself is granted: recording (its dialog says so, and the system asks too), full screen, and copying texts out. Of everything else
 * (places, notices, devices, files, screens, …) nothing.
 */
const GRANTED = ['media', 'fullscreen', 'clipboard-sanitized-write'];

export function lockPages(app: Pick<App, 'on'>, onLink: (url: string) => void): void {
  app.on('web-contents-created', (_, contents) => lockContents(contents, onLink));
}

/** @param onLink told of a link to the web that was clicked; nothing is opened here */
function lockContents(contents: WebContents, onLink: (url: string) => void): void {
  contents.on('will-navigate', (event) => {
    if (!isPageUrl(event.url)) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isPageUrl(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.parse(url)?.protocol === 'https:') onLink(url);
    return { action: 'deny' };
  });
}

export function lockSession(session: Session): void {
  const isOurs = (origin: string | undefined, isMainFrame: boolean) => isMainFrame && origin !== undefined && `${URL.parse(origin)?.protocol}//${URL.parse(origin)?.host}` === PAGE_ORIGIN;
  session.setPermissionRequestHandler((_, permission, answer, details) => answer(GRANTED.includes(permission) && isOurs(details.requestingUrl, details.isMainFrame)));
  session.setPermissionCheckHandler((_, permission, origin, details) => GRANTED.includes(permission) && isOurs(origin, details.isMainFrame));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler(null);
  session.setSpellCheckerEnabled(false); // it would fetch dictionaries
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !LOCAL.includes(URL.parse(url)?.protocol ?? '') }));
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`${PAGE_ORIGIN}/`) && !item.getURL().startsWith(`blob:${PAGE_ORIGIN}/`)) event.preventDefault();
  });
}
