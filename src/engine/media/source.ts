/** Opening a media file and decoding one of its streams: the shared ground of probe, audio, clip, plates and remux. */
import { stat } from 'node:fs/promises';
import { CodecContext, Codec, Dictionary, FFmpegError, FormatContext, Frame, Packet, Rational, type Stream } from 'node-av/lib';
import { AVDISCARD_ALL, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO, FF_THREAD_SLICE, type AVMediaType } from 'node-av/constants';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { checkCall, inputFailure, isAgain, isEnd } from './failure.ts';

/**
 * Containers that are sound or film. Everything else is refused: FFmpeg would also "play" text files and playlists, and a
 * playlist names further files.
 */
const CONTAINERS = [
  'mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'matroska', 'webm', 'avi', 'mpeg', 'mpegts', 'mpegvideo', 'asf', 'flv', 'ogg', 'wav', 'w64', 'rf64',
  'aiff', 'caf', 'au', 'mp3', 'aac', 'flac', 'amr', 'ac3', 'eac3', 'ape', 'wv', 'tta', 'mxf', 'ivf', 'h264', 'hevc', 'm4v', 'gif', 'dv', 'rm', 'nut',
].join(',');

export interface Source {
  file: string;
  format: FormatContext;
  /** The best stream of a kind, or null. Cover pictures of sound files do not count as video. */
  videoStream: Stream | null;
  audioStream: Stream | null;
  close(): Promise<void>;
}

/** Opens a media file. Errors: `invalid-input` if it does not exist, cannot be read, is empty or is no media. */
export async function openSource(file: string): Promise<Source> {
  const info = await stat(file).catch((error: unknown) => {
    throw inputFailure(file, -Math.abs((error as NodeJS.ErrnoException).errno ?? 1));
  });
  if (info.isDirectory()) throw new StudioError('invalid-input', `${file} is a folder, not a media file.`);
  if (info.size === 0) throw new StudioError('invalid-input', `${file} is empty (0 bytes).`);
  const format = new FormatContext();
  const settings = Dictionary.fromObject({ format_whitelist: CONTAINERS, protocol_whitelist: 'file' });
  try {
    const opened = await format.openInput(`file:${file}`, null, settings);
    if (opened < 0) throw inputFailure(file, opened);
    const found = await format.findStreamInfo();
    if (found < 0) throw inputFailure(file, found);
  } catch (error) {
    await format.closeInput();
    throw error;
  } finally {
    settings.free();
  }
  const best = (type: AVMediaType): Stream | null => {
    const index = format.findBestStream(type);
    const stream = index < 0 ? null : format.streams[index];
    return stream === null || stream.attachedPic !== null ? null : stream;
  };
  return { file, format, videoStream: best(AVMEDIA_TYPE_VIDEO), audioStream: best(AVMEDIA_TYPE_AUDIO), close: () => format.closeInput() };
}

/**
 * @param sharing what several threads do: 'frames' decodes ahead and holds pictures back, 'slices' gives each picture at once
 */
export async function openDecoder(source: Source, stream: Stream, threads: number, sharing: 'frames' | 'slices' = 'frames'): Promise<CodecContext> {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) {
    throw new StudioError('invalid-input', `${source.file} is coded in a way that cannot be read here. Convert it to MP4 or WAV first.`);
  }
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  try {
    checkCall(decoder.parametersToContext(stream.codecpar), 'Preparing a decoder');
    // Without the stream's clock the decoder cannot cut away encoder delay and padding.
    decoder.pktTimebase = new Rational(stream.timeBase.num, stream.timeBase.den);
    decoder.threadCount = threads;
    if (sharing === 'slices') decoder.threadType = FF_THREAD_SLICE;
    const code = await decoder.open2(codec);
    if (code < 0) throw inputFailure(source.file, code);
    return decoder;
  } catch (error) {
    decoder.freeContext();
    throw error;
  }
}

/**
 * Decodes one stream from the current position. The frame given is reused: take what you need before asking for the next.
 * Damaged packets are skipped; a stream of which more is damaged than not is `invalid-input`.
 */
export async function* decodeFrames(source: Source, stream: Stream, options: { threads?: number; signal?: AbortSignal } = {}): AsyncGenerator<Frame> {
  for (const other of source.format.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
  const decoder = await openDecoder(source, stream, options.threads ?? 1);
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();
  // A packet of sound is decoded in less time than another thread takes to begin, above all on a busy machine.
  const [give, take] = stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO
    ? [(given: Packet | null) => decoder.sendPacketSync(given), () => decoder.receiveFrameSync(frame)]
    : [(given: Packet | null) => decoder.sendPacket(given), () => decoder.receiveFrame(frame)];
  let good = 0;
  let damaged = 0;
  let lastError = 0;
  try {
    for (let ended = false; !ended; ) {
      throwIfCanceled(options.signal);
      const read = await source.format.readFrame(packet);
      ended = read < 0;
      if (ended && !isEnd(read)) [damaged, lastError] = [damaged + 1, read];
      if (!ended && packet.streamIndex !== stream.index) {
        packet.unref();
        continue;
      }
      const sent = await give(ended ? null : packet);
      packet.unref();
      if (sent < 0 && !isEnd(sent)) [damaged, lastError] = [damaged + 1, sent];
      for (;;) {
        const code = await take();
        if (isAgain(code) || isEnd(code)) break;
        if (code < 0) {
          [damaged, lastError] = [damaged + 1, code];
          break;
        }
        good += 1;
        yield frame;
        frame.unref();
      }
    }
    if (good === 0 || damaged > good) {
      const details = lastError < 0 ? FFmpegError.strerror(lastError) : undefined;
      throw new StudioError('invalid-input', `${source.file} is damaged: ${good === 0 ? 'nothing' : 'less than half'} of it could be decoded.`, { details });
    }
  } finally {
    frame.free();
    packet.free();
    decoder.freeContext();
  }
}
