/**
 * An open session of a Piper voice (VITS): ids of phonemes in, sound out. On the CPU, whatever device is asked for elsewhere: each new
 * length of sentence costs a GPU half a second. run() blocks its thread, so this lives in the speech thread.
 */
import './noTelemetry.ts';
import { availableParallelism } from 'node:os';
import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { StudioError } from '../../shared/errors.ts';
import { firstLine, isOutOfMemory } from './nativeErrors.ts';
import type { NativeTurns } from './nativeTurns.ts';
import { DEFAULT_SESSION_SETTINGS, sessionOptions } from './sessionSettings.ts';

export interface VoiceScales {
  noise: number;
  /** 1 is the speed it was trained at; 2 takes twice as long. */
  length: number;
  noiseW: number;
}

export interface VoiceSession {
  /** Mono samples. @throws invalid-input where it gives none, capacity, bug */
  say(ids: readonly number[], scales: VoiceScales): Promise<Float32Array>;
  release(): Promise<void>;
}

env.logLevel = 'fatal';

/** More gain little on sentences, and takes are rendered beside. */
const MOST_THREADS = 4;
const EXPECTED = 'input int64 [1,T], input_lengths int64 [1], scales float32 [3] and, with several speakers, sid int64 [1] → float32 [1,1,1,S]';

interface Names {
  input: string;
  lengths: string;
  scales: string;
  sid: string | null;
  output: string;
}

/**
 * @param turns in which every native call is made
 * @throws invalid-input (damaged, or not of the Piper contract), capacity
 */
export async function openVoiceSession(file: string, turns: NativeTurns): Promise<VoiceSession> {
  const session = await turns.turn('request', () => created(file));
  try {
    const names = bind(file, session);
    return {
      say: (ids, scales) => turns.turn('request', () => run(file, session, names, ids, scales)),
      release: () => turns.turn('request', () => session.release()),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function created(file: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, sessionOptions(DEFAULT_SESSION_SETTINGS, 'cpu', Math.min(MOST_THREADS, availableParallelism())));
  } catch (error) {
    if (isOutOfMemory(error)) throw new StudioError('capacity', `There is no memory for the voice ${file}: ${firstLine(error)}. Close other programs.`, { cause: error });
    throw new StudioError('invalid-input', `The voice file ${file} cannot be loaded: ${firstLine(error)}. It is damaged or no ONNX model; get it again.`, { cause: error });
  }
}

/** Inputs by type and rank; of the two that are lists of whole numbers, the speaker is the one called sid. */
function bind(file: string, { inputMetadata: inputs, outputMetadata: outputs }: InferenceSession): Names {
  const of = (type: string, rank: number) => inputs.filter((each) => each.isTensor && each.type === type && each.shape.length === rank).map(({ name }) => name);
  const [input, ...moreInputs] = of('int64', 2);
  const [scales, ...moreScales] = of('float32', 1);
  const lists = of('int64', 1);
  const sid = lists.find((name) => /sid|speaker/i.test(name)) ?? null;
  const [lengths, ...moreLists] = lists.filter((name) => name !== sid);
  const output = outputs.find((each) => each.isTensor && each.type === 'float32')?.name;
  const isWhole = inputs.length === (sid === null ? 3 : 4) && moreInputs.length + moreScales.length + moreLists.length === 0;
  if (input === undefined || scales === undefined || lengths === undefined || output === undefined || !isWhole) {
    const found = (infos: InferenceSession['inputMetadata']) => infos.map((each) => (each.isTensor ? `${each.name} ${each.type} [${each.shape.join(',')}]` : each.name)).join(', ') || 'nothing';
    throw new StudioError('invalid-input', `The voice file ${file} does not fit the Piper contract. Found: ${found(inputs)} → ${found(outputs)}. Expected: ${EXPECTED}.`);
  }
  return { input, lengths, scales, sid, output };
}

async function run(file: string, session: InferenceSession, names: Names, ids: readonly number[], { noise, length, noiseW }: VoiceScales): Promise<Float32Array> {
  const feeds: Record<string, Tensor> = {
    [names.input]: new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]),
    [names.lengths]: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
    [names.scales]: new Tensor('float32', Float32Array.of(noise, length, noiseW), [3]),
    ...(names.sid === null ? {} : { [names.sid]: new Tensor('int64', BigInt64Array.of(0n), [1]) }),
  };
  let sound: Tensor;
  try {
    sound = (await session.run(feeds, [names.output]))[names.output];
  } catch (error) {
    if (isOutOfMemory(error)) throw new StudioError('capacity', `There is no memory for the voice ${file} to speak: ${firstLine(error)}. Close other programs.`, { cause: error });
    throw new StudioError('invalid-input', `The voice file ${file} cannot speak: ${firstLine(error)}.`, { cause: error });
  }
  const samples = sound.data;
  if (!(samples instanceof Float32Array) || samples.length !== sound.dims.at(-1)) {
    throw new StudioError('invalid-input', `The voice file ${file} gives [${sound.dims.join(',')}] where one row of samples is expected. Expected: ${EXPECTED}.`);
  }
  if (!samples.every(Number.isFinite)) throw new StudioError('invalid-input', `The voice file ${file} gives samples that are no numbers: it is damaged. Get it again.`);
  return samples.slice();
}
