import type { Outcome } from '../../kernel/outcome.ts';
import type { User } from '../model.ts';

/** Accounts in memory, by uid and by integer. */
export interface Users {
  peek(uid: string): User | undefined;
  peekInt(u: number): User | undefined;
  get(uid: string): Promise<User | null>;
  getInt(u: number): Promise<User | null>;
  /** Makes a person account when there is none: a back end may address somebody who has never connected. */
  ensurePerson(uid: string, name?: string): Promise<Outcome<User>>;
  /** The same for many at once, in the order given and without repeats. */
  ensurePeople(uids: readonly string[]): Promise<Outcome<readonly User[]>>;
}
