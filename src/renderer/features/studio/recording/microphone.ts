/** The microphone, from permission to a WAV file. */
import { monoOf, wavOf } from './wav.ts';

export type MicrophoneFault = 'denied' | 'missing' | 'failed' | 'unsupported';

export interface Microphone {
  /** 0..1, the loudest sample of the last moment. */
  level: () => number;
  /** Not once it was unplugged: then nothing more is recorded. */
  isLive: () => boolean;
  start: () => void;
  /** What was said since `start`. */
  stop: () => Promise<Blob>;
  close: () => void;
}

/** What is kept of a recording until it is decoded; the loss is far below what a voice needs. */
const BITS_PER_SECOND = 256_000;
const SAMPLE_RATE = 48_000;

/** @throws MicrophoneFault as an Error's message */
export async function openMicrophone(): Promise<Microphone> {
  // Pages of another machine over plain HTTP have no such thing.
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!devices) throw new Error('unsupported' satisfies MicrophoneFault);
  const stream = await devices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const context = new AudioContext({ sampleRate: SAMPLE_RATE });
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  source.connect(analyser);
  const moment = new Float32Array(analyser.fftSize);
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND });
  let pieces: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
  return {
    level() {
      analyser.getFloatTimeDomainData(moment);
      return moment.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    },
    isLive: () => stream.active,
    start() {
      pieces = [];
      recorder.start(1000);
    },
    async stop() {
      // One that was unplugged has stopped by itself.
      if (recorder.state !== 'inactive') {
        const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
        recorder.stop();
        await stopped;
      }
      const decoded = await context.decodeAudioData(await new Blob(pieces).arrayBuffer());
      const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i));
      return new Blob([wavOf(monoOf(channels), decoded.sampleRate)], { type: 'audio/wav' });
    },
    close() {
      if (recorder.state !== 'inactive') recorder.stop();
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

export function faultOf(error: unknown): MicrophoneFault {
  if (!(error instanceof Error)) return 'failed';
  if (error.message === 'unsupported') return 'unsupported';
  if (error.name === 'NotAllowedError' || error.name === 'SecurityError') return 'denied';
  return error.name === 'NotFoundError' || error.name === 'OverconstrainedError' ? 'missing' : 'failed';
}
