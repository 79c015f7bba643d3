/** A sentence to be heard at once: its sound as a file, and what was made of it on the way. */
import type { z } from 'zod';
import type { saidSample, sayInput } from '../../shared/contract/voice.ts';
import { StudioError } from '../../shared/errors.ts';
import { wavBytes } from '../media/wav.ts';
import { checkEntry } from './lexicon/lexicon.ts';
import { spokenChanges } from './spokenChanges.ts';
import { langOfText, markedOf } from './ssml/ssml.ts';
import type { Voices } from './voices.ts';

export type SayInput = z.output<typeof sayInput>;
export type SaidSample = z.output<typeof saidSample>;

/** By the text's own language's default, unless a voice is named. @throws invalid-input where nothing of it can be spoken, or its marks cannot be read; canceled */
export async function saySample({ text, voice, rate, pitch, lexicon = [], pauses }: SayInput, voices: Pick<Voices, 'speak' | 'find'>, signal?: AbortSignal): Promise<SaidSample> {
  lexicon.forEach(checkEntry);
  const marked = markedOf(text) ?? undefined;
  const { id } = voices.find(voice ?? langOfText(text, marked));
  const { pcm, sampleRate, words, phonemes, estimated = false, warnings = [] } = await voices.speak(text, { voice: id, rate, pitch, lexicon, pauses, marked }, signal);
  if (pcm.length === 0) throw new StudioError('invalid-input', 'Nothing of this text can be spoken. Write at least one word in Persian or English.');
  return {
    wav: Buffer.from(wavBytes(pcm, sampleRate)).toString('base64'),
    durationSec: pcm.length / sampleRate,
    voice: id,
    words: words.map(({ text: word, startSec, endSec }) => ({ text: word, startSec, endSec })),
    phonemes: estimated ? null : phonemes,
    warnings,
    changes: spokenChanges(text, lexicon, marked),
  };
}
