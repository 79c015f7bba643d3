/** Lessons for the rig network: speech with its mel and, for each mel frame, the pose that the text path would give. */
import { articulationCurves, CURVE_RATE, CURVE_SIZE } from '../../src/engine/pipeline/articulation.ts';
import { MEL_RATE, MEL_SAMPLE_RATE, melOf } from '../../src/engine/pipeline/mel.ts';
import { MEL_BINS, POSE_SIZE, type Phoneme } from '../../src/shared/vocabulary.ts';
import { colouredNoise, recorded, scaled, speechLevelDb, stretch, unspoken } from './rigSound.ts';
import { pick, sentence, type Part, type Random } from './rigTexts.ts';
import type { Spoken, Teacher } from './rigVoices.ts';

/** Level that speech is brought to before its mel is taken, here and in listen.ts. */
export const SPEECH_LEVEL_DB = -18;

export interface Lesson {
  source: 'espeak' | 'human' | 'none';
  /** 16 kHz, as the network's mel was taken from it. */
  pcm: Float32Array;
  phonemes: Phoneme[];
  /** [frames, 80] */
  mel: Float32Array;
  /** [frames, 8] */
  poses: Float32Array;
}

export interface Utterance extends Spoken {
  source: 'espeak' | 'human';
}

/** One sentence; `human` is English only, and eSpeak speaks where flite is missing. */
export async function utterance(teacher: Teacher, random: Random, part: Part, source: 'espeak' | 'human'): Promise<Utterance> {
  const lang = source === 'espeak' && random() < 0.5 ? 'fa' : 'en';
  const text = sentence(random, lang, part);
  const person = source === 'human' ? await teacher.human(text, part, random) : null;
  return person ? { ...person, source } : { ...teacher.espeak(text, lang, part, random), source: 'espeak' };
}

/**
 * An utterance as one of many possible recordings of it, by a person of another size.
 * @param other someone else's speech, which may be heard in the background; null asks for a clean recording
 */
export function lesson(spoken: Utterance, other: Float32Array | null, random: Random): Lesson {
  const ratio = (MEL_SAMPLE_RATE / spoken.sampleRate) * 0.8 * 1.525 ** random(); // a throat 22 % shorter … 25 % longer
  const { pcm: speech, phonemes } = padded(stretched(spoken, ratio), random);
  const sound = other ? recorded(speech, other, random) : speech;
  const aside = other ? (random() * 2 - 1) * 5 : 0;
  const pcm = scaled(sound, SPEECH_LEVEL_DB + aside - speechLevelDb(sound));
  const mel = melOf(pcm);
  return { source: spoken.source, pcm, phonemes, mel, poses: taught(phonemes, mel.length / MEL_BINS) };
}

function stretched(spoken: Spoken, ratio: number): { pcm: Float32Array; phonemes: Phoneme[] } {
  const slower = (ratio * spoken.sampleRate) / MEL_SAMPLE_RATE;
  return {
    pcm: stretch(spoken.pcm, ratio),
    phonemes: spoken.phonemes.map(({ symbol, startSec, endSec }) => ({ symbol, startSec: startSec * slower, endSec: endSec * slower })),
  };
}

/** Some silence around, so that beginnings and ends are learned too. */
function padded(sound: { pcm: Float32Array; phonemes: Phoneme[] }, random: Random): { pcm: Float32Array; phonemes: Phoneme[] } {
  const before = Math.floor(0.3 * random() * MEL_SAMPLE_RATE);
  const after = Math.floor(0.4 * random() * MEL_SAMPLE_RATE);
  const pcm = new Float32Array(before + sound.pcm.length + after);
  pcm.set(sound.pcm, before);
  const shiftSec = before / MEL_SAMPLE_RATE;
  return { pcm, phonemes: sound.phonemes.map((p) => ({ ...p, startSec: p.startSec + shiftSec, endSec: p.endSec + shiftSec })) };
}

/** Four seconds without speech. */
export function silentLesson(random: Random): Lesson {
  const length = 4 * MEL_SAMPLE_RATE;
  const noise = random() < 0.5 ? unspoken(length, random) : colouredNoise(length, random);
  const pcm = scaled(noise, pick(random, [-18, -24, -35, -50]) - speechLevelDb(noise));
  const mel = melOf(pcm);
  return { source: 'none', pcm, phonemes: [], mel, poses: new Float32Array((mel.length / MEL_BINS) * POSE_SIZE) };
}

/** Pose per mel frame; `act` is whether something is being said, with pauses of up to 150 ms inside a phrase bridged. */
export function taught(phonemes: readonly Phoneme[], frames: number): Float32Array {
  const samples = Math.ceil((frames / MEL_RATE) * CURVE_RATE) + 2;
  const curves = articulationCurves(phonemes, 0, samples);
  const poses = new Float32Array(frames * POSE_SIZE);
  const sounding = phonemes.filter(({ symbol }) => symbol !== '');
  for (let i = 0; i < frames; i++) {
    const at = (i * CURVE_RATE) / MEL_RATE;
    const below = Math.floor(at);
    for (let p = 0; p < CURVE_SIZE; p++) {
      const low = curves[below * CURVE_SIZE + p];
      poses[i * POSE_SIZE + p] = low + (at - below) * (curves[(below + 1) * CURVE_SIZE + p] - low);
    }
  }
  for (const { startSec, endSec } of sounding) {
    const last = Math.min(frames - 1, Math.ceil((endSec + 0.06) * MEL_RATE));
    for (let i = Math.max(0, Math.floor((startSec - 0.06) * MEL_RATE)); i <= last; i++) poses[i * POSE_SIZE + CURVE_SIZE] = 1;
  }
  return poses;
}
