import type { ChannelStates } from '../domain/channels/channel-states.ts';
import type { Change, ChannelState } from '../domain/model.ts';
import type { Directory } from '../domain/ports.ts';

interface Entry {
  readonly key: string;
  readonly state: ChannelState;
  bytes: number;
  /** Touched since the last sweep (second chance). */
  used: boolean;
}

/**
 * Permission data of active channels, bounded by bytes. Loading reads on the writer, between two commits, and every later change arrives as a
 * committed change in order; so an entry is never older than the last change that was answered.
 */
export class ChannelCache implements ChannelStates {
  readonly #directory: Directory;
  readonly #maxBytes: number;
  readonly #byKey = new Map<string, Entry>();
  readonly #byInt = new Map<number, Entry>();
  readonly #loading = new Map<string, Promise<ChannelState | null>>();
  #bytes = 0;

  constructor(directory: Directory, maxBytes: number) {
    this.#directory = directory;
    this.#maxBytes = maxBytes;
  }

  peek(type: number, id: string): ChannelState | undefined {
    return touch(this.#byKey.get(keyOf(type, id)));
  }

  peekInt(ch: number): ChannelState | undefined {
    return touch(this.#byInt.get(ch));
  }

  load(type: number, id: string): Promise<ChannelState | null> {
    return this.#loadOnce(keyOf(type, id), () => this.#directory.loadState(type, id));
  }

  loadInt(ch: number): Promise<ChannelState | null> {
    return this.#loadOnce(`#${ch}`, () => this.#directory.loadStateByInt(ch));
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'channel.saved') {
        const entry = this.#byInt.get(change.channel.ch);
        if (entry !== undefined) entry.state.channel = change.channel;
      } else if ('ch' in change) {
        const entry = this.#byInt.get(change.ch);
        if (entry !== undefined) this.#applyTo(entry, change);
      }
    }
  }

  #applyTo(entry: Entry, change: Change): void {
    const { state } = entry;
    switch (change.kind) {
      case 'members.added':
      case 'members.role':
        for (const member of change.members) state.members.set(member.u, member);
        break;
      case 'members.removed':
        for (const u of change.users) state.members.delete(u);
        break;
      case 'list.set':
        state[change.list].clear();
        for (const u of change.users) state[change.list].add(u);
        break;
      case 'list.added':
        for (const u of change.users) state[change.list].add(u);
        break;
      case 'list.removed':
        for (const u of change.users) state[change.list].delete(u);
        break;
      default:
        return;
    }
    this.#bytes -= entry.bytes;
    entry.bytes = weightOf(entry.state);
    this.#bytes += entry.bytes;
  }

  /** One read per channel at a time, however many wait for it. */
  #loadOnce(key: string, read: () => Promise<ChannelState | null>): Promise<ChannelState | null> {
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const load = read()
      .then((state) => (state === null ? null : this.#keep(state)))
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, load);
    return load;
  }

  #keep(state: ChannelState): ChannelState {
    const present = this.#byInt.get(state.channel.ch);
    if (present !== undefined) return present.state;
    const entry: Entry = { key: keyOf(state.channel.type, state.channel.id), state, bytes: weightOf(state), used: true };
    this.#byKey.set(entry.key, entry);
    this.#byInt.set(state.channel.ch, entry);
    this.#bytes += entry.bytes;
    this.#evict(entry);
    return state;
  }

  /** Second chance over insertion order: a touched entry goes to the back once, an untouched one leaves. */
  #evict(keep: Entry): void {
    let steps = this.#byKey.size * 2;
    for (const [key, entry] of this.#byKey) {
      if (this.#bytes <= this.#maxBytes || steps-- <= 0) return;
      this.#byKey.delete(key);
      if (entry.used || entry === keep) {
        entry.used = false;
        this.#byKey.set(key, entry);
      } else {
        this.#byInt.delete(entry.state.channel.ch);
        this.#bytes -= entry.bytes;
      }
    }
  }
}

function keyOf(type: number, id: string): string {
  return `${type}:${id}`;
}

function touch(entry: Entry | undefined): ChannelState | undefined {
  if (entry === undefined) return undefined;
  entry.used = true;
  return entry.state;
}

/** About what V8 needs: a map slot and a member object each, a set slot each. */
function weightOf(state: ChannelState): number {
  return 600 + state.members.size * 120 + (state.deny.size + state.allow.size) * 32;
}
