/**
 * compose(frame index, mouth) → full frame, for both kinds of mouth and both kinds of avatar: the one rendering path.
 * A pose moves the rig, a patch is pasted into the plate at rest; a photo's idle motion then moves the result, in one sampling.
 */
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import type { Mouth } from '../../shared/vocabulary.ts';
import { maskOfFace, pastePatch, placeCrop, type ColourMemory, type Placement } from '../avatar/crop.ts';
import { idleTrack, type IdlePose, type IdleTrack } from '../avatar/idle.ts';
import { landmarksOnPlate, type Plates } from '../avatar/plates.ts';
import type { Mask } from '../avatar/mask.ts';
import type { Avatar } from '../avatar/prepare.ts';
import { coverOfMouth, layMouth, mostClosed } from '../avatar/rig/clipMouth.ts';
import { buildRig } from '../avatar/rig/rig.ts';
import { RigComposer } from '../avatar/rig/rigComposer.ts';
import { createI420, type I420 } from '../media/i420.ts';
import { pingPong } from '../media/plates.ts';

export interface Composer {
  /** What to know about this face before speaking with it, in clear words. */
  readonly warnings: string[];
  /**
   * Writes every byte of `out`, which has the plates' size.
   * @param frameIndex from the take's start
   */
  compose(frameIndex: number, mouth: Mouth, out: I420, of?: OfTake): Promise<void>;
  close(): void;
}

/** What a frame owes to the take that it belongs to. */
export interface OfTake {
  /** How many frames the take has, null while unknown: idle motion ends on the picture itself. */
  frames?: number | null;
  /** What the take's frames so far say about the colours of its patches; without it each frame speaks for itself. */
  colours?: ColourMemory;
}

export interface ComposerOptions {
  avatar: Avatar;
  /** Stays the caller's to close. */
  plates: Plates;
  /** Frames per second of the take. */
  fps: number;
  /** Blinks and head motion; photos only. */
  idle: boolean;
}

/** Measures the face on the plates' own pixels: a photo's one plate, or the plate of a clip whose lips are most closed. */
export async function openComposer({ avatar, plates, fps, idle }: ComposerOptions, signal?: AbortSignal): Promise<Composer> {
  throwIfCanceled(signal);
  return avatar.kind === 'photo' ? photoComposer(avatar, plates, fps, idle) : clipComposer(avatar, plates, fps);
}

/** How much is being said in a frame, and how far the jaw is down: what the head's own motion hangs on. */
export type SpeechOfFrame = Parameters<IdleTrack['at']>[2];

/**
 * The pictures that a take's mouths were drawn into: a photo with its idle motion, a clip's own frames. What is given may be drawn over by
 * the next one.
 */
export async function openUnspoken({ avatar, plates, fps, idle }: ComposerOptions): Promise<(frameIndex: number, frames: number | null, speech: SpeechOfFrame) => Promise<I420>> {
  if (avatar.kind === 'clip') return (frameIndex) => plates.at(plateOfFrame(frameIndex, avatar, fps, plates.count));
  const plate = await plates.at(0);
  const landmarks = landmarksOn(plates, avatar, 0);
  if (!idle || !landmarks) return () => Promise.resolve(plate);
  const rigged = new RigComposer(plate, buildRig(plate, landmarks));
  const track = idleTrack(fps, seedOf(avatar.id));
  const out = createI420(plate.width, plate.height);
  return (frameIndex, frames, speech) => {
    rigged.draw(null, track.at(frameIndex, frames, speech), out);
    return Promise.resolve(out);
  };
}

