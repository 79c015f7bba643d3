/**
 * Lets a stage work up to `count` items ahead of its consumer, so that stages overlap; without it a chain of generators
 * does one thing at a time. Items keep their order; a failure surfaces where its item would have been.
 */
export async function* ahead<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const pulled: Promise<IteratorResult<T>>[] = [];
  const pull = () => {
    const next = iterator.next();
    next.catch(() => undefined); // reported when its turn comes; never as an unhandled rejection
    pulled.push(next);
  };
  try {
    for (let i = 0; i <= count; i++) pull();
    for (;;) {
      const next = await pulled.shift()!;
      if (next.done === true) return;
      pull();
      yield next.value;
    }
  } finally {
    await Promise.allSettled(pulled);
    await iterator.return?.();
  }
}
