/** Messages of one connection that wait for the disk; at the limit its socket is not read until half of them are answered. */
const MAX_IN_FLIGHT = 1024;
const MAX_IN_FLIGHT_BYTES = 1024 * 1024;

export interface IntakeOwner<T> {
  /** Answers a promise when everything later has to wait for this one: a token check, a channel that must be read first. */
  take(item: T): Promise<unknown> | undefined;
  /** Makes an item fit to wait: it may point into a buffer that the next read overwrites. */
  keep(item: T): T;
}

export interface Valve {
  pause(): void;
  resume(): void;
}

/**
 * What one connection says, worked off in the order it came. While something waits the socket is not read, so what is kept is bounded by what the last read
 * brought.
 */
export class Intake<T> {
  readonly #owner: IntakeOwner<T>;
  readonly #valve: Valve;
  #waiting: T[] | null = null;
  #held = false;
  #full = false;
  #inFlight = 0;
  #inFlightBytes = 0;
  #stopped = false;

  constructor(owner: IntakeOwner<T>, valve: Valve) {
    this.#owner = owner;
    this.#valve = valve;
  }

  push(item: T): void {
    if (this.#stopped) return;
    if (this.#waiting !== null) this.#waiting.push(this.#owner.keep(item));
    else if (this.#held || this.#full) {
      this.#waiting = [this.#owner.keep(item)];
      this.#valve.pause();
    } else this.#take(item);
  }

  /** A message of that many bytes was handed to the store. */
  began(bytes: number): void {
    this.#inFlight += 1;
    this.#inFlightBytes += bytes;
    if (this.#inFlight >= MAX_IN_FLIGHT || this.#inFlightBytes >= MAX_IN_FLIGHT_BYTES) this.#full = true;
  }

  /** It was answered. */
  settled(bytes: number): void {
    this.#inFlight -= 1;
    this.#inFlightBytes -= bytes;
    if (!this.#full || this.#inFlight > MAX_IN_FLIGHT / 2 || this.#inFlightBytes > MAX_IN_FLIGHT_BYTES / 2) return;
    this.#full = false;
    this.#drain();
  }

  /** Nothing that waits is taken any more. */
  stop(): void {
    this.#stopped = true;
    this.#waiting = null;
  }

  #take(item: T): void {
    const step = this.#owner.take(item);
    if (step === undefined) return;
    this.#held = true;
    const release = (): void => {
      this.#held = false;
      this.#drain();
    };
    void step.then(release, release);
  }

  #drain(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    let taken = 0;
    while (taken < waiting.length && !this.#held && !this.#full && !this.#stopped) {
      const item = waiting[taken++];
      if (item !== undefined) this.#take(item);
    }
    if (this.#stopped) return;
    if (taken < waiting.length) this.#waiting = waiting.slice(taken);
    else {
      this.#waiting = null;
      this.#valve.resume();
    }
  }
}
