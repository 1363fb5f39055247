import { type GroupMessageEvent, groupMessageEvent, type PrivateMessageEvent, privateMessageEvent } from '@hufu/protocol/onebot';
import { type BotClient, type ChannelState, GROUP, type Message, PERSON, type User } from '../../domain/model.ts';
import { shownGroupName, shownName } from '../../domain/users/shown-name.ts';
import type { Delivery } from '../../runtime/session.ts';
import type { OnebotDeps } from './deps.ts';
import { contentOf, isForPeopleOnly, readSegments } from './messages/read.ts';

type ReadDeps = Pick<OnebotDeps, 'users' | 'files' | 'externalHttp'>;

/** What a bot hears of a message; null = nothing. */
export async function toEvent(
  deps: ReadDeps,
  input: { readonly bot: User; readonly client: BotClient; readonly delivery: Delivery; readonly replayed: boolean },
): Promise<PrivateMessageEvent | GroupMessageEvent | null> {
  const { bot, client, delivery, replayed } = input;
  if (delivery.message.sender === bot.u) return null;
  return messageObject(deps, { bot, client, message: delivery.message, state: delivery.state, replayed });
}

/** A message in the shape of an event, which is also the answer of get_msg; null when its content, sender or kind of channel has no place in OneBot. */
export async function messageObject(
  deps: ReadDeps,
  input: {
    readonly bot: User;
    readonly client: BotClient;
    readonly message: Message;
    readonly state: ChannelState;
    readonly replayed: boolean;
  },
): Promise<PrivateMessageEvent | GroupMessageEvent | null> {
  const { bot, client, message, state, replayed } = input;
  const sender = deps.users.peekInt(message.sender) ?? (await deps.users.getInt(message.sender));
  const content = contentOf(message.payload);
  if (sender === null || isForPeopleOnly(content)) return null;
  const own = message.sender === bot.u;
  const common = {
    timeSeconds: message.tsMs / 1000,
    selfId: bot.numericId,
    messageId: message.id,
    messageSeq: message.seq,
    userId: sender.numericId,
    nickname: shownName(sender),
    segments: await readSegments(deps, message.payload, content),
    format: client.format,
    ...(replayed ? { replayed } : {}),
  };
  if (state.channel.type === GROUP) {
    return groupMessageEvent({
      ...common,
      groupId: state.channel.numericId,
      groupName: shownGroupName(state.channel),
      role: state.members.get(message.sender)?.role ?? 'member',
      ...(own ? { sentTo: state.channel.numericId } : {}),
    });
  }
  if (state.channel.type !== PERSON) return null;
  const peer = own ? await peerNumber(deps, state, bot) : undefined;
  return privateMessageEvent({ ...common, ...(peer === undefined ? {} : { sentTo: peer }) });
}

async function peerNumber(deps: ReadDeps, state: ChannelState, bot: User): Promise<number> {
  for (const u of state.members.keys()) if (u !== bot.u) return (await deps.users.getInt(u))?.numericId ?? bot.numericId;
  return bot.numericId;
}
