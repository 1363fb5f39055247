import type { Change, User } from '../domain/model.ts';
import type { Bus, Directory } from '../domain/ports.ts';
import type { Users } from '../domain/users/users.ts';
import { ok, type Outcome } from '../kernel/outcome.ts';

/** So that messages can be committed between two pieces of a long list. */
const PEOPLE_PER_COMMIT = 500;

type Accounts = Pick<Directory, 'user' | 'usersByInt' | 'ensureUser' | 'ensurePeople'>;

/** Accounts seen lately, by uid and by integer; the oldest leave when there are more than `maxUsers`. */
export class UserCache implements Users {
  readonly #directory: Accounts;
  readonly #bus: Bus;
  readonly #maxUsers: number;
  readonly #byUid = new Map<string, User>();
  readonly #byInt = new Map<number, User>();
  #saves = 0;

  constructor(directory: Accounts, bus: Bus, maxUsers: number) {
    this.#directory = directory;
    this.#bus = bus;
    this.#maxUsers = maxUsers;
  }

  peek(uid: string): User | undefined {
    return this.#byUid.get(uid);
  }

  peekInt(u: number): User | undefined {
    return this.#byInt.get(u);
  }

  async get(uid: string): Promise<User | null> {
    const known = this.#byUid.get(uid);
    if (known !== undefined) return known;
    return this.#load(() => this.#directory.user(uid));
  }

  async getInt(u: number): Promise<User | null> {
    const known = this.#byInt.get(u);
    if (known !== undefined) return known;
    return this.#load(async () => (await this.#directory.usersByInt([u]))[0] ?? null);
  }

  async ensurePerson(uid: string, name?: string): Promise<Outcome<User>> {
    const known = await this.get(uid);
    if (known !== null && (name === undefined || name === known.name)) return ok(known);
    const made = await this.#directory.ensureUser({ uid, kind: 'person', ...(name === undefined ? {} : { name }) });
    if (!made.ok) return made;
    this.#bus.publishChanges(made.value.changes);
    return ok(this.#keep(made.value.value) ?? made.value.value);
  }

  async ensurePeople(uids: readonly string[]): Promise<Outcome<readonly User[]>> {
    const wanted = [...new Set(uids)];
    const people = new Map<string, User>();
    for (const uid of wanted) {
      const known = this.#byUid.get(uid);
      if (known !== undefined) people.set(uid, known);
    }
    const missing = wanted.filter((uid) => !people.has(uid));
    for (let from = 0; from < missing.length; from += PEOPLE_PER_COMMIT) {
      const made = await this.#directory.ensurePeople(missing.slice(from, from + PEOPLE_PER_COMMIT));
      if (!made.ok) return made;
      this.#bus.publishChanges(made.value.changes);
      for (const user of made.value.value) people.set(user.uid, this.#keep(user) ?? user);
    }
    return ok(wanted.flatMap((uid) => people.get(uid) ?? []));
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind !== 'user.saved') continue;
      this.#saves += 1;
      if (this.#byInt.has(change.user.u)) this.#keep(change.user);
    }
  }

  /** A row that was read while an account was saved may be the one from before: such a read answers, but is not remembered. */
  async #load(read: () => Promise<User | null>): Promise<User | null> {
    const savesBefore = this.#saves;
    const user = await read();
    return savesBefore === this.#saves ? this.#keep(user) : user;
  }

  #keep(user: User | null): User | null {
    if (user === null) return null;
    this.#byUid.set(user.uid, user);
    this.#byInt.set(user.u, user);
    if (this.#byUid.size > this.#maxUsers) {
      const oldest = this.#byUid.values().next().value;
      if (oldest !== undefined) {
        this.#byUid.delete(oldest.uid);
        this.#byInt.delete(oldest.u);
      }
    }
    return user;
  }
}
