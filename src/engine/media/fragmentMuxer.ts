/**
 * Encoded pictures and sound as the bytes of a fragmented MP4: a header, then fragments. They come as buffers, not as a file, so that a take
 * can also go on in a file that an earlier muxer began.
 */
import { Dictionary, FormatContext, IOContext, type CodecContext, type Packet } from 'node-av/lib';
import { AAC_PACKET_SAMPLES, AAC_SAMPLE_RATE } from './aacEncoder.ts';
import { checkCall } from './failure.ts';
import { addStream, placePacket } from './mp4Output.ts';
import type { Rate } from './rate.ts';

/** Track numbers in the file, in the order in which the streams are added. */
export const VIDEO_TRACK = 1;
export const SOUND_TRACK = 2;

export interface FragmentMuxerOptions {
  video: CodecContext;
  audio: CodecContext;
  rate: Rate;
  tags: Record<string, string>;
  /** Fragments that an earlier muxer has written of the same take; 0 for a new one. */
  fragmentsBefore: number;
  /** undefined: it has one of its own. */
  outlets?: Outlets;
}

export interface FragmentMuxer {
  /** Adds a picture, pts = frameIndex in the take, to the fragment. Nothing is kept of the packet but its bytes. */
  addPicture(packet: Packet): void;
  /** Adds a packet of sound, pts in samples of the take. */
  addSound(packet: Packet): void;
  /**
   * Takes the header: of a new take once its first picture and sound are added, because the header holds the encoder's delay; of a
   * continued take at once, and without it. Before the first fragment, once.
   */
  takeHeader(): Promise<Buffer>;
  /** Takes what was added since the last fragment as the next one: `moof` and `mdat`. */
  takeFragment(): Promise<Buffer>;
  close(): void;
}

/** FFmpeg gathers so much before it hands bytes over; a fragment of 1080p has about that. */
const BUFFER_BYTES = 1 << 18;

/** Where FFmpeg writes to, and what it has written. */
interface Outlet {
  output: IOContext;
  given: Buffer[];
}

/** Of muxers that are closed, for the next ones, whose bytes do not depend on what went through before. */
export interface Outlets {
  take(): Outlet;
  giveBack(outlet: Outlet): void;
  /** Once no muxer is open. A thread that ends waits for ever for one that was not freed. */
  close(): void;
}

/** For a thread that writes take after take: node-av 6.1.1 frees an IOContext without its buffer, which left 256 kB, some 90 of them touched, behind every take. */
export function createOutlets(): Outlets {
  const idle: Outlet[] = [];
  return {
    take: () => idle.pop() ?? createOutlet(),
    giveBack(outlet) {
      outlet.output.flushSync(); // a take that was broken off has left something in it
      outlet.given.length = 0;
      if (outlet.output.error === 0) idle.push(outlet);
      else outlet.output.freeContext();
    },
    close() {
      for (const { output } of idle.splice(0)) output.freeContext();
    },
  };
}

function createOutlet(): Outlet {
  const outlet: Outlet = { output: new IOContext(), given: [] };
  outlet.output.allocContextWithCallbacks(BUFFER_BYTES, 1, null, (bytes) => {
    outlet.given.push(Buffer.from(bytes));
    return bytes.length;
  });
  return outlet;
}

export async function openFragmentMuxer(options: FragmentMuxerOptions): Promise<FragmentMuxer> {
  const { rate, fragmentsBefore, outlets } = options;
  const frameTime = { num: rate.den, den: rate.num };
  const sampleTime = { num: 1, den: AAC_SAMPLE_RATE };
  const isContinued = fragmentsBefore > 0;
  const format = new FormatContext();
  const outlet = outlets?.take() ?? createOutlet();
  const close = () => {
    format.pb = null;
    format.freeContext();
    if (outlets) outlets.giveBack(outlet);
    else outlet.output.freeContext();
  };
  const open = async () => {
    checkCall(format.allocOutputContext2(null, 'mp4', null), 'Opening the MP4 writer');
    format.pb = outlet.output;
    const streams = { video: addStream(format, options.video, frameTime, rate), audio: addStream(format, options.audio, sampleTime) };
    format.metadata = Dictionary.fromObject(options.tags);
    // frag_custom: fragments end where we say. delay_moov: the header comes with the first fragment, when the encoder's delay is known,
    // so that the edit list takes the AAC priming away. frag_discont, and an edit list: the first packets keep their times, which FFmpeg would
    // otherwise move to 0. fragment_index: of the next fragment, from 1.
    const settings = Dictionary.fromObject({
      movflags: `${isContinued ? 'empty_moov+frag_discont' : 'delay_moov'}+frag_custom+default_base_moof+use_metadata_tags+skip_trailer`,
      ...(isContinued ? { fragment_index: String(fragmentsBefore + 1), use_editlist: '1' } : {}),
    });
    const code = await format.writeHeader(settings);
    settings.free();
    checkCall(code, 'Preparing the MP4 header');
    return streams;
  };
  const { video, audio } = await open().catch((error: unknown) => {
    close();
    throw error;
  });
  // In the file decode times start at 0 with the priming, so a packet's is 1024 more than its place in the take. The muxer of a new take sees
  // to that itself, because its first packet is at −1024; one that continues never sees that packet.
  const delay = isContinued ? BigInt(AAC_PACKET_SAMPLES) : 0n;
  const taken = async (): Promise<Buffer> => {
    await outlet.output.flush();
    return Buffer.concat(outlet.given.splice(0));
  };
  // Packets lie in memory of the muxer until the fragment is taken, so these calls never come to the write callback, for which they could
  // not wait: it runs in the event loop that they block.
  return {
    addPicture(packet) {
      placePacket(packet, video, frameTime);
      checkCall(format.writeFrameSync(packet), 'Adding a picture to the MP4');
    },
    addSound(packet) {
      packet.pts += delay;
      packet.dts = packet.pts;
      placePacket(packet, audio, sampleTime);
      checkCall(format.writeFrameSync(packet), 'Adding sound to the MP4');
    },
    async takeHeader() {
      if (!isContinued) checkCall(await format.writeFrame(null), 'Writing the MP4 header');
      return taken();
    },
    async takeFragment() {
      checkCall(await format.writeFrame(null), 'Writing an MP4 fragment');
      return taken();
    },
    close,
  };
}
