/** Exit codes: stable, scripts rely on them (see `sima --help`). */
import { errorData, type ErrorCode, type ErrorData } from '../shared/errors.ts';

export const EXIT = { done: 0, bug: 1, input: 2, asset: 3, device: 4, io: 5, capacity: 6, wanting: 7, canceled: 130 } as const;

const BY_CODE: Record<ErrorCode, number> = {
  bug: EXIT.bug,
  'invalid-input': EXIT.input,
  'missing-asset': EXIT.asset,
  device: EXIT.device,
  io: EXIT.io,
  capacity: EXIT.capacity,
  canceled: EXIT.canceled,
};

export function exitCodeOf(error: unknown): { exitCode: number; data: ErrorData } {
  const data = errorData(error);
  return { exitCode: BY_CODE[data.code], data };
}
