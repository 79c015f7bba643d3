/** The command as a user runs it, on this machine. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { createWorkplace } from '../../support/cli.ts';
import type { Check } from '../../../src/engine/doctor/check.ts';

const place = createWorkplace();
afterAll(() => place.remove());

it('tells one line per check, the same in JSON, and makes nothing', async () => {
  const shown = await place.simaProcess(['doctor']);
  const told = await place.sima(['doctor', '--json']);
  const { ok, checks } = told.json as unknown as { ok: boolean; checks: Check[] };
  expect(told.exitCode).toBe(ok ? 0 : 7);
  expect(shown.exitCode).toBe(told.exitCode);
  expect(shown.stdout).not.toContain('\u001b'); // no colour where nobody looks
  for (const { id, state, found, advice, why } of checks) {
    expect(id).toMatch(/^(machine|gpu|system|studio)\.[a-z-]+$/);
    expect(found).not.toMatch(/undefined|null|NaN|\.$/);
    expect([advice !== null, why !== null], id).toEqual(state === 'advice' || state === 'wanting' ? [true, true] : [false, why !== null]);
  }
  const signs = shown.stdout.split('\n').filter((line) => /^ {2}[✓!✗–] /.test(line));
  expect(signs).toHaveLength(checks.length);
  expect(existsSync(place.file('home'))).toBe(false);
  expect(place.leftovers()).toEqual([]);
}, 40_000);

it('tells a data folder that cannot be once, not in every part that would use it', async () => {
  writeFileSync(place.file('input.txt'), '');
  const { exitCode, json } = await place.sima(['doctor', '--json', '--home', place.file('input.txt/home')]);
  expect(exitCode).toBe(7);
  expect((json.checks as Check[]).filter(({ state }) => state === 'wanting').map(({ id }) => id)).toContain('machine.home');
  expect((json.checks as Check[]).filter(({ id, state }) => id.startsWith('studio.') && state !== 'ok')).toEqual([]);
}, 20_000);

it('ends with 7 where something keeps Sima from working', async () => {
  mkdirSync(place.file('home'));
  writeFileSync(place.file('home/engine.json'), '{ "maxSesions": 5 }');
  const { exitCode, json } = await place.sima(['doctor', '--json']);
  expect(exitCode).toBe(7);
  expect(json.ok).toBe(false);
  expect((json.checks as Check[]).find(({ id }) => id === 'studio.settings')).toMatchObject({ state: 'wanting', found: expect.stringContaining('maxSesions') as string });
}, 20_000);
