/** What a voice said as one file: its sound as a section, words and phonemes with their times as JSON. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { StudioError } from '../../shared/errors.ts';
import type { SpokenText } from '../voice/speakText.ts';
import { decodeSections, encodeSections } from './sections.ts';

/** All that decides what is heard. */
export interface Said {
  /** The voice's whole id. */
  voice: string;
  /** Of the voice: another version may say the same text otherwise. */
  version: string;
  rate: number;
  pitch: number;
  /** How the user wants words of this text to be said, as JSON; '' where nothing is said of them. */
  lexicon: string;
  /** Silences that are not the usual ones, and what the text's marks say, as JSON; '' where neither is there. */
  manner: string;
  text: string;
}

const wordsOf = ({ voice, version, rate, pitch, lexicon, manner, text }: Said): string => JSON.stringify([voice, version, rate, pitch, lexicon, manner, text]);

/** The same for the same speech, whoever asks: sha256 in hex. */
export const keyOf = (said: Said): string => createHash('sha256').update(wordsOf(said)).digest('hex');

const sec = z.number().min(0);
const metaSchema = z.strictObject({
  said: z.string(),
  sampleRate: z.int().positive(),
  words: z.array(z.strictObject({ text: z.string(), startSec: sec, endSec: sec, start: z.int().min(0), end: z.int().min(0) })),
  phonemes: z.array(z.strictObject({ symbol: z.string(), startSec: sec, endSec: sec })),
  estimated: z.boolean().optional(),
  warnings: z.array(z.string()).optional(),
});

export function encodeSpeech(said: Said, { pcm, ...rest }: SpokenText): Buffer {
  const meta: z.infer<typeof metaSchema> = { said: wordsOf(said), ...rest };
  const text = new TextEncoder().encode(JSON.stringify(meta));
  return encodeSections([
    { name: 'meta', dims: [text.length], data: text },
    { name: 'pcm', dims: [pcm.length], data: pcm },
  ]);
}

/** Bit for bit what was encoded. @throws StudioError io where the file is damaged or says something else */
export function decodeSpeech(file: Buffer, fileName: string, said: Said): SpokenText {
  const sections = decodeSections(file, fileName);
  const meta = sections.get('meta')?.data;
  const pcm = sections.get('pcm')?.data;
  const read = metaSchema.safeParse(meta instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(meta)) : null);
  if (!read.success || !(pcm instanceof Float32Array) || read.data.said !== wordsOf(said)) throw new StudioError('io', `${fileName} is not the speech that its name says.`);
  const { sampleRate, words, phonemes, estimated, warnings } = read.data;
  return { pcm, sampleRate, words, phonemes, ...(estimated === undefined ? {} : { estimated }), ...(warnings ? { warnings } : {}) };
}
