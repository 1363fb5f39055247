/** One timer for all connections: each says when it was last heard and until when it may stay; the silent and the expired ones end. */
export interface Watched {
  lastHeardMs: number;
  readonly idleLimitMs: number;
  onIdle(): void;
  readonly expiresMs: number;
  onExpired(): void;
}

const SWEEP_MS = 1000;
const JUMP_MS = 30_000;

export class IdleWatch {
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;
  #sweptMs: number;

  constructor(now: () => number) {
    this.#sweptMs = now();
    this.#timer = setInterval(() => this.#sweep(now()), SWEEP_MS);
    this.#timer.unref();
  }

  add(one: Watched): void {
    this.#watched.add(one);
  }

  remove(one: Watched): void {
    this.#watched.delete(one);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sweep(nowMs: number): void {
    // The clock was set, or the machine slept: nobody was silent for that long.
    const jumped = Math.abs(nowMs - this.#sweptMs) > JUMP_MS;
    this.#sweptMs = nowMs;
    for (const one of this.#watched) {
      if (jumped) one.lastHeardMs = nowMs;
      else if (nowMs - one.lastHeardMs > one.idleLimitMs) one.onIdle();
      if (nowMs >= one.expiresMs) one.onExpired();
    }
  }
}
