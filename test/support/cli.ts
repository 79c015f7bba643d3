/** Runs the command line as a user does, with a home and a work folder that the test can look into. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SIMA = fileURLToPath(new URL('../../bin/sima.js', import.meta.url));
const KEPT = fileURLToPath(new URL('./cliKept.ts', import.meta.url));

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** The last line of stdout, where `--json` was given. */
  json: Record<string, unknown>;
}

type Printed = Omit<CliResult, 'json'>;

export interface Workplace {
  folder: string;
  file(name: string): string;
  /** In a process that is kept for all of them, since loading the code takes longer than most commands. One at a time. */
  sima(args: string[]): Promise<CliResult>;
  /** In a process of its own, as a shell starts it: for its end, its signals, and what native code prints. */
  simaProcess(args: string[], options?: { onStderr?: (line: string, kill: (signal: NodeJS.Signals) => void) => void }): Promise<CliResult>;
  /** Everything that lies about in the output and work folders, `home` aside. */
  leftovers(): string[];
  remove(): void;
}

export function createWorkplace(): Workplace {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-test-'));
  const file = (name: string) => path.join(folder, name);
  const env = { ...process.env, SIMA_HOME: file('home'), TMPDIR: folder };
  let kept: ChildProcess | null = null;
  return {
    folder,
    file,
    async sima(args) {
      if (kept?.exitCode !== null || kept.signalCode !== null) kept = fork(KEPT, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      const child = kept;
      const ended = new AbortController();
      const died = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        throw new Error(`sima ${args.join(' ')}: its process ended (${String(code ?? signal)})`);
      });
      child.send(args);
      try {
        const [printed] = (await Promise.race([once(child, 'message', { signal: ended.signal }), died])) as [Printed];
        return withJson(args, printed);
      } finally {
        died.catch(() => undefined);
        ended.abort();
      }
    },
    simaProcess(args, { onStderr } = {}) {
      const child = spawn(process.execPath, [SIMA, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (bytes) => (stdout += String(bytes)));
      child.stderr.on('data', (bytes) => {
        stderr += String(bytes);
        onStderr?.(String(bytes), (signal) => void child.kill(signal));
      });
      return new Promise((resolve) => child.on('close', (exitCode) => resolve(withJson(args, { exitCode, stdout, stderr }))));
    },
    leftovers: () => readdirSync(folder).filter((name) => name !== 'home' && !name.startsWith('input')),
    remove() {
      kept?.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function withJson(args: string[], printed: Printed): CliResult {
  const lastLine = printed.stdout.trim().split('\n').at(-1);
  return { ...printed, json: args.includes('--json') ? (JSON.parse(lastLine || '{}') as Record<string, unknown>) : {} };
}
