/** What the page may ask of the desktop: the contract as the service gives it, with dialogs, folders that the user chose in them, and menus. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { app, dialog, shell, type BrowserWindow } from 'electron';
import { z } from 'zod';
import { writeWhole } from '../engine/media/wholeFile.ts';
import { isPackage, PACKAGE_ENDING } from '../engine/library/packageFile.ts';
import type { ProjectStore } from '../engine/library/projects.ts';
import { projectOutward } from '../engine/service/projectFiles.ts';
import { serviceHandlers } from '../engine/service/serviceHandlers.ts';
import type { Uploads } from '../engine/service/uploads.ts';
import type { Studio } from '../engine/studio/studio.ts';
import type { StudioServerApi } from '../shared/contract.ts';
import type { Project } from '../shared/contract/project.ts';
import { StudioError } from '../shared/errors.ts';
import type { Handlers } from '../shared/rpc.ts';
import type { Lang } from '../shared/vocabulary.ts';
import type { Commands } from './commands.ts';
import { printReport } from './print.ts';
import type { Words } from './words.ts';

export interface DesktopParts {
  /** The studio's own. */
  handlers: Handlers<StudioServerApi>;
  projects: ProjectStore;
  packProject: Studio['packProject'];
  uploads: Uploads;
  commands: Commands;
  window: () => BrowserWindow;
  words: () => Words;
  /** Told in which language the page is. */
  onLanguage: (lang: Lang) => void;
  /** Which folders the user chose, over the starts of the app. */
  foldersFile: string;
}

const MOST_FOLDERS = 50;

export function desktopHandlers({ handlers, projects, packProject, uploads, commands, window, words, onLanguage, foldersFile }: DesktopParts): Handlers<StudioServerApi> {
  const { calls, streams } = serviceHandlers(handlers, uploads);
  const folders = chosenFolders(foldersFile);
  const isChosen = async (folder: string) => folders.has(folder) || (await handlers.calls['settings.get'](null, new AbortController().signal)).settings.exportFolder === folder;
  const refuse = async (folder: string | null | undefined) => {
    if (folder != null && !(await isChosen(folder))) throw new StudioError('invalid-input', 'This folder was not chosen in the dialog for folders: choose it there.');
  };

  return {
    calls: {
      ...calls,
      'studio.info': async (input, signal) => ({ ...(await calls['studio.info'](input, signal)), host: 'desktop' }),
      // Not the service's, which neither tell nor take folders of this machine: here its user has shown them in a dialog.
      'exports.list': handlers.calls['exports.list'],
      'exports.pause': handlers.calls['exports.pause'],
      'exports.resume': handlers.calls['exports.resume'],
      'exports.cancel': handlers.calls['exports.cancel'],
      'exports.start': async (input, signal) => {
        await refuse(input.folder);
        return handlers.calls['exports.start'](input, signal);
      },
      'settings.get': handlers.calls['settings.get'],
      'settings.set': async (input, signal) => {
        await refuse(input.change.exportFolder);
        return handlers.calls['settings.set'](input, signal);
      },
      'desktop.chooseFolder': async () => {
        const { canceled, filePaths: [folder] } = await dialog.showOpenDialog(window(), { title: words().dialogs.chooseFolder, properties: ['openDirectory', 'createDirectory'] });
        if (canceled || folder === undefined) return { folder: null };
        await folders.add(folder);
        return { folder };
      },
      'desktop.showExport': async ({ id }, signal) => {
        const found = (await handlers.calls['exports.list'](null, signal)).find((each) => each.id === id);
        const [file] = found?.files ?? [];
        if (file === undefined) throw new StudioError('invalid-input', 'This export has no file yet, or is no longer in the list.');
        shell.showItemInFolder(file);
        return null;
      },
      'desktop.saveProjectAs': async ({ id, packed }, signal) => {
        const { name } = await handlers.calls['projects.open']({ id }, signal);
        const { dialogs } = words();
        const ending = packed ? PACKAGE_ENDING : '.sima';
        const { canceled, filePath } = await dialog.showSaveDialog(window(), { title: dialogs.saveProject, defaultPath: path.join(app.getPath('documents'), `${fileName(name)}${ending}`), filters: [{ name: packed ? dialogs.packages : dialogs.projectFiles, extensions: [ending.slice(1)] }] });
        if (canceled || filePath === '') return { file: null };
        const file = filePath.toLowerCase().endsWith(ending) ? filePath : `${filePath}${ending}`;
        if (packed) await packProject(id, file, signal);
        else await projects.keepAt(id, file);
        app.addRecentDocument(file);
        return { file };
      },
      'desktop.openProject': async (_, signal) => {
        const { dialogs } = words();
        const { canceled, filePaths: [file] } = await dialog.showOpenDialog(window(), { title: dialogs.openProject, properties: ['openFile'], filters: [{ name: dialogs.projectFiles, extensions: ['sima', PACKAGE_ENDING.slice(1)] }] });
        if (canceled || file === undefined) return null;
        const project = await openProjectFile(file, { projects, handlers }, signal);
        app.addRecentDocument(file);
        return projectOutward(project, uploads);
      },
      'desktop.printReport': async ({ html, name }) => {
        const { canceled, filePath } = await dialog.showSaveDialog(window(), { title: words().dialogs.saveReport, defaultPath: path.join(app.getPath('documents'), `${fileName(name)}.pdf`), filters: [{ name: 'PDF', extensions: ['pdf'] }] });
        if (canceled || filePath === '') return { file: null };
        await writeWhole(filePath, await printReport(html));
        return { file: filePath };
      },
    },
    streams: {
      ...streams,
      'exports.watch': handlers.streams['exports.watch'],
      async *'desktop.commands'(input, signal) {
        if (input) onLanguage(input.lang);
        yield* commands.watch(signal);
      },
    },
  };
}

/** A package becomes a project of this studio's own; a document stays where its user keeps it. */
export async function openProjectFile(file: string, { projects, handlers }: Pick<DesktopParts, 'projects' | 'handlers'>, signal: AbortSignal): Promise<Project> {
  return (await isPackage(file)) ? handlers.calls['projects.import']({ file }, signal) : projects.openFile(file);
}

/** What every disk takes as a name. */
const fileName = (name: string): string => Array.from(name.replace(/[\x00-\x1f<>:"/\\|?*\x7f]/g, ' ').replace(/[. ]+$/, '').trim()).slice(0, 80).join('') || 'Sima';

function chosenFolders(file: string): { has(folder: string): boolean; add(folder: string): Promise<void> } {
  let all: string[] = [];
  try {
    all = z.array(z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // None was chosen yet, or which ones cannot be read: they are chosen again.
  }
  return {
    has: (folder) => all.includes(folder),
    async add(folder) {
      all = [...all.filter((each) => each !== folder), folder].slice(-MOST_FOLDERS);
      await writeWhole(file, JSON.stringify(all));
    },
  };
}
