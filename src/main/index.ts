/** Electron's main process: opens the studio, the window and its locks, and gives the page its port. */
import path from 'node:path';
import { app } from 'electron';
import { openStudio } from '../engine/studio/studio.ts';
import { startUtilityProcess } from './engineProcess.ts';
import { offerStudio } from './portBroker.ts';
import { openWindow } from './window.ts';

await app.whenReady();
const studio = await openStudio({ home: app.getPath('userData'), start: startUtilityProcess, goOn: true });
const window = openWindow(path.join(import.meta.dirname, '..', '..'), process.env.ELECTRON_RENDERER_URL);
offerStudio(window.webContents, studio.handlers);

let closing = false;
app.on('window-all-closed', () => app.quit());
app.on('before-quit', (event) => {
  if (closing) return;
  closing = true;
  event.preventDefault(); // once the takes under way are safe
  void studio.close().finally(() => app.quit());
});
