/** The door of the studio: what comes in is checked against the contract once, here, so that nothing behind it checks again. */
import type { z } from 'zod';
import { contract, type StudioApi, type StudioServerApi } from './contract.ts';
import { parse } from './contract/common.ts';
import type { Handlers } from './rpc.ts';

type Checkable = Record<string, (input: never, signal: AbortSignal) => unknown>;

/**
 * Takes untrusted input: defaults are filled in, and what does not fit is refused with `invalid-input` that names each field. Only
 * what the contract lists is there.
 */
export function checked(handlers: Handlers<StudioServerApi>): Handlers<StudioApi> {
  const behind = (methods: Record<string, { input: z.ZodType }>, served: Checkable) =>
    Object.fromEntries(
      Object.entries(methods).map(([name, { input: schema }]) => [name, (input: unknown, signal: AbortSignal) => served[name](parse(schema, input, name) as never, signal)]),
    );
  return { calls: behind(contract.calls, handlers.calls), streams: behind(contract.streams, handlers.streams) } as unknown as Handlers<StudioApi>;
}
