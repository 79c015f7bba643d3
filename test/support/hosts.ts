/** Starts a host in a process of its own (host.ts), to be killed by the test. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface HostProcess {
  /** What it tells, in order. */
  lines: AsyncIterableIterator<Record<string, unknown>>;
  /** At once, with -9. Resolves when it is gone. */
  kill(): Promise<void>;
}

export function startHost(home: string, request?: unknown): HostProcess {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./host.ts', import.meta.url)), home, ...(request === undefined ? [] : [JSON.stringify(request)])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  async function* lines(): AsyncGenerator<Record<string, unknown>, void, void> {
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as Record<string, unknown>;
  }
  return {
    lines: lines(),
    kill() {
      child.kill('SIGKILL');
      return gone;
    },
  };
}
