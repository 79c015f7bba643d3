/** Which takes give way to the next one that a page asks for: its own state, over the real studio and engine. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import type { StudioApi } from '../../../src/shared/contract.ts';
import type { TakeState } from '../../../src/shared/contract/take.ts';
import type { Client } from '../../../src/shared/rpc.ts';
import { until } from '../../support/processes.ts';
import { openTestStudio, requestOf, type TestStudio } from '../../support/studios.ts';

const SHORT = 'Hello there.';
/** Longer than a take is rendered ahead of its player, of whom there is none here. */
const LONG = 'Hello there. My mother bought five blue lamps, and put them on the table. '.repeat(16);
/** On a machine that others use, too. */
const PATIENCE_MS = 90_000;

/** The page's modules look at their browser when they are loaded. */
const loadPage = async () => ({
  ...(await import('../../../src/renderer/state/currentTake.ts')),
  ...(await import('../../../src/renderer/state/project.ts')),
  ...(await import('../../../src/renderer/studio/connection.ts')),
  ...(await import('../../../src/renderer/studio/queries.ts')),
});

let open: TestStudio;
let client: Client<StudioApi>;
let page: Awaited<ReturnType<typeof loadPage>>;
let avatarId = '';

beforeAll(async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  page = await loadPage();
  open = await openTestStudio();
  await open.studio.engine.ready();
  client = open.client();
  for await (const event of client.stream('avatars.register', { file: PRESENTERS.woman })) if (event.type === 'registered') avatarId = event.avatar.id;
  page.useConnection.setState({ state: 'open', client });
});
afterAll(async () => {
  await page.useProject.getState().saveNow();
  page.useConnection.setState({ state: 'connecting', client: null, sessionId: null });
  await open.close();
  vi.unstubAllGlobals();
});

const stateOf = (takeId: string): TakeState => open.studio.takes.show(takeId).state;
const untilFinished = (takeId: string): Promise<void> => until(() => stateOf(takeId) === 'finished', PATIENCE_MS);

async function openProject(): Promise<string> {
  const project = await client.call('projects.create', { name: 'Test', segments: [] });
  await client.call('projects.save', { project: { ...project, avatarId, size: { width: 256, height: 256 } } });
  await page.useProject.getState().open(project.id);
  return project.id;
}

/** As by Ctrl+Enter, in the project that is open. @returns the take */
async function spoken(text: string): Promise<string> {
  const { edit, speak } = page.useProject.getState();
  edit({ segments: [{ text }] });
  await speak();
  expect(page.useProject.getState().refusal).toBeNull();
  return page.useCurrentTake.getState().takeId!;
}

test('the take that this page has under way for the project gives way, whatever the stage shows by then; a finished one stays', async () => {
  await openProject();
  const version = await spoken(SHORT);
  await untilFinished(version);
  const underWay = await spoken(LONG);
  page.useCurrentTake.getState().show(version);
  const next = await spoken(SHORT);
  expect(stateOf(underWay)).toBe('canceled');
  await untilFinished(next);
  expect(stateOf(version)).toBe('finished');
});

test('what another window makes goes on, though the stage shows it', async () => {
  const projectId = await openProject();
  const { sessionId } = await client.call('sessions.open', {});
  const theirs = await client.call('takes.start', { sessionId, projectId, request: requestOf({ avatar: avatarId, script: LONG }), leadSec: 60 });
  page.queries.setQueryData(['takes.show', { takeId: theirs.id }], theirs);
  page.useCurrentTake.getState().show(theirs.id);
  const next = await spoken(SHORT);
  await untilFinished(next);
  expect(stateOf(theirs.id)).toBe('rendering');
  await client.call('takes.cancel', { takeId: theirs.id });
  await client.call('sessions.close', { sessionId });
});

test('what this page makes for another project is finished first, though nobody plays it any more', async () => {
  await openProject();
  const before = await spoken(LONG);
  await openProject();
  const next = await spoken(SHORT);
  await untilFinished(next);
  expect(stateOf(before)).toBe('finished');
});
