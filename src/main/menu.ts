/** The app's menus. What the page has a key for is sent to it as that key; texts are edited by the system's own commands. */
import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import type { ProjectRow } from '../shared/contract/project.ts';
import type { Command } from './commands.ts';
import type { Words } from './words.ts';

export interface MenuParts {
  words: Words;
  platform: NodeJS.Platform;
  /** In a checkout: with the developer tools. */
  isDeveloper: boolean;
  recent: readonly Pick<ProjectRow, 'id' | 'name'>[];
  send: (command: Command) => void;
  openProject: () => void;
  showDataFolder: () => void;
}

const SCREENS = ['studio', 'avatars', 'takes', 'meters', 'models', 'doctor', 'settings'] as const;
const RECENT = 8;

export function menuTemplate({ words: { menu, name }, platform, isDeveloper, recent, send, openProject, showDataFolder }: MenuParts): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  /** Shown beside the label; the page itself listens for the key. */
  const page = (label: string, command: string, accelerator?: string): MenuItemConstructorOptions => ({
    label, click: () => send({ type: 'menu', command }), ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const recents = recent.slice(0, RECENT).map(({ id, name: label }): MenuItemConstructorOptions => ({ label: label.replaceAll('&', '&&') || '–', click: () => send({ type: 'open-project', id }) }));
  const label = (text: string) => (isMac ? text.replace('&', '') : text);
  return [
    ...(isMac
      ? [{ label: name, submenu: [{ role: 'about', label: menu.about }, line, { role: 'services', label: menu.services }, line, { role: 'hide', label: menu.hide }, { role: 'hideOthers', label: menu.hideOthers }, { role: 'unhide', label: menu.showAll }, line, { role: 'quit', label: menu.quit }] } satisfies MenuItemConstructorOptions]
      : []),
    {
      label: label(menu.file),
      submenu: [
        page(menu.newProject, 'new-project'),
        { label: menu.open, accelerator: 'CmdOrCtrl+O', click: openProject },
        { label: menu.recent, submenu: recents.length > 0 ? recents : [{ label: menu.noRecent, enabled: false }] },
        line,
        page(menu.save, '$mod+KeyS', 'CmdOrCtrl+S'),
        page(menu.saveAs, 'save-project-as'),
        page(menu.export, 'KeyE'),
        ...(isMac ? [] : [line, { role: 'quit', label: menu.quit } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      label: label(menu.edit),
      submenu: [
        page(menu.undo, 'undo', 'CmdOrCtrl+Z'), page(menu.redo, 'redo', isMac ? 'Cmd+Shift+Z' : 'Ctrl+Y'), line,
        { role: 'cut', label: menu.cut }, { role: 'copy', label: menu.copy }, { role: 'paste', label: menu.paste }, { role: 'selectAll', label: menu.selectAll },
      ],
    },
    {
      label: label(menu.view),
      submenu: [
        ...SCREENS.map((screen, i) => page(menu[screen], `$mod+${i + 1}`, `CmdOrCtrl+${i + 1}`)),
        line,
        { role: 'zoomIn', label: menu.zoomIn, accelerator: 'CmdOrCtrl+=' }, { role: 'zoomOut', label: menu.zoomOut }, { role: 'resetZoom', label: menu.zoomReset }, { role: 'togglefullscreen', label: menu.fullScreen },
        line,
        { role: 'reload', label: menu.reload },
        ...(isDeveloper ? [{ role: 'toggleDevTools' } satisfies MenuItemConstructorOptions] : []),
      ],
    },
    { label: label(menu.take), submenu: [page(menu.speak, '$mod+Enter', 'CmdOrCtrl+Enter'), page(menu.play, 'Space')] },
    { label: label(menu.window), role: 'window', submenu: [{ role: 'minimize', label: menu.minimize }, { role: 'close', label: menu.close }, ...(isMac ? [line, { role: 'front', label: menu.front } satisfies MenuItemConstructorOptions] : [])] },
    {
      label: label(menu.help), role: 'help',
      submenu: [page(menu.shortcuts, 'Shift+?'), { label: menu.dataFolder, click: showDataFolder }, ...(isMac ? [] : [line, { role: 'about', label: menu.about } satisfies MenuItemConstructorOptions])],
    },
  ];
}

export const showMenu = (parts: MenuParts): void => Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(parts)));

/** On texts: what the system offers there. */
export function offerTextMenu(window: BrowserWindow, words: () => Words): void {
  window.webContents.on('context-menu', (_, { isEditable, selectionText, editFlags }) => {
    if (!isEditable && selectionText.trim() === '') return;
    const { cut, copy, paste, selectAll } = words().menu;
    Menu.buildFromTemplate([
      ...(isEditable ? [{ role: 'cut', label: cut, enabled: editFlags.canCut } satisfies MenuItemConstructorOptions] : []),
      { role: 'copy', label: copy, enabled: editFlags.canCopy },
      ...(isEditable ? [{ role: 'paste', label: paste, enabled: editFlags.canPaste } satisfies MenuItemConstructorOptions] : []),
      { role: 'selectAll', label: selectAll },
    ]).popup({ window });
  });
}
