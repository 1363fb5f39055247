/** Rounds of one reading; what still changes after them is told again. */
const MAX_ROUNDS = 5;

/** Reads something of which changes are told at the same time: an answer may be older than a change that came before it. */
export interface Reading {
  /** Single flight. A wish during a reading makes one more round, so that nobody is answered with what was before the wish. */
  run(): Promise<void>;
  /** A change was told: what is being read now may not hold it, and is read once more. */
  changed(): void;
}

export function createReading(read: () => Promise<void>): Reading {
  let running: Promise<void> | null = null;
  let again = false;

  async function rounds(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      again = false;
      await read();
      if (!again) return;
    }
  }

  return {
    run() {
      if (running !== null) {
        again = true;
        return running;
      }
      running = rounds().finally(() => {
        running = null;
      });
      return running;
    },
    changed() {
      again = true;
    },
  };
}
