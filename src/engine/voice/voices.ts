/** Text to speech for the pipeline: words and phonemes with times. One worker thread per opened set of voices. */
import '../onnx/noTelemetry.ts';
import { StudioError } from '../../shared/errors.ts';
import { startThread } from '../threads.ts';
import { findVoice, listVoices, type PiperVoice, type Voice, type VoiceInfo } from './catalogue.ts';
import type { SpeechThreadApi } from './speechThread.ts';
import type { SpeakOptions, SpokenText } from './speakText.ts';

export interface Voices {
  list(): VoiceInfo[];
  /** By its id, or a language for its default. @throws invalid-input, missing-asset as findVoice */
  find(id: string): Voice;
  /**
   * Speaks one segment. Same input, same samples (of shipped voices: imported ones may draw lots). Sound is mono, levelled to about −16 LUFS, without silence at its ends;
   * times count from its start. A text without anything speakable gives no samples.
   * @throws invalid-input for an unknown voice, or rate or pitch outside 0.5–2; missing-asset for an imported voice that is gone; canceled
   */
  speak(text: string, options: SpeakOptions, signal?: AbortSignal): Promise<SpokenText>;
  close(): Promise<void>;
}

/** Ready at once: warming goes on in the thread, and gives way to the first `speak`. The opener closes. @param imported the user's own */
export function openVoices(imported: readonly PiperVoice[] = []): Promise<Voices> {
  const thread = startThread<SpeechThreadApi>(new URL('./speechThread.ts', import.meta.url));
  let closed = false;
  // A failed warm-up shows in the first speak, with the same cause.
  thread.call('warmUp', null).catch(() => null);
  return Promise.resolve({
    list: () => listVoices(imported),
    find: (id) => findVoice(id, imported),
    async speak(text, options, signal) {
      if (closed) throw new StudioError('bug', 'The voices were closed before this text was spoken.');
      const voice = findVoice(options.voice, imported);
      checkFactor('rate', options.rate);
      checkFactor('pitch', options.pitch);
      return voice.engine === 'piper' ? thread.call('speakPiper', { text, options, voice }, signal) : thread.call('speak', { text, options }, signal);
    },
    async close() {
      if (!closed && imported.length > 0) await thread.call('close', null).catch(() => null); // ended in a native call, it would take the process with it
      closed = true;
      await thread.terminate();
    },
  });
}

function checkFactor(name: string, value: number | undefined): void {
  if (value === undefined || (value >= 0.5 && value <= 2)) return;
  throw new StudioError('invalid-input', `The ${name} must be between 0.5 and 2 (1 is normal), but it is ${value}.`);
}
