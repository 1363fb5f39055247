import { randomBytes } from 'node:crypto';
import { type Outcome, refuse } from '../../kernel/outcome.ts';
import { type Channel, GROUP, type User } from '../model.ts';
import { checkName } from '../users/account-rules.ts';
import { type SaveChannelPorts, saveChannel } from './save-channel.ts';

const MAX_NEW_GROUP_MEMBERS = 500;

export interface CreateGroupCommand {
  readonly owner: User;
  readonly name: string;
  /** Existing accounts; the owner is a member anyway. */
  readonly members: readonly string[];
}

/** A person makes a group and owns it. Refuses `resource.hidden` when a member is no account. */
export async function createGroup(ports: SaveChannelPorts, command: CreateGroupCommand): Promise<Outcome<Channel>> {
  const name = checkName('name', command.name);
  if (!name.ok) return name;
  const known = await findAccounts(ports, command.members);
  if (!known.ok) return known;
  const channel = { id: `g_${randomBytes(8).toString('hex')}`, type: GROUP, name: name.value, owner: command.owner.uid };
  return saveChannel(ports, { channel, subscribers: [command.owner.uid, ...command.members], admins: null, reset: false });
}

/** People may only name accounts that exist: a typing error must not make a new one. */
export async function findAccounts(
  ports: Pick<SaveChannelPorts, 'users'>,
  uids: readonly string[],
): Promise<Outcome<readonly User[]>> {
  const wanted = [...new Set(uids)];
  if (wanted.length > MAX_NEW_GROUP_MEMBERS)
    return refuse('limit.objects', { given: wanted.length, limit: MAX_NEW_GROUP_MEMBERS });
  const found: User[] = [];
  for (const uid of wanted) {
    const user = await ports.users.get(uid);
    if (user === null || user.kind === 'system')
      return refuse('resource.hidden', { uid: uid.slice(0, 128), reason: 'no such account' });
    found.push(user);
  }
  return { ok: true, value: found };
}
