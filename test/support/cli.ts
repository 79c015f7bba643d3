/** Runs the command line as a user does, in a process of its own, with a home and a work folder that the test can look into. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SIMA = fileURLToPath(new URL('../../bin/sima.js', import.meta.url));

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** The last line of stdout, where `--json` was given. */
  json: Record<string, unknown>;
}

export interface Workplace {
  folder: string;
  file(name: string): string;
  sima(args: string[], options?: { onStderr?: (line: string, kill: (signal: NodeJS.Signals) => void) => void; tmp?: string }): Promise<CliResult>;
  /** Everything that lies about in the output and work folders, `home` aside. */
  leftovers(): string[];
  remove(): void;
}

export function createWorkplace(): Workplace {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sima-test-'));
  const file = (name: string) => path.join(folder, name);
  return {
    folder,
    file,
    sima(args, { onStderr, tmp = folder } = {}) {
      const child = spawn(process.execPath, [SIMA, ...args], { env: { ...process.env, SIMA_HOME: file('home'), TMPDIR: tmp }, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (bytes) => (stdout += String(bytes)));
      child.stderr.on('data', (bytes) => {
        stderr += String(bytes);
        onStderr?.(String(bytes), (signal) => void child.kill(signal));
      });
      return new Promise((resolve) =>
        child.on('close', (exitCode) => {
          let json: Record<string, unknown> = {};
          if (args.includes('--json')) json = JSON.parse(stdout.trim().split('\n').at(-1) || '{}') as Record<string, unknown>;
          resolve({ exitCode, stdout, stderr, json });
        }),
      );
    },
    leftovers: () => readdirSync(folder).filter((name) => name !== 'home' && !name.startsWith('input')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
