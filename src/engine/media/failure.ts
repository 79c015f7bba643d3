/** FFmpeg's error codes as StudioErrors: translated here once, so that no other file knows a number. */
import { constants } from 'node:os';
import { FFmpegError, Log } from 'node-av/lib';
import { AV_LOG_QUIET, AVERROR_EOF } from 'node-av/constants';
import { StudioError } from '../../shared/errors.ts';
import { systemFailure, writeFailure } from './wholeFile.ts';

// FFmpeg writes warnings straight to stderr, past any log of ours; what matters comes back as an error code.
Log.setLevel(AV_LOG_QUIET);

const { errno } = constants;
const EAGAIN = -errno.EAGAIN;
const INTERNAL_HINT = 'This is a fault of Sima Studio; please report it.';

/** "Not now": the encoder wants more input, or its output must be taken first. */
export const isAgain = (code: number): boolean => code === EAGAIN;
export const isEnd = (code: number): boolean => code === AVERROR_EOF;

/** Any failure while writing `file` (an FFmpeg code or a thrown system error) as a StudioError of code `io`. */
export function outputFailure(file: string, failure: unknown): StudioError {
  return typeof failure === 'number' ? writeFailure(file, failure, FFmpegError.strerror(failure)) : systemFailure(file, failure);
}

/** Throws `io` if an FFmpeg call that writes `file` gave a negative code. */
export function checkOutput(file: string, code: number): void {
  if (code < 0) throw outputFailure(file, code);
}

/** Why a source file cannot be used, as `invalid-input`. */
export function inputFailure(file: string, code: number): StudioError {
  if (code === -errno.ENOENT) return new StudioError('invalid-input', `${file} does not exist.`);
  if (code === -errno.EACCES) return new StudioError('invalid-input', `There is no permission to read ${file}.`);
  if (code === -errno.EISDIR) return new StudioError('invalid-input', `${file} is a folder, not a media file.`);
  return new StudioError('invalid-input', `${file} cannot be read as audio or video: it is damaged, empty or of another kind.`, {
    details: FFmpegError.strerror(code),
  });
}

/** Throws `bug` if a call that cannot fail for reasons of the user's gave a negative code. */
export function checkCall(code: number, what: string): void {
  if (code < 0) throw new StudioError('bug', `${what} failed: ${FFmpegError.strerror(code)}. ${INTERNAL_HINT}`);
}

/** For values that FFmpeg gives as null only when something is missing from its build. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new StudioError('bug', `FFmpeg has no ${what}. ${INTERNAL_HINT}`);
  return value;
}
