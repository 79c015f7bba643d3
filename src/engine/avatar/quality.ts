/** What may spoil a face's videos, found at registration: each with the measure behind it, in words that a creator understands. */
import type { Face } from './faces.ts';
import type { FaceMeasures } from './qualityMeasures.ts';

export type FindingCode =
  | 'face-small' | 'blurred' | 'dark' | 'bright' | 'turned' | 'tilted' | 'mouth-hidden' | 'mouth-open' | 'outside' | 'several-faces'
  | 'talking' | 'face-missing' | 'cuts' | 'unsteady';

export interface Finding {
  /** Never renamed: texts in other languages hang on it. */
  code: FindingCode;
  /** `refuse`: no video can be made of this; `warn`: one can, with the fault named. */
  severity: 'warn' | 'refuse';
  /** What is wrong and what works better. */
  sentence: string;
  /** What was found, and where it begins to be a fault. */
  measure: { name: string; value: number; unit: 'px' | 'share' | 'level' | 'degrees' | 'eye distances' | 'faces' | 'cuts'; limit: number };
}

/** JSON: plain numbers and texts. The gravest first. */
export interface Quality {
  findings: Finding[];
}

/** What is known of a source. */
export interface QualityFacts {
  faceCount: number;
  /** A photo's one, or those of some of a clip's frames. */
  measures: readonly FaceMeasures[];
  /** A clip's faces, one per frame, and the first frames of its shots but the first; null for a photo. */
  track: { faces: readonly (Face | null)[]; cuts: readonly number[] } | null;
}

/**
 * Where faults begin. Seen on sharp, well-lit faces of 11 pictures: blur .37–.68, highlights 106–232, white 0–.001; out of focus or blurred
 * by 2 % of the face's width .70–.87; at a quarter of the light highlights 49–55; half of a stop overexposed white .24–.67.
 */
export const LIMITS = {
  /** Pixels between the outer corners of the eyes. Below the first lips and teeth stay coarse, below the second there are none to move. */
  eyeDistance: { warn: 40, refuse: 12 },
  blur: 0.7,
  highlights: 70,
  clipped: 0.2,
  /** Degrees; at 39° a cheek hides a corner of the mouth. */
  yaw: 32,
  /** Degrees from what the mesh gives for a level gaze. */
  pitch: 20,
  roll: 40,
  /** A mouth this open whose lips are hard to tell apart, and one that a sure eye sees laughing. */
  gap: { unsure: 0.12, sure: 0.25 },
  lipCertainty: { open: 0.45, hidden: 0.2 },
  outside: 0.02,
  /** Share of the lips' points. */
  mouthOutside: 0.3,
  /** How far the lips' distance ranges over a clip, in E, between its 10th and 90th percentile: .002–.008 was seen on still lips, .035 on a speaker. */
  talking: 0.02,
  missing: { warn: 0.02, refuse: 0.9 },
  /** 95th percentile of the change of the face's speed from frame to frame, in E: .003–.005 on a stand or a calm pan, .011 where each frame jumps. */
  unsteady: 0.008,
} as const;
/** Degrees; faces that look straight into the camera gave 4 to 11. */
const LEVEL_PITCH = 8;

