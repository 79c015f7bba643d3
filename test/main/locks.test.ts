/** What no page may do, against a fake `electron`: each lock is one test, so that it fails where its line is removed. docs/SECURITY.md names them. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultSession, electron, FakeContents, prevented, resetElectron } from '../support/electron.ts';

vi.mock('electron', async () => (await import('../support/electron.ts')).electronModule());
const { lockPages, lockSession } = await import('../../src/main/locks.ts');

const links: string[] = [];
beforeEach(() => {
  resetElectron();
  links.splice(0);
});

function opened(): FakeContents {
  lockPages(electron.app as unknown as Electron.App, (url) => links.push(url));
  const contents = new FakeContents();
  electron.app.emit('web-contents-created', {}, contents);
  return contents;
}

const PAGE = 'sima://studio/';
const ELSEWHERE = ['https://example.org/', 'http://127.0.0.1:8080/', 'file:///etc/passwd', 'sima://studio.evil.org/', 'sima://evil/', 'sima://studio/takes/x.mp4', 'sima://studio/uploads', 'javascript:alert(1)', 'data:text/html,x', 'about:blank', 'chrome://gpu', ''];

describe('any page', () => {
  test('goes nowhere but to itself', () => {
    const contents = opened();
    for (const url of ELSEWHERE) expect([url, prevented(contents, 'will-navigate', { url })]).toEqual([url, true]);
    for (const url of [PAGE, `${PAGE}?x=1`, `${PAGE}#takes`]) expect(prevented(contents, 'will-navigate', { url })).toBe(false); // loading itself again
  });

  test('loads nothing into frames, nor its main frame from inside one', () => {
    const contents = opened();
    for (const url of [...ELSEWHERE, PAGE]) expect(prevented(contents, 'will-frame-navigate', { url, isMainFrame: false })).toBe(true);
    expect(prevented(contents, 'will-frame-navigate', { url: PAGE, isMainFrame: true })).toBe(false);
    expect(prevented(contents, 'will-frame-navigate', { url: 'https://example.org/', isMainFrame: true })).toBe(true);
  });

  test('is redirected nowhere', () => expect(prevented(opened(), 'will-redirect', { url: PAGE })).toBe(true));

  test('gets no webview', () => expect(prevented(opened(), 'will-attach-webview')).toBe(true));

  test('opens no windows; a link to the web is told, anything else is not even that', () => {
    const contents = opened();
    for (const url of [...ELSEWHERE, PAGE]) expect(contents.windowOpen!({ url })).toEqual({ action: 'deny' });
    expect(links).toEqual(['https://example.org/']);
    expect(electron.windows).toEqual([]);
  });
});

describe('the session', () => {
  const session = () => {
    lockSession(defaultSession() as unknown as Electron.Session);
    return defaultSession();
  };
  const asked = (permission: string, requestingUrl: string, isMainFrame: boolean): boolean => {
    let answered: boolean | null = null;
    session().permissionRequest!(null, permission, (granted) => (answered = granted), { requestingUrl, isMainFrame });
    return answered!;
  };
  const GRANTED = ['media', 'fullscreen', 'clipboard-sanitized-write'];
  const DENIED = ['geolocation', 'notifications', 'midi', 'midiSysex', 'pointerLock', 'openExternal', 'window-management', 'clipboard-read', 'display-capture', 'mediaKeySystem', 'idle-detection', 'keyboardLock', 'storage-access', 'speaker-selection', 'fileSystem', 'hid', 'serial', 'usb', 'unknown'];

  test('asked for permissions: three for the page itself, nothing for others', () => {
    expect(GRANTED.filter((each) => asked(each, PAGE, true))).toEqual(GRANTED);
    expect(DENIED.filter((each) => asked(each, PAGE, true))).toEqual([]);
    for (const origin of ['https://example.org/', 'sima://evil/', 'file:///', '']) expect(GRANTED.filter((each) => asked(each, origin, true))).toEqual([]);
    expect(GRANTED.filter((each) => asked(each, PAGE, false))).toEqual([]);
  });

  test('checked without asking: the same', () => {
    const { permissionCheck } = session();
    const may = (permission: string, origin: string, isMainFrame = true) => permissionCheck!(null, permission, origin, { isMainFrame });
    expect(GRANTED.filter((each) => may(each, 'sima://studio/'))).toEqual(GRANTED);
    expect(GRANTED.filter((each) => may(each, 'sima://studio'))).toEqual(GRANTED); // as an origin is written
    expect(DENIED.filter((each) => may(each, PAGE))).toEqual([]);
    expect(GRANTED.filter((each) => may(each, 'https://example.org') || may(each, PAGE, false))).toEqual([]);
  });

  test('no devices, no screens', () => {
    expect(session().devicePermission!()).toBe(false);
    expect(session().displayMedia).toBeNull();
  });

  test('no dictionaries are fetched', () => expect(session().spellChecker).toBe(false));

  test('nothing is asked of any machine, not of this one either', () => {
    const { beforeRequest } = session();
    const canceled = (url: string): boolean => {
      let cancel = false;
      beforeRequest!({ url }, (answer) => (cancel = answer.cancel));
      return cancel;
    };
    for (const url of ['https://example.org/', 'http://localhost/', 'ws://127.0.0.1/', 'wss://example.org', 'ftp://x/', 'file:///etc/passwd', 'chrome-extension://x/', 'nonsense']) expect([url, canceled(url)]).toEqual([url, true]);
    for (const url of [PAGE, 'sima://studio/takes/a.mp4', 'blob:sima://studio/1', 'data:image/png;base64,']) expect([url, canceled(url)]).toEqual([url, false]);
  });

  test('only what is the studio’s own is downloaded', () => {
    const locked = session();
    const from = (url: string) => {
      let isPrevented = false;
      locked.emit('will-download', { preventDefault: () => (isPrevented = true) }, { getURL: () => url });
      return isPrevented;
    };
    expect(from('https://example.org/x.exe')).toBe(true);
    expect(from('data:text/html,x')).toBe(true);
    expect(from('sima://studio/takes/a.mp4?download=1')).toBe(false);
    expect(from('blob:sima://studio/1')).toBe(false);
  });
});
