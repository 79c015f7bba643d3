/** A service on a real socket, over the scripted studio. */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { WebSocket } from 'ws';
import type { Mp4Summary } from '../../../src/engine/media/mp4Writer.ts';
import { openService, type Service, type ServiceLimits } from '../../../src/engine/service/server.ts';
import type { StudioApi } from '../../../src/shared/contract.ts';
import { connect, type Client } from '../../../src/shared/rpc.ts';
import { socketPort } from '../../../src/shared/socketPort.ts';
import { writeClickTake } from '../../support/clickTake.ts';
import { createTestStudio, type TestStudio } from './testStudio.ts';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** The body came to its proper end. */
  whole: boolean;
}

export interface Serving {
  service: Service;
  studio: TestStudio;
  folder: string;
  uploadsFolder: string;
  source: Mp4Summary;
  /** As it is written: no path is tidied, no header added; with the token, unless headers are given. */
  ask(address: string, options?: { method?: string; headers?: http.OutgoingHttpHeaders; body?: Uint8Array | string }): Promise<Answer>;
  socket(options?: { address?: string; headers?: Record<string, string> }): WebSocket;
  client(): Client<StudioApi>;
  close(): Promise<void>;
}

/** 4 s, 128×96: some ten fragments. */
export const writeSource = async (folder: string): Promise<Mp4Summary> => (await writeClickTake({ file: path.join(folder, 'source.mp4'), frames: 100, clickFrame: 30 })).summary;

export async function openServing(options: { limits?: Partial<ServiceLimits>; page?: string; host?: string } = {}): Promise<Serving> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-service-'));
  const uploadsFolder = path.join(folder, 'uploads');
  const source = await writeSource(folder);
  const studio = createTestStudio(folder, source);
  const { host = '127.0.0.1', page = null, limits } = options;
  const service = await openService({
    host, port: 0, handlers: studio.handlers, takeFile: (id) => studio.takeFile(id), uploadsFolder, metrics: () => Promise.resolve('sima_up 1\n'), page, ...(limits ? { limits } : {}),
  });
  const { port, token } = service;
  const bearer = { authorization: `Bearer ${token}` };
  const sockets: WebSocket[] = [];
  const socket: Serving['socket'] = ({ address = `/api?token=${token}`, headers = {} } = {}) => {
    const opened = new WebSocket(`ws://127.0.0.1:${port}${address}`, { headers });
    sockets.push(opened);
    return opened;
  };
  return {
    service, studio, folder, uploadsFolder, source, socket,
    ask: (address, { method = 'GET', headers = bearer, body } = {}) =>
      new Promise((resolve, reject) => {
        const request = http.request({ host: '127.0.0.1', port, path: address, method, headers, agent: false }, (response) => {
          const pieces: Buffer[] = [];
          const settle = () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces), whole: response.complete });
          response.on('data', (piece: Buffer) => pieces.push(piece)).on('close', settle).on('error', () => undefined);
        });
        request.on('error', reject);
        request.end(body);
      }),
    client: () => connect<StudioApi>(socketPort(socket())),
    async close() {
      for (const each of sockets) each.terminate();
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const errorOf = (answer: Answer): { code: string; message: string } => (JSON.parse(answer.body.toString()) as { error: { code: string; message: string } }).error;

/** The close frame, or how a handshake was refused. */
export function ended(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    socket.on('error', () => undefined);
    socket.once('unexpected-response', (request, response) => {
      resolve({ code: response.statusCode!, reason: 'refused' });
      request.destroy();
    });
  });
}

/** Waits for what has no event of its own. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
