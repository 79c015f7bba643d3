/** Studios with the real engine process, in a data folder of the test's, and what tests look at in them. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { expect } from 'vitest';
import { PRESENTERS } from '../../src/cli/commands/demo.ts';
import { openClip } from '../../src/engine/media/clip.ts';
import { rateValue } from '../../src/engine/media/rate.ts';
import { forkEngineProcess, type StartEngineProcess } from '../../src/engine/process/child.ts';
import { openStudio, type Studio, type StudioOptions } from '../../src/engine/studio/studio.ts';
import type { StudioApi } from '../../src/shared/contract.ts';
import { parse } from '../../src/shared/contract/common.ts';
import { renderRequest, type RenderRequest } from '../../src/shared/contract/request.ts';
import type { TakeEvent, TakeInfo } from '../../src/shared/contract/take.ts';
import { checked } from '../../src/shared/door.ts';
import { connect, serve, type Client, type Port } from '../../src/shared/rpc.ts';
import { readAudio } from './sounds.ts';

export interface TestStudio {
  studio: Studio;
  home: string;
  /** A client behind the door, on a port of its own. */
  client(): Client<StudioApi>;
  /** @param keepHome for another studio that goes on there */
  close(options?: { keepHome?: boolean }): Promise<void>;
}

export async function openTestStudio(options: Partial<StudioOptions> = {}): Promise<TestStudio> {
  const home = options.home ?? mkdtempSync(path.join(os.tmpdir(), 'sima-studio-'));
  const studio = await openStudio({ home, ...options });
  const ports: MessagePort[] = [];
  return {
    studio,
    home,
    client() {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1);
      serve<StudioApi>(messagePort(port2), checked(studio.handlers));
      return connect<StudioApi>(messagePort(port1));
    },
    async close({ keepHome = false } = {}) {
      for (const port of ports) port.close();
      await studio.close();
      if (!keepHome) rmSync(home, { recursive: true, force: true });
    },
  };
}

export const messagePort = (port: MessagePort): Port => ({
  send: (message) => port.postMessage(message),
  onMessage: (listener) => void port.on('message', listener),
  onClose: (listener) => void port.on('close', listener),
  close: () => port.close(),
});

/** Small enough for many in one test. */
export const requestOf = (request: Partial<RenderRequest> = {}): RenderRequest =>
  parse(renderRequest, { avatar: PRESENTERS.woman, size: { width: 256, height: 256 }, ...(request.audio === undefined ? { script: 'Hello there.' } : {}), ...request }, 'The request');

/** A message between the studio and its engine process, as src/shared/rpc.ts frames it. */
export interface EngineMessage {
  t: string;
  name?: string;
  input?: { request?: RenderRequest };
  value?: { type?: string };
}

/** Told of the messages; true: the engine is killed with -9 at that moment, and what it was about to say is lost. */
export interface Saboteur {
  onRequest?: (message: EngineMessage) => boolean;
  onReply?: (message: EngineMessage) => boolean;
}

/** Starts the real engine process under the eyes of a saboteur, whose functions may be changed at any time. */
export function sabotaged(saboteur: Saboteur): StartEngineProcess {
  return (options) => {
    const child = forkEngineProcess(options);
    let isDead = false;
    const kill = () => {
      isDead = true;
      child.kill();
    };
    return {
      get pid() {
        return child.pid;
      },
      kill: () => child.kill(),
      // The saboteur's kill is told as a crash of its own: what is tested is who is blamed for one.
      onExit: (listener) => child.onExit((reason, killed) => listener(reason, killed && !isDead)),
      port: {
        ...child.port,
        send(message) {
          child.port.send(message);
          if (saboteur.onRequest?.(message as EngineMessage)) kill();
        },
        onMessage: (listener) =>
          child.port.onMessage((message) => {
            if (isDead) return;
            if (saboteur.onReply?.(message as EngineMessage)) kill();
            else listener(message);
          }),
      },
    };
  };
}

export interface Followed {
  events: TakeEvent[];
  take: TakeInfo;
  /** Of each published fragment's bytes, read the moment it was told. */
  hashes: string[];
}

/** Watches a take to its end, looking at every fragment as soon as it is published. */
export async function followed(studio: Studio, takeId: string, onEvent: (event: TakeEvent, take: TakeInfo) => void = () => undefined): Promise<Followed> {
  const events: TakeEvent[] = [];
  const hashes: string[] = [];
  let take = studio.takes.show(takeId);
  for await (const event of studio.watch(takeId, new AbortController().signal)) {
    events.push(event);
    if (event.type === 'take') take = event.take;
    if (event.type === 'fragment') hashes.push(hashInTake(studio, takeId, event.fragment));
    onEvent(event, take);
  }
  return { events, take, hashes };
}

/** Growing, or whole: its name changes when it ends, which the engine may do at any moment. */
function hashInTake({ takes }: Studio, id: string, fragment: { offset: number; bytes: number }): string {
  try {
    return hashOf(takes.growingFile(id), fragment);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return hashOf(takes.file(id), fragment);
  }
}

export function hashOf(file: string, { offset, bytes }: { offset: number; bytes: number }): string {
  const data = Buffer.alloc(bytes);
  const handle = openSync(file, 'r');
  const read = readSync(handle, data, 0, bytes, offset);
  closeSync(handle);
  return `${read} ${createHash('sha256').update(data).digest('hex')}`;
}

export const fragmentsOf = (events: readonly TakeEvent[]) => events.flatMap((event) => (event.type === 'fragment' ? [event.fragment] : []));
export const statesOf = (events: readonly TakeEvent[]) => events.flatMap((event) => (event.type === 'take' ? [event.take.state] : []));
export const noticesOf = (events: readonly TakeEvent[]) => events.flatMap((event) => (event.type === 'notice' ? [event.sentence] : []));

/**
 * The take is whole: its pictures decode, as many as it says, with as much sound; each fragment was told once, in order, without a gap, and its
 * bytes are those that were there when it was told.
 */
export async function expectWhole(studio: Studio, { events, take, hashes }: Followed): Promise<void> {
  expect(take).toMatchObject({ state: 'finished', error: null });
  const told = fragmentsOf(events);
  expect(told.map(({ index }) => index)).toEqual(told.map((_, i) => i));
  for (const [i, { firstFrame, offset }] of told.slice(1).entries()) expect([firstFrame, offset]).toEqual([told[i].firstFrame + told[i].frames, told[i].offset + told[i].bytes]);
  expect(told[0].firstFrame).toBe(0);
  const last = told.at(-1)!;
  expect([take.framesDone, take.sizeBytes]).toEqual([last.firstFrame + last.frames, last.offset + last.bytes]);
  expect(take.framesExpected).toBe(take.framesDone);
  const file = studio.takes.file(take.id);
  expect(hashes).toEqual(told.map((fragment) => hashOf(file, fragment)));
  expect(studio.takes.fragments(take.id).fragments).toEqual(told);
  const clip = await openClip(file);
  let frames = 0;
  for await (const { data } of clip.frames()) frames += Math.sign(data.length);
  await clip.close();
  expect(frames).toBe(take.framesDone);
  const sound = await readAudio(file, { sampleRate: 48_000 });
  expect(Math.abs(sound.length - (frames / rateValue(take.rate!)) * 48_000)).toBeLessThanOrEqual(2048);
  expect(existsSync(studio.takes.growingFile(take.id))).toBe(false);
}
