/** `sima` as a process of its own: Ctrl-C, readers that go away, and the end. What it does is in main.ts. */
import { EXIT } from './exit.ts';
import { main } from './main.ts';

/** For giving up in order once somebody insists. */
const GRACE_MS = 2000;

const abort = new AbortController();
let interrupts = 0;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupts += 1;
    abort.abort();
    // Asked again: by force, if giving up in order (a fraction of a second) hangs. Not at once: ending the process under running
    // native code crashes it.
    if (interrupts === 2) setTimeout(() => process.exit(EXIT.canceled), GRACE_MS).unref();
  });
}
// A line that nobody reads any more (`sima … | head`) must not end the work.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = EXIT.io;
  });
}

await main(process.argv.slice(2), abort.signal);
// Everything is closed by now. Should a native thread hold the process all the same, it must not hang.
setTimeout(() => process.exit(), 3000).unref();
