/** One of two processes that register the same sources at the same time: `node twin.ts HOME SOURCES SEED COUNT`; tells what it did as JSON. */
import { mkdirSync } from 'node:fs';
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { drawnFaces, drawnSource, prepareDrawn, randomFrom, warmUpDrawn } from './synthetic.ts';

const [home, sources, seed, count] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const folder = `${sources}-${seed}`;
mkdirSync(folder, { recursive: true });
await warmUpDrawn();

let prepared = 0;
const library = await openLibrary(home, drawnFaces({
  prepareFace(file, options) {
    prepared++;
    return prepareDrawn(file, options);
  },
}));
const numbers = Array.from({ length: Number(count) }, (_, i) => i + 1).sort(() => random() - 0.5);
const ids: string[] = [];
for (const number of numbers) {
  const { record } = await library.register(drawnSource(folder, number));
  await library.describe(record.id, { tags: [`seen by ${seed}`] });
  await library.get(record.id);
  ids.push(record.id);
}
await library.close();
process.stdout.write(JSON.stringify({ prepared, ids }));
