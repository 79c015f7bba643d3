/** Handlers that count what they refuse, for the figures: by the error's code. What was canceled is no error. */
import type { StudioServerApi } from '../../shared/contract.ts';
import { errorData, type ErrorCode } from '../../shared/errors.ts';
import type { Handlers } from '../../shared/rpc.ts';

type Call = (input: unknown, signal: AbortSignal) => unknown;
type Stream = (input: unknown, signal: AbortSignal) => AsyncIterable<unknown>;

export function counted(handlers: Handlers<StudioServerApi>, count: (code: ErrorCode) => void): Handlers<StudioServerApi> {
  const refused = (error: unknown): void => {
    const { code } = errorData(error);
    if (code !== 'canceled') count(code);
  };
  const call = (handler: Call): Call => async (input, signal) => {
    try {
      return await handler(input, signal);
    } catch (error) {
      refused(error);
      throw error;
    }
  };
  const stream = (handler: Stream): Stream =>
    async function* (input, signal) {
      try {
        yield* handler(input, signal);
      } catch (error) {
        if (!signal.aborted) refused(error);
        throw error;
      }
    };
  const each = <T>(all: object, wrap: (handler: T) => T) => Object.fromEntries(Object.entries(all).map(([name, handler]) => [name, wrap(handler as T)]));
  return { calls: each(handlers.calls, call), streams: each(handlers.streams, stream) } as unknown as Handlers<StudioServerApi>;
}
