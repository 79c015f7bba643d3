/** The engine process killed −9 at random moments while users are at work, and how long each of their takes then stood still. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Studio } from '../../../src/engine/studio/studio.ts';
import { randomFrom } from '../avatars/synthetic.ts';

export interface Kills {
  kills: number;
  /** From each kill to the next published fragment of each take that was being rendered, milliseconds. */
  recoveriesMs: number[];
  /** Watchers that were told of a pause. */
  pausesSeen: number;
}

/** Kills up to so many times, each at a moment up to 3 s after the engine is ready again; ends when `until` does. */
export async function killAtRandom(studio: Studio, until: AbortSignal, { kills, seed, into }: { kills: number; seed: number; into: Kills }): Promise<void> {
  const random = randomFrom(seed);
  const watching: Promise<void>[] = [];
  while (into.kills < kills && !until.aborted) {
    await studio.engine.ready();
    await sleep(3000 * random());
    const pid = studio.engine.pid();
    const rendering = studio.takes.list({ limit: 20 }).filter(({ state }) => state === 'rendering');
    if (pid === null || rendering.length === 0 || until.aborted) continue;
    const killedMs = performance.now();
    const known = rendering.map(({ id }) => ({ id, fragments: studio.takes.fragments(id).fragments.length }));
    process.kill(pid, 'SIGKILL');
    into.kills += 1;
    watching.push(...known.map(({ id, fragments }) => recovery(studio, id, fragments, killedMs, into)));
    await studio.engine.life().catch(() => null);
  }
  await Promise.all(watching);
}

async function recovery(studio: Studio, id: string, fragments: number, killedMs: number, into: Kills): Promise<void> {
  let paused = false;
  for await (const event of studio.watch(id, new AbortController().signal)) {
    if (event.type === 'take' && event.take.state === 'paused' && !paused) {
      paused = true;
      into.pausesSeen += 1;
    }
    if (!paused || event.type !== 'fragment' || event.fragment.index < fragments) continue;
    into.recoveriesMs.push(performance.now() - killedMs);
    return;
  }
}
