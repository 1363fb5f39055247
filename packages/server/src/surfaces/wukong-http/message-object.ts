import { setImmediate } from 'node:timers/promises';
import { addresseeOf } from '../../domain/channels/channel-id.ts';
import { type Channel, FLAG_NO_PERSIST, FLAG_RED_DOT, FLAG_SYNC_ONCE, type Message } from '../../domain/model.ts';
import type { Users } from '../../domain/channels/channel-states.ts';

/** Who sent a message and to whom, in this API's words. */
interface Parties {
  readonly fromUid: string;
  readonly channelId: string;
}

/** `from_uid` is '' for the system account; `channel_id` of a person channel is the addressee, whoever reads (TangSengDaoDao expects that). */
async function partiesOf(users: Users, channel: Channel, sender: number): Promise<Parties> {
  const user = users.peekInt(sender) ?? (await users.getInt(sender));
  return { fromUid: user === null || user.kind === 'system' ? '' : user.uid, channelId: addresseeOf(channel, user?.uid ?? '') };
}

/** A message as WuKongIM v2 answers it, key order kept. */
function messageObject(channel: Channel, message: Message, { fromUid, channelId }: Parties): object {
  const { flags, payload } = message;
  return {
    header: { no_persist: bit(flags, FLAG_NO_PERSIST), red_dot: bit(flags, FLAG_RED_DOT), sync_once: bit(flags, FLAG_SYNC_ONCE) },
    setting: (flags >> 8) & 0xff,
    message_id: message.id,
    message_idstr: String(message.id),
    client_msg_no: message.clientMsgNo,
    message_seq: message.seq,
    from_uid: fromUid,
    channel_id: channelId,
    channel_type: channel.type,
    ...(message.topic === '' ? {} : { topic: message.topic }),
    expire: message.expireSeconds,
    timestamp: Math.floor(message.tsMs / 1000),
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64'),
  };
}

const AT_ONCE = 500;

/** A JSON array of messages. Long ones are written in pieces, between which other requests are served. */
export async function messagesJson(users: Users, channel: Channel, messages: readonly Message[]): Promise<string> {
  const parts: string[] = [];
  // A page has few senders.
  const known = new Map<number, Parties>();
  for (const message of messages) {
    let parties = known.get(message.sender);
    if (parties === undefined) known.set(message.sender, (parties = await partiesOf(users, channel, message.sender)));
    parts.push(JSON.stringify(messageObject(channel, message, parties)));
    if (parts.length % AT_ONCE === 0) await setImmediate();
  }
  return `[${parts.join(',')}]`;
}

function bit(flags: number, mask: number): 0 | 1 {
  return (flags & mask) === 0 ? 0 : 1;
}
