/** Avatars: looked at, registered, described, removed. */
import { StudioError, throwIfCanceled } from '../../../shared/errors.ts';
import type { Client } from '../../../shared/rpc.ts';
import { DEFAULT_BUDGET_BYTES } from '../../library/avatars.ts';
import type { EngineApi } from '../../process/api.ts';
import { mayBeBlamed } from '../../process/owner.ts';
import { FRUITLESS_LIVES } from '../takeRunner.ts';
import type { Area, HandlerParts } from './area.ts';

export function avatarHandlers({ studio, changes }: HandlerParts): Area<'avatars'> {
  const { engine } = studio;

  /** What the engine's end cuts off is begun again in its next life. Nobody ends it meanwhile only because something is new. */
  async function* throughLives<T>(file: string, signal: AbortSignal, work: (client: Client<EngineApi>) => AsyncIterable<T>): AsyncGenerator<T, void, void> {
    const leave = studio.occupyEngine();
    let fruitless = 0;
    try {
      for (;;) {
        const life = await engine.life(signal);
        try {
          yield* work(life.client);
          return;
        } catch (error) {
          throwIfCanceled(signal);
          if (!life.over) throw error;
          if (mayBeBlamed(life)) fruitless += 1;
          if (fruitless >= FRUITLESS_LIVES) throw new StudioError('bug', `The engine ended ${fruitless} times while it prepared ${file}. The last time: ${await life.exit}.`, { cause: error });
        }
      }
    } finally {
      leave();
    }
  }

  return {
    calls: {
      'avatars.list': async (query) => (await studio.library()).list(query),
      'avatars.describe': async ({ id, name, tags, favourite, voices }) => {
        const library = await studio.library();
        const change = { ...(name === undefined ? {} : { name }), ...(tags ? { tags } : {}), ...(favourite === undefined ? {} : { favourite }), ...(voices ? { voices } : {}) };
        const described = await library.describe(id, change);
        changes.announce('avatars');
        return library.show(described.id).row;
      },
      'avatars.report': async ({ id }) => ({ findings: (await studio.library()).show(id).record.quality.findings }),
      'avatars.remove': async ({ id }) => {
        await (await studio.library()).setAside(id);
        changes.announce('avatars');
        return null;
      },
      'avatars.restore': async ({ id }) => {
        const row = await (await studio.library()).restore(id);
        changes.announce('avatars');
        return row;
      },
      'avatars.cache': async () => {
        const { count, bytes } = (await studio.library()).totals();
        const inMemory = engine.figures()?.cache;
        return {
          memoryBytes: inMemory?.bytes ?? 0, memoryBudgetBytes: Math.round(inMemory?.budgetBytes ?? DEFAULT_BUDGET_BYTES), diskBytes: bytes, avatars: count,
          hitRate: inMemory?.hitRate ?? null, memoryHitRate: inMemory?.memoryHitRate ?? null,
        };
      },
    },
    streams: {
      async *'avatars.inspect'({ file }, signal) {
        for await (const event of throughLives(file, signal, (client) => client.stream('inspect', { file }, { signal }))) {
          if (event.type === 'progress') yield event;
          else {
            const { kind, width, height, faces, preview } = event;
            yield { type: 'faces', kind, width, height, faces: faces.map((box, i) => ({ index: i + 1, box })), preview: Buffer.from(preview).toString('base64') };
          }
        }
      },
      async *'avatars.register'({ file, face, name, tags }, signal) {
        for await (const event of throughLives(file, signal, (client) => client.stream('register', { file, faceIndex: face, name, tags }, { signal }))) {
          if (event.type === 'registered') changes.announce('avatars');
          if (event.type === 'progress') yield event;
          else yield { type: 'registered', isNew: event.isNew, avatar: (await studio.library()).show(event.record.id).row };
        }
      },
    },
  };
}
