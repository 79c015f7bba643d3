/** Voices, the lexicon, and how a script will be spoken. */
import { ownVoice } from '../../pipeline/speechPlan.ts';
import { askEngine } from '../../process/askEngine.ts';
import { StudioError } from '../../../shared/errors.ts';
import { isOver } from '../../../shared/contract/take.ts';
import type { VoiceInfo } from '../../../shared/contract/voice.ts';
import { listVoices } from '../../voice/catalogue.ts';
import { VOICE_LICENCE, voiceFiles } from '../../voice/piper/importVoice.ts';
import { refuseFetch, removeVoice, usableDefaults } from '../../voice/piper/imported.ts';
import { entriesIn } from '../../voice/lexicon/lexicon.ts';
import { createPlanner } from '../../voice/plan.ts';
import { langOfText, markedOf } from '../../voice/ssml/ssml.ts';
import type { Area, HandlerParts } from './area.ts';

export function voiceHandlers({ studio, changes, home }: HandlerParts): Area<'voices' | 'script' | 'lexicon'> {
  const { engine, lexicon, preferences, takes, voices } = studio;
  const defaults = () => usableDefaults(preferences.defaultVoices(), voices.imported());
  /** A running engine knows the voices that there were at its start. */
  const changed = async (): Promise<void> => {
    await voices.refresh();
    changes.announce('voices');
    engine.renew();
    studio.renewEngine();
  };
  const rows = (): VoiceInfo[] =>
    listVoices(voices.imported()).map(({ id, name, lang, engine: by, default: isDefault, sampleRate }) => {
      const own = voices.imported().find((voice) => voice.id === id);
      return {
        id, name, lang, engine: by, isDefault: defaults()[lang] === undefined ? isDefault : defaults()[lang] === id, sampleRate, installed: true, origin: own ? 'imported' : 'shipped',
        licence: own?.licence ?? 'GPL-3.0-or-later', source: own?.source ?? 'eSpeak NG', sizeBytes: own?.bytes ?? null, hasTimes: !own,
      };
    });
  const plan = createPlanner();
  return {
    calls: {
      'script.plan': (input, signal) => plan(input, { findVoice: (name) => voices.find(ownVoice(name, defaults())), lexicon: lexicon.applied(), pauses: preferences.pauses() }, signal),
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
      'voices.list': async () => {
        await voices.refresh();
        return rows();
      },
      'voices.say': async (asked, signal) => {
        const marked = markedOf(asked.text) ?? undefined;
        const voice = asked.voice ?? langOfText(asked.text, marked);
        const own = voice === 'fa' || voice === 'en' ? defaults()[voice] : undefined;
        const input = { pauses: preferences.pauses(), ...asked, voice: own ?? voice, lexicon: [...(asked.lexicon ?? []), ...entriesIn(marked?.plain ?? asked.text, lexicon.applied(), null)] };
        return askEngine(engine, (client) => client.call('say', input, signal), signal);
      },
      'voices.import': async ({ files, acceptedLicence }, signal) => {
        if (!acceptedLicence) throw new StudioError('invalid-input', `The licence of the voice must be accepted first. ${VOICE_LICENCE}.`);
        const both = await voiceFiles(files);
        for (;;) {
          // Loading a network blocks, and a broken one may take its process along: that is the engine's to do.
          const life = await engine.life(signal);
          try {
            const { id } = await life.client.call('importVoice', { ...both }, signal);
            await changed();
            return rows().find((row) => row.id === id)!;
          } catch (error) {
            if (!life.over || signal.aborted) throw error;
            const reason = await life.exit;
            if (!life.planned) throw new StudioError('invalid-input', `The engine ended while it tried the voice ${both.file}: ${reason}. It was not imported; get it again.`, { cause: error });
          }
        }
      },
      'voices.remove': async ({ id }) => {
        const user = takes.list({ limit: -1 }).find(({ state, request }) => !isOver(state) && [request, ...(request.segments ?? [])].some(({ voice }) => voice === id));
        if (user) throw new StudioError('invalid-input', `The voice “${id}” speaks in a take that is being rendered. Wait for it, or cancel it, and remove the voice then.`);
        await removeVoice(home, id);
        await changed();
        return null;
      },
      'voices.setDefault': async ({ id }) => {
        const { id: voice, lang } = voices.find(id);
        await preferences.setDefaultVoice(lang, voice);
        changes.announce('voices');
        studio.renewEngine();
        return null;
      },
    },
    streams: {
      async *'voices.fetch'({ id }) {
        await voices.refresh();
        refuseFetch(id, voices.imported());
      },
    },
  };
}
