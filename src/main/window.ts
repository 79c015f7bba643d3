/** The studio's window: a sandboxed page without Node, that is loaded again if its process ends. */
import path from 'node:path';
import { BrowserWindow, dialog, screen } from 'electron';
import { PROJECT } from '../engine/places.ts';
import { PAGE_URL } from './scheme.ts';
import type { Words } from './words.ts';
import { fitted, keepWindowState, readWindowState, SMALLEST } from './windowState.ts';

export interface WindowParts {
  /** Holds preload/. */
  outFolder: string;
  /** Of the window's place. */
  stateFile: string;
  words: () => Words;
}

/** A page that ends so often within so long is not loaded again by itself. */
const ENDS = { most: 3, withinMs: 60_000 };

/** Loads nothing yet: whoever opens it first makes ready what it will ask for. */
export function openWindow({ outFolder, stateFile, words }: WindowParts): BrowserWindow {
  const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea);
  const { bounds, isMaximized, isFullScreen } = fitted(readWindowState(stateFile), areas);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    fullscreen: isFullScreen,
    backgroundColor: '#161616',
    icon: path.join(PROJECT, 'resources', 'icon.png'),
    webPreferences: {
      preload: path.join(outFolder, 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (isMaximized) window.maximize();
  keepWindowState(window, stateFile);
  window.once('ready-to-show', () => window.show());
  recover(window, words);
  return window;
}

export const loadPage = (window: BrowserWindow): Promise<void> => window.loadURL(PAGE_URL);

/** Nothing happens where it is gone: a second start, or a click on a notice, may come while the app is ending. */
export function focus(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function recover(window: BrowserWindow, words: () => Words): void {
  const ends: number[] = [];
  window.webContents.on('render-process-gone', (_, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const now = Date.now();
    ends.push(now);
    const { gone, goneOften, again, quit } = words().recovery;
    if (ends.filter((at) => now - at < ENDS.withinMs).length <= ENDS.most) {
      window.webContents.reload();
      void dialog.showMessageBox(window, { type: 'warning', message: gone(reason) });
      return;
    }
    void dialog.showMessageBox(window, { type: 'error', message: goneOften(reason), buttons: [again, quit], defaultId: 0, cancelId: 1 }).then(({ response }) => {
      if (response === 0) window.webContents.reload();
      else window.close();
    });
  });
  window.on('unresponsive', () => {
    const { hangs, wait, again } = words().recovery;
    void dialog.showMessageBox(window, { type: 'warning', message: hangs, buttons: [wait, again], defaultId: 0, cancelId: 0 }).then(({ response }) => {
      if (response === 1) window.webContents.forcefullyCrashRenderer();
    });
  });
}
