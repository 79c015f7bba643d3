/**
 * One eSpeak NG instance in WebAssembly, made repeatable: a warm instance keeps noise and pitch state between
 * utterances, so the same text gives a few samples more or less each time. The memory (17 MB) is copied once after
 * the start and put back before every utterance (1–4 ms), which makes every utterance the first one.
 */
import open, { type EspeakEvent, type EspeakPointer } from '@echogarden/espeak-ng-emscripten';
import { joined } from '../joined.ts';
import { StudioError } from '../../shared/errors.ts';

export const ESPEAK_SAMPLE_RATE = 22050;
/** Words per minute that eSpeak calls normal. */
const NORMAL_RATE = 175;
/** Of 100. At 100 loud vowels of some variants reach full scale in 16 bits; the gain is made up in float. */
const VOLUME = 50;

export interface Utterance {
  /** 16-bit samples at ESPEAK_SAMPLE_RATE. */
  pcm: Int16Array;
  events: EspeakEvent[];
}

export interface Espeak {
  /**
   * Same input, same samples. The text must hold no markup: eSpeak interprets `<…>`, `&…;` and `[[…]]`.
   * @param voice eSpeak's own name with variant, e.g. `fa+f2`
   * @param rate 1 is normal (175 words per minute)
   * @param pitch 1 is the voice's own; 2 is an octave up
   */
  say(text: string, voice: string, rate: number, pitch: number): Utterance;
}

export async function openEspeak(): Promise<Espeak> {
  const module = await open({});
  const worker = atFixedTime(() => new module.eSpeakNGWorker());
  const sampleRate = worker.get_samplerate();
  if (sampleRate !== ESPEAK_SAMPLE_RATE) {
    throw new StudioError('bug', `eSpeak speaks at ${sampleRate} Hz, expected ${ESPEAK_SAMPLE_RATE} Hz.`);
  }
  worker.set_volume(VOLUME);
  const fresh = module.HEAPU8.slice();

  const restore = () => {
    module.HEAPU8.set(fresh);
    if (module.HEAPU8.length > fresh.length) module.HEAPU8.fill(0, fresh.length);
  };
  // Strings go in by hand: the package's own string cache lives in the memory that is put back.
  const place = (text: string): EspeakPointer => {
    const bytes = new TextEncoder().encode(text);
    const ptr = module._malloc(bytes.length + 1);
    module.HEAPU8.set(bytes, ptr);
    module.HEAPU8[ptr + bytes.length] = 0;
    return { ptr };
  };

  return {
    say(text, voice, rate, pitch) {
      restore();
      if (worker.set_voice(place(voice), place('')) !== 0) throw new StudioError('bug', `eSpeak has no voice “${voice}”.`);
      worker.set_rate(Math.round(NORMAL_RATE * rate));
      worker.set_pitch(espeakPitch(pitch));
      const parts: Int16Array[] = [];
      const events: EspeakEvent[] = [];
      worker.synthesize(place(text), (pcm, partEvents) => {
        parts.push(pcm);
        events.push(...partEvents);
        return false;
      });
      return { pcm: joined(new Int16Array(0), ...parts), events };
    },
  };
}

/** eSpeak's 0–99 scale is exponential: 50 is the voice's own pitch, 0 an octave down, 99 an octave up. */
function espeakPitch(factor: number): number {
  return Math.min(99, Math.max(0, Math.round(50 + 50 * Math.log2(factor))));
}

/**
 * Runs the synchronous work with a clock that stands still. eSpeak seeds the noise of breathy voices (f2, f5) with the time at
 * its start; with the real time, the same text would sound and move a little different in every process.
 */
function atFixedTime<T>(work: () => T): T {
  const now = Date.now;
  Date.now = () => 0;
  try {
    return work();
  } finally {
    Date.now = now;
  }
}
