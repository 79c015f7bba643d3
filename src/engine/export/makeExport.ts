/** One export, made: whole files in its work folder, of the take and nothing else. Who ordered it gives them their names. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { ExportSettings } from '../../shared/contract/export.ts';
import { StudioError } from '../../shared/errors.ts';
import { captionLayout, captionScript } from '../media/burn.ts';
import { whyNoNvenc } from '../media/nvenc.ts';
import { writePoster } from '../media/poster.ts';
import { reencode, type ReencodeOptions } from '../media/reencode.ts';
import { frameStartSample } from '../media/rate.ts';
import { AAC_SAMPLE_RATE } from '../media/aacEncoder.ts';
import { remux } from '../media/remux.ts';
import { writeSoundAsWav } from '../media/wavExport.ts';
import { writeWhole } from '../media/wholeFile.ts';
import { directedLines, srt, subtitleCues, vtt, type SubtitledSegment } from '../pipeline/subtitles.ts';
import type { ExportOrder, Made, MadeFile } from './api.ts';
import { checkSettings, secondsOf, sizeOf } from './checks.ts';
import { endingOf } from './fileNames.ts';

export interface MakingOptions {
  signal?: AbortSignal;
  /** Awaited often: work stands still until it resolves. */
  gate?: () => Promise<void>;
  /** 0..1 */
  onProgress?: (fraction: number) => void;
}

type VideoSettings = Extract<ExportSettings, { kind: 'video' }>;
type Order = Omit<ExportOrder, 'id' | 'held' | 'takesRoot'> & {
  /** What is said when; asked for where it is shown. */
  spoken: () => SubtitledSegment[];
};

/** Where nothing else is asked for: hardly to be told from the take. */
const CRF = 20;

/** Leaves the other processor to the takes that are being rendered, where there is one. */
const THREADS = Math.max(1, Math.min(16, availableParallelism() - 1));

/** @throws invalid-input for what the take does not allow, io, device where NVENC is asked for and does not open, canceled */
export async function makeExport(order: Order, options: MakingOptions = {}): Promise<Made> {
  const { settings, take, file, workFolder, spoken } = order;
  checkSettings(settings, take);
  const made = (ending: string): MadeFile => ({ file: path.join(workFolder, `export${ending}`), ending });
  switch (settings.kind) {
    case 'video': {
      const video = made(endingOf(settings));
      const encoder = await makeVideo(settings, order, video.file, options);
      const files = [video];
      if (settings.subtitles === 'srt' || settings.subtitles === 'vtt') {
        const beside = made(`.${settings.subtitles}`);
        await writeWhole(beside.file, settings.subtitles === 'srt' ? srt(spoken(), secondsOf(take)) : vtt(spoken(), secondsOf(take)));
        files.push(beside);
      }
      return { files, sameBytes: settings.mode === 'copy', encoder };
    }
    case 'audio': {
      const sound = made(endingOf(settings));
      if (settings.format === 'm4a') await remux(file, sound.file, { ...options, soundOnly: true });
      else await writeSoundAsWav(file, sound.file, { ...options, samples: frameStartSample(take.frames, take.rate, AAC_SAMPLE_RATE) });
      return { files: [sound], sameBytes: false, encoder: null };
    }
    case 'subtitles': {
      const text = made(endingOf(settings));
      await writeWhole(text.file, settings.format === 'srt' ? srt(spoken(), secondsOf(take)) : vtt(spoken(), secondsOf(take), { karaoke: settings.karaoke }));
      return { files: [text], sameBytes: false, encoder: null };
    }
    case 'poster': {
      const poster = made(endingOf(settings));
      await writePoster(file, poster.file, { ...settings, ...(options.signal ? { signal: options.signal } : {}) });
      return { files: [poster], sameBytes: false, encoder: null };
    }
  }
}

/** @returns what encoded it */
async function makeVideo(settings: VideoSettings, { take, file, workFolder, spoken }: Order, to: string, options: MakingOptions): Promise<Made['encoder']> {
  if (settings.mode === 'copy') {
    await remux(file, to, options);
    return null;
  }
  const size = sizeOf(settings, take);
  const encoder = await encoderFor(settings.encoder, size);
  let captionFile: string | null = null;
  if (settings.subtitles === 'burned') {
    captionFile = path.join(workFolder, 'captions.ass');
    const cues = subtitleCues(spoken(), secondsOf(take), captionLayout(size.width, size.height).lineCharacters);
    await writeWhole(captionFile, captionScript(cues.map((cue) => ({ ...cue, lines: directedLines(cue) })), size.width, size.height));
  }
  await reencode(file, to, { ...options, from: take, size, captionFile, aim: aimOf(settings), encoder, threads: THREADS, workFolder });
  return encoder;
}

function aimOf({ targetBytes, videoKbps }: VideoSettings): ReencodeOptions['aim'] {
  return targetBytes !== undefined ? { fileBytes: targetBytes } : videoKbps !== undefined ? { videoKbps } : { crf: CRF };
}

async function encoderFor(wanted: VideoSettings['encoder'], { width, height }: { width: number; height: number }): Promise<'x264' | 'nvenc'> {
  if (wanted === 'x264') return 'x264';
  const why = await whyNoNvenc(width, height);
  if (why === null) return 'nvenc';
  if (wanted === 'nvenc') throw new StudioError('device', `The graphics card’s encoder (NVENC) cannot be used: ${why}. Choose x264, which runs everywhere.`);
  return 'x264';
}
