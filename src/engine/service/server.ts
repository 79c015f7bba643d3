/** The service host: the contract over a WebSocket, takes and uploads over HTTP, for whoever has the token. docs/PROTOCOL.md describes it. */
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import type { StudioServerApi } from '../../shared/contract.ts';
import { checked } from '../../shared/door.ts';
import { StudioError } from '../../shared/errors.ts';
import { serve, type Handlers } from '../../shared/rpc.ts';
import { socketPort } from '../../shared/socketPort.ts';
import { createGuard, createToken, type Refusal } from './guard.ts';
import { createRoutes, type Routes, type RoutesParts } from './routes.ts';
import { seatedHandlers, serviceHandlers } from './serviceHandlers.ts';
import { openUploads, UPLOAD_LIMIT_BYTES } from './uploads.ts';
import { failed, failure, requestOf, send } from './web.ts';

export interface ServiceOptions {
  /** Where to listen, e.g. 127.0.0.1. */
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Default: a new one. */
  token?: string;
  handlers: Handlers<StudioServerApi>;
  /** Where a take's MP4 lies, or grows; asked again whenever it may have moved. */
  takeFile: (takeId: string) => string | Promise<string>;
  /** Of which pictures are shown; without it there are none. */
  library?: RoutesParts['library'];
  /** Source pictures of takes; without it there are none. */
  takePicture?: RoutesParts['takePicture'];
  /** Projects as packages; without it there are none. */
  packProject?: RoutesParts['packProject'];
  /** For uploads and for downloads under way; what is left there goes after a day. */
  uploadsFolder: string;
  /** Prometheus' text format. */
  metrics: () => Promise<string>;
  /** Folder of the built page. */
  page?: string | null;
  limits?: Partial<ServiceLimits>;
}

export interface ServiceLimits {
  connections: number;
  /** One message of a client. */
  messageBytes: number;
  /** Calls and streams open at once on one connection. */
  openRequests: number;
  uploadBytes: number;
  /** For the head of a request. */
  headMs: number;
  /** For a whole request: an upload on a slow line. */
  requestMs: number;
  /** A connection on which nothing moves either way: a player that is paused for long. */
  idleMs: number;
  /** Between signs of life asked of a client; one that has not answered when the next is due is gone. */
  heartbeatMs: number;
}

const SERVICE_LIMITS: ServiceLimits = {
  connections: 64, messageBytes: 8 << 20, openRequests: 64, uploadBytes: UPLOAD_LIMIT_BYTES,
  headMs: 10_000, requestMs: 3600_000, idleMs: 1800_000, heartbeatMs: 30_000,
};

export interface Service {
  /** With the token: whoever opens it is in. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Ends all connections; takes under way are the studio's. Does nothing the second time. */
  close(): Promise<void>;
}

const SOCKET_PATH = '/api';
/** For a closing handshake, and for reading what refuses to end. */
const GRACE_MS = 1000;
const GOING_AWAY = 1001;

