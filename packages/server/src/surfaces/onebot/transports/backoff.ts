/** How a dial or a connection of a reverse client ended. */
export type DialEnd =
  /** TCP refused, DNS, time-out, 5xx, a connection lost. `stableMs` = how long it had been connected. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'lost'; readonly stableMs: number }
  /** 401, 403, 404, 426 …, or accepted and closed again within two seconds. */
  | { readonly kind: 'refused' }
  /** 403 soon after our own disconnect: the peer probably still holds the old session of this bot. */
  | { readonly kind: 'held'; readonly sinceDropMs: number };

export interface Backoff {
  /** Failures to reach the peer in a row. */
  readonly failures: number;
  /** Refusals in a row. */
  readonly refusals: number;
}

export const FRESH: Backoff = { failures: 0, refusals: 0 };

const FIRST_MS = 3000;
const FACTOR = 1.7;
/** Not longer: somebody who starts the program looks on, and a dial that nobody takes costs nothing. */
const LONGEST_MS = 10_000;
const JITTER = 0.2;
const STABLE_MS = 60_000;
const REFUSED_STEPS_MS = [10_000, 30_000, 60_000] as const;
const REFUSED_LONGEST_MS = 300_000;
export const HELD_FOR_MS = 60_000;
const HELD_STEP_MS = 5000;

/** When to dial next. `random` in [0, 1) spreads the clients of one peer that came back. */
export function nextDial(
  backoff: Backoff,
  end: DialEnd,
  random: number,
): { readonly backoff: Backoff; readonly delayMs: number } {
  if (end.kind === 'refused') {
    const step = REFUSED_STEPS_MS[backoff.refusals] ?? REFUSED_LONGEST_MS;
    return { backoff: { failures: 0, refusals: backoff.refusals + 1 }, delayMs: step };
  }
  if (end.kind === 'held') {
    if (end.sinceDropMs > HELD_FOR_MS) return nextDial(backoff, { kind: 'refused' }, random);
    return { backoff: { ...backoff, failures: 0 }, delayMs: HELD_STEP_MS };
  }
  const failures = end.kind === 'lost' && end.stableMs >= STABLE_MS ? 0 : backoff.failures;
  const base = Math.min(FIRST_MS * FACTOR ** failures, LONGEST_MS);
  return { backoff: { failures: failures + 1, refusals: 0 }, delayMs: Math.round(base * (1 - JITTER + 2 * JITTER * random)) };
}
