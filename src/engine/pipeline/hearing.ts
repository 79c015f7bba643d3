/** What the rig network hears (8 numbers per mel column) → poses per frame: contacts made firm, pauses made still, the jaw's range evened out. */
import { MEL_BINS, POSE_SIZE } from '../../shared/vocabulary.ts';
import { actAt, SUPPORT_SEC } from './articulation.ts';
import { MEL_RATE } from './mel.ts';

const SPEECH = 7;
/** Where the network is this sure that somebody speaks, somebody does; a spell lasts as long as it stays above the lower bound. */
const SPEECH_ON = 0.6;
const SPEECH_OFF = 0.35;
/** Shorter spells are clicks. */
const SHORTEST_SPEECH = Math.round(0.08 * MEL_RATE);
/** Columns over which the mouth comes to rest outside of speech. */
const FADE = 8;
/**
 * The network is unsure of contacts on voices that it never heard: it half believes them, at the right time. So a contact is
 * measured against its own peak within 62 ms, and shown whole if that peak is believable. That adds contacts without widening any.
 */
const PEAK_REACH = 5;
const BELIEVED = { from: 0.25, full: 0.5 };
const CONTACT = { from: 0.28, full: 0.7 };
/** Lips move ahead of the sound. */
const LEAD_SEC = 0.01;
/** The jaw's loud range is brought to this, within bounds: some people hardly open their mouths. */
const JAW_LOUD = 0.85;
const JAW_GAIN = { least: 0.9, most: 1.5 };
const JAW_MEMORY = 6 * MEL_RATE;
const JAW_AHEAD = MEL_RATE / 2;

/** Mel bands of voices, up to about 3 kHz. */
const VOICE_BANDS = 50;
/** Steady noise is no speech, however much it resembles s or f: something within 0.2 s must rise 4 dB above the noise floor. */
const RISE = (4 / 20) * 1.6;
const RISE_REACH = 16;
/** Breath and rustle 20 dB below levelled speech are no speech either (half a percent of phonemes lie below, by `loudness`). */
const FAINT = -2.5;
/** The floor is the tenth percentile of these columns around. */
const FLOOR_BEHIND = 3 * MEL_RATE;
const FLOOR_AHEAD = MEL_RATE / 2;

/** How far past a frame columns must be known. */
export const READ_AHEAD_SEC = SUPPORT_SEC + FLOOR_AHEAD / MEL_RATE + 0.1;

export interface Reader {
  /** Takes what the network gave, [n, 8], and how loud those columns were (loudnessOf; NaN past the end). */
  push(heard: Float32Array, loud: Float32Array): void;
  /** The frames that nothing to come can change. */
  certain(): Float32Array;
  /** The next `frames` frames, as if silence followed. */
  rest(frames: number): Float32Array;
  speechFound(): boolean;
}

