/**
 * A small stand-in for a Piper voice: the contract's tensors, and a tone whose pitch follows each id, so that what was read can be heard and
 * counted. It proves the contract, and nothing about how a trained voice sounds.
 */
import { createGraph, type Graph } from './onnxGraph.ts';

export const FAKE_RATE = 16_000;
/** Samples of each id at length scale 1. */
export const SAMPLES_PER_ID = 320;

/** The id of “!”: sounds come after it. */
const LAST_MARK = 7;

/** Ids of the frame, of punctuation and of IPA's code points as eSpeak gives them. @param without signs that the voice does not know */
export function fakeConfig(espeakVoice: string, without = ''): Record<string, unknown> {
  const signs = ['_', '^', '$', ' ', ...Array.from(',.?!abdefhijklmnopqrstuvwxzæðŋɐɑɔəɚɛɜɡɪɹɾʃʊʌʒʔθᵻˈˌː\u0303\u0329')].filter((sign) => !without.includes(sign));
  return {
    audio: { sample_rate: FAKE_RATE, quality: 'low' }, espeak: { voice: espeakVoice }, inference: { noise_scale: 0, length_scale: 1, noise_w: 0 },
    phoneme_type: 'espeak', phoneme_map: {}, phoneme_id_map: Object.fromEntries(signs.map((sign, id) => [sign, [id]])), num_symbols: 256, num_speakers: 1,
  };
}

export interface PiperFake {
  speakers?: boolean;
  /** Punctuation and what stands between sounds is silent. */
  hasPauses?: boolean;
  /** What is wrong with it. */
  fault?: 'silent' | 'rank' | 'inputs' | 'nan';
}

/** sample k of n = sin(2π·(100 + 8·id)·k/rate), id = ids[floor(k / (samples per id × length))] */
export function fakePiper({ speakers = false, hasPauses = false, fault }: PiperFake = {}): Graph {
  const graph = createGraph('piper-stand-in');
  graph.input('input', 'int64', ['batch_size', 'phonemes']);
  graph.input('input_lengths', 'int64', ['batch_size']);
  if (fault !== 'inputs') graph.input('scales', 'float32', [3]);
  if (speakers) graph.input('sid', 'int64', ['batch_size']);
  const one = (value: number) => graph.f32('', [1], [value]);
  const int = (value: number) => graph.i64('', [], [value]);
  const ids = graph.node('Squeeze', ['input', graph.i64('', [1], [0])]);
  const length = fault === 'inputs' ? one(1) : graph.node('Gather', ['scales', graph.i64('', [1], [1])]);
  const perId = graph.node('Mul', [length, one(SAMPLES_PER_ID)]);
  const count = graph.node('Squeeze', [graph.node('Cast', [graph.node('Mul', [graph.node('Cast', ['input_lengths'], { to: 1 }), perId])], { to: 7 }), graph.i64('', [1], [0])]);
  const at = graph.node('Cast', [graph.node('Range', [int(0), count, int(1)])], { to: 1 });
  const last = graph.node('Sub', ['input_lengths', graph.i64('', [1], [1])]);
  const index = graph.node('Min', [graph.node('Cast', [graph.node('Floor', [graph.node('Div', [at, perId])])], { to: 7 }), last]);
  const id = graph.node('Cast', [graph.node('Gather', [ids, index])], { to: 1 });
  const hertz = graph.node('Add', [graph.node('Mul', [id, one(8)]), one(100)]);
  const tone = graph.node('Sin', [graph.node('Mul', [graph.node('Mul', [at, hertz]), one((2 * Math.PI) / FAKE_RATE)])]);
  const even = graph.node('Mul', [tone, one(fault === 'silent' ? 0 : fault === 'nan' ? NaN : 0.3)]);
  const loud = hasPauses ? graph.node('Mul', [even, graph.node('Cast', [graph.node('Greater', [id, one(LAST_MARK)])], { to: 1 })]) : even;
  if (fault === 'rank') graph.output('output', graph.node('Concat', [graph.node('Unsqueeze', [loud, graph.i64('', [1], [0])]), graph.node('Unsqueeze', [loud, graph.i64('', [1], [0])])], { axis: 0 }), 'float32', [2, 'time']);
  else graph.output('output', graph.node('Unsqueeze', [loud, graph.i64('', [3], [0, 1, 2])]), 'float32', ['batch_size', 1, 1, 'time']);
  return graph;
}
