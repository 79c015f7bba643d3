/**
 * What the host asks of the engine process: the process that holds models, voices and encoders, does all heavy work and may crash or be
 * ended at any moment. It keeps nothing that cannot be had again: which takes there are is the host's to know.
 */
import type { ModelReadiness } from '../../shared/contract/engine.ts';
import type { RecordingReport } from '../../shared/contract/recording.ts';
import type { RenderRequest } from '../../shared/contract/request.ts';
import type { ChunkTimes, SaidSegment } from '../../shared/contract/take.ts';
import type { Chunk } from '../../shared/vocabulary.ts';
import type { Inspected } from '../avatar/facesIn.ts';
import type { ExportApi } from '../export/api.ts';
import type { RegisterOptions } from '../library/avatars.ts';
import type { CacheMetrics } from '../library/cache.ts';
import type { AvatarRecord } from '../library/record.ts';
import type { LibraryEvent } from '../library/room.ts';
import type { Fragment } from '../media/mp4Writer.ts';
import type { RecordingWish } from '../media/ownAudio.ts';
import type { Rate } from '../media/rate.ts';
import type { MouthTrack } from '../mouthTrack.ts';
import type { DeviceRequest } from '../onnx/devices.ts';
import type { InstalledModel } from '../onnx/manifest.ts';
import type { TakeResult } from '../pipeline/take.ts';
import type { PictureOrder } from '../qa/pictures.ts';
import type { QaOrder, QaProgress } from '../qa/room.ts';
import type { EngineSettings } from '../settings.ts';
import type { PiperVoice } from '../voice/catalogue.ts';
import type { SaidSample, SayInput } from '../voice/say.ts';

/** Handed to the process when it is started. */
export interface EngineProcessOptions {
  home: string;
  device: DeviceRequest;
  settings: EngineSettings;
}

/** A take to be rendered, or to be rendered on. */
export interface RenderOrder {
  takeId: string;
  /** Whose turn it waits for: takes of one seat share that seat's part of the machine. */
  seat: string;
  /** Checked; `avatar` and `audio` may be files. */
  request: RenderRequest;
  /** The take's MP4, and its name while it grows in the same folder. */
  file: string;
  growingFile: string;
  /** Seconds that may be rendered ahead of what was wanted; null: as fast as possible. */
  leadSec: number | null;
  /** Where its player is: what it wanted of an engine that is gone stays wanted. */
  playheadSec: number;
  /** What was published of it before; null: nothing. */
  published: { fragments: Fragment[]; initBytes: number } | null;
  /** What was told of what is said in it: it keeps its place on the timeline. */
  said: SaidSegment[];
  /** Its beginning was copied from another take, and is not spoken again. */
  copied: boolean;
}

/** What can be known before the first frame. */
export interface PreparedTake {
  avatarId: string;
  modelId: string;
  /** null where the take needs no network and no device was asked for by name. */
  device: string | null;
  width: number;
  height: number;
  rate: Rate;
  warnings: string[];
  /** Milliseconds of what came before the take: finding the face, building its rig. 0 where it was at hand. */
  times: { prepareMs: number; sceneMs: number };
}

export type RenderEvent =
  | { type: 'stage'; stage: string }
  | { type: 'prepared'; prepared: PreparedTake }
  /** After the chunk's last frame. */
  | { type: 'chunk'; chunk: Chunk; times: ChunkTimes }
  /** Complete in the file, never changing. `initBytes` is the header before the first fragment. */
  | { type: 'fragment'; fragment: Fragment; initBytes: number }
  | { type: 'progress'; framesDone: number; /** null until all is spoken */ framesExpected: number | null }
  /** Segments as they are spoken, ahead of their frames; again from the first one on where a take is rendered on. */
  | { type: 'said'; segment: SaidSegment }
  /** What is kept of frames beside their pictures, before the fragments that hold them; doubles where a take is rendered on say the same. */
  | { type: 'track'; track: MouthTrack }
  | { type: 'notice'; sentence: string }
  | { type: 'finished'; result: TakeResult };

/** How the engine is doing: comes several times a second from its main thread, so its absence says that this thread hangs. */
export interface EngineFigures {
  rssBytes: number;
  /** Longest that the process's main thread was late since the last figures. */
  loopDelayMs: number;
  /** Frames and characters that wait for a turn. */
  framesQueued: number;
  takesRendering: number;
  cache: CacheMetrics;
  /** Since the process began: what a warm request must not add to. */
  counters: EngineCounters;
}

export interface EngineCounters {
  modelsLoaded: number;
  /** Runs of the face models. */
  faceRuns: number;
  scenesOpened: number;
}

/** How far the engine is on its way to its first take. */
export interface Readiness {
  ready: boolean;
  /** 0..1 of what must be there before `ready`. */
  progress: number;
  models: ModelReadiness[];
  defaultModelId: string | null;
}

export interface EngineApi {
  calls: {
    /** A player of the take is here now. Unknown takes are fine: it may just have ended. */
    want: [{ takeId: string; playheadSec: number }, null];
    /** Ends every render after its last published fragment and leaves the files as they are: the host goes on with them later. */
    drain: [null, null];
    /** null: as large as the machine is quick; a number: no micro-batch of more frames. */
    limitBatch: [number | null, null];
    /** What a take would do with a recording. */
    examineRecording: [RecordingWish, RecordingReport];
    /** Says a sentence, before what takes have yet to say. */
    say: [SayInput, SaidSample];
    /** Checks the two files of a voice, tries it, and brings it among the user's voices. */
    importVoice: [{ file: string; config: string; id?: string | undefined; source?: string | undefined }, PiperVoice];
    /** Loads and runs the file, and brings it among the user's models; this process does not use it. */
    importModel: [{ file: string; id?: string | undefined; source?: string | undefined }, InstalledModel];
    /** A moment of a finished take as a JPEG: its frame, its source picture, or what differs. */
    picture: [QaOrder & PictureOrder, Uint8Array];
    /** As the export thread's `hold`. */
    holdExport: ExportApi['calls']['hold'];
    /** Closes everything in order; the process then ends by itself. */
    close: [null, null];
  };
  streams: {
    readiness: [null, Readiness];
    /** null while the engine is being opened. */
    figures: [null, EngineFigures | null];
    libraryEvents: [null, LibraryEvent];
    render: [RenderOrder, RenderEvent];
    /** Ends, once it is canceled, when nothing is written any more. */
    export: ExportApi['streams']['export'];
    /** Measures a video's lip-sync; nothing of it is kept here. */
    qa: [QaOrder, QaProgress];
    inspect: [{ file: string }, InspectEvent];
    register: [{ file: string } & Pick<RegisterOptions, 'faceIndex' | 'name' | 'tags'>, RegisterEvent];
  };
}

export type InspectEvent = { type: 'progress'; done: number } | ({ type: 'faces' } & Inspected);
export type RegisterEvent = { type: 'progress'; done: number } | { type: 'registered'; record: AvatarRecord; isNew: boolean };
