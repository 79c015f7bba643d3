/** Something has changed: whoever waits is woken. Nothing is queued, so a slow reader looks at what is true now. */
export interface Change {
  announce(): void;
  /** Resolves at the next `announce`. Ask for it before looking, or a change in between is missed. */
  next(): Promise<void>;
}

export function createChange(): Change {
  let waiting: PromiseWithResolvers<void> | null = null;
  return {
    announce() {
      waiting?.resolve();
      waiting = null;
    },
    next() {
      waiting ??= Promise.withResolvers();
      return waiting.promise;
    },
  };
}
