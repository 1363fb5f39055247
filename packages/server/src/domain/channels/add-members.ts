import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { GROUP, type User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { ensurePeople } from '../users/ensure-people.ts';
import { isUid } from '../users/uid.ts';
import type { Users } from '../users/users.ts';
import type { ChannelStates } from './channel-states.ts';
import { findAccounts } from './create-group.ts';

export interface AddMembersPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'ensureChannel' | 'addMembers'>;
  readonly bus: ChangeBus;
}

export interface AddMembersCommand {
  readonly groupId: string;
  readonly uids: readonly string[];
  /** The member who adds; null = a back end, which may add anybody and makes what is missing. */
  readonly actor: User | null;
  readonly reset: boolean;
}

/** Adds members to a group; members who are there already keep their role. Any member may add existing accounts. Answers the integers of those added. */
export async function addMembers(ports: AddMembersPorts, command: AddMembersCommand): Promise<Outcome<readonly number[]>> {
  const { groupId, actor } = command;
  if (!isUid(groupId)) return refuse('im.channel_invalid', { channelId: groupId.slice(0, 128) });
  const ch = await groupFor(ports, groupId, actor);
  if (!ch.ok) return ch;
  const people = actor === null ? await ensurePeople(ports.users, command.uids) : await findAccounts(ports, command.uids);
  if (!people.ok) return people;

  const present = (await ports.channels.load(GROUP, groupId))?.members;
  const members = people.value.map((user) => ({ u: user.u, role: present?.get(user.u)?.role ?? ('member' as const) }));
  const missing = command.reset ? members : members.filter((member) => present?.has(member.u) !== true);
  if (missing.length === 0) return ok([]);
  return publish(
    ports.bus,
    await ports.directory.addMembers(ch.value, missing, { reset: command.reset, actor: actor?.uid ?? null }),
  );
}

async function groupFor(ports: AddMembersPorts, groupId: string, actor: User | null): Promise<Outcome<number>> {
  const state = await ports.channels.load(GROUP, groupId);
  if (actor === null) {
    if (state !== null) return ok(state.channel.ch);
    const made = publish(ports.bus, await ports.directory.ensureChannel({ id: groupId, type: GROUP }));
    return made.ok ? ok(made.value.ch) : made;
  }
  if (state === null || !state.members.has(actor.u)) return refuse('im.not_member', { channelId: groupId });
  return state.channel.disband ? refuse('im.disbanded') : ok(state.channel.ch);
}