/** Listens. The opener closes. @throws io where the address cannot be listened on, or the folder not be used */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { host, handlers, takeFile, uploadsFolder, metrics, page = null, token = createToken() } = options;
  const limits = { ...SERVICE_LIMITS, ...options.limits };
  const server = createServer({ headersTimeout: limits.headMs, requestTimeout: limits.requestMs, connectionsCheckingInterval: Math.min(5000, limits.headMs / 2), keepAliveTimeout: 5000, maxHeaderSize: 16 << 10 });
  server.maxConnections = limits.connections;
  server.timeout = limits.headMs; // also for who connects and says nothing
  const uploads = await openUploads({ folder: uploadsFolder, limitBytes: limits.uploadBytes });
  const port = await listen(server, host, options.port).catch(async (error: unknown) => {
    await uploads.close();
    throw error;
  });
  const guard = createGuard({ token, host, port });
  const offered = serviceHandlers(handlers, uploads);
  const routes = createRoutes({ guard, handlers: checked(offered), exports: () => handlers.calls['exports.list'](null, new AbortController().signal), takeFile, workFolder: uploadsFolder, uploads, metrics, page, ...(options.library ? { library: options.library } : {}), ...(options.takePicture ? { takePicture: options.takePicture } : {}), ...(options.packProject ? { packProject: options.packProject } : {}) });

  server.on('request', (incoming, outgoing) => {
    incoming.socket.setTimeout(limits.idleMs);
    void answer(incoming, outgoing, routes);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    refuse(socket, status, 'This is no request that can be read.');
  });

  const alive = new Map<WebSocket, boolean>();
  // `closeTimeout` is younger than the types.
  const socketOptions: ServerOptions & { closeTimeout: number } = { noServer: true, maxPayload: limits.messageBytes, perMessageDeflate: false, clientTracking: false, closeTimeout: GRACE_MS };
  const sockets = new WebSocketServer(socketOptions);
  sockets.on('wsClientError', (_error, socket) => refuse(socket, 400, 'This is no WebSocket handshake.'));
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined); // its close follows
    let refusal: Refusal | { status: 400 | 404; sentence: string } | null;
    try {
      const { headers, url } = requestOf(incoming, new AbortController().signal);
      const address = new URL(url);
      refusal = guard.refuses(headers, address) ?? (address.pathname === SOCKET_PATH ? null : { status: 404, sentence: `The socket is at ${SOCKET_PATH}.` });
    } catch {
      refusal = { status: 400, sentence: 'This is no address.' };
    }
    if (refusal) return refuse(socket, refusal.status, refusal.sentence);
    sockets.handleUpgrade(incoming, socket, head, (client) => {
      alive.set(client, true);
      client.on('pong', () => alive.set(client, true));
      const seated = seatedHandlers(offered);
      client.once('close', () => {
        alive.delete(client);
        seated.leave();
      });
      serve(socketPort(client), checked(seated.handlers), { maxOpen: limits.openRequests });
    });
  });
  const heartbeat = setInterval(() => {
    for (const [client, answered] of alive) {
      if (!answered) client.terminate();
      alive.set(client, false);
      client.ping();
    }
  }, limits.heartbeatMs);
  heartbeat.unref();

  const end = async () => {
    clearInterval(heartbeat);
    const closed = new Promise((resolve) => server.close(resolve));
    for (const client of alive.keys()) client.close(GOING_AWAY, 'The service is stopping.');
    const forced = setTimeout(() => {
      for (const client of alive.keys()) client.terminate();
    }, GRACE_MS);
    server.closeAllConnections(); // sockets that were upgraded are no longer among them
    await closed;
    clearTimeout(forced);
    await routes.close();
    await uploads.close();
  };
  let ending: Promise<void> | null = null;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/?token=${token}`, port, token, close: () => (ending ??= end()) };
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // Stays: a connection that could not be accepted later (no descriptor left) must not end the process.
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program uses it' : error.code === 'EACCES' ? 'there is no permission' : error.message;
      reject(new StudioError('io', `The service cannot listen on ${host}, port ${port}: ${why}. Choose another with --host or --port (0: any that is free).`, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, routes: Routes): Promise<void> {
  const abort = new AbortController();
  outgoing.once('close', () => abort.abort(new StudioError('canceled', 'The other side went away.')));
  outgoing.on('error', () => undefined); // its close follows
  let response: Response;
  try {
    const request = requestOf(incoming, abort.signal);
    // The connection must outlive a body that is refused half-way: the refusal is sent on it.
    response = await routes.answer(request, incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>);
  } catch (error) {
    response = error instanceof TypeError ? failure(400, 'invalid-input', 'This is no address or method that can be understood.') : failed(error);
  }
  if (!incoming.complete) outgoing.setHeader('connection', 'close');
  await send(response, outgoing);
  if (incoming.complete) return;
  // Who is still sending hears the answer only if it is not cut off at once; nor may it go on for ever.
  incoming.on('error', () => undefined);
  incoming.resume();
  setTimeout(() => incoming.destroy(), GRACE_MS).unref();
}

/** Answers where there is no response object: before a request was read, or after it asked for another protocol. */
function refuse(socket: Duplex, status: number, sentence: string): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify({ error: { code: 'invalid-input', message: sentence } });
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  socket.once('finish', () => socket.destroy());
}