/** Everything that was found; empty where nothing is wrong. */
export function qualityOf({ faceCount, measures, track }: QualityFacts): Quality {
  const findings: Finding[] = [];
  const typical = (name: keyof FaceMeasures) => percentile(measures.map((each) => each[name]), 0.5);
  /** Faults that come and go count where a tenth of the frames has them. */
  const worst = (value: (each: FaceMeasures) => number) => percentile(measures.map(value), 0.9);
  const add = (code: FindingCode, sentence: string, name: string, value: number, unit: Finding['measure']['unit'], limit: number, severity: Finding['severity'] = 'warn') => {
    findings.push({ code, severity, sentence, measure: { name, value: rounded(value), unit, limit } });
  };

  const eyes = typical('eyeDistance');
  if (eyes < LIMITS.eyeDistance.refuse) {
    add('face-small', `The face is too small to make it speak: only ${Math.round(eyes)} pixels lie between the outer corners of its eyes. Use a closer or larger picture.`, 'eyeDistance', eyes, 'px', LIMITS.eyeDistance.refuse, 'refuse');
  } else if (eyes < LIMITS.eyeDistance.warn) {
    add('face-small', `The face is small: ${Math.round(eyes)} pixels between the outer corners of its eyes, so lips and teeth stay coarse. A closer picture works better.`, 'eyeDistance', eyes, 'px', LIMITS.eyeDistance.warn);
  }
  const mouthOutside = worst((each) => each.mouthOutside);
  const outside = worst((each) => each.outside);
  if (mouthOutside > LIMITS.mouthOutside) {
    add('outside', 'The mouth lies outside the picture, so it cannot be made to speak. Use a picture that shows the whole face.', 'mouthOutside', mouthOutside, 'share', LIMITS.mouthOutside, 'refuse');
  } else if (outside > LIMITS.outside) {
    add('outside', 'Part of the face lies outside the picture, where its movement will be cut off. Use a picture with some room around the head.', 'outside', outside, 'share', LIMITS.outside);
  }
  const blur = typical('blur');
  const isBlurred = blur > LIMITS.blur;
  if (isBlurred) add('blurred', 'The face is out of focus or blurred, and so will be the video. A sharp picture works better.', 'blur', blur, 'share', LIMITS.blur);
  const highlights = typical('highlights');
  if (highlights < LIMITS.highlights) add('dark', 'The face is very dark: even its brightest parts are dim, and noise will show. More light on the face works better.', 'highlights', highlights, 'level', LIMITS.highlights);
  const clipped = typical('clipped');
  const isBurnt = clipped > LIMITS.clipped;
  if (isBurnt) add('bright', 'The face is overexposed: parts of it are plain white, without any skin to move. Less or softer light works better.', 'clipped', clipped, 'share', LIMITS.clipped);
  const yaw = worst((each) => Math.abs(each.yaw));
  if (yaw > LIMITS.yaw) add('turned', 'The head is turned far to the side, so the mouth may move unevenly. A view from the front works better.', 'yaw', yaw, 'degrees', LIMITS.yaw);
  const pitch = worst((each) => Math.abs(each.pitch - LEVEL_PITCH));
  if (pitch > LIMITS.pitch) add('tilted', 'The head is tilted far up or down, so the mouth looks short. A view at eye level works better.', 'pitch', pitch, 'degrees', LIMITS.pitch);
  const roll = worst((each) => Math.abs(each.roll));
  if (roll > LIMITS.roll) add('tilted', 'The head leans far to one side. An upright one works better.', 'roll', roll, 'degrees', LIMITS.roll);

  const certainty = typical('lipCertainty');
  const gap = typical('gap');
  // Haze and glare hide lips too, and have been named.
  if (certainty < LIMITS.lipCertainty.hidden && !isBlurred && !isBurnt && eyes >= LIMITS.eyeDistance.warn) {
    add('mouth-hidden', 'No line of the lips can be seen: the mouth seems to be covered by a hand, a mask or a microphone, which would be bent along with it. A picture with a free mouth works better.', 'lipCertainty', certainty, 'share', LIMITS.lipCertainty.hidden);
  } else if (gap > LIMITS.gap.sure || (gap > LIMITS.gap.unsure && certainty < LIMITS.lipCertainty.open)) {
    add('mouth-open', 'The mouth is wide open at rest, laughing or speaking, so its lips may not close between words. A picture with closed lips or a small smile works better.', 'gap', gap, 'eye distances', gap > LIMITS.gap.sure ? LIMITS.gap.sure : LIMITS.gap.unsure);
  }
  if (faceCount > 1) add('several-faces', `There are ${faceCount} faces; only the chosen one will speak. A picture of one person alone works better.`, 'faceCount', faceCount, 'faces', 1);
  if (track) findings.push(...clipFindings(track));
  return { findings: findings.sort((a, b) => Number(b.severity === 'refuse') - Number(a.severity === 'refuse')) };
}

