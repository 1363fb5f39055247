import type { Refusal } from '@hufu/refusals';
import { networkOf } from '../../kernel/network.ts';
import { remember } from '../../kernel/remember.ts';

/** Tries of one account from one network, before there is one a minute. */
const FREE_TRIES = 10;
const WAIT_MS = 60_000;
/** Accounts that may fail from one network in a quarter of an hour: one guess at each of many accounts is guessing, too. */
const ACCOUNTS = 50;
const SPREAD_MS = 15 * 60_000;
const MAX_TRACKED = 10_000;

/** Stands for the operator's login, which has no uid. There is only one, so it does not count towards {@link ACCOUNTS}. */
export const OPERATOR = 'operator';

/** Accounts that somebody tries from one network. */
interface Spread {
  readonly endsMs: number;
  readonly trying: Set<string>;
  readonly failed: Set<string>;
}

/**
 * Bounds guesses of passwords. All of it counts per network, so nobody can lock an account or another network out; and who has signed in from a network before
 * does so again, whatever others there try.
 */
export class LoginLock {
  readonly #tries = new Map<string, { count: number; untilMs: number }>();
  readonly #spreads = new Map<string, Spread>();
  readonly #atHome = new Map<string, true>();

  /** Counts a try before it is made, so that many at the same time are no more either. After null it has to be settled. */
  begin(account: string, address: string, nowMs: number): Refusal | null {
    const network = networkOf(address);
    const key = `${network} ${account}`;
    const tries = this.#tries.get(key);
    if (tries !== undefined && tries.count >= FREE_TRIES && tries.untilMs > nowMs)
      return refusal('cred.login_locked', tries.untilMs - nowMs);
    const spread = this.#spreadOf(network, nowMs);
    const isNew = !spread.failed.has(account) && !spread.trying.has(account);
    if (isNew && account !== OPERATOR && !this.#atHome.has(key)) {
      if (spread.failed.size >= ACCOUNTS) return refusal('rate.handshake', spread.endsMs - nowMs);
      if (spread.failed.size + spread.trying.size >= ACCOUNTS) return refusal('rate.handshake', 1000);
    }
    const count = tries === undefined || tries.untilMs <= nowMs - WAIT_MS ? 1 : tries.count + 1;
    remember(this.#tries, key, { count, untilMs: nowMs + WAIT_MS }, MAX_TRACKED);
    spread.trying.add(account);
    return null;
  }

  /** `undecided`: the server was too busy to tell. */
  settle(account: string, address: string, result: 'right' | 'wrong' | 'undecided'): void {
    const network = networkOf(address);
    const key = `${network} ${account}`;
    const spread = this.#spreads.get(network);
    const tries = this.#tries.get(key);
    spread?.trying.delete(account);
    if (result === 'undecided' && tries !== undefined) tries.count -= 1;
    if (result === 'wrong') spread?.failed.add(account);
    if (result !== 'right') return;
    this.#tries.delete(key);
    spread?.failed.delete(account);
    remember(this.#atHome, key, true, MAX_TRACKED);
  }

  #spreadOf(network: string, nowMs: number): Spread {
    const known = this.#spreads.get(network);
    if (known !== undefined && known.endsMs > nowMs) return known;
    const spread = { endsMs: nowMs + SPREAD_MS, trying: known?.trying ?? new Set<string>(), failed: new Set<string>() };
    remember(this.#spreads, network, spread, MAX_TRACKED);
    return spread;
  }
}

function refusal(code: 'cred.login_locked' | 'rate.handshake', waitMs: number): Refusal {
  const waitSeconds = Math.ceil(waitMs / 1000);
  return { code, evidence: { waitSeconds }, retryAfterSeconds: waitSeconds };
}
