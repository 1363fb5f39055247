import { setImmediate } from 'node:timers/promises';
import { addresseeOf } from '../../domain/messages/read-history.ts';
import { type Channel, FLAG_NO_PERSIST, FLAG_RED_DOT, FLAG_SYNC_ONCE, type Message } from '../../domain/model.ts';
import type { Users } from '../../domain/channels/channel-states.ts';

/**
 * A message as WuKongIM v2 answers it, key order kept. `from_uid` is '' for the system account; `channel_id` of a person channel is the
 * addressee, whoever reads (TangSengDaoDao expects that).
 */
export async function messageObject(users: Users, channel: Channel, message: Message): Promise<object> {
  const sender = users.peekInt(message.sender) ?? (await users.getInt(message.sender));
  const { flags } = message;
  return {
    header: { no_persist: bit(flags, FLAG_NO_PERSIST), red_dot: bit(flags, FLAG_RED_DOT), sync_once: bit(flags, FLAG_SYNC_ONCE) },
    setting: (flags >> 8) & 0xff,
    message_id: message.id,
    message_idstr: String(message.id),
    client_msg_no: message.clientMsgNo,
    message_seq: message.seq,
    from_uid: sender === null || sender.kind === 'system' ? '' : sender.uid,
    channel_id: addresseeOf(channel, sender?.uid ?? ''),
    channel_type: channel.type,
    ...(message.topic === '' ? {} : { topic: message.topic }),
    expire: message.expireSeconds,
    timestamp: Math.floor(message.tsMs / 1000),
    payload: Buffer.from(message.payload).toString('base64'),
  };
}

const AT_ONCE = 500;

/** A JSON array of messages. Long ones are written in pieces, between which other requests are served. */
export async function messagesJson(users: Users, channel: Channel, messages: readonly Message[]): Promise<string> {
  const parts: string[] = [];
  for (const message of messages) {
    parts.push(JSON.stringify(await messageObject(users, channel, message)));
    if (parts.length % AT_ONCE === 0) await setImmediate();
  }
  return `[${parts.join(',')}]`;
}

function bit(flags: number, mask: number): 0 | 1 {
  return (flags & mask) === 0 ? 0 : 1;
}
