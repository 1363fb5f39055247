import { type ChannelState, GROUP, type User } from '../model.ts';

/** Owners and admins may mention everybody in a group; in a group without any, every member may. In a person channel there is nobody else to disturb. */
export function mayMentionAll(state: ChannelState, user: Pick<User, 'u'>): boolean {
  if (state.channel.type !== GROUP) return true;
  const role = state.members.get(user.u)?.role ?? 'member';
  if (role !== 'member') return true;
  for (const member of state.members.values()) if (member.role !== 'member') return false;
  return true;
}
