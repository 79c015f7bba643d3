/** The studio's ports for pages, against a fake `electron` whose channels are Node's. */
import { EventEmitter, once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import type { StudioApi, StudioServerApi } from '../../src/shared/contract.ts';
import type { Project } from '../../src/shared/contract/project.ts';
import { connect, type Client, type Handlers } from '../../src/shared/rpc.ts';
import { until } from '../support/processes.ts';
import { messagePort } from '../support/studios.ts';

const ports: MessagePort[] = [];
/** Electron's port for its main process: events carry `data`, and nothing comes before `start`. */
class FakePortMain extends EventEmitter {
  started = false;
  readonly port: MessagePort;
  constructor(port: MessagePort) {
    super();
    this.port = port;
    port.on('close', () => this.emit('close'));
  }
  start() {
    this.started = true;
    this.port.on('message', (data: unknown) => this.emit('message', { data }));
  }
  postMessage(message: unknown) {
    this.port.postMessage(message);
  }
  close() {
    this.port.close();
  }
}
class MessageChannelMain {
  port1: FakePortMain;
  port2: MessagePort;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    ports.push(port2);
    this.port1 = new FakePortMain(port1);
    this.port2 = port2; // the page's
  }
}
vi.mock('electron', () => ({ MessageChannelMain, protocol: {} }));
const { offerStudio } = await import('../../src/main/portBroker.ts');

afterEach(() => ports.splice(0).forEach((port) => port.close()));

/** A window whose pages are loaded by hand, over a studio of a few methods. */
function opened() {
  const open = new Set<AbortSignal>();
  const seats = new Set<string>();
  const saves: { id: string; finish: () => void; signal: AbortSignal }[] = [];
  const handlers = {
    calls: {
      'voices.list': () => [{ id: 'espeak-fa', name: 'Persian', lang: 'fa' }],
      'projects.save': ({ project: { id } }: { project: { id: string } }, signal: AbortSignal) => new Promise((resolve) => saves.push({ id, signal, finish: () => resolve({ savedAt: 'now' }) })),
      'sessions.open': () => {
        const sessionId = `seat ${seats.size + 1}`;
        seats.add(sessionId);
        return { sessionId, realTime: true, notice: null };
      },
      'sessions.close': ({ sessionId }: { sessionId: string }) => {
        seats.delete(sessionId);
        return null;
      },
    },
    streams: {
      async *'changes.watch'(_: null, signal: AbortSignal) {
        open.add(signal);
        try {
          yield 'takes';
          await once(signal, 'abort');
        } finally {
          open.delete(signal);
        }
      },
    },
  } as unknown as Handlers<StudioServerApi>;
  const sent: { channel: string; port: MessagePort }[] = [];
  let url = 'sima://studio/';
  const webContents = Object.assign(new EventEmitter(), { getURL: () => url, postMessage: (channel: string, _: null, [port]: MessagePort[]) => sent.push({ channel, port }) });
  const offer = offerStudio(webContents as unknown as Electron.WebContents, handlers);
  const load = (at = 'sima://studio/'): { client: Client<StudioApi>; port: MessagePort } => {
    url = at;
    webContents.emit('did-finish-load');
    if (sent.length === 0) return { client: null!, port: null! };
    const { port } = sent.at(-1)!;
    return { client: connect<StudioApi>(messagePort(port)), port };
  };
  return { load, sent, open, seats, offer, saves };
}

test('a page that is loaded gets a port on which the studio answers', async () => {
  const { load, sent } = opened();
  expect(sent).toEqual([]);
  const { client } = load();
  expect(sent.map(({ channel }) => channel)).toEqual(['studio-port']);
  expect(await client.call('voices.list', null)).toEqual([{ id: 'espeak-fa', name: 'Persian', lang: 'fa' }]);
});

test('each load gets a port of its own; when a page goes, what it watched ends, and no other page’s', async () => {
  const { load, sent, open } = opened();
  const [first, second] = [load(), load()];
  expect(sent[0].port).not.toBe(sent[1].port);
  for (const { client } of [first, second]) expect((await client.stream('changes.watch', null).next()).value).toBe('takes');
  expect(open.size).toBe(2);
  first.port.close();
  await until(() => open.size === 1);
  await expect(first.client.call('voices.list', null)).rejects.toMatchObject({ code: 'io' });
  expect(await second.client.call('voices.list', null)).toHaveLength(1);
  second.port.close();
  await until(() => open.size === 0);
});

test('a page’s seats are given back when it goes, those of other pages stay; what it asks for is checked at the door', async () => {
  const { load, seats } = opened();
  const [first, second] = [load(), load()];
  for (const { client } of [first, second]) await client.call('sessions.open', {});
  await expect(first.client.call('sessions.close', { sessionId: '' })).rejects.toMatchObject({ code: 'invalid-input' });
  expect([...seats]).toEqual(['seat 1', 'seat 2']);
  first.port.close();
  await until(() => seats.size === 1);
  expect([...seats]).toEqual(['seat 2']);
});

test('a page that is not the studio’s own gets no port', () => {
  const { load, sent } = opened();
  for (const url of ['https://example.org/', 'sima://evil/', 'sima://studio/takes/a.mp4', 'about:blank', '']) load(url);
  expect(sent).toEqual([]);
});

test('what a page asks to be saved in its last moment is saved, and waited for', async () => {
  const { load, offer, saves } = opened();
  await offer.settled(); // nobody was there
  const { client, port } = load();
  const project: Project = {
    version: 1, id: 'p', name: 'Last words', segments: [], avatarId: null, voices: { fa: null, en: null }, rate: 1, pitch: 1, audio: null, model: null, fps: null, size: null,
    background: 'keep', idle: true, quality: 'live', lexicon: [], takeIds: [], marks: [], batch: [],
  };
  client.call('projects.save', { project }).catch(() => undefined); // nobody is left to hear of it
  port.close();
  let isSettled = false;
  const settled = offer.settled().then(() => (isSettled = true));
  await until(() => saves.length === 1);
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  saves[0].finish();
  await settled;
});
