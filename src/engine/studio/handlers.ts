/** The contract answered by a studio. Inputs have been checked at the door (shared/door.ts). */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROTOCOL_VERSION, type StudioServerApi } from '../../shared/contract.ts';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Handlers } from '../../shared/rpc.ts';
import { defaultLipSync } from '../onnx/defaultLipSync.ts';
import { listModels, type ModelFolders } from '../onnx/manifest.ts';
import { PROJECT } from '../places.ts';
import { listVoices } from '../voice/catalogue.ts';
import type { Changes } from './changes.ts';
import type { Studio } from './studio.ts';
import { FRUITLESS_LIVES } from './takeRunner.ts';

const { version } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as { version: string };

/** Seats that a client takes are its own to give back; a host gives back those of a client that is gone: see service/. */
export function studioHandlers(studio: Omit<Studio, 'handlers'>, { changes, folders }: { changes: Changes; folders: ModelFolders }): Handlers<StudioServerApi> {
  const startedAt = new Date().toISOString();
  const { takes, seats, engine, telemetry } = studio;
  return {
    calls: {
      'studio.info': () => ({ version, protocol: PROTOCOL_VERSION, pid: process.pid, startedAt }),
      'sessions.open': () => {
        const { seatId, realTime, notice } = seats.open();
        return { sessionId: seatId, realTime, notice };
      },
      'sessions.close': ({ sessionId }) => {
        seats.close(sessionId);
        return null;
      },
      'takes.start': ({ sessionId, request, leadSec }) => studio.start({ sessionId, request, leadSec }),
      'takes.want': ({ takeId, playheadSec }) => {
        studio.want(takeId, playheadSec);
        return null;
      },
      'takes.cancel': ({ takeId }) => studio.cancel(takeId),
      'takes.list': (query) => takes.list(query),
      'takes.show': ({ takeId }) => takes.show(takeId),
      'takes.keep': ({ takeId, kept }) => {
        const take = takes.keep(takeId, kept);
        changes.announce('takes');
        return take;
      },
      'takes.remove': async ({ takeId }) => {
        await takes.remove(takeId);
        changes.announce('takes');
        return null;
      },
      'avatars.list': async (query) => (await studio.library()).list(query),
      'avatars.describe': async ({ id, name, tags }) => {
        const library = await studio.library();
        await library.describe(id, { ...(name === undefined ? {} : { name }), ...(tags ? { tags } : {}) });
        changes.announce('avatars');
        return library.show(id).row;
      },
      'avatars.remove': async ({ id }) => {
        await (await studio.library()).remove(id);
        changes.announce('avatars');
        return null;
      },
      'voices.list': () => listVoices().map(({ id, name, lang }) => ({ id, name, lang })),
      'models.list': async () => {
        const chosen = (await defaultLipSync(folders)).id;
        return (await listModels(folders)).map(({ id, kind, installed, licence, source }) => ({ id, kind, installed, licence, source, isDefault: id === chosen }));
      },
    },
    streams: {
      'takes.watch': ({ takeId }, signal) => studio.watch(takeId, signal),
      async *'avatars.register'({ file, face, name, tags }, signal) {
        for (let lives = 1; ; lives++) {
          const life = await engine.life(signal);
          try {
            for await (const event of life.client.stream('register', { file, faceIndex: face, name, tags }, { signal })) {
              if (event.type === 'registered') changes.announce('avatars');
              if (event.type === 'progress') yield event;
              else yield { type: 'registered', isNew: event.isNew, avatar: (await studio.library()).show(event.record.id).row };
            }
            return;
          } catch (error) {
            throwIfCanceled(signal);
            if (!life.over) throw error; // what the engine's end cut off is begun again in the next one
            if (lives >= FRUITLESS_LIVES) throw new StudioError('bug', `The engine ended ${lives} times while it prepared ${file}. The last time: ${await life.exit}.`, { cause: error });
          }
        }
      },
      'engine.watch': (_, signal) => engine.watch(signal),
      'telemetry.watch': (_, signal) => telemetry.watch(signal),
      'changes.watch': (_, signal) => changes.watch(signal),
    },
  };
}
