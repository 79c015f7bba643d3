import { split } from '../../engine/pipeline/script.ts';
import { writeWav } from '../../engine/media/wav.ts';
import { utterances } from '../../engine/voice/normalise/utterances.ts';
import { openVoices } from '../../engine/voice/voices.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Context } from '../context.ts';

export async function voicesList({ json }: Context): Promise<void> {
  const voices = await openVoices();
  const list = voices.list();
  await voices.close();
  if (json) return console.log(JSON.stringify({ voices: list }));
  for (const voice of list) console.log(`${voice.id.padEnd(22)} ${voice.lang}  ${voice.name}${voice.default ? '  (default)' : ''}`);
}

export async function voicesSay(text: string, options: { voice?: string; rate: number; pitch: number; out?: string; explain?: boolean }, { json, signal }: Context): Promise<void> {
  const voices = await openVoices();
  try {
    const voice = options.voice ?? split(text)[0]?.lang ?? 'en';
    const speech = await voices.speak(text, { voice, rate: options.rate, pitch: options.pitch }, signal);
    if (speech.pcm.length === 0) throw new StudioError('invalid-input', 'Nothing of this text can be spoken: write at least one word.');
    if (options.out !== undefined) await writeWav(options.out, speech.pcm, speech.sampleRate);
    const durationSec = speech.pcm.length / speech.sampleRate;
    const spoken = options.explain === true ? utterances(text).map((each) => ({ lang: each.lang, text: each.text })) : null;
    if (json) console.log(JSON.stringify({ voice, durationSec, sampleRate: speech.sampleRate, words: speech.words, ...(spoken ? { spoken } : {}), ...(options.out === undefined ? {} : { out: options.out }) }));
    else {
      for (const each of spoken ?? []) console.log(`${each.lang}: ${each.text}`);
      console.log(`${durationSec.toFixed(2)} s, ${speech.words.length} words${options.out === undefined ? '' : `, ${options.out}`}`);
    }
  } finally {
    await voices.close();
  }
}
