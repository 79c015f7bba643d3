/** Gives each page that is loaded in a window its own port to the studio; the port ends with the page. */
import { MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import type { StudioApi } from '../shared/contract.ts';
import { serve, type Handlers, type Port } from '../shared/rpc.ts';

export function mainPort(port: MessagePortMain): Port {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', ({ data }) => listener(data)),
    onClose: (listener) => void port.once('close', listener),
    close: () => port.close(),
  };
}

/** @param handlers behind the door: their inputs are checked there (shared/door.ts) */
export function offerStudio(webContents: WebContents, handlers: Handlers<StudioApi>): void {
  webContents.on('did-finish-load', () => {
    const { port1, port2 } = new MessageChannelMain();
    serve<StudioApi>(mainPort(port1), handlers);
    port1.start();
    webContents.postMessage('studio-port', null, [port2]);
  });
}
