import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { GROUP, PERSON, type User } from '../model.ts';
import type { Directory, ListEntry } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { ensurePeople } from '../users/ensure-people.ts';
import { isUid } from '../users/uid.ts';
import type { Users } from '../users/users.ts';
import type { ChannelStates } from './channel-states.ts';
import { personChannelId } from './channel-id.ts';

export interface EditListPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'ensureChannel' | 'editList' | 'editPersonList' | 'personList'>;
  readonly bus: ChangeBus;
}

export interface ListName {
  /** Type 1: the uid whose list it is (who blocks, who has friends); type 2: the group. */
  readonly channelId: string;
  readonly channelType: number;
  readonly list: 'deny' | 'allow';
}

export interface EditListCommand extends ListName {
  readonly edit: 'add' | 'remove' | 'set';
  readonly uids: readonly string[];
}

/** So that messages can be committed between two pieces of a long list. */
const MARKS_PER_COMMIT = 500;

/** Deny and allow lists (WuKongIM blacklist, whitelist). A person's list is one mark of that person on the person channel with each other one. */
export async function editList(ports: EditListPorts, command: EditListCommand): Promise<Outcome<void>> {
  if (!isUid(command.channelId)) return refuse('im.channel_invalid', { channelId: command.channelId.slice(0, 128) });
  if (command.channelType === PERSON) return editPersonList(ports, command);
  return command.channelType === GROUP
    ? editGroupList(ports, command)
    : refuse('im.channel_type_unsupported', { channelType: command.channelType });
}

async function editGroupList(ports: EditListPorts, command: EditListCommand): Promise<Outcome<void>> {
  const people = await ensurePeople(ports.users, command.uids);
  if (!people.ok) return people;
  const state = await ports.channels.load(GROUP, command.channelId);
  const made =
    state === null
      ? publish(ports.bus, await ports.directory.ensureChannel({ id: command.channelId, type: GROUP }))
      : ok(state.channel);
  if (!made.ok) return made;
  const users = people.value.map((user) => user.u);
  return publish(ports.bus, await ports.directory.editList(made.value.ch, command.list, command.edit, users));
}

async function editPersonList(ports: EditListPorts, command: EditListCommand): Promise<Outcome<void>> {
  const people = await ensurePeople(ports.users, [command.channelId, ...command.uids]);
  if (!people.ok) return people;
  const [owner, ...rest] = people.value;
  if (owner === undefined) return refuse('wk.uid_invalid');
  const { list, edit } = command;
  const wanted = rest.map((user) => user.uid);
  if (edit === 'set') {
    const keep = new Set(wanted);
    const listed = await ports.directory.personList(owner.u, list);
    const gone = listed.filter((entry) => !keep.has(entry.uid)).map((entry) => entry.uid);
    const removed = await mark(ports, owner, { list, edit: 'remove', uids: gone });
    if (!removed.ok) return removed;
  }
  return mark(ports, owner, { list, edit: edit === 'remove' ? 'remove' : 'add', uids: wanted });
}

async function mark(
  ports: EditListPorts,
  owner: User,
  how: { readonly list: 'deny' | 'allow'; readonly edit: 'add' | 'remove'; readonly uids: readonly string[] },
): Promise<Outcome<void>> {
  const ids = how.uids.filter((uid) => uid !== owner.uid).map((uid) => personChannelId(owner.uid, uid));
  for (let from = 0; from < ids.length; from += MARKS_PER_COMMIT) {
    const piece = ids.slice(from, from + MARKS_PER_COMMIT);
    const edited = publish(ports.bus, await ports.directory.editPersonList(owner.u, how.list, how.edit, piece));
    if (!edited.ok) return edited;
  }
  return ok();
}

export interface ReadListPorts {
  readonly users: Pick<Users, 'get'>;
  readonly directory: Pick<Directory, 'channel' | 'groupList' | 'personList'>;
}

/** Who is on a list now; nobody on that of an unknown channel. */
export async function readList(ports: ReadListPorts, name: ListName): Promise<readonly ListEntry[]> {
  if (name.channelType === PERSON) {
    const owner = await ports.users.get(name.channelId);
    return owner === null ? [] : ports.directory.personList(owner.u, name.list);
  }
  const channel = await ports.directory.channel(name.channelType, name.channelId);
  return channel === null ? [] : ports.directory.groupList(channel.ch, name.list);
}
