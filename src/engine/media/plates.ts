/**
 * A clip's pictures at render size, kept as all-intra H.264, so that any of them can be had at once and backwards too.
 * Reading keeps a bounded ring of decoded pictures ahead: memory does not grow with the clip's length.
 */
import { CodecContext, Frame, Packet } from 'node-av/lib';
import { AVSEEK_FLAG_BACKWARD } from 'node-av/constants';
import { StudioError, throwIfCanceled } from '../../shared/errors.ts';
import { checkCall, inputFailure } from './failure.ts';
import type { I420 } from './i420.ts';
import { openMp4Output } from './mp4Output.ts';
import { openDecoder, openSource } from './source.ts';
import { openVideoEncoder, type VideoEncoder } from './videoEncoder.ts';

/** Plates are counted, not timed: the file's clock only numbers them. */
const PLATE_RATE = { num: 25, den: 1 };
/** Every take shows these pixels once more encoded: CRF 10 leaves 45 dB and more, at about 1 bit per pixel. */
const PLATE_CRF = 10;
/** Decoded pictures that wait ahead of the last one asked for. */
const PLATES_AHEAD = 4;

/**
 * Writes plates to `file`, all or nothing. Errors: `io` where it cannot be written, `canceled`; nothing is left behind.
 * @returns how many
 */
export async function writePlates(file: string, pictures: AsyncIterable<I420>, options: { width: number; height: number; signal?: AbortSignal; onPlate?: (count: number) => void }): Promise<number> {
  const { width, height } = options;
  const output = await openMp4Output(file);
  let encoder: VideoEncoder | undefined;
  try {
    encoder = await openVideoEncoder({ width, height, rate: PLATE_RATE, preset: 'ultrafast', crf: PLATE_CRF, gopFrames: 1, lookAhead: false, threads: 2, fastDecode: true });
    const time = { num: PLATE_RATE.den, den: PLATE_RATE.num };
    const stream = output.addStream(encoder.context, time, PLATE_RATE);
    const write = (packet: Packet) => output.write(packet, stream, time);
    await output.start('', {});
    let count = 0;
    for await (const picture of pictures) {
      throwIfCanceled(options.signal);
      await encoder.encode(encoder.take(picture), count++, true, write);
      options.onPlate?.(count);
    }
    if (count === 0) throw new StudioError('bug', `${file} would hold no picture.`);
    await encoder.flush(write);
    await output.commit();
    return count;
  } catch (error) {
    await output.discard();
    throw error;
  } finally {
    encoder?.close();
  }
}

export interface PlateReader {
  width: number;
  height: number;
  count: number;
  /**
   * The plate of that index, 0..count−1; nobody may write into it. Fast when indices go up or down by one; users at different
   * places may share a reader, but each seeks away from the other: give them readers of their own.
   */
  at(index: number): Promise<I420>;
  close(): Promise<void>;
}

/** Forth and back without a jump: 0 1 2 3 2 1 0 1 … for 4 plates. */
export function pingPong(frameIndex: number, count: number): number {
  if (count <= 1) return 0;
  const place = frameIndex % (2 * (count - 1));
  return place < count ? place : 2 * (count - 1) - place;
}

/** Opens a file of writePlates. Errors: `invalid-input` if it cannot be read. The opener closes. */
export async function openPlateReader(file: string, options: { ahead?: number; signal?: AbortSignal } = {}): Promise<PlateReader> {
  const ahead = options.ahead ?? PLATES_AHEAD;
  const source = await openSource(file);
  const open = async () => {
    const stream = source.videoStream;
    if (!stream || Number(stream.nbFrames) < 1) throw new StudioError('invalid-input', `${file} holds no plates.`);
    return { stream, decoder: await openDecoder(source, stream, 2, 'slices') };
  };
  const { stream, decoder } = await open().catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  const { width, height } = stream.codecpar;
  const count = Number(stream.nbFrames);
  const ticksPerPlate = (PLATE_RATE.den * stream.timeBase.den) / (PLATE_RATE.num * stream.timeBase.num);
  const packet = new Packet();
  packet.alloc();
  const frame = new Frame();
  frame.alloc();

  let next: number | null = 0; // the plate that the file would give without seeking; null after a failure
  const decode = async (index: number): Promise<I420> => {
    const seeks = index !== next;
    next = null;
    if (seeks) {
      checkCall(await source.format.seekFrame(stream.index, BigInt(Math.round(index * ticksPerPlate)), AVSEEK_FLAG_BACKWARD), 'Seeking a plate');
      decoder.flushBuffers();
    }
    const data = await decodeOne(file, source.format, decoder, packet, frame);
    if (Math.round(Number(frame.pts) / ticksPerPlate) !== index) throw new StudioError('bug', `${file} gave another plate than number ${index}.`);
    frame.unref();
    next = index + 1;
    return { width, height, data };
  };

  // A plate that was dropped and is asked for again before its turn is in the queue twice: what belongs to the first asking must not touch the second.
  const ring = new Map<number, Promise<I420 | null>>();
  const awaited = new Map<number, number>(); // how many callers wait for a plate: such a one is never dropped
  let queue: Promise<unknown> = Promise.resolve();
  let last = 0;
  let step = 1;
  let closed = false;
  /** The plate, or null where it was dropped before its turn came. */
  const ask = (index: number): Promise<I420 | null> => {
    const waiting = ring.get(index);
    if (waiting) return waiting;
    const plate: Promise<I420 | null> = queue.then(() => (ring.get(index) === plate ? decode(index) : null));
    queue = plate.catch(() => {
      if (ring.get(index) === plate) ring.delete(index);
    });
    ring.set(index, plate);
    return plate;
  };
  return {
    width,
    height,
    count,
    async at(index) {
      throwIfCanceled(options.signal);
      if (closed || !Number.isInteger(index) || index < 0 || index >= count) {
        throw new StudioError('bug', closed ? `${file} is closed.` : `There is no plate ${index}; ${file} has ${count}.`);
      }
      if (index !== last) step = index > last ? 1 : -1;
      last = index;
      const wanted = new Set([index]);
      for (let place = index, direction = step; wanted.size < Math.min(ahead + 1, count); place += direction) {
        if (place + direction < 0 || place + direction >= count) direction = -direction;
        wanted.add(place + direction);
        if (wanted.size >= count) break;
      }
      for (const held of ring.keys()) if (!wanted.has(held) && !awaited.has(held)) ring.delete(held);
      for (const each of wanted) void ask(each).catch(() => undefined);
      awaited.set(index, (awaited.get(index) ?? 0) + 1);
      try {
        const plate = await ask(index);
        if (plate === null) throw new StudioError('bug', `${file} was closed while plate ${index} was waited for.`);
        return plate;
      } finally {
        const others = (awaited.get(index) ?? 1) - 1;
        if (others === 0) awaited.delete(index);
        else awaited.set(index, others);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      ring.clear();
      await queue;
      frame.free();
      packet.free();
      decoder.freeContext();
      await source.close();
    },
  };
}

/** Reads and decodes one packet; in an all-intra stream each packet gives its picture at once. */
async function decodeOne(file: string, format: { readFrame(packet: Packet): Promise<number> }, decoder: CodecContext, packet: Packet, frame: Frame): Promise<Uint8Array> {
  const read = await format.readFrame(packet);
  if (read < 0) throw inputFailure(file, read);
  const sent = await decoder.sendPacket(packet);
  packet.unref();
  if (sent < 0) throw inputFailure(file, sent);
  const received = await decoder.receiveFrame(frame);
  if (received < 0) throw inputFailure(file, received);
  return frame.toBuffer();
}
