/** Access to face data as users draw it: some faces often, most rarely (Zipf, s = 1), with memory for a part of them. */
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import type { CacheMetrics } from '../../../src/engine/library/cache.ts';
import { drawnFaces, randomFrom } from './synthetic.ts';

export interface DrawResult {
  metrics: CacheMetrics;
  draws: number;
  avatars: number;
  /** As the caller measures it, milliseconds. */
  memoryP99Ms: number;
  diskP99Ms: number;
  /** Of this process's own work, whatever else the machine does. */
  diskCpuP99Ms: number;
  /** Of face data per avatar: on the disk and in memory. */
  storedBytes: number;
  memoryBytes: number;
}

/** @param share of all face data that memory holds, 0..1 */
export async function drawZipf(home: string, draws: number, share: number, seed: number): Promise<DrawResult> {
  const all = await openLibrary(home, drawnFaces());
  const ids = all.list().map(({ id }) => id);
  for (const id of ids) await all.get(id);
  const totalBytes = all.metrics().bytes;
  const storedBytes = ids.reduce((sum, id) => sum + all.show(id).record.files.face.bytes, 0);
  await all.close();

  const library = await openLibrary(home, drawnFaces({ budgetBytes: totalBytes * share }));
  const next = zipf(ids.length, randomFrom(seed));
  const waits = { memory: [] as number[], disk: [] as number[], diskCpu: [] as number[] };
  for (let draw = 0; draw < draws; draw++) {
    const id = ids[next()];
    const hits = memoryHits();
    const cpu = process.cpuUsage();
    const t = performance.now();
    await library.get(id);
    const ms = performance.now() - t;
    const { user, system } = process.cpuUsage(cpu);
    if (memoryHits() > hits) {
      waits.memory.push(ms);
    } else {
      waits.disk.push(ms);
      waits.diskCpu.push((user + system) / 1000);
    }
  }
  function memoryHits(): number {
    return library.metrics().tiers.memory.count;
  }
  const metrics = library.metrics();
  await library.close();
  return { metrics, draws, avatars: ids.length, memoryP99Ms: p99(waits.memory), diskP99Ms: p99(waits.disk), diskCpuP99Ms: p99(waits.diskCpu), storedBytes: storedBytes / ids.length, memoryBytes: totalBytes / ids.length };
}

/** Index 0…count−1, index k with a chance in proportion to 1/(k+1). */
function zipf(count: number, random: () => number): () => number {
  const upTo: number[] = [];
  let sum = 0;
  for (let k = 1; k <= count; k++) upTo.push((sum += 1 / k));
  return () => {
    const place = random() * sum;
    return upTo.findIndex((limit) => place < limit);
  };
}

function p99(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(0.99 * (values.length - 1))] ?? NaN;
}
