/** Any recording (wav, mp3, m4a, ogg, flac, opus, the sound of a video …) as mono Float32 at a wanted sample rate. */
import { SoftwareResampleContext, avChannelLayoutDefault, type Frame } from 'node-av/lib';
import { AV_CHANNEL_LAYOUT_MONO, AV_CHANNEL_ORDER_UNSPEC, AV_NOPTS_VALUE, AV_OPT_TYPE_FLOAT, AV_SAMPLE_FMT_FLTP } from 'node-av/constants';
import { StudioError } from '../../shared/errors.ts';
import { joined } from '../joined.ts';
import { checkCall } from './failure.ts';
import { createResampler } from './resample.ts';
import { decodeFrames, openSource } from './source.ts';

/** Longest recording that is read, seconds: an hour of speech. */
const MAX_AUDIO_SEC = 3600;

export interface DecodeAudioOptions {
  sampleRate: number;
  signal?: AbortSignal;
}

/** Every channel and sample format to one Float32 channel at the same rate; channels are averaged by FFmpeg's weights. */
function createDownmixer(frame: Frame) {
  const { format, sampleRate, channels } = frame;
  const layout = frame.channelLayout.order === AV_CHANNEL_ORDER_UNSPEC ? avChannelLayoutDefault(channels) : frame.channelLayout;
  const swr = new SoftwareResampleContext();
  checkCall(swr.allocSetOpts2(AV_CHANNEL_LAYOUT_MONO, AV_SAMPLE_FMT_FLTP, sampleRate, layout, format as typeof AV_SAMPLE_FMT_FLTP, sampleRate), 'Mixing to mono');
  // The mean of the channels, not their sum: with Float32 samples libswresample would otherwise lift stereo by 3 dB.
  checkCall(swr.setOption('rematrix_maxval', 1, AV_OPT_TYPE_FLOAT), 'Mixing to mono');
  checkCall(swr.init(), 'Mixing to mono');
  return {
    fits: (next: Frame) => next.format === format && next.sampleRate === sampleRate && next.channels === channels,
    mix(next: Frame): Float32Array {
      const mono = new Float32Array(next.nbSamples);
      const count = swr.convertSync([Buffer.from(mono.buffer)], mono.length, next.extendedData, next.nbSamples);
      checkCall(count, 'Mixing to mono');
      return mono.subarray(0, count);
    },
    close: () => swr.free(),
  };
}

/** Of the blocks that are given: packets hold some 20 ms, and whoever works on a block has a cost for each. */
const BLOCK_SEC = 0.1;

const tooLong = (file: string): StudioError => new StudioError('invalid-input', `${file} is longer than ${MAX_AUDIO_SEC / 60} minutes. Cut it first.`);

/**
 * Decodes the best sound track of a file as a stream of mono blocks (−1..1, may exceed it where the source does).
 * Errors: `invalid-input` for files that are missing, empty, damaged, without sound, or longer than an hour.
 */
export async function* decodeAudio(file: string, options: DecodeAudioOptions): AsyncGenerator<Float32Array> {
  let gathered: Float32Array[] = [];
  let samples = 0;
  for await (const pcm of decodePackets(file, options)) {
    gathered.push(pcm);
    samples += pcm.length;
    if (samples < BLOCK_SEC * options.sampleRate) continue;
    yield joined(new Float32Array(0), ...gathered);
    gathered = [];
    samples = 0;
  }
  if (samples > 0) yield joined(new Float32Array(0), ...gathered);
}

async function* decodePackets(file: string, options: DecodeAudioOptions): AsyncGenerator<Float32Array> {
  const source = await openSource(file);
  // `as`: the compiler would otherwise take both for null for ever, because they change inside the loop.
  let downmixer = null as ReturnType<typeof createDownmixer> | null;
  let resampler = null as ReturnType<typeof createResampler> | null;
  let seconds = 0;
  try {
    if (!source.audioStream) throw new StudioError('invalid-input', `${file} has no sound.`);
    const { duration, timeBase } = source.audioStream;
    // Most files tell; for the others it is counted.
    if (duration !== AV_NOPTS_VALUE && (Number(duration) * timeBase.num) / timeBase.den > MAX_AUDIO_SEC) throw tooLong(file);
    for await (const frame of decodeFrames(source, source.audioStream, { signal: options.signal })) {
      if (downmixer?.fits(frame) === false) {
        // A stream may change its rate or channels on the way (joined broadcasts do).
        downmixer.close();
        const rest = resampler!.finish();
        resampler!.close();
        downmixer = resampler = null;
        if (rest.length > 0) yield rest;
      }
      downmixer ??= createDownmixer(frame);
      resampler ??= createResampler(frame.sampleRate, options.sampleRate);
      seconds += frame.nbSamples / frame.sampleRate;
      if (seconds > MAX_AUDIO_SEC) throw tooLong(file);
      const block = resampler.push(downmixer.mix(frame));
      if (block.length > 0) yield block;
    }
    const rest = resampler?.finish();
    if (rest && rest.length > 0) yield rest;
  } finally {
    downmixer?.close();
    resampler?.close();
    await source.close();
  }
}
