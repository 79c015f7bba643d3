/** Takes driven by a Wav2Lip model against the runs of its network that they made, and mixed against one at a time. */
import { rm } from 'node:fs/promises';
import { PRESENTERS } from '../../../src/cli/commands/demo.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { LoadedModel, Sessions, Tensor } from '../../../src/engine/onnx/sessions.ts';
import { orderOf } from '../../support/rendered.ts';

export interface Wav2LipSpeed {
  model: LoadedModel;
  /** Per round. `ratio`: the whole take over its runs alone. */
  take: { ratio: number; takeMsPerFrame: number; runMsPerFrame: number }[];
  /** Per round, frames per second of all takes together. `ratio`: at once over one by one. */
  mixed: { ratio: number; atOnce: number; oneByOne: number }[];
}

export interface Wav2LipOptions {
  /** Id of an installed model. */
  model: string;
  /** For the takes' files. */
  folder: string;
  rounds: number;
  /** Of each text, about three seconds each. */
  sentences: number;
  log: (line: string) => void;
}

const USERS = 4;

export async function measureWav2Lip(engine: Engine, { model: id, folder, rounds, sentences, log }: Wav2LipOptions): Promise<Wav2LipSpeed> {
  const model = await engine.sessions.load(id);
  const avatars = Object.values(PRESENTERS);
  const textOf = (user: number) => Array.from({ length: sentences }, (_, i) => `Sentence ${i + 1} of user ${user} is spoken by a model of full size.`).join(' ');
  const render = (user: number) => renderedIn(engine, folder, { avatar: avatars[user % avatars.length], script: textOf(user), model: id, size: { width: 512, height: 512 } });
  const users = Array.from({ length: USERS }, (_, user) => user);
  const result: Wav2LipSpeed = { model, take: [], mixed: [] };
  for (const user of users) await render(user); // finds the faces, opens the scenes, speaks the texts
  for (let round = 1; round <= rounds; round++) {
    const recorded = recordRuns(engine.sessions, id);
    const { ms, frames } = await render(0);
    recorded.stop();
    const runMs = await repeated(engine.sessions, id, recorded.inputs);
    result.take.push({ ratio: ms / runMs, takeMsPerFrame: ms / frames, runMsPerFrame: runMs / frames });
    log(`round ${round}: take ${(ms / frames).toFixed(1)} ms per frame, its ${recorded.inputs.length} runs alone ${(runMs / frames).toFixed(1)} ms`);

    const ways = {
      oneByOne: async () => {
        let sum = 0;
        for (const user of users) sum += (await render(user)).frames;
        return sum;
      },
      atOnce: async () => (await Promise.all(users.map(render))).reduce((sum, { frames: each }) => sum + each, 0),
    };
    // In turn which comes first, so that a machine that gets slower or quicker favours neither.
    const order = round % 2 === 1 ? (['oneByOne', 'atOnce'] as const) : (['atOnce', 'oneByOne'] as const);
    const speed = { oneByOne: 0, atOnce: 0 };
    for (const way of order) speed[way] = await framesPerSec(ways[way]);
    const { oneByOne, atOnce } = speed;
    result.mixed.push({ ratio: atOnce / oneByOne, atOnce, oneByOne });
    log(`round ${round}: ${USERS} takes at once ${atOnce.toFixed(1)} frames/s, one by one ${oneByOne.toFixed(1)}`);
  }
  return result;
}

/** From the moment the face is at hand to the finished take. */
async function renderedIn(engine: Engine, folder: string, request: unknown): Promise<{ ms: number; frames: number }> {
  const order = orderOf(folder, request);
  let began = 0;
  for await (const event of engine.render(order)) {
    if (event.type === 'prepared') began = performance.now();
    if (event.type !== 'finished') continue;
    const ms = performance.now() - began;
    await rm(order.file);
    return { ms, frames: event.result.summary.frames };
  }
  throw new Error('A take ends with `finished` or throws.');
}

async function framesPerSec(work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const frames = await work();
  return (1000 * frames) / (performance.now() - began);
}

type Inputs = Tensor[] | Record<string, Tensor>;

/** Keeps the shapes of what the engine runs on a model, until it is stopped. */
function recordRuns(sessions: Sessions, id: string): { inputs: Inputs[]; stop: () => void } {
  const run = sessions.run.bind(sessions);
  const inputs: Inputs[] = [];
  sessions.run = (model, given, signal) => {
    if (model === id) inputs.push(given);
    return run(model, given, signal);
  };
  return { inputs, stop: () => (sessions.run = run) };
}

/** The same runs one after the other, and nothing else; what the tensors hold by now does not change the work. */
async function repeated(sessions: Sessions, id: string, runs: readonly Inputs[]): Promise<number> {
  const began = performance.now();
  for (const inputs of runs) await sessions.run(id, inputs);
  return performance.now() - began;
}
