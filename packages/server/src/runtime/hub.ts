import type { LiveSession } from './session.ts';

const NONE: readonly LiveSession[] = [];

/** Who is connected here: user integer → live sessions. */
export class Hub {
  readonly #byUser = new Map<number, LiveSession[]>();
  #count = 0;

  get size(): number {
    return this.#count;
  }

  add(session: LiveSession): void {
    const sessions = this.#byUser.get(session.u);
    if (sessions === undefined) this.#byUser.set(session.u, [session]);
    else sessions.push(session);
    this.#count += 1;
  }

  remove(session: LiveSession): void {
    const sessions = this.#byUser.get(session.u);
    const index = sessions?.indexOf(session) ?? -1;
    if (sessions === undefined || index < 0) return;
    if (sessions.length === 1) this.#byUser.delete(session.u);
    else sessions.splice(index, 1);
    this.#count -= 1;
  }

  sessionsOf(u: number): readonly LiveSession[] {
    return this.#byUser.get(u) ?? NONE;
  }

  users(): IterableIterator<number> {
    return this.#byUser.keys();
  }

  all(): LiveSession[] {
    return [...this.#byUser.values()].flat();
  }
}
