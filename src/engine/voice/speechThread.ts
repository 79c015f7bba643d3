/** Worker thread entry: eSpeak's synthesis is synchronous, so it may not run on a thread that has to tick. Imported voices run here too. */
import { setImmediate } from 'node:timers/promises';
import { serveThread } from '../threads.ts';
import { throwIfCanceled } from '../../shared/errors.ts';
import { openEspeak } from './espeak.ts';
import { shippedDefault, type PiperVoice } from './catalogue.ts';
import { openPiperRoom, type PiperRoom } from './piper/piperRoom.ts';
import { speakPiper } from './piper/speakPiper.ts';
import { speakText, type SpeakOptions, type SpokenText } from './speakText.ts';

export interface SpeechThreadApi {
  calls: {
    speak: [input: { text: string; options: SpeakOptions }, output: SpokenText];
    speakPiper: [input: { text: string; options: SpeakOptions; voice: PiperVoice }, output: SpokenText];
    /** No native call is under way afterwards, nor ever again. */
    close: [input: null, output: null];
    warmUp: [input: null, output: null];
  };
  streams: Record<string, never>;
}

const opening = openEspeak();
let asked = false;
let room: PiperRoom | null = null;

serveThread<SpeechThreadApi>({
  calls: {
    async speak({ text, options }, signal) {
      asked = true;
      const espeak = await opening;
      throwIfCanceled(signal);
      return speakText(espeak, text, options);
    },
    async speakPiper({ text, options, voice }, signal) {
      asked = true;
      const espeak = await opening;
      throwIfCanceled(signal);
      room ??= openPiperRoom();
      return speakPiper(espeak, await room.open(voice), text, options, signal);
    },
    async close() {
      await room?.close();
      return null;
    },
    async warmUp() {
      // WebAssembly code is compiled when it first runs: the first sentence costs 0.5 s, the next ones 15–60 ms.
      const espeak = await opening;
      const sentences = { fa: 'سلام، چطورید؟ یک جمله برای آماده شدن.', en: 'A quick sentence, to get ready: vowels, judges and measures.' };
      for (const lang of ['fa', 'en'] as const) {
        // Requests that came meanwhile go first, and warm just as well.
        await setImmediate();
        if (asked) break;
        espeak.say(sentences[lang], shippedDefault(lang).espeak[lang], 1, 1);
      }
      return null;
    },
  },
  streams: {},
});
