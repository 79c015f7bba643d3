/** Kill −9 at random moments during registrations, changes and removals, and what is left of the library afterwards. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openLibrary } from '../../../src/engine/library/avatars.ts';
import { ID_PATTERN } from '../../../src/engine/library/record.ts';
import { drawnFaces, randomFrom } from './synthetic.ts';

const CHURN = fileURLToPath(new URL('./churn.ts', import.meta.url));

export interface KillResult {
  kills: number;
  saved: number;
  removed: number;
  /** Avatars that were reported as saved and are not there. */
  lost: string[];
  /** Avatars that were reported as removed and are there. */
  risen: string[];
  /** Names in the avatars' folder that are no avatar, after the restart. */
  orphans: string[];
  /** What verify found. */
  faults: string[];
  /** How often a kill had left a half-made folder or file, which the restart cleared: whether the kills hit anything. */
  interruptions: number;
}

export interface KillOptions {
  folder: string;
  kills: number;
  mode: 'drawn' | 'real';
  seed: number;
  /** The kill comes up to so many milliseconds after the process is ready. */
  withinMs: number;
  log?: (line: string) => void;
}

export async function killAndReopen({ folder, kills, mode, seed, withinMs, log }: KillOptions): Promise<KillResult> {
  const home = path.join(folder, 'home');
  const sources = path.join(folder, 'sources');
  mkdirSync(sources, { recursive: true });
  const random = randomFrom(seed);
  const result: KillResult = { kills: 0, saved: 0, removed: 0, lost: [], risen: [], orphans: [], faults: [], interruptions: 0 };
  const expected = new Set<string>();
  const avatars = path.join(home, 'avatars');
  for (let round = 1; round <= kills; round++) {
    const said = await churnAndKill([home, sources, String(seed * 1000 + round), mode], Math.floor(random() * withinMs));
    const doubtful = new Set<string>();
    for (const line of said) {
      const [word, id] = line.split(' ');
      if (word === 'saved') {
        expected.add(id);
        result.saved++;
      } else if (word === 'removing') {
        expected.delete(id);
        doubtful.add(id);
      } else if (word === 'removed') {
        doubtful.delete(id);
        result.removed++;
      }
    }
    result.kills++;
    const before = readdirSync(avatars).filter((name) => !ID_PATTERN.test(name)).length;
    if (before > 0) result.interruptions++;

    const library = await openLibrary(home, drawnFaces());
    const listed = new Set(library.list().map(({ id }) => id));
    const verdict = await library.verify();
    await library.close();
    result.lost.push(...[...expected].filter((id) => !listed.has(id)));
    const removed = said.filter((line) => line.startsWith('removed ')).map((line) => line.split(' ')[1]);
    result.risen.push(...removed.filter((id) => listed.has(id)));
    result.orphans.push(...readdirSync(avatars).filter((name) => !ID_PATTERN.test(name)));
    result.faults.push(...verdict.problems, ...verdict.avatars.flatMap(({ problems }) => problems));
    // What was whole although nobody was told so, and removals that came to nothing, count from here on.
    for (const id of listed) expected.add(id);
    if (round % 10 === 0) log?.(`${round} kills: ${result.saved} saved, ${result.removed} removed, ${listed.size} there, ${result.interruptions} left something half-made`);
  }
  return result;
}

/** Runs the churning process and kills it so many milliseconds after it is ready. @returns its whole lines */
async function churnAndKill(args: string[], afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHURN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (bytes) => (errors += String(bytes)));
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const ready = new Promise<void>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line === 'ready') resolve();
      lines.push(line);
    });
  });
  await Promise.race([ready, exited]);
  if (child.exitCode !== null) throw new Error(`The churning process ended by itself: ${errors}`);
  await sleep(afterMs);
  if (child.exitCode !== null) throw new Error(`The churning process ended by itself: ${errors}`);
  child.kill('SIGKILL');
  await exited;
  return lines;
}