export function createReader(fps: number): Reader {
  /** All that was heard: 2.5 kB per second, kept whole for simplicity. */
  let heard = new Float32Array(1 << 14);
  let loudness = new Float32Array(1 << 11);
  let columns = 0;
  /** Spells of speech as half-open ranges of columns; the last may still grow. */
  const spells: { from: number; to: number }[] = [];
  let scanned = 0;
  let inSpeech = false;
  let nextFrame = 0;
  let spell = 0;

  let threshold = Infinity;

  /** Whether a column is near something louder than the room. */
  const rises = (column: number): boolean => {
    if (column % 8 === 0) {
      const around = loudness.slice(Math.max(0, column - FLOOR_BEHIND), Math.min(columns, column + FLOOR_AHEAD)).filter(Number.isFinite).sort();
      threshold = Math.max((around[Math.floor(0.1 * around.length)] ?? Infinity) + RISE, FAINT);
    }
    for (let c = Math.max(0, column - RISE_REACH); c < Math.min(columns, column + RISE_REACH); c++) if (loudness[c] > threshold) return true;
    return false;
  };

  const scan = (end: number) => {
    for (; scanned < end; scanned++) {
      const sure = rises(scanned) ? heard[scanned * POSE_SIZE + SPEECH] : 0;
      if (inSpeech) {
        const last = spells[spells.length - 1];
        if (sure >= SPEECH_OFF) last.to = scanned + 1;
        else {
          inSpeech = false;
          if (last.to - last.from < SHORTEST_SPEECH) spells.pop();
        }
      } else if (sure >= SPEECH_ON) {
        inSpeech = true;
        spells.push({ from: scanned, to: scanned + 1 });
      }
    }
  };

  /** Running gain of the jaw at a column, from the spoken columns around it. */
  const jawGain = (column: number): number => {
    const open: number[] = [];
    for (let c = Math.max(0, column - JAW_MEMORY); c < Math.min(columns, column + JAW_AHEAD); c += 4) {
      if (heard[c * POSE_SIZE + SPEECH] > SPEECH_ON) open.push(heard[c * POSE_SIZE]);
    }
    if (open.length < 12) return 1;
    open.sort((a, b) => a - b);
    return Math.min(JAW_GAIN.most, Math.max(JAW_GAIN.least, JAW_LOUD / Math.max(0.01, open[Math.floor(0.95 * (open.length - 1))])));
  };

  const contact = (column: number, parameter: number): number => {
    let peak = 0;
    for (let c = Math.max(0, column - PEAK_REACH); c <= Math.min(columns - 1, column + PEAK_REACH); c++) peak = Math.max(peak, heard[c * POSE_SIZE + parameter]);
    if (peak <= BELIEVED.from) return 0;
    return smoothstep(CONTACT.from, CONTACT.full, heard[column * POSE_SIZE + parameter] / peak) * smoothstep(BELIEVED.from, BELIEVED.full, peak);
  };

  const frame = (index: number, pose: Float32Array) => {
    const from = (index / fps + LEAD_SEC) * MEL_RATE;
    const to = ((index + 1) / fps + LEAD_SEC) * MEL_RATE;
    const middle = (from + to) / 2;
    while (spell < spells.length && spells[spell].to <= middle) spell++;
    const before = spell === 0 ? Infinity : middle - spells[spell - 1].to;
    const after = spell === spells.length ? Infinity : Math.max(0, spells[spell].from - middle);
    pose[7] = actAt(after === 0 ? 0 : before / MEL_RATE, after / MEL_RATE);
    if (pose[7] === 0) return;
    const first = Math.ceil(from - 1e-6);
    const end = Math.min(columns, Math.max(first + 1, Math.ceil(to - 1e-6)));
    for (let c = first - 1; c <= Math.min(columns - 1, end); c++) {
      const inside = c >= first && c < end;
      const awake = 1 - smoothstep(0, FADE, Math.min(outside(c, spells[spell - 1]), outside(c, spells[spell]), outside(c, spells[spell + 1])));
      for (let p = 0; p < SPEECH; p++) {
        // Lips take longer to meet and part than the network's sharp answer: contacts spread over half a column more on each side.
        if (p === 3 || p === 4) pose[p] += ((inside ? 1 : 0.5) * contact(c, p) * awake) / (end - first + 1);
        else if (inside) pose[p] += (heard[c * POSE_SIZE + p] * awake) / (end - first);
      }
    }
    pose[0] = Math.min(1, pose[0] * jawGain(Math.round(middle)));
  };

  const frames = (count: number): Float32Array => {
    const poses = new Float32Array(Math.max(0, count) * POSE_SIZE);
    for (let i = 0; i < count; i++) frame(nextFrame++, poses.subarray(i * POSE_SIZE, (i + 1) * POSE_SIZE));
    return poses;
  };

  return {
    push(fresh, loud) {
      heard = grown(heard, columns * POSE_SIZE + fresh.length);
      loudness = grown(loudness, columns + loud.length);
      heard.set(fresh, columns * POSE_SIZE);
      loudness.set(loud, columns);
      columns += loud.length;
      scan(columns - FLOOR_AHEAD);
    },
    certain() {
      const lastSec = columns / MEL_RATE - READ_AHEAD_SEC;
      return frames(Math.max(0, Math.floor((lastSec - LEAD_SEC) * fps) - nextFrame));
    },
    rest(count) {
      scan(columns);
      return frames(count);
    },
    speechFound: () => spells.some(({ from, to }) => to - from >= SHORTEST_SPEECH),
  };
}

/**
 * Loudness of mel columns [n, 80] in the voice's bands, smoothed over 5 columns. The result is 4 columns shorter: its first is that of
 * column 2.
 */
export function loudnessOf(mel: Float32Array): Float32Array {
  const raw = Float32Array.from({ length: mel.length / MEL_BINS }, (_, c) => {
    let sum = 0;
    for (let band = 0; band < VOICE_BANDS; band++) sum += mel[c * MEL_BINS + band];
    return sum / VOICE_BANDS;
  });
  return raw.subarray(2, -2).map((_, c) => (raw[c] + raw[c + 1] + raw[c + 2] + raw[c + 3] + raw[c + 4]) / 5);
}

function grown(data: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  if (length <= data.length) return data;
  const room = new Float32Array(Math.max(length, 2 * data.length));
  room.set(data);
  return room;
}

/** Columns between c and a spell; 0 inside. */
function outside(c: number, spell: { from: number; to: number } | undefined): number {
  if (!spell) return Infinity;
  return Math.max(0, spell.from - c, c - spell.to + 1);
}

function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}
