/** Text to speech for the pipeline: words and phonemes with times. One worker thread per opened set of voices. */
import { StudioError } from '../../shared/errors.ts';
import { startThread } from '../threads.ts';
import { findVoice, listVoices, type VoiceInfo } from './catalogue.ts';
import type { EspeakThreadApi } from './espeakThread.ts';
import type { SpeakOptions, SpokenText } from './speakText.ts';

export interface Voices {
  list(): VoiceInfo[];
  /**
   * Speaks one segment. Same input, same samples. Sound is mono, levelled to about −16 LUFS, without silence at its ends;
   * times count from its start. A text without anything speakable gives no samples.
   * @throws invalid-input for an unknown voice, or rate or pitch outside 0.5–2; canceled
   */
  speak(text: string, options: SpeakOptions, signal?: AbortSignal): Promise<SpokenText>;
  close(): Promise<void>;
}

/** Ready at once: warming goes on in the thread, and gives way to the first `speak`. The opener closes. */
export function openVoices(): Promise<Voices> {
  const thread = startThread<EspeakThreadApi>(new URL('./espeakThread.ts', import.meta.url));
  let closed = false;
  // A failed warm-up shows in the first speak, with the same cause.
  thread.call('warmUp', null).catch(() => null);
  return Promise.resolve({
    list: listVoices,
    async speak(text, options, signal) {
      if (closed) throw new StudioError('bug', 'The voices were closed before this text was spoken.');
      findVoice(options.voice);
      checkFactor('rate', options.rate);
      checkFactor('pitch', options.pitch);
      return thread.call('speak', { text, options }, signal);
    },
    async close() {
      closed = true;
      await thread.terminate();
    },
  });
}

function checkFactor(name: string, value: number | undefined): void {
  if (value === undefined || (value >= 0.5 && value <= 2)) return;
  throw new StudioError('invalid-input', `The ${name} must be between 0.5 and 2 (1 is normal), but it is ${value}.`);
}
