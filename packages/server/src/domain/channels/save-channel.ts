import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type Channel, type ChannelState, GROUP, type Role } from '../model.ts';
import type { Directory, NewChannel } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { ensurePeople } from '../users/ensure-people.ts';
import { isUid } from '../users/uid.ts';
import type { Users } from '../users/users.ts';
import type { ChannelStates } from './channel-states.ts';

export interface SaveChannelPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'ensureChannel' | 'addMembers' | 'setRoles'>;
  readonly bus: ChangeBus;
}

export interface SaveChannelCommand {
  /** Given fields overwrite, absent ones keep. */
  readonly channel: NewChannel;
  readonly subscribers: readonly string[];
  /** All admins from now on; null keeps them as they are. */
  readonly admins: readonly string[] | null;
  /** Removes all other members first, but for the owner; only with subscribers (WuKongIM). */
  readonly reset: boolean;
}

/** A back end makes or changes a group (WuKongIM `POST /channel`): info, then members. Owner and admins are members too. */
export async function saveChannel(ports: SaveChannelPorts, command: SaveChannelCommand): Promise<Outcome<Channel>> {
  const { id, type, owner } = command.channel;
  if (!isUid(id)) return refuse('im.channel_invalid', { channelId: id.slice(0, 128) });
  if (type !== GROUP) return refuse('im.channel_type_unsupported', { channelType: type });
  const before = await ports.channels.load(type, id);
  const reset = command.reset && command.subscribers.length > 0;
  const leader = owner === undefined && reset ? before?.channel.owner : owner;
  const leaders = [...(typeof leader === 'string' ? [leader] : []), ...(command.admins ?? [])];
  const people = await ensurePeople(ports.users, [...leaders, ...command.subscribers]);
  if (!people.ok) return people;

  const saved = publish(ports.bus, await ports.directory.ensureChannel(command.channel));
  if (!saved.ok) return saved;
  const roleOf = roleRule(command, saved.value.owner);
  const members = people.value.map((user) => ({ u: user.u, role: roleOf(user.uid, before?.members.get(user.u)?.role) }));
  const changed = reset ? members : members.filter((member) => before?.members.get(member.u)?.role !== member.role);
  if (changed.length > 0) {
    const { ch } = saved.value;
    const added = publish(ports.bus, await ports.directory.addMembers(ch, changed, { reset, actor: null }));
    if (!added.ok) return added;
  }
  const lowered = before === null ? ok([]) : await loweredMembers(ports, before, roleOf);
  if (!lowered.ok || lowered.value.length === 0) return lowered.ok ? saved : lowered;
  const set = publish(ports.bus, await ports.directory.setRoles(saved.value.ch, lowered.value, null));
  return set.ok ? saved : set;
}

type RoleRule = (uid: string, now: Role | undefined) => Role;

/** The owner leads, then who is named an admin; others keep what they are, unless this call names other leaders. */
function roleRule({ admins }: SaveChannelCommand, owner: string | null): RoleRule {
  const named = admins === null ? null : new Set(admins);
  return (uid, now) => {
    if (uid === owner) return 'owner';
    if (named === null) return now === 'admin' ? 'admin' : 'member';
    return named.has(uid) ? 'admin' : 'member';
  };
}

/** Who led before and, by this call, leads less. */
async function loweredMembers(ports: SaveChannelPorts, before: ChannelState, roleOf: RoleRule) {
  const lowered: { u: number; role: Role }[] = [];
  for (const { u, role } of [...before.members.values()]) {
    if (role === 'member') continue;
    const user = await ports.users.getInt(u);
    if (user === null) return refuse('srv.fault', { error: 'a member without an account' });
    const next = roleOf(user.uid, role);
    if (next !== role) lowered.push({ u, role: next });
  }
  return ok(lowered);
}
