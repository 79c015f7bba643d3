/** Measuring in the engine process: one video at a time, in what the machine has left beside takes that are being made. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QaReport } from '../../shared/contract/qa.ts';
import { StudioError } from '../../shared/errors.ts';
import type { RenderRequest } from '../../shared/contract/request.ts';
import type { Avatar } from '../avatar/prepare.ts';
import { createChange } from '../change.ts';
import type { Rate } from '../media/rate.ts';
import type { Sessions } from '../onnx/sessions.ts';
import { speakScript } from '../pipeline/speech.ts';
import { createTurns } from '../schedule/turns.ts';
import type { Voices } from '../voice/voices.ts';
import { measureVideo, type QaSegment } from './measure.ts';
import { openTakePlates, phonemesOf, type TakePlates } from './ofTake.ts';
import { pictureOf, type PictureOrder } from './pictures.ts';

/** A finished take: what its video was made of. */
export interface QaTake {
  takeId: string;
  request: RenderRequest;
  /** null: it is not known any more. */
  avatarId: string | null;
  rate: Rate;
  frames: number;
  /** The first frame that was drawn when the take's end was known: idle motion fades toward it. */
  endKnownFrom: number;
  /** [frames, POSE_SIZE], 0..254; null: its driver gives patches, or they are not known any more. */
  poses: Uint8Array | null;
  segments: QaSegment[];
}

export interface QaOrder {
  file: string;
  /** null: a video that Sima did not make. */
  take: QaTake | null;
}

export type QaProgress = { type: 'progress'; done: number } | { type: 'report'; report: QaReport };

export interface QaRoom {
  /** @throws invalid-input where the file is no video that can be read */
  measure(order: QaOrder, signal: AbortSignal): AsyncGenerator<QaProgress, void, void>;
  /** A moment as a JPEG. */
  picture(order: QaOrder & PictureOrder, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface QaParts {
  sessions: Pick<Sessions, 'run'>;
  voices: Pick<Voices, 'speak' | 'find'>;
  /** @throws invalid-input where it is gone */
  avatarOf: (id: string, signal?: AbortSignal) => Promise<{ avatar: Avatar; variantsFolder: string; release: () => void }>;
  /** Takes are being made: they go first. */
  isBusy: () => boolean;
}

/** Between frames while takes are being made. */
const GIVE_WAY_MS = 60;

/** A voice that was removed since cannot say it again. */
const unlessGone = (error: unknown): null => {
  if (error instanceof StudioError && error.code === 'missing-asset') return null;
  throw error;
};

export function createQaRoom({ sessions, voices, avatarOf, isBusy }: QaParts): QaRoom {
  const measuring = createTurns({ slots: 1 });
  /** One at a time: the next one of another take closes the plates of the one before. */
  const picturing = createTurns({ slots: 1 });
  /** The plates that pictures were last asked of: whoever steps through frames asks for the next one at once. */
  let kept: { takeId: string; plates: TakePlates | null } | null = null;

  const openPlatesOf = async (take: QaTake, signal?: AbortSignal): Promise<TakePlates | null> => {
    if (take.avatarId === null) return null;
    const used = await avatarOf(take.avatarId, signal).catch(() => null); // removed since: less can be known then
    if (!used) return null;
    try {
      const plates = await openTakePlates(used.avatar, used.variantsFolder, take, { sessions, signal });
      return { at: (sec) => plates.at(sec), close: () => plates.close().finally(used.release) };
    } catch {
      used.release();
      return null; // its source or its background is gone
    }
  };
  const letGo = async (): Promise<void> => {
    const old = kept;
    kept = null;
    await old?.plates?.close();
  };
  const giveWay = async (): Promise<void> => {
    if (isBusy()) await sleep(GIVE_WAY_MS);
  };

  const report = async ({ file, take }: QaOrder, signal: AbortSignal, onProgress: (done: number) => void): Promise<QaReport> => {
    const plates = take ? await openPlatesOf(take, signal) : null;
    try {
      const says = take?.request.audio === undefined;
      const phonemes = take && says ? await phonemesOf(speakScript({ ...take.request, voiceOf: (id) => voices.find(id) }, voices, signal), take.segments).catch(unlessGone) : null;
      return await measureVideo(file, {
        sessions, phonemes, signal, onProgress, giveWay,
        takeId: take?.takeId ?? null, segments: take?.segments ?? [], plateAt: plates && ((sec) => plates.at(sec)),
      });
    } finally {
      await plates?.close();
    }
  };

  return {
    async *measure(order, signal) {
      const step = createChange();
      let [done, over] = [0, false];
      const work = measuring.turn({ seat: 'qa', cost: 1, signal }, () =>
        report(order, signal, (now) => {
          done = now;
          step.announce();
        }),
      );
      void work.catch(() => undefined).finally(() => {
        over = true;
        step.announce();
      });
      while (!over) {
        const next = step.next();
        yield { type: 'progress', done };
        if (!over) await next;
      }
      yield { type: 'report', report: await work };
    },
    async picture(order, signal) {
      const { take } = order;
      if (!take || order.what === 'frame') return pictureOf(order.file, order, { plates: null, signal });
      return picturing.turn({ seat: 'picture', cost: 1, signal }, async () => {
        if (kept?.takeId !== take.takeId) {
          await letGo();
          kept = { takeId: take.takeId, plates: await openPlatesOf(take) };
        }
        return pictureOf(order.file, order, { plates: kept.plates, signal });
      });
    },
    close: () => picturing.turn({ seat: 'picture', cost: 1 }, letGo),
  };
}
