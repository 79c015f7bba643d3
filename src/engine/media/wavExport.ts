/** A take's sound as a WAV file of 48 kHz, 16 bits, of any length: nothing of it is held in memory. */
import { open } from 'node:fs/promises';
import { throwIfCanceled } from '../../shared/errors.ts';
import { AAC_SAMPLE_RATE } from './aacEncoder.ts';
import { outputFailure, present } from './failure.ts';
import { openFilterChain } from './filters.ts';
import { decodeFrames, openSource } from './source.ts';
import { openPart } from './wholeFile.ts';

export interface WavExportOptions {
  /** So many samples: what the take's pictures last. Sound beyond is cut, missing sound is silence. */
  samples: number;
  signal?: AbortSignal;
  gate?: () => Promise<void>;
  onProgress?: (fraction: number) => void;
}

const BYTES_PER_SAMPLE = 2;

/** Writes `to`, which appears only when it is complete. @throws io, invalid-input, canceled */
export async function writeSoundAsWav(from: string, to: string, { samples, signal, gate, onProgress }: WavExportOptions): Promise<void> {
  const source = await openSource(from);
  try {
    const stream = present(source.audioStream, 'sound in the take');
    const tags = source.format.metadata?.getAll() ?? {};
    const part = await openPart(to);
    try {
      const file = await open(part.path, 'w');
      try {
        await file.appendFile(header(samples, tags.comment ?? ''));
        let written = 0;
        for await (const block of samplesOf(source, stream, signal)) {
          await gate?.();
          throwIfCanceled(signal);
          const wanted = block.subarray(0, (samples - written) * BYTES_PER_SAMPLE);
          await file.appendFile(wanted);
          written += wanted.length / BYTES_PER_SAMPLE;
          onProgress?.(Math.min(1, written / samples));
        }
        await file.appendFile(Buffer.alloc((samples - written) * BYTES_PER_SAMPLE));
      } finally {
        await file.close();
      }
    } catch (error) {
      await part.discard();
      throw (error as NodeJS.ErrnoException).syscall === undefined ? error : outputFailure(to, error);
    }
    await part.commit();
  } finally {
    await source.close();
  }
}

async function* samplesOf(source: Awaited<ReturnType<typeof openSource>>, stream: Parameters<typeof decodeFrames>[1], signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  let chain: Awaited<ReturnType<typeof openFilterChain>> | null = null;
  try {
    for await (const frame of decodeFrames(source, stream, signal ? { signal } : {})) {
      chain ??= await openFilterChain(
        'audio', `sample_rate=${frame.sampleRate}:sample_fmt=fltp:channel_layout=mono:time_base=1/${frame.sampleRate}`,
        `aresample=${AAC_SAMPLE_RATE},aformat=sample_fmts=s16:channel_layouts=mono`,
      );
      for await (const filtered of chain.run(frame)) yield filtered.toBuffer();
    }
    if (chain) for await (const filtered of chain.run(null)) yield filtered.toBuffer();
  } finally {
    chain?.close();
  }
}

/** RIFF with the mark of what it is as its comment. Sizes are 32 bits: 12 hours fit. */
function header(samples: number, comment: string): Buffer {
  const text = Buffer.from(`${comment}\0`);
  const padded = Buffer.concat([text, Buffer.alloc(text.length % 2)]);
  const info = Buffer.concat([Buffer.from('INFOICMT'), size(text.length), padded]);
  const dataBytes = samples * BYTES_PER_SAMPLE;
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0); // PCM
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(AAC_SAMPLE_RATE, 4);
  format.writeUInt32LE(AAC_SAMPLE_RATE * BYTES_PER_SAMPLE, 8);
  format.writeUInt16LE(BYTES_PER_SAMPLE, 12);
  format.writeUInt16LE(8 * BYTES_PER_SAMPLE, 14);
  const rest = Buffer.concat([Buffer.from('WAVEfmt '), size(format.length), format, Buffer.from('LIST'), size(info.length), info, Buffer.from('data'), size(dataBytes)]);
  return Buffer.concat([Buffer.from('RIFF'), size(rest.length + dataBytes), rest]);
}

function size(bytes: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(bytes);
  return four;
}
