import type { LiveSession } from './session.ts';

const NONE: readonly LiveSession[] = [];

/** Who is connected here: user integer → live sessions. A list never changes once handed out: a session may end while its list is walked. */
export class Hub {
  readonly #byUser = new Map<number, readonly LiveSession[]>();
  #count = 0;

  get size(): number {
    return this.#count;
  }

  add(session: LiveSession): void {
    const sessions = this.#byUser.get(session.u);
    this.#byUser.set(session.u, sessions === undefined ? [session] : [...sessions, session]);
    this.#count += 1;
  }

  remove(session: LiveSession): void {
    const sessions = this.#byUser.get(session.u);
    if (sessions?.includes(session) !== true) return;
    if (sessions.length === 1) this.#byUser.delete(session.u);
    else
      this.#byUser.set(
        session.u,
        sessions.filter((one) => one !== session),
      );
    this.#count -= 1;
  }

  sessionsOf(u: number): readonly LiveSession[] {
    return this.#byUser.get(u) ?? NONE;
  }

  users(): IterableIterator<number> {
    return this.#byUser.keys();
  }
}
