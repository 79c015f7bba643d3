import path from 'node:path';
import { openService } from '../../engine/service/server.ts';
import { openStudio } from '../../engine/studio/studio.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import type { EngineStatus } from '../../shared/contract/engine.ts';
import { StudioError } from '../../shared/errors.ts';
import { sayLibraryEvent } from '../progress.ts';
import type { Context } from '../context.ts';

export interface ServeOptions {
  host: string;
  port: number;
  /** Default: that of engine.json. */
  maxSessions?: number;
  device: DeviceRequest;
}

/** Serves until Ctrl-C. Takes under way then stay journaled, and go on at the next start. */
export async function serve({ host, port, maxSessions, device }: ServeOptions, { home, json, signal }: Context): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new StudioError('invalid-input', `--port must be 0 (any that is free) to 65535, got ${port}.`);
  if (maxSessions !== undefined && (!Number.isInteger(maxSessions) || maxSessions < 1)) throw new StudioError('invalid-input', `--max-sessions must be a whole number from 1, got ${maxSessions}.`);
  const studio = await openStudio({ home, device, maxSessions, goOn: true, onLibraryEvent: sayLibraryEvent });
  try {
    const service = await openService({
      host, port, handlers: studio.handlers, takeFile: (takeId) => studio.takeFile(takeId), metrics: () => studio.metrics(), uploadsFolder: path.join(home, 'uploads'),
    });
    try {
      console.log(json ? JSON.stringify({ url: service.url, port: service.port, token: service.token }) : service.url);
      await sayReadiness(studio.handlers.streams['engine.watch'](null, signal), signal);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    } finally {
      await service.close();
    }
  } finally {
    await studio.close();
  }
}

/** Until the engine is ready, on stderr; whoever needs to know later watches it over the service. */
async function sayReadiness(statuses: AsyncIterable<EngineStatus>, signal: AbortSignal): Promise<void> {
  let said = '';
  try {
    for await (const { state, readyMs, models, lastCrash } of statuses) {
      const line = state === 'ready' && readyMs !== null ? `ready after ${(readyMs / 1000).toFixed(1)} s` : lastCrash ? `${state}: ${lastCrash.reason}` : state;
      if (line !== said) process.stderr.write(`${line}\n`);
      said = line;
      if (state !== 'ready') continue;
      for (const { message } of models) if (message !== null) process.stderr.write(`${message}\n`);
      return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
