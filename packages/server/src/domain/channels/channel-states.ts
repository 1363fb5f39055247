import type { Outcome } from '../../kernel/outcome.ts';
import type { ChannelState, User } from '../model.ts';

/** Channel state in memory. `peek` is for the hot path and never waits; `load` reads it once and keeps it. */
export interface ChannelStates {
  peek(type: number, id: string): ChannelState | undefined;
  load(type: number, id: string): Promise<ChannelState | null>;
  /** By the channel's integer, for delivery. */
  peekInt(ch: number): ChannelState | undefined;
  loadInt(ch: number): Promise<ChannelState | null>;
}

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
