/**
 * The way to the studio: a MessagePort from the preload in the desktop app, a WebSocket in a browser. Pictures, video and uploads are
 * addresses of the page's own origin in both (docs/PROTOCOL.md).
 */
import type { StudioApi } from '../../shared/contract.ts';
import { fromErrorData, type ErrorData } from '../../shared/errors.ts';
import { connect, type Client, type Port } from '../../shared/rpc.ts';
import { socketPort } from '../../shared/socketPort.ts';

export type StudioClient = Client<StudioApi>;

/** What src/preload posts, with the port. */
const PORT_MESSAGE = 'studio-port';
const IS_DESKTOP = location.protocol === 'sima:';

/** @param onGone told once, when the connection ends */
export function openClient(onGone: () => void): Promise<StudioClient> {
  return IS_DESKTOP ? throughPreload(onGone) : throughSocket(onGone);
}

function throughSocket(onGone: () => void): Promise<StudioClient> {
  // The address with the token has set a cookie; it need not stay in the history and in screenshots.
  if (new URLSearchParams(location.search).has('token')) history.replaceState(null, '', location.pathname + location.hash);
  const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api`);
  const port = socketPort(socket);
  return new Promise((resolve, reject) => {
    let isOpen = false;
    socket.addEventListener('open', () => {
      isOpen = true;
      resolve(connect<StudioApi>(port));
    });
    socket.addEventListener('close', () => {
      if (isOpen) onGone();
      else reject(new Error('The studio cannot be reached.'));
    });
  });
}

function throughPreload(onGone: () => void): Promise<StudioClient> {
  return new Promise((resolve) => {
    window.addEventListener('message', ({ data, source, ports }) => {
      if (source !== window || data !== PORT_MESSAGE || !ports[0]) return;
      resolve(connect<StudioApi>(pagePort(ports[0], onGone)));
    });
  });
}

function pagePort(port: MessagePort, onGone: () => void): Port {
  port.addEventListener('close', onGone);
  port.start();
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.addEventListener('message', ({ data }) => listener(data)),
    onClose: (listener) => port.addEventListener('close', listener),
    close: () => port.close(),
  };
}

/**
 * Brings a file to the studio. @param onProgress 0..1
 * @returns what requests may name it by: `upload:ID`
 */
export function upload(file: Blob, name: string, { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number) => void } = {}): Promise<string> {
  // fetch tells nobody how far an upload is.
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/uploads?name=${encodeURIComponent(name)}`);
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => {
      const reply = request.response as { upload?: string; error?: ErrorData } | null;
      if (request.status === 201 && reply?.upload !== undefined) resolve(reply.upload);
      else reject(fromErrorData(reply?.error ?? { code: 'io', message: `The file could not be sent (${request.status}).` }));
    });
    request.addEventListener('error', () => reject(fromErrorData({ code: 'io', message: 'The file could not be sent: the connection broke.' })));
    request.addEventListener('abort', () => reject(fromErrorData({ code: 'canceled', message: 'Canceled.' })));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    if (signal?.aborted) return reject(fromErrorData({ code: 'canceled', message: 'Canceled.' }));
    request.send(file);
  });
}

/** A project with everything that it needs, as the studio packs it. Large ones are kept on the disk by the browser. @throws what the studio says */
export async function packed(projectId: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(`/projects/${encodeURIComponent(projectId)}.simapack`, { cache: 'no-store', signal });
  if (response.ok) return response.blob();
  const { error } = (await response.json()) as { error: ErrorData };
  throw fromErrorData(error);
}
