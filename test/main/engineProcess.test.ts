/** The engine as Electron's utility process, against a fake `electron`: the same child as the fork of the other hosts. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/engine/settings.ts';

const made: FakeUtility[] = [];
class FakeUtility extends EventEmitter {
  pid: number | undefined;
  stderr = new PassThrough();
  posted: unknown[] = [];
  kills = 0;
  postMessage(message: unknown) {
    this.posted.push(message);
  }
  kill() {
    this.kills += 1;
    setImmediate(() => this.emit('exit', 15));
  }
}
const fork = vi.fn<(file: string, argv: string[], options: Record<string, unknown>) => FakeUtility>(() => {
  const child = new FakeUtility();
  made.push(child);
  return child;
});
vi.mock('electron', () => ({ utilityProcess: { fork } }));
const { startUtilityProcess, tryDeviceHere } = await import('../../src/main/engineProcess.ts');
const { ENGINE_FLAGS, optionsOf } = await import('../../src/engine/process/child.ts');

beforeEach(() => {
  made.splice(0);
  fork.mockClear();
});

const OPTIONS = { home: '/data', device: 'auto', settings: DEFAULT_SETTINGS } as const;

function started() {
  const child = startUtilityProcess(OPTIONS);
  const [utility] = made;
  utility.pid = 0x7ffffff0; // nobody's
  utility.emit('spawn');
  return { child, utility };
}

test('it starts the engine’s entry with the options as its one argument, and listens to what it says last', () => {
  started();
  const [file, argv, options] = fork.mock.lastCall!;
  expect(file).toMatch(/engine[/\\]process[/\\]entry\.[jt]s$/);
  expect(optionsOf(argv.at(-1))).toEqual(OPTIONS);
  expect(options).toMatchObject({ stdio: ['ignore', 'ignore', 'pipe'], execArgv: ENGINE_FLAGS });
});

test('messages go both ways', () => {
  const { child, utility } = started();
  const got: unknown[] = [];
  child.port.onMessage((message) => got.push(message));
  child.port.send({ t: 'call', id: 1 });
  utility.emit('message', { t: 'value', id: 1 });
  expect(utility.posted).toEqual([{ t: 'call', id: 1 }]);
  expect(got).toEqual([{ t: 'value', id: 1 }]);
});

test('its end closes the port, with its code and its last words as the reason', () => {
  const { child, utility } = started();
  const reasons: string[] = [];
  const closed = vi.fn();
  child.onExit((reason) => reasons.push(reason));
  child.port.onClose(closed);
  utility.stderr.emit('data', Buffer.from(`${'x'.repeat(3000)}\nlibmouth.so: no such file\n`));
  utility.pid = undefined;
  utility.emit('exit', 134);
  expect(closed).toHaveBeenCalledOnce();
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toMatch(/^it ended with code 134: x+ \/ libmouth\.so: no such file$/);
  expect(reasons[0].length).toBeLessThan(2100);
  expect(child.pid).toBeNull();
});

test('it is killed at once, whatever it is doing; one that is not there yet, or no more, is let be', () => {
  const kill = vi.spyOn(process, 'kill');
  const { child, utility } = started();
  expect(() => child.kill()).not.toThrow(); // no such process
  expect(kill).toHaveBeenCalledExactlyOnceWith(0x7ffffff0, 'SIGKILL');
  kill.mockClear();
  utility.pid = undefined;
  child.kill();
  expect(kill).not.toHaveBeenCalled();
  kill.mockRestore();
});

const TRIAL = { device: 'cpu', model: { id: 'rig' }, settings: {} } as never;

test('a device is tried in a utility process of its own, which ends when it has answered', async () => {
  const tried = tryDeviceHere(TRIAL);
  const [file, argv, options] = fork.mock.lastCall!;
  expect(file).toMatch(/engine[/\\]doctor[/\\]tryDeviceEntry\.[jt]s$/);
  expect(JSON.parse(argv[0])).toEqual(TRIAL);
  expect(options).toMatchObject({ stdio: 'ignore' });
  made[0].emit('message', { problem: null, runMs: 3 });
  expect(await tried).toEqual({ problem: null, runMs: 3 });
  expect(made[0].kills).toBe(1);
});

test('its crash is told; a trial that is canceled is ended', async () => {
  const crashed = tryDeviceHere(TRIAL);
  made[0].emit('exit', 139);
  expect(await crashed).toEqual({ problem: 'the process crashed (exit code 139)', runMs: null });
  const abort = new AbortController();
  const canceled = tryDeviceHere(TRIAL, abort.signal);
  abort.abort();
  await expect(canceled).rejects.toMatchObject({ code: 'canceled' });
  expect(made[1].kills).toBe(1);
});
