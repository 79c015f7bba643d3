/** Renders takes on an engine of the test's own process, into a folder of the test's. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Engine } from '../../src/engine/engine.ts';
import type { PreparedTake, RenderEvent, RenderOrder } from '../../src/engine/process/api.ts';
import type { TakeResult } from '../../src/engine/pipeline/take.ts';
import { parse } from '../../src/shared/contract/common.ts';
import { renderRequest } from '../../src/shared/contract/request.ts';

export interface Rendered {
  order: RenderOrder;
  prepared: PreparedTake;
  result: TakeResult;
  events: RenderEvent[];
}

export function orderOf(folder: string, request: unknown, more: Partial<RenderOrder> = {}): RenderOrder {
  const takeId = randomUUID();
  return {
    takeId, seat: takeId, request: parse(renderRequest, request, 'The request'), leadSec: null, playheadSec: 0, published: null, said: [], copied: false,
    file: path.join(folder, `${takeId}.mp4`), growingFile: path.join(folder, `${takeId}.growing.mp4`), ...more,
  };
}

export async function rendered(engine: Engine, order: RenderOrder, signal?: AbortSignal): Promise<Rendered> {
  const events: RenderEvent[] = [];
  for await (const event of engine.render(order, signal)) events.push(event);
  const prepared = events.find((event) => event.type === 'prepared')!.prepared;
  return { order, prepared, result: events.find((event) => event.type === 'finished')!.result, events };
}
