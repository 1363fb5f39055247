import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { isUid } from '../messages/send-message.ts';
import { type Channel, GROUP, type Role } from '../model.ts';
import type { Directory, NewChannel } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { ensurePeople } from '../users/ensure-people.ts';
import type { ChannelStates, Users } from './channel-states.ts';

export interface SaveChannelPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'ensureChannel' | 'addMembers'>;
  readonly bus: ChangeBus;
}

export interface SaveChannelCommand {
  /** Given fields overwrite, absent ones keep. */
  readonly channel: NewChannel;
  readonly subscribers: readonly string[];
  readonly admins: readonly string[];
  /** Removes all other members first; only with subscribers (WuKongIM). */
  readonly reset: boolean;
}

/** A back end makes or changes a group (WuKongIM `POST /channel`): info, then members. Owner and admins are members too. */
export async function saveChannel(ports: SaveChannelPorts, command: SaveChannelCommand): Promise<Outcome<Channel>> {
  const { id, type, owner } = command.channel;
  if (!isUid(id)) return refuse('im.channel_invalid', { channelId: id.slice(0, 128) });
  if (type !== GROUP) return refuse('im.channel_type_unsupported', { channelType: type });
  const leaders = [...(typeof owner === 'string' ? [owner] : []), ...command.admins];
  const people = await ensurePeople(ports.users, [...leaders, ...command.subscribers]);
  if (!people.ok) return people;

  const saved = publish(ports.bus, await ports.directory.ensureChannel(command.channel));
  if (!saved.ok || people.value.length === 0) return saved;
  const present = await ports.channels.load(type, id);
  const members = people.value.map((user) => ({
    u: user.u,
    role: roleOf(user.uid, owner ?? null, command.admins) ?? present?.members.get(user.u)?.role ?? ('member' as const),
  }));
  const changed = members.filter((member) => present?.members.get(member.u)?.role !== member.role);
  const reset = command.reset && command.subscribers.length > 0;
  if (changed.length === 0 && !reset) return saved;
  const added = publish(
    ports.bus,
    await ports.directory.addMembers(saved.value.ch, reset ? members : changed, { reset, actor: null }),
  );
  return added.ok ? ok(saved.value) : added;
}

function roleOf(uid: string, owner: string | null, admins: readonly string[]): Role | null {
  if (uid === owner) return 'owner';
  return admins.includes(uid) ? 'admin' : null;
}
