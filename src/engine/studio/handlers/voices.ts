/** Voices, the lexicon, and how a script will be spoken. */
import { ownVoice } from '../../pipeline/speechPlan.ts';
import { findVoice, listVoices } from '../../voice/catalogue.ts';
import { entriesIn } from '../../voice/lexicon.ts';
import { dominantLang } from '../../voice/normalise/letters.ts';
import { createPlanner } from '../../voice/plan.ts';
import { FRUITLESS_LIVES } from '../takeRunner.ts';
import { notBuilt, type Area, type HandlerParts } from './area.ts';

export function voiceHandlers({ studio, changes }: HandlerParts): Area<'voices' | 'script' | 'lexicon'> {
  const { engine, lexicon, preferences } = studio;
  const plan = createPlanner();
  return {
    calls: {
      'script.plan': (input, signal) => plan(input, { findVoice: (name) => findVoice(ownVoice(name, preferences.defaultVoices())), lexicon: lexicon.entries() }, signal),
      'lexicon.list': () => [...lexicon.entries()],
      'lexicon.put': async ({ entry }) => {
        await lexicon.put(entry);
        changes.announce('lexicon');
        return null;
      },
      'lexicon.remove': async ({ lang, word }) => {
        await lexicon.remove(lang, word);
        changes.announce('lexicon');
        return null;
      },
      'lexicon.import': async ({ csv }) => {
        const found = await lexicon.importCsv(csv);
        if (found.added > 0) changes.announce('lexicon');
        return found;
      },
      'lexicon.export': () => ({ csv: lexicon.exportCsv() }),
      'voices.list': () =>
        listVoices().map(({ id, name, lang, engine: by, default: isDefault, sampleRate }) => ({
          id, name, lang, engine: by, isDefault: preferences.defaultVoices()[lang] === undefined ? isDefault : preferences.defaultVoices()[lang] === id, sampleRate, installed: true, origin: 'shipped' as const, licence: 'GPL-3.0-or-later', source: 'eSpeak NG', sizeBytes: null, hasTimes: true,
        })),
      'voices.say': async (asked, signal) => {
        const voice = asked.voice ?? dominantLang(asked.text) ?? 'en';
        const own = voice === 'fa' || voice === 'en' ? preferences.defaultVoices()[voice] : undefined;
        const input = { ...asked, voice: own ?? voice, lexicon: [...(asked.lexicon ?? []), ...entriesIn(asked.text, lexicon.entries(), null)] };
        for (let lives = 1; ; lives++) {
          const life = await engine.life(signal);
          try {
            return await life.client.call('say', input, signal);
          } catch (error) {
            if (!life.over || signal.aborted || lives >= FRUITLESS_LIVES) throw error;
            await life.exit; // the next one says it
          }
        }
      },
      'voices.import': notBuilt('voices.import'),
      'voices.remove': notBuilt('voices.remove'),
      'voices.setDefault': async ({ id }) => {
        const { id: voice, lang } = findVoice(id);
        await preferences.setDefaultVoice(lang, voice);
        changes.announce('voices');
        studio.renewEngine();
        return null;
      },
    },
    streams: { 'voices.fetch': notBuilt('voices.fetch') },
  };
}
