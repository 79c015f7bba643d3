/** The JSON beside a Piper voice: its rate, its scales, and which ids its phonemes have. */
import { z } from 'zod';
import { StudioError } from '../../../shared/errors.ts';
import type { Lang } from '../../../shared/vocabulary.ts';

const scale = z.number().min(0).max(5);
const schema = z.object({
  audio: z.object({ sample_rate: z.int().min(8000).max(48_000) }),
  espeak: z.object({ voice: z.string().min(1).max(60) }),
  language: z.object({ code: z.string().max(60) }).optional(),
  inference: z.object({ noise_scale: scale.default(0.667), length_scale: scale.refine((value) => value > 0, 'more than 0').default(1), noise_w: scale.default(0.8) }).prefault({}),
  phoneme_type: z.string().default('espeak'),
  phoneme_id_map: z.record(z.string(), z.array(z.int().min(0)).min(1).max(8)),
  num_speakers: z.int().min(1).default(1),
});

export interface PiperConfig {
  lang: Lang;
  /** eSpeak's name, as the package here knows it, for the voice whose phonemes it was trained on. */
  espeak: string;
  sampleRate: number;
  noise: number;
  length: number;
  noiseW: number;
  ids: Readonly<Record<string, readonly number[]>>;
  speakers: number;
}

/** By what the file says; the first that fits. */
const ESPEAK: readonly [RegExp, Lang, string][] = [
  [/^fa\b/, 'fa', 'fa'],
  [/^en-us\b|^en_us/, 'en', 'gmw/en-US'],
  [/^en-gb-x-rp/, 'en', 'en-GB-x-rp'],
  [/^en\b|^en_/, 'en', 'gmw/en'],
];
/** Begin, end and pad: without them no id list can be made. */
const FRAME = ['^', '$', '_'];

/** @throws invalid-input with what is wrong in it */
export function readPiperConfig(text: string, file: string): PiperConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new StudioError('invalid-input', `The voice’s description ${file} is no JSON. It is the file NAME.onnx.json that comes with the voice; get it again.`);
  }
  const read = schema.safeParse(json);
  if (!read.success) {
    const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
    throw new StudioError('invalid-input', `The voice’s description ${file} is not that of a Piper voice: ${faults.slice(0, 4).join('; ')}.`, { details: { issues: faults } });
  }
  const { audio, espeak, language, inference, phoneme_type, phoneme_id_map, num_speakers } = read.data;
  if (phoneme_type !== 'espeak') throw new StudioError('invalid-input', `The voice of ${file} reads “${phoneme_type}”, not the phonemes of eSpeak NG: Sima cannot speak by it.`);
  const named = [espeak.voice, language?.code ?? ''].map((name) => name.toLowerCase());
  const found = named.map((name) => ESPEAK.find(([pattern]) => pattern.test(name))).find((each) => each !== undefined);
  if (!found) throw new StudioError('invalid-input', `The voice of ${file} speaks “${espeak.voice}”. Sima speaks Persian (fa) and English (en).`);
  const missing = FRAME.filter((sign) => !Object.hasOwn(phoneme_id_map, sign));
  if (missing.length > 0) throw new StudioError('invalid-input', `The voice’s description ${file} is not that of a Piper voice: phoneme_id_map lacks ${missing.join(' ')}.`);
  return {
    lang: found[1], espeak: found[2], sampleRate: audio.sample_rate, speakers: num_speakers, ids: phoneme_id_map,
    noise: inference.noise_scale, length: inference.length_scale, noiseW: inference.noise_w,
  };
}
