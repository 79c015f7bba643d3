/** Voices for one take: each segment waits for the seat's turn at the one speech thread, the first one before others' later ones. */
import type { Turns } from '../schedule/turns.ts';
import type { Voices } from '../voice/voices.ts';

/** @param turns counted in characters */
export function speechInTurn(voices: Pick<Voices, 'speak'>, turns: Turns, seat: string): Pick<Voices, 'speak'> {
  let isFirst = true;
  return {
    speak(text, options, signal) {
      const urgent = isFirst;
      isFirst = false;
      return turns.turn({ seat, cost: Math.max(1, text.length), urgent, signal }, () => voices.speak(text, options, signal));
    },
  };
}
