/** A question that the engine answers at once, asked again where its process ends meanwhile. */
import { throwIfCanceled } from '../../shared/errors.ts';
import type { Client } from '../../shared/rpc.ts';
import type { EngineApi } from './api.ts';
import type { EngineOwner } from './owner.ts';

/** Processes that ended over one question: it is to blame. */
const MOST_LIVES = 5;

/** @throws what the engine answers, or the end of its last life where `mostLives` ended over it */
export async function askEngine<T>(engine: Pick<EngineOwner, 'life'>, ask: (client: Client<EngineApi>) => Promise<T>, signal: AbortSignal, mostLives = MOST_LIVES): Promise<T> {
  for (let lives = 1; ; lives++) {
    const life = await engine.life(signal);
    try {
      return await ask(life.client);
    } catch (error) {
      throwIfCanceled(signal);
      if (!life.over || lives >= mostLives) throw error;
      await life.exit; // the next one answers
    }
  }
}
