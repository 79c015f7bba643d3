/** Avatars: looked at, registered, described, removed. */
import { StudioError, throwIfCanceled } from '../../../shared/errors.ts';
import { FRUITLESS_LIVES } from '../takeRunner.ts';
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function avatarHandlers({ studio, changes }: HandlerParts): Area<'avatars'> {
  const { engine } = studio;
  return {
    calls: {
      'avatars.list': async (query) => (await studio.library()).list(query).map((row) => ({ ...row, favourite: false })),
      'avatars.describe': async ({ id, name, tags }) => {
        const library = await studio.library();
        await library.describe(id, { ...(name === undefined ? {} : { name }), ...(tags ? { tags } : {}) });
        changes.announce('avatars');
        return { ...library.show(id).row, favourite: false };
      },
      'avatars.report': notBuilt('avatars.report'),
      'avatars.remove': async ({ id }) => {
        await (await studio.library()).remove(id);
        changes.announce('avatars');
        return null;
      },
      'avatars.restore': notBuilt('avatars.restore'),
      'avatars.cache': notBuilt('avatars.cache'),
    },
    streams: {
      'avatars.inspect': notBuilt('avatars.inspect'),
      async *'avatars.register'({ file, face, name, tags }, signal) {
        for (let lives = 1; ; lives++) {
          const life = await engine.life(signal);
          try {
            for await (const event of life.client.stream('register', { file, faceIndex: face, name, tags }, { signal })) {
              if (event.type === 'registered') changes.announce('avatars');
              if (event.type === 'progress') yield event;
              else yield { type: 'registered', isNew: event.isNew, avatar: { ...(await studio.library()).show(event.record.id).row, favourite: false } };
            }
            return;
          } catch (error) {
            throwIfCanceled(signal);
            if (!life.over) throw error; // what the engine's end cut off is begun again in the next one
            if (lives >= FRUITLESS_LIVES) throw new StudioError('bug', `The engine ended ${lives} times while it prepared ${file}. The last time: ${await life.exit}.`, { cause: error });
          }
        }
      },
    },
  };
}
