import { split } from '../../engine/pipeline/script.ts';
import { writeWav } from '../../engine/media/wav.ts';
import { readSettings } from '../../engine/settings.ts';
import { readImportedVoices, refuseFetch, removeVoice } from '../../engine/voice/piper/imported.ts';
import { importVoice, voiceFiles } from '../../engine/voice/piper/importVoice.ts';
import { turnsOf } from '../../engine/voice/delivery.ts';
import { entriesIn } from '../../engine/voice/lexicon/lexicon.ts';
import { openLexicon } from '../../engine/voice/lexicon/lexiconStore.ts';
import { userPauses } from '../../engine/voice/pauses.ts';
import { spokenChanges } from '../../engine/voice/spokenChanges.ts';
import { langOfText, markedOf } from '../../engine/voice/ssml/ssml.ts';
import { openVoices } from '../../engine/voice/voices.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';

export async function voicesList({ home, json }: Context): Promise<void> {
  const voices = await openVoices(await readImportedVoices(home));
  const list = voices.list();
  await voices.close();
  if (json) return console.log(JSON.stringify({ voices: list }));
  for (const voice of list) console.log(`${voice.id.padEnd(22)} ${voice.lang}  ${voice.name}${voice.engine === 'piper' ? '  (Piper)' : ''}${voice.default ? '  (default)' : ''}`);
}

export async function voicesImport(file: string, { config }: { config?: string }, { home, json, signal }: Context): Promise<void> {
  const voice = await importVoice(home, await voiceFiles([file], config), { signal });
  if (json) return console.log(JSON.stringify({ id: voice.id, voice: { ...voice, folder: undefined } }));
  console.log(`Imported ${voice.id} (${voice.lang}, ${voice.sampleRate} Hz, ${(voice.bytes / 1e6).toFixed(1)} MB). Licence: ${voice.licence}. Use it with: sima render --voice ${voice.id} …`);
}

export async function voicesFetch(id: string, { home }: Context): Promise<void> {
  refuseFetch(id, await readImportedVoices(home));
}

export async function voicesRemove(id: string, { home, json }: Context): Promise<void> {
  await removeVoice(home, id);
  console.log(json ? JSON.stringify({ id, removed: true }) : `Removed ${id}.`);
}

export async function voicesSay(text: string, options: { voice?: string; rate: number; pitch: number; out?: string; explain?: boolean }, { home, json, signal }: Context): Promise<void> {
  const voices = await openVoices(await readImportedVoices(home));
  try {
    const marked = markedOf(text) ?? undefined;
    const settings = await readSettings(home);
    const pauses = userPauses(settings);
    const store = await openLexicon(home, ({ sentence }) => process.stderr.write(`${sentence}\n`), () => settings.starterLexicon ?? true);
    const lexicon = entriesIn(marked?.plain ?? text, store.applied(), null);
    const voice = options.voice ?? (marked ? langOfText(text, marked) : (split(text)[0]?.lang ?? 'en'));
    const speech = await voices.speak(text, { voice, rate: options.rate, pitch: options.pitch, lexicon, pauses, marked }, signal);
    const { pcm, sampleRate, words, estimated = false, warnings = [] } = speech;
    for (const warning of warnings) process.stderr.write(`${warning}\n`);
    if (pcm.length === 0) throw new StudioError('invalid-input', 'Nothing of this text can be spoken: write at least one word.');
    if (options.out !== undefined) await writeWav(options.out, pcm, sampleRate);
    const durationSec = pcm.length / sampleRate;
    const spoken = options.explain === true ? turnsOf(text, { lexicon, marked }).map(({ run }) => ({ lang: run.lang, text: run.text })) : null;
    const changes = spoken && spokenChanges(text, lexicon, marked);
    // An imported voice tells no phonemes: those that it was given are its language's shipped voice's.
    const phonemes = spoken && (estimated ? await voices.speak(text, { voice: voices.find(voice).lang, lexicon, marked }, signal) : speech).phonemes.map(({ symbol }) => symbol);
    if (json) {
      console.log(JSON.stringify({
        voice, durationSec, sampleRate, words, ...(estimated ? { estimated } : {}), ...(warnings.length > 0 ? { warnings } : {}),
        ...(spoken ? { spoken, changes, phonemes } : {}), ...(options.out === undefined ? {} : { out: options.out }),
      }));
      return;
    }
    for (const each of spoken ?? []) console.log(`${each.lang}: ${each.text}`);
    for (const { written, spoken: said, reason, readings } of changes ?? []) {
      const known = readings?.map(({ say, note }) => `${say} (${note})`).join(', ');
      if (reason !== 'readings') console.log(`    ${written} → ${said === '' ? '–' : said} (${reason})`);
      if (known !== undefined) console.log(`    ${written}: ${known}`);
    }
    if (phonemes) console.log(`/${phonemes.map((symbol) => symbol || '·').join(' ')}/`);
    console.log(`${durationSec.toFixed(2)} s, ${words.length} words${estimated ? ' (their times are estimates)' : ''}${options.out === undefined ? '' : `, ${options.out}`}`);
  } finally {
    await voices.close();
  }
}
