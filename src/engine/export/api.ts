/** What the export thread is asked for: one export is one order, and comes back as files in its work folder. */
import type { ExportSettings } from '../../shared/contract/export.ts';
import type { Rate } from '../media/rate.ts';

/** A finished take, as far as exports look at it. */
export interface ExportedTake {
  id: string;
  width: number;
  height: number;
  rate: Rate;
  frames: number;
  sizeBytes: number;
  /** What is said in it is known, so subtitles can be made; else it follows a recording without a transcript. */
  isSpoken: boolean;
}

export interface ExportOrder {
  id: string;
  settings: ExportSettings;
  take: ExportedTake;
  /** Its MP4. */
  file: string;
  /** The folder of all takes, whose records tell what is said when. */
  takesRoot: string;
  /** Empty, and on the disk where the result will lie: nothing is written elsewhere. */
  workFolder: string;
  /** It begins paused. */
  held: boolean;
}

/** A whole file in the work folder. */
export interface MadeFile {
  file: string;
  /** What its name ends in, e.g. `.mp4`. */
  ending: string;
}

export interface Made {
  /** The main one first. */
  files: MadeFile[];
  /** The pictures are the take's own bytes. */
  sameBytes: boolean;
  /** What encoded its pictures; null where they were not encoded again. */
  encoder: 'x264' | 'nvenc' | null;
}

export type ExportStep = { type: 'progress'; done: number } | { type: 'made'; made: Made };

export interface ExportApi {
  calls: {
    /** Lets an export stand still, or go on. Unknown ones are fine: it may just have ended. */
    hold: [{ id: string; held: boolean }, null];
  };
  streams: {
    export: [ExportOrder, ExportStep];
  };
}
