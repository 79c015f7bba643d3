/**
 * The one error of the product. A message says what happened, to which file or field, and what to do;
 * native errors are translated once, where the native call is made.
 */
export const ERROR_CODES = ['canceled', 'invalid-input', 'missing-asset', 'device', 'capacity', 'io', 'bug'] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error as plain data, as it crosses threads, processes and sockets. */
export interface ErrorData {
  code: ErrorCode;
  message: string;
  details?: unknown;
}

export class StudioError extends Error {
  override readonly name = 'StudioError';
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}

/** Any thrown value as data, and data as it is. What is neither that nor a StudioError is a bug, except an abort, which is `canceled`. */
export function errorData(error: unknown): ErrorData {
  if (isErrorData(error)) return error;
  if (error instanceof StudioError) {
    return error.details === undefined
      ? { code: error.code, message: error.message }
      : { code: error.code, message: error.message, details: error.details };
  }
  if (error instanceof Error && error.name === 'AbortError') return { code: 'canceled', message: 'Canceled.' };
  return { code: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function isErrorData(value: unknown): value is ErrorData {
  if (typeof value !== 'object' || value === null || value instanceof Error) return false;
  const { code, message } = value as { code?: unknown; message?: unknown };
  return typeof message === 'string' && (ERROR_CODES as readonly unknown[]).includes(code);
}

export function fromErrorData(data: ErrorData): StudioError {
  return new StudioError(data.code, data.message, { details: data.details });
}

/** Throws `canceled` once the signal is aborted. Long work calls it once per batch. */
export function throwIfCanceled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  const reason: unknown = signal.reason;
  throw reason instanceof StudioError ? reason : new StudioError('canceled', 'Canceled.');
}

/** Waits for work that others may wait for too: the signal ends this wait with `canceled`, the work goes on. */
export async function orCanceled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  if (signal.aborted) work.catch(() => undefined); // whoever else waits for it hears of its failure
  throwIfCanceled(signal);
  return new Promise((resolve, reject) => {
    const leave = () => reject(new StudioError('canceled', 'Canceled.'));
    signal.addEventListener('abort', leave, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
