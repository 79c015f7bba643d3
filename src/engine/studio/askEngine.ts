/** A question that the engine answers at once, asked again where its process ends meanwhile. */
import type { EngineLife, EngineOwner } from '../process/owner.ts';
import { FRUITLESS_LIVES } from './takeRunner.ts';

/** @throws what the engine answers, or the end of its last life where several ended over it */
export async function askEngine<T>(engine: Pick<EngineOwner, 'life'>, ask: (life: EngineLife) => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let lives = 1; ; lives++) {
    const life = await engine.life(signal);
    try {
      return await ask(life);
    } catch (error) {
      if (!life.over || signal.aborted || lives >= FRUITLESS_LIVES) throw error;
      await life.exit; // the next one answers
    }
  }
}
