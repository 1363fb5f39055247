import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type ChannelState, GROUP, type User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { isUid } from '../users/uid.ts';
import type { Users } from '../users/users.ts';
import type { ChannelStates } from './channel-states.ts';

export interface RemoveMembersPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'removeMembers'>;
  readonly bus: ChangeBus;
}

export interface RemoveMembersCommand {
  readonly groupId: string;
  readonly uids: readonly string[];
  /** null = a back end. A person may leave; the owner may remove all others, an admin plain members. */
  readonly actor: User | null;
}

/** Removes members from a group; a uid that is no member is skipped. Answers the integers of those removed. */
export async function removeMembers(
  ports: RemoveMembersPorts,
  command: RemoveMembersCommand,
): Promise<Outcome<readonly number[]>> {
  const { groupId, actor } = command;
  if (!isUid(groupId)) return refuse('im.channel_invalid', { channelId: groupId.slice(0, 128) });
  const state = await ports.channels.load(GROUP, groupId);
  if (state === null || (actor !== null && !state.members.has(actor.u))) {
    // WuKongIM answers 200 when a back end removes from a group that is not there.
    return actor === null ? ok([]) : refuse('im.not_member', { channelId: groupId });
  }
  const users: number[] = [];
  for (const uid of new Set(command.uids)) {
    const user = await ports.users.get(uid);
    if (user === null || !state.members.has(user.u)) continue;
    if (actor !== null && !mayRemove(state, actor, user))
      return refuse('scope.role_required', { needed: 'owner or admin of the group' });
    users.push(user.u);
  }
  if (users.length === 0) return ok([]);
  return publish(ports.bus, await ports.directory.removeMembers(state.channel.ch, users, actor?.uid ?? null));
}

function mayRemove(state: ChannelState, actor: User, target: User): boolean {
  if (actor.u === target.u) return true;
  const role = state.members.get(actor.u)?.role;
  return role === 'owner' || (role === 'admin' && state.members.get(target.u)?.role === 'member');
}
