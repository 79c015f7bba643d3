/** An MP4 file being written: a hidden file beside its place until it is committed, gone if it is discarded. */
import { appendFile } from 'node:fs/promises';
import { Dictionary, FormatContext, IOContext, Rational, type CodecContext, type CodecParameters, type Packet, type Stream } from 'node-av/lib';
import { AVIO_FLAG_WRITE } from 'node-av/constants';
import { checkCall, checkOutput, outputFailure } from './failure.ts';
import { openPart } from './wholeFile.ts';

export interface Mp4Output {
  /** Name while it grows. */
  partFile: string;
  /** Adds a stream that an encoder fills, or a copy of one; before `start`. */
  addStream(from: CodecContext | CodecParameters, timeBase: { num: number; den: number }, frameRate?: { num: number; den: number }): Stream;
  /** Writes the header (or prepares it, with movflags delay_moov). */
  start(movflags: string, metadata: Record<string, string>): Promise<void>;
  /**
   * Adds one packet, whose times are in `timeBase`, to the current fragment, which lies in memory until `flush`; packets come
   * in the order in which they shall lie in the file.
   */
  addToFragment(packet: Packet, stream: Stream, timeBase: { num: number; den: number }): void;
  /** Writes one packet of a file without fragments; packets of several streams are sorted by time. */
  write(packet: Packet, stream: Stream, timeBase: { num: number; den: number }): Promise<void>;
  /** Ends the current fragment and puts all bytes on disk. */
  flush(): Promise<void>;
  /** Bytes written. */
  position(): number;
  /** Completes the file, with a box of one's own at its end if wanted, and gives it its name. Returns its size in bytes. */
  commit(lastBox?: Buffer | null): Promise<number>;
  /** Closes and removes the file. Does nothing after `commit`. */
  discard(): Promise<void>;
}

/** Opens a part of `file` (see openPart) for writing. Errors (`io`) name `file`. */
export async function openMp4Output(file: string): Promise<Mp4Output> {
  const part = await openPart(file);
  const partFile = part.path;
  const format = new FormatContext();
  const output = new IOContext();
  try {
    checkCall(format.allocOutputContext2(null, 'mp4', `file:${partFile}`), 'Opening the MP4 writer');
    checkOutput(file, await output.open2(`file:${partFile}`, AVIO_FLAG_WRITE));
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
  const place = (packet: Packet, stream: Stream, timeBase: { num: number; den: number }) => {
    packet.streamIndex = stream.index;
    packet.rescaleTs(timeBase, stream.timeBase);
    packet.pos = -1n;
  };
  const flushBytes = async () => {
    await output.flush();
    checkOutput(file, output.error);
  };
  return {
    partFile,
    addStream(from, timeBase, frameRate) {
      const stream = format.newStream();
      checkCall('frameNumber' in from ? stream.codecpar.fromContext(from) : from.copy(stream.codecpar), 'Describing a stream');
      stream.codecpar.codecTag = 0; // the container chooses
      stream.timeBase = new Rational(timeBase.num, timeBase.den);
      if (frameRate) stream.avgFrameRate = new Rational(frameRate.num, frameRate.den);
      return stream;
    },
    async start(movflags, metadata) {
      format.metadata = Dictionary.fromObject(metadata);
      const settings = Dictionary.fromObject(movflags === '' ? {} : { movflags });
      checkOutput(file, await format.writeHeader(settings));
      settings.free();
    },
    addToFragment(packet, stream, timeBase) {
      place(packet, stream, timeBase);
      checkOutput(file, format.writeFrameSync(packet));
    },
    async write(packet, stream, timeBase) {
      place(packet, stream, timeBase);
      checkOutput(file, await format.interleavedWriteFrame(packet));
    },
    async flush() {
      checkOutput(file, await format.writeFrame(null));
      await flushBytes();
    },
    position: () => Number(output.tell()),
    async commit(lastBox = null) {
      checkOutput(file, await format.writeTrailer());
      await flushBytes();
      const sizeBytes = Number(output.tell());
      const closed = await close();
      if (closed < 0) await part.discard();
      checkOutput(file, closed);
      try {
        if (lastBox !== null) await appendFile(partFile, lastBox);
      } catch (error) {
        await part.discard();
        throw outputFailure(file, error);
      }
      await part.commit();
      return sizeBytes + (lastBox?.length ?? 0);
    },
    async discard() {
      if (!open) return;
      await close();
      await part.discard();
    },
  };
}
