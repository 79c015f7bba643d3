/** Recordings that were listened to: the page asks what would be done with one, and the take that follows it needs not listen again. */
import { stat } from 'node:fs/promises';
import { TARGET_LUFS } from './loudness.ts';
import { examineRecording, type OwnAudio, type RecordingWish } from './ownAudio.ts';

/** Of an hour each at most: 3 MB of levels. */
const KEPT = 4;

/** @returns as examineRecording, of which it keeps the last few for as long as their files stay what they were */
export function createRecordings(sampleRate: number): (wish: RecordingWish, signal?: AbortSignal) => Promise<OwnAudio> {
  const kept = new Map<string, OwnAudio>();
  return async ({ file, asRecorded = false, loudnessLufs = TARGET_LUFS }, signal) => {
    const about = await stat(file).catch(() => null);
    const key = JSON.stringify([file, about?.size, about?.mtimeMs, asRecorded, loudnessLufs]);
    const known = kept.get(key) ?? (await examineRecording({ file, asRecorded, loudnessLufs }, sampleRate, signal));
    kept.delete(key);
    if (about !== null) kept.set(key, known);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return known;
  };
}
