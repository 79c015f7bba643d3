/** Electron's main process. */
import { startDesktop } from './desktop.ts';

startDesktop();
