import { randomBytes } from 'node:crypto';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { ChannelStates } from '../channels/channel-states.ts';
import { personChannelId } from '../channels/channel-id.ts';
import { PERSON, type User } from '../model.ts';
import type { Directory } from '../ports.ts';
import { type ChangeBus, publish } from '../publish.ts';
import { checkName } from '../users/account-rules.ts';

const MAX_BOTS_PER_OWNER = 20;

export interface CreateBotPorts {
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'usersOwnedBy' | 'ensureUser' | 'editList'>;
  readonly bus: ChangeBus;
}

/**
 * Makes a bot that `owner` owns, and befriends the two, so that the private chat works at once. The store allots the number that OneBot calls `user_id`.
 * Refuses `limit.objects` from the 21st bot on.
 */
export async function createBot(ports: CreateBotPorts, owner: User, wantedName: string): Promise<Outcome<User>> {
  const name = checkName('name', wantedName);
  if (!name.ok) return name;
  const owned = (await ports.directory.usersOwnedBy(owner.uid)).filter((user) => user.kind === 'bot');
  if (owned.length >= MAX_BOTS_PER_OWNER) return refuse('limit.objects', { object: 'bots', limit: MAX_BOTS_PER_OWNER });
  const uid = `bot_${randomBytes(4).toString('hex')}`;
  const bot = publish(ports.bus, await ports.directory.ensureUser({ uid, kind: 'bot', name: name.value, ownerUid: owner.uid }));
  if (!bot.ok) return bot;
  const friends = await befriend(ports, owner, bot.value);
  return friends.ok ? bot : friends;
}

/** Both sides allow each other. */
async function befriend(ports: Pick<CreateBotPorts, 'channels' | 'directory' | 'bus'>, a: User, b: User): Promise<Outcome<void>> {
  const state = await ports.channels.load(PERSON, personChannelId(a.uid, b.uid));
  if (state === null) return refuse('srv.fault', { error: 'a person channel of two accounts could not be made' });
  if (state.allow.has(a.u) && state.allow.has(b.u)) return ok();
  return publish(ports.bus, await ports.directory.editList(state.channel.ch, 'allow', 'add', [a.u, b.u]));
}
