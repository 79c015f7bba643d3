/**
 * A host of its own, for tests that kill it: opens the studio in a data folder, starts a take where a request is given, and tells on stdout, a
 * line of JSON each: the engine's process, then what happens to the take. `node host.ts HOME [REQUEST]`
 */
import { parse } from '../../src/shared/contract/common.ts';
import { renderRequest } from '../../src/shared/contract/request.ts';
import { openStudio } from '../../src/engine/studio/studio.ts';

const [home, request] = process.argv.slice(2);
const tell = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
const studio = await openStudio({ home });
tell({ enginePid: studio.engine.pid() });
if (request) {
  const { seatId } = studio.seats.open();
  const { id } = studio.start({ sessionId: seatId, request: parse(renderRequest, JSON.parse(request), 'The request'), leadSec: null });
  for await (const event of studio.watch(id, new AbortController().signal)) tell(event);
} else {
  await studio.engine.ready();
  tell({ ready: true });
}
