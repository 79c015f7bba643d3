/** The contract answered by a studio. Inputs have been checked at the door (shared/door.ts). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROTOCOL_VERSION, type StudioServerApi } from '../../../shared/contract.ts';
import type { Handlers } from '../../../shared/rpc.ts';
import { PROJECT } from '../../places.ts';
import type { HandlerParts } from './area.ts';
import { avatarHandlers } from './avatars.ts';
import { desktopRefusals } from './desktop.ts';
import { exportHandlers } from './exports.ts';
import { machineHandlers } from './machine.ts';
import { modelHandlers } from './models.ts';
import { projectHandlers } from './projects.ts';
import { qaHandlers } from './qa.ts';
import { recordingHandlers } from './recordings.ts';
import { takeHandlers } from './takes.ts';
import { voiceHandlers } from './voices.ts';

const { version } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as { version: string };

/** Seats that a client takes are its own to give back; a host gives back those of a client that is gone: see service/. */
export function studioHandlers(parts: HandlerParts): Handlers<StudioServerApi> {
  const startedAt = new Date().toISOString();
  const { seats } = parts.studio;
  const [takes, exports, avatars] = [takeHandlers(parts), exportHandlers(parts), avatarHandlers(parts)];
  const [voices, models, machine] = [voiceHandlers(parts), modelHandlers(parts), machineHandlers(parts)];
  const [projects, qa, recordings, desktop] = [projectHandlers(parts, avatars.streams['avatars.register']), qaHandlers(parts), recordingHandlers(parts), desktopRefusals];
  return {
    calls: {
      'studio.info': () => ({ version, protocol: PROTOCOL_VERSION, pid: process.pid, startedAt, host: 'service' }),
      'sessions.open': () => {
        const { seatId, realTime, notice } = seats.open();
        return { sessionId: seatId, realTime, notice };
      },
      'sessions.close': ({ sessionId }) => {
        seats.close(sessionId);
        return null;
      },
      ...takes.calls, ...exports.calls, ...avatars.calls, ...voices.calls, ...models.calls, ...machine.calls, ...projects.calls, ...qa.calls, ...recordings.calls, ...desktop.calls,
    },
    streams: {
      ...takes.streams, ...exports.streams, ...avatars.streams, ...voices.streams, ...models.streams, ...machine.streams, ...projects.streams, ...qa.streams, ...recordings.streams, ...desktop.streams,
    },
  };
}
