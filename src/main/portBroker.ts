/** Gives each page that is loaded in a window its own port to the studio; the port ends with the page. */
import { MessageChannelMain, type MessagePortMain, type WebContents } from 'electron';
import { seatedHandlers } from '../engine/service/serviceHandlers.ts';
import type { StudioApi, StudioServerApi } from '../shared/contract.ts';
import { checked } from '../shared/door.ts';
import { serve, type Handlers, type Port } from '../shared/rpc.ts';

export function mainPort(port: MessagePortMain): Port {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', ({ data }) => listener(data)),
    onClose: (listener) => void port.once('close', listener),
    close: () => port.close(),
  };
}

/** Behind the door (shared/door.ts); seats that a page took are given back when it goes. */
export function offerStudio(webContents: WebContents, handlers: Handlers<StudioServerApi>): void {
  webContents.on('did-finish-load', () => {
    const { port1, port2 } = new MessageChannelMain();
    const seated = seatedHandlers(handlers);
    const port = mainPort(port1);
    port.onClose(seated.leave);
    serve<StudioApi>(port, checked(seated.handlers));
    port1.start();
    webContents.postMessage('studio-port', null, [port2]);
  });
}
