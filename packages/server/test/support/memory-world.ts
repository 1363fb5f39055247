import type { ChannelStates } from '../../src/domain/channels/channel-states.ts';
import type { AppendResult, Channel, ChannelState, Draft, Member, Message, User } from '../../src/domain/model.ts';
import type { MessageLog } from '../../src/domain/ports.ts';
import type { Users } from '../../src/domain/users/users.ts';
import type { Log } from '../../src/kernel/log.ts';
import { ok, type Outcome } from '../../src/kernel/outcome.ts';
import { messageOf } from '../../src/runtime/append-queue.ts';

/** Keeps what nobody looks at out of the test's output. */
export const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function userOf(u: number, uid: string, patch: Partial<User> = {}): User {
  return {
    u,
    uid,
    kind: 'person',
    numericId: 10_000 + u,
    name: uid,
    ownerUid: null,
    banned: false,
    sendBan: false,
    privateTargets: false,
    ...patch,
  };
}

export function channelOf(ch: number, type: number, id: string, patch: Partial<Channel> = {}): Channel {
  return {
    ch,
    id,
    type,
    numericId: type === 1 ? 0 : 30_000 + ch,
    name: id,
    owner: null,
    ban: false,
    disband: false,
    sendBan: false,
    allowStranger: false,
    large: false,
    createdMs: 0,
    ...patch,
  };
}

export function memberOf(u: number, patch: Partial<Member> = {}): Member {
  return { u, role: 'member', mutedUntilMs: 0, joinedMs: 0, ...patch };
}

export function stateOf(channel: Channel, members: readonly Member[]): ChannelState {
  return { channel, members: new Map(members.map((member) => [member.u, member])), deny: new Set(), allow: new Set() };
}

/** Channels and users in memory, counting the reads that were not warm. */
export class MemoryWorld implements ChannelStates {
  readonly states = new Map<string, ChannelState>();
  readonly warm = new Set<string>();
  readonly people = new Map<string, User>();
  loads = 0;

  add(state: ChannelState): ChannelState {
    this.states.set(`${state.channel.type}:${state.channel.id}`, state);
    return state;
  }

  peek(type: number, id: string): ChannelState | undefined {
    const key = `${type}:${id}`;
    return this.warm.has(key) ? this.states.get(key) : undefined;
  }

  load(type: number, id: string): Promise<ChannelState | null> {
    this.loads += 1;
    this.warm.add(`${type}:${id}`);
    return Promise.resolve(this.states.get(`${type}:${id}`) ?? null);
  }

  peekInt(ch: number): ChannelState | undefined {
    return [...this.states.values()].find((state) => state.channel.ch === ch);
  }

  loadInt(ch: number): Promise<ChannelState | null> {
    return Promise.resolve(this.peekInt(ch) ?? null);
  }

  readonly users: Users = {
    peek: (uid) => this.people.get(uid),
    peekInt: (u) => [...this.people.values()].find((user) => user.u === u),
    get: (uid) => Promise.resolve(this.people.get(uid) ?? null),
    getInt: (u) => Promise.resolve([...this.people.values()].find((user) => user.u === u) ?? null),
    ensurePerson: (uid) => {
      const known = this.people.get(uid) ?? userOf(this.people.size + 1, uid);
      this.people.set(uid, known);
      return Promise.resolve(ok(known));
    },
    ensurePeople: async (uids) => {
      const people: User[] = [];
      for (const uid of new Set(uids)) {
        const made = await this.users.ensurePerson(uid);
        if (made.ok) people.push(made.value);
      }
      return ok(people);
    },
  };
}

/** A log in memory: the same promises as a store, no disk. */
export class MemoryLog implements MessageLog {
  readonly messages: Message[] = [];
  readonly #seqs = new Map<number, number>();
  appends = 0;
  reads = 0;
  refuseNext: Outcome<readonly AppendResult[]> | null = null;

  append(batch: readonly Draft[]): Promise<Outcome<readonly AppendResult[]>> {
    this.appends += 1;
    const refused = this.refuseNext;
    this.refuseNext = null;
    if (refused !== null) return Promise.resolve(refused);
    return Promise.resolve(
      ok(
        batch.map((draft): AppendResult => {
          const seq = (this.#seqs.get(draft.ch) ?? 0) + 1;
          this.#seqs.set(draft.ch, seq);
          const message = messageOf(draft, this.messages.length + 1, seq);
          this.messages.push(message);
          return { status: 'stored', id: message.id, seq, tsMs: draft.tsMs };
        }),
      ),
    );
  }

  lastId(): Promise<number> {
    return Promise.resolve(this.messages.length);
  }

  range(fromId: number, toId: number, limit: number): Promise<readonly Message[]> {
    this.reads += 1;
    return Promise.resolve(this.messages.filter((one) => one.id > fromId && one.id <= toId).slice(0, limit));
  }

  byId(id: number): Promise<Message | null> {
    return Promise.resolve(this.messages[id - 1] ?? null);
  }

  history(): Promise<{ messages: readonly Message[]; more: boolean }> {
    return Promise.resolve({ messages: this.messages, more: false });
  }

  lastSeq(ch: number): Promise<number> {
    return Promise.resolve(this.messages.filter((one) => one.ch === ch).length);
  }

  feed(u: number, cursor: number, limit: number): Promise<readonly Message[]> {
    return Promise.resolve(this.messages.filter((one) => one.id > cursor && one.sender !== u).slice(0, limit));
  }
}