async function photoComposer(avatar: Avatar, plates: Plates, fps: number, idle: boolean): Promise<Composer> {
  const plate = await plates.at(0);
  const landmarks = landmarksOn(plates, avatar, 0);
  if (!landmarks) throw new StudioError('invalid-input', 'No face is known in this picture. Prepare it again.');
  const rig = buildRig(plate, landmarks);
  const rigged = new RigComposer(plate, rig);
  warmUp(rigged, createI420(plate.width, plate.height));
  const track = idle ? idleTrack(fps, seedOf(avatar.id)) : null;
  const patched = onFirstUse(() => {
    const copy = createI420(plate.width, plate.height);
    return { copy, rigged: new RigComposer(copy, rig) };
  });
  const placed = placementsBySize(() => ({ plate, landmarks }));

  return {
    warnings: rig.warnings,
    compose(frameIndex, mouth, out, { frames = null } = {}) {
      // Of a patch nothing is known but that somebody may be speaking: half of the motion.
      const speech = mouth.kind === 'pose' ? { act: mouth.pose[7], jaw: mouth.pose[0] } : { act: 0.5, jaw: 0 };
      const pose: IdlePose | null = track?.at(frameIndex, frames, speech) ?? null;
      if (mouth.kind === 'pose') {
        rigged.draw(mouth.pose, pose, out);
      } else {
        const { copy, rigged: moved } = patched();
        copy.data.set(plate.data);
        pastePatch(copy, mouth.patch, placed(mouth.size));
        moved.change(copy);
        moved.draw(null, pose, out);
      }
      return Promise.resolve();
    },
    close: () => undefined,
  };
}

async function clipComposer(avatar: Avatar, plates: Plates, fps: number): Promise<Composer> {
  const landmarks = avatar.faces.map((_, index) => landmarksOn(plates, avatar, index));
  const closedAt = mostClosed(landmarks);
  const reference = landmarks[closedAt];
  if (!reference) throw new StudioError('invalid-input', 'No face is known in this clip. Prepare it again.');
  const { width, height } = plates;
  const plate = createI420(width, height);
  plate.data.set((await plates.at(closedAt)).data);
  const rig = buildRig(plate, reference, { sealed: true });
  const rigged = new RigComposer(plate, rig);
  const speaking = createI420(width, height);
  warmUp(rigged, speaking);
  const cover = coverOfMouth(plate, reference);
  const masks = new Map<number, Mask>();

  return {
    warnings: rig.warnings,
    async compose(frameIndex, mouth, out, { colours } = {}) {
      const index = plateOfFrame(frameIndex, avatar, fps, plates.count);
      const own = await plates.at(index);
      out.data.set(own.data);
      const points = landmarks[index];
      if (!points) return;
      if (mouth.kind === 'pose') {
        rigged.draw(mouth.pose, null, speaking);
        layMouth(speaking, cover, reference, points, out);
      } else {
        const mask = masks.get(mouth.size) ?? maskOfFace(reference);
        masks.set(mouth.size, mask);
        pastePatch(out, mouth.patch, placeCrop(own, points, mouth.size, mask).placement, colours);
      }
    },
    close: () => undefined,
  };
}

/** The first frames of a process take 5–20 times as long as later ones: better here than before a take's first picture. */
function warmUp(rigged: RigComposer, out: I420): void {
  for (let i = 0; i < 6; i++) {
    const pose = Float32Array.from([0.9, 0.2, 0.1, 0, 0, 0.3, 0.2, 1], (value) => (value * (i + 1)) / 6);
    rigged.draw(pose, { blink: i % 2, head: Float32Array.from([0.01, 0.01, 0.01, 0.01, 0.01, 0.01]) }, out);
  }
}

/** Which plate a frame of the take shows: a clip at its own speed, there and back again; a photo has one. */
export function plateOfFrame(frameIndex: number, avatar: Pick<Avatar, 'fps'>, fps: number, count: number): number {
  return avatar.fps === null ? 0 : pingPong(Math.floor((frameIndex * avatar.fps) / fps + 1e-6), count);
}

/** Landmarks in plate pixels, or null where the plate shows no face. */
function landmarksOn(plates: Plates, avatar: Avatar, index: number): Float32Array | null {
  const face = avatar.faces[index];
  return face ? landmarksOnPlate(face.landmarks, plates) : null;
}

function placementsBySize(face: () => { plate: I420; landmarks: Float32Array }): (size: number) => Placement {
  const known = new Map<number, Placement>();
  return (size) => {
    let placement = known.get(size);
    if (!placement) {
      const { plate, landmarks } = face();
      placement = placeCrop(plate, landmarks, size).placement;
      known.set(size, placement);
    }
    return placement;
  };
}

function onFirstUse<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** The same avatar always moves alike. */
function seedOf(id: string): number {
  let seed = 0;
  for (let i = 0; i < id.length; i++) seed = (Math.imul(seed, 31) + id.charCodeAt(i)) | 0;
  return seed;
}
