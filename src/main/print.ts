/** A report as PDF: printed by a window that nobody sees, that runs no scripts and reaches nothing but its own text. */
import { BrowserWindow, session } from 'electron';
import { StudioError } from '../shared/errors.ts';
import { PAGE_URL, SCHEME } from './scheme.ts';

const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'";
/** Of which pictures are decoded and laid out. */
const LIMIT_MS = 60_000;

let printing: Promise<unknown> = Promise.resolve();

/** One after the other: they share a session, of which Electron never lets one go. @throws io where it cannot be printed */
export function printReport(html: string): Promise<Uint8Array> {
  const printed = printing.then(() => print(html));
  printing = printed.catch(() => undefined);
  return printed;
}

async function print(html: string): Promise<Uint8Array> {
  // Of reports alone and in memory: no cookies, no storage, no preload, and no other answer than this report.
  const own = session.fromPartition('report', { cache: false });
  own.protocol.handle(SCHEME, () => new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': REPORT_POLICY } }));
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: url !== PAGE_URL && !url.startsWith('data:') }));
  const window = new BrowserWindow({ show: false, webPreferences: { session: own, sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false, webviewTag: false, spellcheck: false } });
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StudioError('io', `The report could not be printed within ${LIMIT_MS / 1000} s. Save it as HTML instead.`)), LIMIT_MS);
  try {
    return await Promise.race([late, window.loadURL(PAGE_URL).then(() => window.webContents.printToPDF({ printBackground: true, preferCSSPageSize: true, pageSize: 'A4' }))]);
  } catch (error) {
    throw error instanceof StudioError ? error : new StudioError('io', 'The report could not be printed. Save it as HTML instead.', { cause: error });
  } finally {
    clearTimeout(timer);
    window.destroy();
    own.protocol.unhandle(SCHEME);
  }
}
