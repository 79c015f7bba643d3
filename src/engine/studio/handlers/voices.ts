/** Voices, the lexicon, and how a script will be spoken. */
import { findVoice, listVoices } from '../../voice/catalogue.ts';
import { createPlanner } from '../../voice/plan.ts';
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function voiceHandlers(_parts: HandlerParts): Area<'voices' | 'script' | 'lexicon'> {
  const plan = createPlanner();
  return {
    calls: {
      'script.plan': (input, signal) => plan(input, { findVoice }, signal),
      'lexicon.list': () => [],
      'lexicon.put': notBuilt('lexicon.put'),
      'lexicon.remove': notBuilt('lexicon.remove'),
      'lexicon.import': notBuilt('lexicon.import'),
      'lexicon.export': notBuilt('lexicon.export'),
      'voices.list': () =>
        listVoices().map(({ id, name, lang, engine, default: isDefault, sampleRate }) => ({
          id, name, lang, engine, isDefault, sampleRate, installed: true, origin: 'shipped' as const, licence: 'GPL-3.0-or-later', source: 'eSpeak NG', sizeBytes: null, hasTimes: true,
        })),
      'voices.say': notBuilt('voices.say'),
      'voices.import': notBuilt('voices.import'),
      'voices.remove': notBuilt('voices.remove'),
      'voices.setDefault': notBuilt('voices.setDefault'),
    },
    streams: { 'voices.fetch': notBuilt('voices.fetch') },
  };
}
