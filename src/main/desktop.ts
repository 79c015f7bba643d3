/** The app, from its start to its end: one of it per data folder, the studio behind the window, and nothing lost when it closes. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, dialog, session, shell, type BrowserWindow } from 'electron';
import { dataHome } from '../engine/home.ts';
import { createRoutes, type Routes } from '../engine/service/routes.ts';
import { studioMedia } from '../engine/service/studioMedia.ts';
import { openUploads } from '../engine/service/uploads.ts';
import { bringPresenters } from '../engine/studio/presenters.ts';
import { openStudio, type Studio } from '../engine/studio/studio.ts';
import { checked } from '../shared/door.ts';
import { errorData } from '../shared/errors.ts';
import type { Lang } from '../shared/vocabulary.ts';
import { createCommands, type Commands } from './commands.ts';
import { desktopHandlers, openProjectFile } from './desktopCalls.ts';
import { startUtilityProcess, tryDeviceHere } from './engineProcess.ts';
import { lockPages, lockSession } from './locks.ts';
import { offerTextMenu, showMenu } from './menu.ts';
import { tellOfExports } from './notices.ts';
import { offerStudio } from './portBroker.ts';
import { answerScheme, declareScheme, PAGE_GUARD } from './scheme.ts';
import { focus, loadPage, openWindow } from './window.ts';
import { WORDS, type Words } from './words.ts';

/** For what pages still have to say when their window closes. */
const GRACE_MS = 3000;

/**
 * What must happen before the app is ready is done before this returns; the rest follows by itself. Nothing here may be awaited by the entry:
 * Electron becomes ready only once that has been evaluated.
 */
export function startDesktop(): void {
  const home = dataHome(undefined);
  const own = path.join(home, 'desktop');
  mkdirSync(own, { recursive: true });
  app.enableSandbox();
  app.setPath('userData', own); // also of the lock: one app per data folder
  app.setAppUserModelId('studio.sima.app');
  if (!app.requestSingleInstanceLock()) return app.quit(); // the one that runs already is told, with our arguments
  declareScheme();

  const files = createFiles();
  files.open(projectsIn(process.argv.slice(1), process.cwd()));
  app.on('open-file', (event, file) => {
    event.preventDefault();
    files.open([file]);
  });
  app.on('second-instance', (_, argv, cwd) => {
    files.focus();
    files.open(projectsIn(argv.slice(1), cwd));
  });
  let language: Lang = 'en';
  const words = (): Words => WORDS[language];
  lockPages(app, (url) => void offerLink(url, words()));

  app.whenReady().then(async () => {
    language = app.getPreferredSystemLanguages()[0]?.startsWith('fa') ? 'fa' : 'en';
    lockSession(session.defaultSession);
    const studio = await openStudio({ home, start: startUtilityProcess, tryDevice: tryDeviceHere, goOn: true });
    await open({ home, own, studio, files, words, onLanguage: (next) => (language = next) });
  }).catch((error: unknown) => {
    dialog.showErrorBox(words().dialogs.cannotStart, errorData(error).message);
    app.exit(1);
  });
}

interface OpenParts {
  home: string;
  own: string;
  studio: Studio;
  files: Files;
  words: () => Words;
  onLanguage: (lang: Lang) => void;
}

