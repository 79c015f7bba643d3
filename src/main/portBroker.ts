/** Gives each page that is loaded in a window its own port to the studio; the port ends with the page. */
import { MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { seatedHandlers } from '../engine/service/serviceHandlers.ts';
import type { StudioApi, StudioServerApi } from '../shared/contract.ts';
import { checked } from '../shared/door.ts';
import { serve, type Handlers, type Port } from '../shared/rpc.ts';
import { isPageUrl } from './scheme.ts';

function mainPort(port: MessagePortMain): Port {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', ({ data }) => listener(data)),
    onClose: (listener) => void port.once('close', listener),
    close: () => port.close(),
  };
}

export interface Offer {
  /** When every page that had a port is gone and what it asked to be saved is saved: what it sent last came before its port's end. */
  settled(): Promise<void>;
}

/** Behind the door (shared/door.ts); seats that a page took are given back when it goes. Only our own page gets a port, in its main frame. */
export function offerStudio(webContents: WebContents, handlers: Handlers<StudioServerApi>): Offer {
  const open = new Set<Promise<void>>();
  const saving = new Set<Promise<unknown>>();
  const save = handlers.calls['projects.save'];
  const watched: Handlers<StudioServerApi> = {
    ...handlers,
    calls: {
      ...handlers.calls,
      'projects.save': async (input, signal) => {
        const saved = Promise.resolve(save(input, signal));
        const over = saved.then(() => undefined, () => undefined);
        saving.add(over);
        try {
          return await saved;
        } finally {
          saving.delete(over);
        }
      },
    },
  };
  webContents.on('did-finish-load', () => {
    if (!isPageUrl(webContents.getURL())) return;
    const { port1, port2 } = new MessageChannelMain();
    const seated = seatedHandlers(watched);
    const port = mainPort(port1);
    const gone = new Promise<void>((resolve) => port.onClose(resolve));
    open.add(gone);
    void gone.then(() => {
      open.delete(gone);
      seated.leave();
    });
    serve<StudioApi>(port, checked(seated.handlers));
    port1.start();
    webContents.postMessage('studio-port', null, [port2]);
  });
  return {
    async settled() {
      await Promise.all(open);
      await Promise.all(saving);
    },
  };
}
