import path from 'node:path';
import { BUILT_PAGE, isPage } from '../../engine/service/page.ts';
import { openService } from '../../engine/service/server.ts';
import { studioMedia } from '../../engine/service/studioMedia.ts';
import { bringPresenters } from '../../engine/studio/presenters.ts';
import { openStudio } from '../../engine/studio/studio.ts';
import type { DeviceRequest } from '../../engine/onnx/devices.ts';
import type { EngineStatus } from '../../shared/contract/engine.ts';
import { errorData, StudioError } from '../../shared/errors.ts';
import { sayLibraryEvent } from '../progress.ts';
import type { Context } from '../context.ts';

export interface ServeOptions {
  host: string;
  port: number;
  /** Default: that of engine.json. */
  maxSessions?: number;
  device: DeviceRequest;
  /** A folder, or `none` for the plain page that says what this is. Default: the built page, where there is one. */
  page?: string;
  /** Told the address, with the token, once it is served. */
  onServed?: (url: string) => void;
}

/** Serves until Ctrl-C. Takes under way then stay journaled, and go on at the next start. */
export async function serve({ host, port, maxSessions, device, page, onServed }: ServeOptions, { home, json, signal }: Context): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new StudioError('invalid-input', `--port must be 0 (any that is free) to 65535, got ${port}.`);
  if (maxSessions !== undefined && (!Number.isInteger(maxSessions) || maxSessions < 1)) throw new StudioError('invalid-input', `--max-sessions must be a whole number from 1, got ${maxSessions}.`);
  const pageFolder = folderOfPage(page);
  const studio = await openStudio({ home, device, maxSessions, goOn: true, onLibraryEvent: sayLibraryEvent });
  try {
    const service = await openService({
      host, port, handlers: studio.handlers, ...studioMedia(studio), uploadsFolder: path.join(home, 'uploads'), page: pageFolder,
    });
    try {
      console.log(json ? JSON.stringify({ url: service.url, port: service.port, token: service.token }) : service.url);
      onServed?.(service.url);
      if (pageFolder === null && page === undefined) process.stderr.write('without the studio’s page, which is not built: npm run build makes it, npm start makes and opens it\n');
      void bringPresenters({ studio, home, signal }).catch((error: unknown) => {
        if (!signal.aborted) process.stderr.write(`the presenters could not be registered: ${errorData(error).message}\n`);
      });
      await sayReadiness(studio.handlers.streams['engine.watch'](null, signal), signal);
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    } finally {
      await service.close();
    }
  } finally {
    await studio.close();
  }
}

function folderOfPage(asked: string | undefined): string | null {
  if (asked === 'none') return null;
  if (asked === undefined) return isPage(BUILT_PAGE) ? BUILT_PAGE : null;
  if (!isPage(asked)) throw new StudioError('invalid-input', `--page must be a folder with an index.html, or none: ${asked} has none.`);
  return path.resolve(asked);
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
