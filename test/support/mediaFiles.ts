/** Media files of many kinds, made on the spot: what users may bring. */
import { Codec, CodecContext, FormatContext, Frame, FFmpegError, Packet, Rational, avChannelLayoutDefault, type Dictionary } from 'node-av/lib';
import {
  AV_CODEC_FLAG_FRAME_DURATION, AV_CODEC_FLAG_GLOBAL_HEADER, AV_PKT_DATA_DISPLAYMATRIX, AV_PIX_FMT_YUV420P, AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_S16, AVFMT_GLOBALHEADER,
  type AVColorSpace, type AVColorTransferCharacteristic, type AVPixelFormat, type AVSampleFormat, type FFEncoderCodec,
} from 'node-av/constants';

const must = (code: number): void => FFmpegError.throwIfError(code, 'making a test file');

async function drain(encoder: CodecContext, format: FormatContext, streamIndex: number): Promise<void> {
  const packet = new Packet();
  packet.alloc();
  while ((await encoder.receivePacket(packet)) >= 0) {
    packet.streamIndex = streamIndex;
    packet.rescaleTs(encoder.timeBase, format.streams[streamIndex].timeBase);
    must(await format.interleavedWriteFrame(packet));
    packet.unref();
  }
  packet.free();
}

async function openFile(file: string, encoder: CodecContext, codec: Codec, dress?: (format: FormatContext) => void): Promise<FormatContext> {
  const format = new FormatContext();
  must(format.allocOutputContext2(null, null, file));
  if (format.oformat!.hasFlags(AVFMT_GLOBALHEADER)) encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  must(await encoder.open2(codec, null as Dictionary | null));
  must(await format.openOutput());
  const stream = format.newStream();
  must(stream.codecpar.fromContext(encoder));
  stream.timeBase = encoder.timeBase;
  dress?.(format);
  must(await format.writeHeader());
  return format;
}

async function closeFile(format: FormatContext, encoder: CodecContext): Promise<void> {
  must(await encoder.sendFrame(null));
  await drain(encoder, format, 0);
  must(await format.writeTrailer());
  await format.closeOutput();
  format.freeContext();
  encoder.freeContext();
}

/** Writes the same mono samples to each channel of a sound file; the name's ending chooses the container. */
export async function writeAudioFile(file: string, pcm: Float32Array, sampleRate: number, codecName: string, channels = 1): Promise<void> {
  const codec = Codec.findEncoderByName(codecName as FFEncoderCodec)!;
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  const formats = codec.sampleFormats ?? [AV_SAMPLE_FMT_S16];
  const format: AVSampleFormat = [AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_FLT, AV_SAMPLE_FMT_S16].find((candidate) => formats.includes(candidate))!;
  encoder.sampleFormat = format;
  encoder.sampleRate = sampleRate;
  encoder.channelLayout = avChannelLayoutDefault(channels);
  encoder.timeBase = new Rational(1, sampleRate);
  encoder.bitRate = 128_000n;
  const output = await openFile(file, encoder, codec);
  const size = encoder.frameSize || 1024;
  for (let start = 0; start < pcm.length; start += size) {
    const block = pcm.subarray(start, start + size);
    // Planar: one channel after the other; packed: sample by sample.
    const order = (index: number) => (format === AV_SAMPLE_FMT_FLTP ? index % block.length : Math.floor(index / channels));
    const values = Float32Array.from({ length: block.length * channels }, (_, index) => block[order(index)]);
    const bytes = format === AV_SAMPLE_FMT_S16 ? Int16Array.from(values, (value) => Math.round(value * 32767)) : values;
    const frame = Frame.fromAudioBuffer(Buffer.from(bytes.buffer), {
      nbSamples: block.length, format, sampleRate, channelLayout: avChannelLayoutDefault(channels), timeBase: { num: 1, den: sampleRate }, pts: BigInt(start),
    });
    must(await encoder.sendFrame(frame));
    frame.free();
    await drain(encoder, output, 0);
  }
  await closeFile(output, encoder);
}

export interface VideoFileOptions {
  width: number;
  height: number;
  codec?: string;
  pixelFormat?: AVPixelFormat;
  /** Milliseconds at which each picture is shown. */
  timesMs: number[];
  /** Tight planes of one picture. */
  draw: (index: number) => Uint8Array;
  colorSpace?: AVColorSpace;
  colorTrc?: AVColorTransferCharacteristic;
  /** Width of a pixel over its height. */
  pixelAspect?: { num: number; den: number };
  /** Display matrix, 9 values as in the file (16.16 and 2.30 fixed point). */
  displayMatrix?: number[];
}

export async function writeVideoFile(file: string, options: VideoFileOptions): Promise<void> {
  const { width, height, pixelFormat = AV_PIX_FMT_YUV420P, pixelAspect = { num: 1, den: 1 } } = options;
  const codec = Codec.findEncoderByName((options.codec ?? 'libx264') as FFEncoderCodec)!;
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = pixelFormat;
  encoder.timeBase = new Rational(1, 1000);
  encoder.sampleAspectRatio = new Rational(pixelAspect.num, pixelAspect.den);
  encoder.globalQuality = 2 * 118;
  encoder.setFlags(AV_CODEC_FLAG_FRAME_DURATION);
  if (options.colorSpace !== undefined) encoder.colorSpace = options.colorSpace;
  if (options.colorTrc !== undefined) encoder.colorTrc = options.colorTrc;
  const output = await openFile(file, encoder, codec, (format) => {
    const stream = format.streams[0];
    stream.sampleAspectRatio = new Rational(pixelAspect.num, pixelAspect.den);
    if (options.displayMatrix) {
      const matrix = Buffer.alloc(36);
      options.displayMatrix.forEach((value, index) => matrix.writeInt32LE(value, index * 4));
      must(stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, matrix));
    }
  });
  for (const [index, ms] of options.timesMs.entries()) {
    const frame = Frame.fromVideoBuffer(Buffer.from(options.draw(index)), { width, height, format: pixelFormat, timeBase: { num: 1, den: 1000 }, pts: BigInt(ms) });
    frame.duration = BigInt((options.timesMs[index + 1] ?? ms + 40) - ms);
    if (options.colorSpace !== undefined) frame.colorSpace = options.colorSpace;
    must(await encoder.sendFrame(frame));
    frame.free();
    await drain(encoder, output, 0);
  }
  await closeFile(output, encoder);
}
