/** How fast a take is rendered, told from when its fragments came. */

/** Fragments that come closer together were made at once. */
const ONE_ARRIVAL_MS = 40;
/** Speeds are told from so many waits at least. */
const LEAST_WAITS = 2;

/**
 * × real time; null: too little was seen. @param arrivals up to which second there was something at which moment, ascending.
 * Much longer waits than usual are those for the player, which holds rendering back to its lead: they say nothing of the speed.
 */
export function speedOf(arrivals: readonly { sec: number; ms: number }[]): number | null {
  // Several fragments come at once, after one wait for all of them: without that wait, they came in no time.
  const together: { sec: number; ms: number }[] = [];
  for (const each of arrivals) {
    const last = together.at(-1);
    if (last && each.ms - last.ms < ONE_ARRIVAL_MS) last.sec = each.sec;
    else together.push({ ...each });
  }
  const steps = together.slice(1).map(({ sec, ms }, i) => ({ sec: sec - together[i].sec, ms: ms - together[i].ms }));
  if (steps.length < LEAST_WAITS) return null;
  const usualMs = [...steps].sort((a, b) => a.ms - b.ms)[steps.length >> 1].ms;
  const counted = steps.filter(({ ms }) => ms <= 4 * usualMs + 50);
  const total = (pick: (step: { sec: number; ms: number }) => number) => counted.reduce((sum, step) => sum + pick(step), 0);
  return total(({ sec }) => sec) / (total(({ ms }) => ms) / 1000);
}
