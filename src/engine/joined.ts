/** Arrays of numbers one after the other, in fresh memory. */
export function joined<T extends Float32Array | Int16Array>(first: T, ...rest: readonly T[]): T {
  const whole = new (first.constructor as new (length: number) => T)(rest.reduce((sum, part) => sum + part.length, first.length));
  let at = 0;
  for (const part of [first, ...rest]) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
