/** The page's project while its user's own file cannot be written: its own state, over a real store as the desktop offers it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { openProjects } from '../../../src/engine/library/projects.ts';
import { serviceHandlers } from '../../../src/engine/service/serviceHandlers.ts';
import { openUploads } from '../../../src/engine/service/uploads.ts';
import { projectHandlers } from '../../../src/engine/studio/handlers/projects.ts';
import type { StudioApi, StudioServerApi } from '../../../src/shared/contract.ts';
import { connect, serve, type Handlers } from '../../../src/shared/rpc.ts';
import { messagePort } from '../../support/studios.ts';

test('a stick that is pulled: the page goes on saving in the studio, takes that for nobody else’s version, and does not open it again', async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
  // The page's modules look at their browser when they are loaded.
  const { useProject } = await import('../../../src/renderer/state/project.ts');
  const { useConnection } = await import('../../../src/renderer/studio/connection.ts');
  const home = mkdtempSync(path.join(os.tmpdir(), 'sima-own-file-'));
  const uploads = await openUploads({ folder: path.join(home, 'uploads') });
  const projects = openProjects(home);
  const { port1, port2 } = new MessageChannel();
  const { calls } = serviceHandlers(projectHandlers({ studio: { projects } } as never, undefined as never) as unknown as Handlers<StudioServerApi>, uploads);
  const opened: string[] = [];
  const open: typeof calls['projects.open'] = (input, signal) => {
    opened.push(input.id);
    return calls['projects.open'](input, signal);
  };
  serve<StudioApi>(messagePort(port2), { calls: { ...calls, 'projects.open': open }, streams: {} } as unknown as Handlers<StudioApi>);
  useConnection.setState({ state: 'open', client: connect<StudioApi>(messagePort(port1)) });
  try {
    const stick = path.join(home, 'stick');
    const own = path.join(stick, 'Film.sima');
    mkdirSync(stick);
    const { id } = await projects.create({ name: 'Film' });
    await projects.keepAt(id, own);
    await useProject.getState().open(id);
    rmSync(stick, { recursive: true });
    for (const text of ['one', 'two', 'three']) {
      useProject.getState().edit({ segments: [{ text }] });
      await useProject.getState().saveNow();
      await useProject.getState().saveNow(); // as it does by itself while that fails
      expect(useProject.getState()).toMatchObject({ elsewhere: null, saving: { state: 'failed', failure: { code: 'io', message: expect.stringContaining('saved in the studio') as string } } });
      expect((await projects.open(id)).segments).toEqual([{ text }]);
    }
    expect(JSON.parse(readFileSync(`${projects.fileOf(id)}.bak`, 'utf8'))).toMatchObject({ segments: [{ text: 'two' }] });
    expect(opened).toEqual([id]);
    mkdirSync(stick);
    await useProject.getState().saveNow();
    expect(useProject.getState()).toMatchObject({ elsewhere: null, saving: { state: 'saved' } });
    expect(JSON.parse(readFileSync(own, 'utf8'))).toMatchObject({ segments: [{ text: 'three' }] });
  } finally {
    useConnection.setState({ state: 'connecting', client: null, sessionId: null });
    port1.close();
    await uploads.close();
    rmSync(home, { recursive: true, force: true });
    vi.unstubAllGlobals();
  }
});
