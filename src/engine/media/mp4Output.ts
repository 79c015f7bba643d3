/** A plain MP4 (or M4A) file being written: a hidden file beside its place until it is committed, gone if it is discarded. */
import { appendFile } from 'node:fs/promises';
import { Dictionary, FormatContext, IOContext, Rational, type CodecContext, type CodecParameters, type Packet, type Stream } from 'node-av/lib';
import { AVIO_FLAG_WRITE } from 'node-av/constants';
import { checkCall, checkOutput, outputFailure } from './failure.ts';
import { openPart } from './wholeFile.ts';

export interface TimeBase {
  num: number;
  den: number;
}

export interface Mp4Output {
  /** Adds a stream that an encoder fills, or a copy of one; before `start`. */
  addStream(from: CodecContext | CodecParameters, timeBase: TimeBase, frameRate?: TimeBase): Stream;
  start(movflags: string, metadata: Record<string, string>): Promise<void>;
  /** Writes one packet, whose times are in `timeBase`; packets of several streams are sorted by time. */
  write(packet: Packet, stream: Stream, timeBase: TimeBase): Promise<void>;
  /** Completes the file, with a box of one's own at its end if wanted, and gives it its name. */
  commit(lastBox?: Buffer | null): Promise<void>;
  /** Closes and removes the file. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Adds a stream that an encoder fills, or a copy of one, to what is being muxed. */
export function addStream(format: FormatContext, from: CodecContext | CodecParameters, timeBase: TimeBase, frameRate?: TimeBase): Stream {
  const stream = format.newStream();
  checkCall('frameNumber' in from ? stream.codecpar.fromContext(from) : from.copy(stream.codecpar), 'Describing a stream');
  stream.codecpar.codecTag = 0; // the container chooses
  stream.timeBase = new Rational(timeBase.num, timeBase.den);
  if (frameRate) stream.avgFrameRate = new Rational(frameRate.num, frameRate.den);
  return stream;
}

/** Makes a packet, whose times are in `timeBase`, one of the stream. */
export function placePacket(packet: Packet, stream: Stream, timeBase: TimeBase): void {
  packet.streamIndex = stream.index;
  packet.rescaleTs(timeBase, stream.timeBase);
  packet.pos = -1n;
}

/**
 * Opens a part of `file` (see openPart) for writing. Errors (`io`) name `file`.
 * @param muxer FFmpeg's name of the kind: `ipod` is the MP4 of sound alone
 */
export async function openMp4Output(file: string, muxer: 'mp4' | 'ipod' = 'mp4'): Promise<Mp4Output> {
  const part = await openPart(file);
  const format = new FormatContext();
  const output = new IOContext();
  try {
    checkCall(format.allocOutputContext2(null, muxer, `file:${part.path}`), 'Opening the MP4 writer');
    checkOutput(file, await output.open2(`file:${part.path}`, AVIO_FLAG_WRITE));
  } catch (error) {
    format.freeContext();
    await part.discard();
    throw error;
  }
  format.pb = output;
  let open = true;
  const close = async (): Promise<number> => {
    open = false;
    format.pb = null;
    format.freeContext();
    return output.closep();
  };
  return {
    addStream: (from, timeBase, frameRate) => addStream(format, from, timeBase, frameRate),
    async start(movflags, metadata) {
      format.metadata = Dictionary.fromObject(metadata);
      const settings = Dictionary.fromObject(movflags === '' ? {} : { movflags });
      checkOutput(file, await format.writeHeader(settings));
      settings.free();
    },
    async write(packet, stream, timeBase) {
      placePacket(packet, stream, timeBase);
      checkOutput(file, await format.interleavedWriteFrame(packet));
    },
    async commit(lastBox = null) {
      checkOutput(file, await format.writeTrailer());
      await output.flush();
      checkOutput(file, output.error);
      const closed = await close();
      if (closed < 0) await part.discard();
      checkOutput(file, closed);
      try {
        if (lastBox !== null) await appendFile(part.path, lastBox);
      } catch (error) {
        await part.discard();
        throw outputFailure(file, error);
      }
      await part.commit();
    },
    async discard() {
      if (!open) return;
      await close();
      await part.discard();
    },
  };
}
