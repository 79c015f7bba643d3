/** Export: a take's fragmented MP4 as a plain MP4 with its header in front. The coded pictures and sound are copied as they are. */
import { rename, rm } from 'node:fs/promises';
import { Dictionary, FormatContext, IOContext, Packet, Rational } from 'node-av/lib';
import { AVIO_FLAG_WRITE } from 'node-av/constants';
import { throwIfCanceled } from '../../shared/errors.ts';
import { checkCall, checkOutput, inputFailure, isEnd, outputFailure } from './failure.ts';
import { frameRateOf } from './probe.ts';
import { openSource } from './source.ts';

/**
 * Copies `from` to `to` without coding anything again; all metadata goes along. `to` appears only when it is complete
 * (`to.part` until then). The encoder's delay stays in the edit list, so picture and sound both start at 0.
 * Errors: `io` if the target cannot be written, `invalid-input` if the source cannot be read.
 */
export async function remux(from: string, to: string, options: { signal?: AbortSignal; onProgress?: (fraction: number) => void } = {}): Promise<void> {
  const source = await openSource(from);
  const part = `${to}.part`;
  const format = new FormatContext();
  const output = new IOContext();
  const packet = new Packet();
  packet.alloc();
  let opened = false;
  const close = async () => {
    packet.free();
    if (opened) await output.closep();
    format.pb = null;
    format.freeContext();
    await source.close();
  };
  try {
    checkCall(format.allocOutputContext2(null, 'mp4', part), 'Opening the MP4 writer');
    checkOutput(to, await output.open2(part, AVIO_FLAG_WRITE));
    opened = true;
    format.pb = output;
    const targets = source.format.streams.map((stream) => {
      const target = format.newStream();
      checkCall(stream.codecpar.copy(target.codecpar), 'Describing a stream');
      target.codecpar.codecTag = 0;
      target.timeBase = new Rational(stream.timeBase.num, stream.timeBase.den);
      if (stream.index === source.videoStream?.index) {
        const { num, den } = frameRateOf(stream);
        target.avgFrameRate = new Rational(num, den);
      }
      return target;
    });
    format.metadata = Dictionary.fromObject(withoutBrands(source.format.metadata?.getAll() ?? {}));
    const settings = Dictionary.fromObject({ movflags: 'faststart+use_metadata_tags' });
    checkOutput(to, await format.writeHeader(settings));
    settings.free();
    const totalSec = Math.max(1e-3, Number(source.format.duration) / 1e6);
    for (;;) {
      throwIfCanceled(options.signal);
      const code = await source.format.readFrame(packet);
      if (isEnd(code)) break;
      if (code < 0) throw inputFailure(from, code);
      const { timeBase } = source.format.streams[packet.streamIndex];
      options.onProgress?.(Math.min(1, Math.max(0, (Number(packet.pts) * timeBase.num) / timeBase.den / totalSec)));
      packet.rescaleTs(timeBase, targets[packet.streamIndex].timeBase);
      packet.pos = -1n;
      checkOutput(to, await format.interleavedWriteFrame(packet));
    }
    checkOutput(to, await format.writeTrailer());
    await output.flush();
    checkOutput(to, output.error);
    await close();
    await rename(part, to);
  } catch (error) {
    await close();
    if (opened) await rm(part, { force: true });
    throw outputFailure(to, error);
  }
}

/** The brands in the tags describe the source's container, not its content. */
function withoutBrands(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !['major_brand', 'minor_version', 'compatible_brands', 'encoder'].includes(key)));
}
