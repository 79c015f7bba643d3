/** Registers files in a process of its own and tells how long each took: `node register.ts HOME FILE…`; the first is to warm up. */
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { openFaceSessions } from '../../engine/avatar/presenters.ts';

const [home, ...files] = process.argv.slice(2);
const sessions = await openFaceSessions();
const library = await openLibrary(home, { sessions: () => Promise.resolve(sessions) });
const registered = [];
for (const file of files) {
  const t = performance.now();
  const cpu = process.cpuUsage();
  const { record } = await library.register(file, { faceIndex: 1 });
  const ms = performance.now() - t;
  const { user, system } = process.cpuUsage(cpu);
  const again = performance.now();
  await library.register(file, { faceIndex: 1 });
  const againMs = performance.now() - again;
  const { face, plates } = record.files;
  registered.push({ ms, cpuMs: (user + system) / 1000, againMs, faceBytes: face.bytes, platesBytes: plates?.bytes ?? 0, width: record.width, height: record.height });
}
// What was prepared lies in memory as it was made; its size there is what the cache counts.
const memoryBytes = library.metrics().bytes;
await library.close();
await sessions.close();
process.stdout.write(JSON.stringify({ registered, memoryBytes, peakBytes: process.resourceUsage().maxRSS * 1024 }));
