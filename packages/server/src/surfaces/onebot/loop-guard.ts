import { remember } from '../../kernel/remember.ts';

const TURNS_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
const MAX_PAIRS = 1000;

interface Pair {
  /** Since when the turns are counted. */
  sinceMs: number;
  turns: number;
  /** Whether this bot has spoken since it last heard the other. */
  spoke: boolean;
}

/**
 * Two bots that answer each other would go on for ever, as fast as the server carries it. A turn is a message of another bot after this one has spoken in the
 * same channel; beyond sixty a minute the other is not heard until the minute is over. Bots that only report are never in the way.
 */
export class LoopGuard {
  /** By channel and the other bot; the oldest leave when there are too many. */
  readonly #pairs = new Map<string, Pair>();

  spoke(ch: number): void {
    for (const [key, pair] of this.#pairs) if (key.startsWith(`${ch}:`)) pair.spoke = true;
  }

  /** Whether a message of the other bot is to be told; `isNew` marks the first one that is not. */
  hears(ch: number, otherU: number, nowMs: number): { readonly told: boolean; readonly isNew: boolean } {
    const key = `${ch}:${otherU}`;
    const pair = this.#pairs.get(key) ?? this.#add(key, nowMs);
    if (nowMs - pair.sinceMs >= MINUTE_MS) Object.assign(pair, { sinceMs: nowMs, turns: 0 });
    const isTurn = pair.spoke;
    pair.spoke = false;
    if (isTurn) pair.turns += 1;
    const told = pair.turns <= TURNS_PER_MINUTE;
    return { told, isNew: !told && isTurn };
  }

  #add(key: string, nowMs: number): Pair {
    const pair = { sinceMs: nowMs, turns: 0, spoke: false };
    remember(this.#pairs, key, pair, MAX_PAIRS);
    return pair;
  }
}
