/**
 * Keyboard shortcuts: registered by the feature that answers them, while it is on the screen, and listed for the sheet that shows all.
 * Names are tinykeys' (`$mod` is Ctrl, or ⌘ on a Mac); those without a modifier are not heard while the user types.
 */
import { useEffect, useEffectEvent } from 'react';
import { tinykeys } from 'tinykeys';
import { create } from 'zustand';

export interface Shortcut {
  keys: string;
  label: string;
  run: () => void;
  enabled?: boolean;
  /** A text field has its own use for it. */
  leavesFields?: boolean;
}

export const useShortcutList = create<{ lists: Record<string, Shortcut[]> }>(() => ({ lists: {} }));

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** As it is printed on keys. */
export function keyName(keys: string): string {
  const names: Record<string, string> = { $mod: isMac ? '⌘' : 'Ctrl', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Space: 'Space', BracketLeft: '[', BracketRight: ']', Slash: '?', Period: '.' };
  return keys.split('+').map((key) => names[key] ?? key.replace(/^Key|^Digit/, '')).join(' ');
}

const isField = (target: EventTarget | null): boolean => target instanceof HTMLElement && /^(INPUT|TEXTAREA)$/.test(target.tagName);
const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
/** Space presses a focused button, arrows move a slider, a closed list is opened by arrows and goes to what letters begin; the other keys are free there. Lists and dialogs have all of them. */
const OWN_KEYS: [selector: string, keys: RegExp][] = [
  ['button', /^(Space|Enter)$/],
  ['[role=combobox]', /^(Key.|Digit.|ArrowUp|ArrowDown|Home|End)$/],
  ['[role=slider]', /^(Shift\+)?(Arrow\w+|Home|End|Page\w+)$/],
  ['[role=menu], [role=listbox], [role=tablist], [role=radiogroup], [role=dialog]', /./],
];
const hasOwnKeys = (target: EventTarget | null, keys: string): boolean => target instanceof HTMLElement && OWN_KEYS.some(([selector, own]) => own.test(keys) && target.closest(selector) !== null);

/** Whether a key counts while the user types is for each shortcut to say; held down, only steps and undo go on. */
const ignore = (event: KeyboardEvent): boolean => event.isComposing || (event.repeat && !/^Arrow|^Key[ZY]$/.test(event.code));

/** By its sign, which keyboards have at different places: a Persian one has a question mark of its own. */
const heardAs = (keys: string): string => keys.replace(/\?$/, '([?؟])');

/** @param group the feature's name in the sheet */
export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  const run = useEffectEvent((keys: string) => shortcuts.find((each) => each.keys === keys && each.enabled !== false)?.run());
  const shape = shortcuts.map(({ keys, label }) => `${keys} ${label}`).join('\n');
  const listed = useEffectEvent(() => [...shortcuts]);
  useEffect(() => {
    const current = listed();
    useShortcutList.setState(({ lists }) => ({ lists: { ...lists, [group]: current.map((each) => ({ ...each, run: () => run(each.keys) })) } })); // what they do then, not now
    const stop = tinykeys(
      window,
      Object.fromEntries(
        current.map(({ keys, leavesFields = false }) => [
          heardAs(keys),
          (event: KeyboardEvent) => {
            const hasModifier = /\$mod|Alt|Control|Meta/.test(keys);
            if (!hasModifier && (isTyping(event.target) || hasOwnKeys(event.target, keys))) return;
            if (leavesFields && isField(event.target)) return;
            event.preventDefault();
            run(keys);
          },
        ]),
      ),
      { ignore },
    );
    return () => {
      stop();
      useShortcutList.setState(({ lists }) => ({ lists: Object.fromEntries(Object.entries(lists).filter(([name]) => name !== group)) }));
    };
  }, [group, shape]);
}

/** As if its keys were pressed: for the desktop app's menus. */
export function pressShortcut(keys: string): void {
  Object.values(useShortcutList.getState().lists).flat().find((each) => each.keys === keys)?.run();
}
