/** One timer for all connections: each says when it was last heard; the silent ones are closed. Costs one number per connection. */
export interface Watched {
  readonly lastHeardMs: number;
  readonly idleLimitMs: number;
  onIdle(): void;
}

const SWEEP_MS = 1000;

export class IdleWatch {
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor(now: () => number) {
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
    for (const one of this.#watched) if (nowMs - one.lastHeardMs > one.idleLimitMs) one.onIdle();
  }
}
