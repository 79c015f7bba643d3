/** What menus and files ask of the page, in order. A project to open waits for the page; a menu's command is for the page that is there. */
import type { StudioApi } from '../shared/contract.ts';
import { createChange } from '../engine/change.ts';

export type Command = StudioApi['streams']['desktop.commands'][1];

export interface Commands {
  send(command: Command): void;
  watch(signal: AbortSignal): AsyncGenerator<Command, void, void>;
}

export function createCommands(): Commands {
  const waiting: Command[] = [];
  const change = createChange();
  let watchers = 0;
  return {
    send(command) {
      if (command.type === 'menu' && watchers === 0) return;
      waiting.push(command);
      change.announce();
    },
    async *watch(signal) {
      watchers += 1;
      try {
        for (;;) {
          const seen = change.count;
          for (let next = waiting.shift(); next; next = waiting.shift()) yield next;
          await change.after(seen, signal);
        }
      } finally {
        watchers -= 1;
      }
    },
  };
}
