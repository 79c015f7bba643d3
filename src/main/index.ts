/** Electron's main process: the window and its locks. The engine's port joins when the studio window is built. */
import path from 'node:path';
import { app } from 'electron';
import { openWindow } from './window.ts';

await app.whenReady();
openWindow(path.join(import.meta.dirname, '..'), process.env.ELECTRON_RENDERER_URL);
app.on('window-all-closed', () => app.quit());
