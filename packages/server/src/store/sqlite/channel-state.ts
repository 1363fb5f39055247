import type { Channel, ChannelState, Member } from '../../domain/model.ts';
import { ROLES, toChannel } from './rows.ts';
import type { CommandContext, DirectoryCommands } from './directory-commands.ts';

/** Read on the writer, between two commits. */
export function stateCommands({ sql }: CommandContext, directory: DirectoryCommands) {
  function stateOf(channel: Channel, parties: readonly number[]): ChannelState {
    const members = new Map<number, Member>();
    for (const u of parties) members.set(u, { u, role: 'member', mutedUntilMs: 0, joinedMs: channel.createdMs });
    for (const row of sql('SELECT user, role, muted_until_ms, joined_ms FROM membership WHERE ch=?').iterate(channel.ch)) {
      const u = Number(row['user']);
      members.set(u, {
        u,
        role: ROLES[Number(row['role'])] ?? 'member',
        mutedUntilMs: Number(row['muted_until_ms']),
        joinedMs: Number(row['joined_ms']),
      });
    }
    const state: ChannelState = { channel, members, deny: new Set(), allow: new Set() };
    for (const row of sql('SELECT list, user FROM channel_list WHERE ch=?').iterate(channel.ch)) {
      (row['list'] === 'deny' ? state.deny : state.allow).add(Number(row['user']));
    }
    return state;
  }

  function loadStateByInt(ch: number): ChannelState | null {
    const row = sql('SELECT * FROM channel WHERE ch=?').get(ch);
    if (row === undefined) return null;
    return stateOf(toChannel(row), row['party_a'] === null ? [] : [Number(row['party_a']), Number(row['party_b'])]);
  }

  function loadState(type: number, id: string, nowMs: number): ChannelState | null {
    const row = sql('SELECT ch FROM channel WHERE type=? AND id=?').get(type, id);
    if (row !== undefined) return loadStateByInt(Number(row['ch']));
    if (type !== 1 || directory.partiesOf(id) === null) return null;
    const made = directory.ensureChannel({ type, id }, nowMs);
    return made.ok ? loadStateByInt(made.value.value.ch) : null;
  }

  return { loadState, loadStateByInt };
}
