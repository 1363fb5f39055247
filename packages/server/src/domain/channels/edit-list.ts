import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { isUid } from '../messages/send-message.ts';
import { GROUP, PERSON, type User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { ensurePeople } from '../users/ensure-people.ts';
import type { ChannelStates, Users } from './channel-states.ts';
import { peerOf, personChannelId } from './person-channel.ts';

export interface EditListPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'ensureChannel' | 'editList' | 'friendsOf' | 'conversations'>;
  readonly bus: ChangeBus;
}

export interface EditListCommand {
  /** Type 1: the uid whose list it is (who blocks, who has friends); type 2: the group. */
  readonly channelId: string;
  readonly channelType: number;
  readonly list: 'deny' | 'allow';
  readonly edit: 'add' | 'remove' | 'set';
  readonly uids: readonly string[];
}

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
  const others = rest.filter((user) => user.u !== owner.u);
  if (command.edit === 'set') {
    const keep = new Set(others.map((user) => user.uid));
    for (const uid of await listedNow(ports, owner, command.list)) {
      if (keep.has(uid)) continue;
      const removed = await mark(ports, owner, uid, { list: command.list, edit: 'remove' });
      if (!removed.ok) return removed;
    }
  }
  const edit = command.edit === 'remove' ? 'remove' : 'add';
  for (const other of others) {
    const marked = await mark(ports, owner, other.uid, { list: command.list, edit });
    if (!marked.ok) return marked;
  }
  return ok();
}

async function mark(
  ports: EditListPorts,
  owner: User,
  otherUid: string,
  how: { list: 'deny' | 'allow'; edit: 'add' | 'remove' },
): Promise<Outcome<void>> {
  const id = personChannelId(owner.uid, otherUid);
  const state = await ports.channels.load(PERSON, id);
  if (state === null) return refuse('srv.fault', { error: 'a person channel of two accounts could not be made' });
  if (state[how.list].has(owner.u) === (how.edit === 'add')) return ok();
  return publish(ports.bus, await ports.directory.editList(state.channel.ch, how.list, how.edit, [owner.u]));
}

/** The uids that `owner` has on a list now, among friends and the latest conversations. */
async function listedNow(ports: EditListPorts, owner: User, list: 'deny' | 'allow'): Promise<readonly string[]> {
  const friends = (await ports.directory.friendsOf(owner.u)).map((user) => user.uid);
  const talked = (await ports.directory.conversations(owner.u, 10_000)).filter((row) => row.channel.type === PERSON);
  const peers = talked.map((row) => peerOf(row.channel.id, owner.uid)).filter((uid) => uid !== null);
  const listed: string[] = [];
  for (const uid of new Set([...friends, ...peers])) {
    const state = await ports.channels.load(PERSON, personChannelId(owner.uid, uid));
    if (state?.[list].has(owner.u) === true) listed.push(uid);
  }
  return listed;
}
