/** Repeatable in every process: also the breathy voices, whose noise eSpeak seeds with the time of its start. */
import { afterEach, expect, it, vi } from 'vitest';
import { openEspeak } from '../../../src/engine/voice/espeak.ts';

afterEach(() => void vi.restoreAllMocks());

it.each(['fa+f2', 'gmw/en-US+f2', 'gmw/en-US'])('%s gives the same samples whenever it was opened', async (voice) => {
  const spoken: Int16Array[] = [];
  for (const openedMs of [1_000_000_000_000, 1_700_000_123_000]) {
    vi.spyOn(Date, 'now').mockReturnValue(openedMs);
    const espeak = await openEspeak();
    spoken.push(espeak.say('salam, hello my friend.', voice, 1, 1).pcm);
    vi.restoreAllMocks();
  }
  expect(spoken[0].length).toBeGreaterThan(20_000);
  // As bytes: a list of every sample that differs would take minutes.
  expect(Buffer.compare(new Uint8Array(spoken[1].buffer), new Uint8Array(spoken[0].buffer))).toBe(0);
});
