/** One FFmpeg filter chain: frames in, filtered frames out. */
import { Filter, FilterGraph, FilterInOut, Frame } from 'node-av/lib';
import { AV_BUFFERSRC_FLAG_KEEP_REF } from 'node-av/constants';
import { checkCall, isAgain, isEnd, present } from './failure.ts';

export interface FilterChain {
  /** Filters one frame (null: no more come) and yields what comes out. The yielded frame is reused. */
  run(frame: Frame | null): AsyncGenerator<Frame>;
  /** A numeric result that a filter of the chain keeps, e.g. `integrated` of ebur128. */
  result(filterName: string, option: string): string | null;
  close(): void;
}

/**
 * @param kind 'video' (buffer → chain → buffersink) or 'audio'
 * @param input arguments of the source filter, e.g. `video_size=64x64:pix_fmt=0:time_base=1/25`
 * @param chain e.g. `scale=64:64,format=yuv420p`
 */
export async function openFilterChain(kind: 'video' | 'audio', input: string, chain: string): Promise<FilterChain> {
  const graph = new FilterGraph();
  graph.alloc();
  try {
    return await joinedChain(graph, kind, input, chain);
  } catch (error) {
    graph.free();
    throw error;
  }
}

async function joinedChain(graph: FilterGraph, kind: 'video' | 'audio', input: string, chain: string): Promise<FilterChain> {
  graph.nbThreads = 1;
  const prefix = kind === 'video' ? '' : 'a';
  const named = (name: string) => present(Filter.getByName(name), `filter ${name}`);
  const entry = present(graph.createFilter(named(`${prefix}buffer`), 'in', input), `source for ${input}`);
  const exit = present(graph.createFilter(named(`${prefix}buffersink`), 'out'), 'filter sink');
  const outputs = FilterInOut.createList([{ name: 'in', filterCtx: entry, padIdx: 0 }]);
  const inputs = FilterInOut.createList([{ name: 'out', filterCtx: exit, padIdx: 0 }]);
  checkCall(graph.parsePtr(chain, inputs, outputs), `Reading the filters ${chain}`);
  checkCall(await graph.config(), `Joining the filters ${chain}`);
  const filtered = new Frame();
  filtered.alloc();
  // A block of sound is filtered in less time than another thread takes to begin, above all on a busy machine.
  const [give, take] = kind === 'video'
    ? [(frame: Frame | null) => entry.buffersrcAddFrame(frame, AV_BUFFERSRC_FLAG_KEEP_REF), () => exit.buffersinkGetFrame(filtered)]
    : [(frame: Frame | null) => entry.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF), () => exit.buffersinkGetFrameSync(filtered)];
  return {
    async *run(frame) {
      checkCall(await give(frame), 'Filtering');
      for (;;) {
        const code = await take();
        if (isAgain(code) || isEnd(code)) return;
        checkCall(code, 'Filtering');
        yield filtered;
        filtered.unref();
      }
    },
    result(filterName, option) {
      const filter = graph.filters?.find((candidate) => candidate.filter?.name === filterName);
      return present(filter, `filter ${filterName}`).getOption(option);
    },
    close() {
      filtered.free();
      graph.free();
    },
  };
}
