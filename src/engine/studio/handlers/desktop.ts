/** What only the desktop app can do: every other host says so. main/ has the real ones. */
import { StudioError } from '../../../shared/errors.ts';
import type { Area } from './area.ts';

const desktopOnly = (): never => {
  throw new StudioError('invalid-input', 'Only the desktop app can do this: a browser has no hand on this machine’s windows and folders.');
};

export const desktopRefusals: Area<'desktop'> = {
  calls: {
    'desktop.chooseFolder': desktopOnly,
    'desktop.showExport': desktopOnly,
    'desktop.saveProjectAs': desktopOnly,
    'desktop.openProject': desktopOnly,
    'desktop.printReport': desktopOnly,
  },
  streams: { 'desktop.commands': desktopOnly },
};
