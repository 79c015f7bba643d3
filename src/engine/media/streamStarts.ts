/** When sound and picture of a file begin on its own clock. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import type { Stream } from 'node-av/lib';
import { openSource } from './source.ts';

/** How many seconds the sound begins after the picture, negative: before; 0 where one of them is missing. Errors: as openSource. */
export async function soundDelaySec(file: string): Promise<number> {
  const source = await openSource(file);
  try {
    const { videoStream, audioStream } = source;
    return videoStream && audioStream ? startOf(audioStream) - startOf(videoStream) : 0;
  } finally {
    await source.close();
  }
}

const startOf = ({ startTime, timeBase }: Stream): number => (startTime === AV_NOPTS_VALUE ? 0 : (Number(startTime) * timeBase.num) / timeBase.den);
