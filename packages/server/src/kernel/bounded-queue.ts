/** Work that may wait and may be dropped: one piece after the other, at most `limit` waiting. */
export interface BoundedQueue {
  /** false = full, the work was dropped. */
  push(work: () => Promise<void>): boolean;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** Work starts after the current I/O callback, so that its answer leaves first. A piece that fails does not stop the rest. */
export function createBoundedQueue(limit: number, onError: (error: unknown) => void): BoundedQueue {
  const waiting: (() => Promise<void>)[] = [];
  let running: Promise<void> | null = null;

  async function drain(): Promise<void> {
    await new Promise<void>((resolve) => void setImmediate(resolve));
    for (let work = waiting.shift(); work !== undefined; work = waiting.shift()) {
      try {
        await work();
      } catch (error) {
        onError(error);
      }
    }
    running = null;
  }

  return {
    push(work) {
      if (waiting.length >= limit) return false;
      waiting.push(work);
      running ??= drain();
      return true;
    },
    idle: () => running ?? Promise.resolve(),
  };
}
