/**
 * A process that registers, renames and removes avatars until it is told to stop or killed, and says on stdout what it is about to do
 * and what is done. `node churn.ts HOME SOURCES SEED MODE`, MODE: drawn, or real (a photo through the face models).
 */
import { copyFileSync, appendFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { openFaceSessions, WOMAN } from '../../engine/avatar/presenters.ts';
import { drawnFaces, drawnSource, randomFrom, warmUpDrawn } from './synthetic.ts';

const [home, sources, seed, mode] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);
const random = randomFrom(Number(seed));

const sessions = mode === 'real' ? await openFaceSessions() : null;
const library = await openLibrary(home, sessions ? { sessions: () => Promise.resolve(sessions) } : drawnFaces());

/** A source of its own each time. */
function nextSource(round: number): string {
  const number = Number(seed) * 10_000 + round;
  if (!sessions) return drawnSource(sources, number, { bytes: 5_000 + Math.floor(random() * 200_000), ...(random() < 0.3 ? { plates: 1 + Math.floor(random() * 40) } : {}) });
  const file = path.join(sources, `real-${number}.png`);
  copyFileSync(WOMAN, file);
  appendFileSync(file, String(number)); // other bytes, the same picture
  return file;
}

if (!sessions) await warmUpDrawn();
say('ready');
for (let round = 0; ; round++) {
  const there = library.list().map(({ id }) => id);
  const chosen = there[Math.floor(random() * there.length)];
  const wish = random();
  if (wish < 0.25 && there.length > 4) {
    say(`removing ${chosen}`);
    await library.remove(chosen);
    say(`removed ${chosen}`);
  } else if (wish < 0.35 && there.length > 0) {
    await library.describe(chosen, { name: `Round ${round}`, tags: [`of ${seed}`] });
  } else {
    const { record } = await library.register(nextSource(round));
    say(`saved ${record.id}`);
  }
}
