/** Export: a take's fragmented MP4 as a plain MP4 with its header in front, or its sound alone. What is coded is copied as it is. */
import { Packet } from 'node-av/lib';
import { AVDISCARD_ALL } from 'node-av/constants';
import { throwIfCanceled } from '../../shared/errors.ts';
import { inputFailure, isEnd } from './failure.ts';
import { xmpBox } from './marking.ts';
import { openMp4Output } from './mp4Output.ts';
import { frameRateOf } from './probe.ts';
import { openSource } from './source.ts';

export interface RemuxOptions {
  signal?: AbortSignal;
  /** 0..1 */
  onProgress?: (fraction: number) => void;
  /** Awaited before each packet: work stands still until it resolves. */
  gate?: () => Promise<void>;
  /** The sound alone, as an M4A. */
  soundOnly?: boolean;
}

/**
 * Copies `from` to `to` without coding anything again; the metadata goes along. `to` appears only when it is complete
 * (see openPart). The encoder's delay stays in the edit list, so picture and sound both start at 0, and the
 * sound's last packet is cut to the end of the last frame.
 * Errors: `io` if the target cannot be written, `invalid-input` if the source cannot be read, `canceled`.
 */
export async function remux(from: string, to: string, options: RemuxOptions = {}): Promise<void> {
  const source = await openSource(from);
  const packet = new Packet();
  packet.alloc();
  try {
    const output = await openMp4Output(to, options.soundOnly ? 'ipod' : 'mp4');
    try {
      const streams = source.format.streams;
      const targets = streams.map((stream) => {
        if (!options.soundOnly || stream.index === source.audioStream?.index) return output.addStream(stream.codecpar, stream.timeBase, stream.index === source.videoStream?.index ? frameRateOf(stream) : undefined);
        stream.discard = AVDISCARD_ALL;
        return null;
      });
      const tags = withoutBrands(source.format.metadata?.getAll() ?? {});
      await output.start('faststart+use_metadata_tags', tags);
      const durationSec = Math.max(1e-3, Number(source.format.duration) / 1e6);
      for (;;) {
        await options.gate?.();
        throwIfCanceled(options.signal);
        const code = await source.format.readFrame(packet);
        if (isEnd(code)) break;
        if (code < 0) throw inputFailure(from, code);
        const { timeBase } = streams[packet.streamIndex];
        const target = targets[packet.streamIndex];
        if (!target) {
          packet.unref();
          continue;
        }
        options.onProgress?.(Math.min(1, Math.max(0, (Number(packet.pts) * timeBase.num) / timeBase.den / durationSec)));
        await output.write(packet, target, timeBase);
      }
      await output.commit(xmpBox(tags));
      options.onProgress?.(1);
    } catch (error) {
      await output.discard();
      throw error;
    }
  } finally {
    packet.free();
    await source.close();
  }
}

/** The brands among the tags describe the source's container, not its content. */
export function withoutBrands(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !['major_brand', 'minor_version', 'compatible_brands', 'encoder'].includes(key)));
}
