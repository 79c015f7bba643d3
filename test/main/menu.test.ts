/** The app's menus, in both languages and on the systems. */
import { beforeEach, expect, test, vi } from 'vitest';
import { createCommands, type Command } from '../../src/main/commands.ts';
import { asReal, electron, FakeWindow, resetElectron } from '../support/electron.ts';

vi.mock('electron', async () => (await import('../support/electron.ts')).electronModule());
const { menuTemplate, offerTextMenu, showMenu } = await import('../../src/main/menu.ts');
const { WORDS } = await import('../../src/main/words.ts');
type Item = Electron.MenuItemConstructorOptions;

beforeEach(() => resetElectron());

function made({ platform = 'linux', lang = 'en', recent = [] as { id: string; name: string }[], isDeveloper = false }: { platform?: NodeJS.Platform; lang?: 'en' | 'fa'; recent?: { id: string; name: string }[]; isDeveloper?: boolean } = {}) {
  const sent: Command[] = [];
  const done: string[] = [];
  const template = menuTemplate({ words: WORDS[lang], platform, isDeveloper, recent, send: (command) => sent.push(command), openProject: () => done.push('open'), showDataFolder: () => done.push('folder') });
  const all = (items: Item[]): Item[] => items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
  const items = all(template);
  const press = (label: string) => items.find((item) => item.label === label)!.click!(undefined as never, undefined, undefined as never);
  return { template, items, sent, done, press };
}

test('what the page does is sent to it: its own words, or its keys', () => {
  const { press, sent, done } = made({ recent: [{ id: 'p1', name: 'Tea & cake' }] });
  const { menu } = WORDS.en;
  for (const label of [menu.newProject, menu.saveAs, menu.save, menu.undo, menu.speak, menu.settings, menu.shortcuts, 'Tea && cake']) press(label);
  expect(sent).toEqual([
    { type: 'menu', command: 'new-project' }, { type: 'menu', command: 'save-project-as' }, { type: 'menu', command: '$mod+KeyS' }, { type: 'menu', command: 'undo' },
    { type: 'menu', command: '$mod+Enter' }, { type: 'menu', command: '$mod+7' }, { type: 'menu', command: 'Shift+?' }, { type: 'open-project', id: 'p1' },
  ]);
  press(menu.open);
  press(menu.dataFolder);
  expect(done).toEqual(['open', 'folder']);
});

test('keys that the page listens for itself are shown and not taken', () => {
  for (const { accelerator, registerAccelerator, label } of made().items) {
    if (accelerator !== undefined && label !== WORDS.en.menu.open && label !== WORDS.en.menu.zoomIn) expect([label, registerAccelerator]).toEqual([label, false]);
  }
});

test.each(['linux', 'win32', 'darwin'] as const)('on %s every entry has a name in both languages, and the way out is there', (platform) => {
  for (const lang of ['en', 'fa'] as const) {
    const { items, template } = made({ platform, lang });
    for (const item of items) if (item.type !== 'separator') expect(item.label).toMatch(lang === 'fa' ? /[\u0600-\u06ff]/ : /[A-Za-z]/);
    expect(items.some(({ role }) => role === 'quit')).toBe(true);
    expect(items.filter(({ role }) => role === 'about')).toHaveLength(1);
    expect(template).toHaveLength(platform === 'darwin' ? 7 : 6);
    if (platform === 'darwin') for (const { label } of template) expect(label).not.toContain('&');
  }
});

test('developer tools only in a checkout; the languages have the same words', () => {
  expect(made().items.some(({ role }) => role === 'toggleDevTools')).toBe(false);
  expect(made({ isDeveloper: true }).items.some(({ role }) => role === 'toggleDevTools')).toBe(true);
  for (const part of ['menu', 'recovery', 'dialogs', 'notices'] as const) expect(Object.keys(WORDS.fa[part]).sort()).toEqual(Object.keys(WORDS.en[part]).sort());
});

test('without recent projects that is said, and no more than eight are shown', () => {
  expect(made().items.find(({ label }) => label === WORDS.en.menu.noRecent)).toMatchObject({ enabled: false });
  const many = Array.from({ length: 20 }, (_, i) => ({ id: `p${i}`, name: `P${i}` }));
  expect(made({ recent: many }).items.filter(({ label }) => /^P\d+$/.test(label ?? ''))).toHaveLength(8);
});

test('it becomes the app’s menu; texts have one of their own', () => {
  showMenu({ words: WORDS.en, platform: 'linux', isDeveloper: false, recent: [], send: () => undefined, openProject: () => undefined, showDataFolder: () => undefined });
  expect(electron.menus).toHaveLength(1);
  const window = new FakeWindow();
  offerTextMenu(asReal(window), () => WORDS.fa);
  const editFlags = { canCut: true, canCopy: true, canPaste: true };
  window.webContents.emit('context-menu', {}, { isEditable: false, selectionText: ' ', editFlags });
  expect(electron.menus).toHaveLength(1);
  window.webContents.emit('context-menu', {}, { isEditable: false, selectionText: 'سلام', editFlags });
  expect(electron.menus[1].map(({ role }) => role)).toEqual(['copy', 'selectAll']);
  window.webContents.emit('context-menu', {}, { isEditable: true, selectionText: '', editFlags });
  expect(electron.menus[2].map(({ role, label }) => [role, label])).toEqual([['cut', 'برش'], ['copy', 'رونوشت'], ['paste', 'چسباندن'], ['selectAll', 'انتخاب همه']]);
});

test('commands: a project to open waits for the page, a menu’s command does not; each is told once', async () => {
  const commands = createCommands();
  commands.send({ type: 'menu', command: 'undo' });
  commands.send({ type: 'open-project', id: 'early' });
  const page = new AbortController();
  const watched = commands.watch(page.signal);
  expect((await watched.next()).value).toEqual({ type: 'open-project', id: 'early' });
  const next = watched.next();
  commands.send({ type: 'menu', command: 'undo' });
  expect((await next).value).toEqual({ type: 'menu', command: 'undo' });
  const last = watched.next();
  page.abort();
  await expect(last).rejects.toMatchObject({ code: 'canceled' });
  commands.send({ type: 'menu', command: 'lost' });
  commands.send({ type: 'open-project', id: 'late' });
  expect((await commands.watch(new AbortController().signal).next()).value).toEqual({ type: 'open-project', id: 'late' });
});
