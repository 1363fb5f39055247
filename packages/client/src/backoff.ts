/** Waits between attempts: doubling from `firstMs` to `maxMs`, each shortened by up to half so that many clients do not return at once. */
export interface Backoff {
  nextMs(): number;
  reset(): void;
}

export function createBackoff(firstMs = 500, maxMs = 15_000, random: () => number = Math.random): Backoff {
  let attempt = 0;
  return {
    nextMs() {
      const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 16));
      attempt += 1;
      return Math.round(full * (0.5 + random() / 2));
    },
    reset() {
      attempt = 0;
    },
  };
}