async function open({ home, own, studio, files, words, onLanguage }: OpenParts): Promise<void> {
  const outFolder = path.join(app.getAppPath(), 'out'); // of an installed app within its archive, where Electron alone can read
  const workFolder = path.join(home, 'uploads');
  const uploads = await openUploads({ folder: workFolder });
  const commands = createCommands();
  const ending = new AbortController();
  const { signal } = ending;
  const window = openWindow({ outFolder, stateFile: path.join(own, 'window.json'), words });
  const menu = async () => {
    const recent = await studio.projects.list().catch(() => []);
    showMenu({
      words: words(), platform: process.platform, isDeveloper: !app.isPackaged, recent, send: (command) => commands.send(command),
      openProject: () => commands.send({ type: 'menu', command: 'open-project' }), showDataFolder: () => void shell.openPath(home),
    });
  };
  const handlers = desktopHandlers({
    handlers: studio.handlers, projects: studio.projects, packProject: (...asked) => studio.packProject(...asked), uploads, commands, window: () => window, words, foldersFile: path.join(own, 'folders.json'),
    onLanguage: (lang) => {
      onLanguage(lang);
      void menu();
    },
  });
  const routes = createRoutes({ guard: PAGE_GUARD, handlers: checked(handlers), ...studioMedia(studio), workFolder, uploads, page: path.join(outFolder, 'renderer') });
  answerScheme(session.defaultSession.protocol, routes);
  const offer = offerStudio(window.webContents, handlers);
  offerTextMenu(window, words);
  quitInOrder({ window, offer, studio, routes, uploads, ending });
  await menu();
  files.serve({ focus: () => focus(window), open: (file) => openFile(file, { studio, commands, window, words }) });
  const follow = async () => {
    for await (const kind of studio.handlers.streams['changes.watch'](null, signal)) if (kind === 'projects') await menu();
  };
  for (const work of [follow(), tellOfExports(studio.handlers, window, words, signal), bringPresenters({ studio, home, signal })]) {
    work.catch((error: unknown) => {
      if (!signal.aborted) console.error(error); // none of them is worth a window that does not open
    });
  }
  await loadPage(window);
}

async function openFile(file: string, { studio, commands, window, words }: { studio: Studio; commands: Commands; window: BrowserWindow; words: () => Words }): Promise<void> {
  try {
    const { id } = await openProjectFile(file, studio, new AbortController().signal);
    app.addRecentDocument(file);
    commands.send({ type: 'open-project', id });
  } catch (error) {
    await dialog.showMessageBox(window, { type: 'error', message: words().dialogs.cannotOpen(errorData(error).message) });
  }
}

async function offerLink(url: string, { dialogs }: Words): Promise<void> {
  const { response } = await dialog.showMessageBox({ type: 'question', message: dialogs.link(url), buttons: [dialogs.openLink, dialogs.cancel], defaultId: 1, cancelId: 1 });
  if (response === 0) await shell.openExternal(url);
}

/** The window goes first, then what it said last is done, then the studio closes: takes under way go on another time. */
function quitInOrder({ window, offer, studio, routes, uploads, ending }: { window: BrowserWindow; offer: ReturnType<typeof offerStudio>; studio: Studio; routes: Routes; uploads: { close(): Promise<void> }; ending: AbortController }): void {
  let closing: Promise<void> | null = null;
  let isClosed = false;
  const close = async () => {
    if (!window.isDestroyed()) {
      const closed = new Promise<void>((resolve) => window.once('closed', () => resolve()));
      window.close();
      await closed;
    }
    let late: NodeJS.Timeout | undefined;
    await Promise.race([offer.settled(), new Promise((resolve) => (late = setTimeout(resolve, GRACE_MS)))]);
    clearTimeout(late);
    ending.abort();
    await studio.close();
    await routes.close();
    await uploads.close();
  };
  window.webContents.on('will-prevent-unload', (event) => event.preventDefault()); // what it would ask about is saved below
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault(); // asked again by the window that goes meanwhile
    closing ??= Promise.resolve().then(close).catch((error: unknown) => console.error(error)).then(() => {
      isClosed = true;
      app.quit();
    });
  });
}

export const projectsIn = (argv: readonly string[], cwd: string): string[] => argv.filter((each) => !each.startsWith('-') && /\.sima(pack)?$/i.test(each)).map((each) => path.resolve(cwd, each));

/** Files that the system hands over, from before there is anything to open them. */
interface Files {
  open(files: readonly string[]): void;
  focus(): void;
  serve(by: { open: (file: string) => Promise<void>; focus: () => void }): void;
}

function createFiles(): Files {
  const waiting: string[] = [];
  let server: Parameters<Files['serve']>[0] | null = null;
  return {
    open(files) {
      if (server) for (const file of files) void server.open(file);
      else waiting.push(...files);
    },
    focus: () => server?.focus(),
    serve(by) {
      server = by;
      for (const file of waiting.splice(0)) void by.open(file);
    },
  };
}
