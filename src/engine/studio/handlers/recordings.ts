/** The user's own sound, before a face follows it. */
import { askEngine } from '../../process/askEngine.ts';
import type { Area, HandlerParts } from './area.ts';

export function recordingHandlers({ studio: { engine, preferences } }: HandlerParts): Area<'recordings'> {
  return {
    calls: {
      'recordings.examine': (asked, signal) => {
        const wish = { ...asked, loudnessLufs: asked.loudnessLufs ?? preferences.current().loudnessLufs ?? undefined };
        return askEngine(engine, (client) => client.call('examineRecording', wish, signal), signal);
      },
    },
    streams: {},
  };
}
