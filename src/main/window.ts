/** The one window: a sandboxed page without Node, that can go nowhere and ask for nothing. */
import path from 'node:path';
import { BrowserWindow } from 'electron';

/**
 * @param outFolder the build's folder, holding preload/ and renderer/
 * @param devUrl the development server's page, where one runs
 */
export function openWindow(outFolder: string, devUrl?: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 700,
    backgroundColor: '#161616',
    webPreferences: {
      preload: path.join(outFolder, 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
  });
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event) => event.preventDefault());
  webContents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  if (devUrl) void window.loadURL(devUrl);
  else void window.loadFile(path.join(outFolder, 'renderer', 'index.html'));
  return window;
}