function clipFindings({ faces, cuts }: NonNullable<QualityFacts['track']>): Finding[] {
  const findings: Finding[] = [];
  const missing = faces.filter((face) => !face).length / faces.length;
  if (missing > LIMITS.missing.warn) {
    const isHopeless = missing > LIMITS.missing.refuse;
    findings.push({
      code: 'face-missing', severity: isHopeless ? 'refuse' : 'warn',
      sentence: isHopeless ? 'The face is hardly ever seen in this clip. Use one that shows it all the time.' : `In ${Math.max(1, Math.round(missing * 100))} % of the clip no face is seen; there the lips will stay as they were filmed. Cut those parts away.`,
      measure: { name: 'missing', value: rounded(missing), unit: 'share', limit: isHopeless ? LIMITS.missing.refuse : LIMITS.missing.warn },
    });
  }
  if (cuts.length > 0) {
    findings.push({
      code: 'cuts', severity: 'warn', sentence: `The clip is cut ${cuts.length === 1 ? 'once' : `${cuts.length} times`}: the picture will jump there, forth and back. One uncut shot works better.`,
      measure: { name: 'cuts', value: cuts.length, unit: 'cuts', limit: 0 },
    });
  }
  const talking = lipRange(faces);
  if (talking > LIMITS.talking) {
    findings.push({
      code: 'talking', severity: 'warn', sentence: 'The person speaks or laughs in this clip. Those movements are covered, but cheeks and chin may still show them. A clip of someone listening with closed lips works better.',
      measure: { name: 'talking', value: rounded(talking), unit: 'eye distances', limit: LIMITS.talking },
    });
  }
  const shake = unsteadiness(faces, cuts);
  if (shake > LIMITS.unsteady) {
    findings.push({
      code: 'unsteady', severity: 'warn', sentence: 'The camera or the head moves in jerks, and the mouth may not follow exactly. A camera on a stand and a calm head work better.',
      measure: { name: 'unsteady', value: rounded(shake), unit: 'eye distances', limit: LIMITS.unsteady },
    });
  }
  return findings;
}

const [LEFT_EYE, RIGHT_EYE, UPPER_LIP, LOWER_LIP] = [33, 263, 13, 14];

function apart(landmarks: Float32Array, from: number, to: number): number {
  return Math.hypot(landmarks[to * 3] - landmarks[from * 3], landmarks[to * 3 + 1] - landmarks[from * 3 + 1]);
}

/** Between the 10th and the 90th percentile of the lips' distance, in E. */
function lipRange(faces: readonly (Face | null)[]): number {
  const gaps = faces.flatMap((face) => (face ? [apart(face.landmarks, UPPER_LIP, LOWER_LIP) / apart(face.landmarks, LEFT_EYE, RIGHT_EYE)] : []));
  return gaps.length < 3 ? 0 : percentile(gaps, 0.9) - percentile(gaps, 0.1);
}

/** 95th percentile of the face's acceleration within shots, in E per frame². */
function unsteadiness(faces: readonly (Face | null)[], cuts: readonly number[]): number {
  const changes: number[] = [];
  for (let i = 2; i < faces.length; i++) {
    const [a, b, c] = [faces[i - 2], faces[i - 1], faces[i]];
    if (!a || !b || !c || cuts.includes(i) || cuts.includes(i - 1)) continue;
    const middle = ({ landmarks }: Face, axis: number) => (landmarks[LEFT_EYE * 3 + axis] + landmarks[RIGHT_EYE * 3 + axis]) / 2;
    const [x, y] = [0, 1].map((axis) => middle(c, axis) - 2 * middle(b, axis) + middle(a, axis));
    changes.push(Math.hypot(x, y) / apart(b.landmarks, LEFT_EYE, RIGHT_EYE));
  }
  return changes.length === 0 ? 0 : percentile(changes, 0.95);
}

/** The value below which that share lies; 0 for none. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
