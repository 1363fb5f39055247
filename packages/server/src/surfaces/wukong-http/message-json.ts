import { setImmediate } from 'node:timers/promises';
import { addresseeOf } from '../../domain/channels/channel-id.ts';
import { type Channel, FLAG_NO_PERSIST, FLAG_RED_DOT, FLAG_SYNC_ONCE, type Message, settingOf } from '../../domain/model.ts';
import type { Users } from '../../domain/users/users.ts';

/** Who sent a message and to whom, in this API's words, each as a JSON string. */
interface Parties {
  readonly fromUid: string;
  readonly channelId: string;
}

/** `from_uid` is '' for the system account; `channel_id` of a person channel is the addressee, whoever reads (TangSengDaoDao expects that). */
async function partiesOf(users: Users, channel: Channel, sender: number): Promise<Parties> {
  const user = users.peekInt(sender) ?? (await users.getInt(sender));
  return {
    fromUid: JSON.stringify(user === null || user.kind === 'system' ? '' : user.uid),
    channelId: JSON.stringify(addresseeOf(channel, user?.uid ?? '')),
  };
}

/** A message as WuKongIM v2 answers it, key order kept. As text at once: by way of objects a page costs three times as much. */
function messageJson({ type }: Channel, message: Message, { fromUid, channelId }: Parties): string {
  const { id, seq, flags, topic, payload } = message;
  const header = `{"no_persist":${bit(flags, FLAG_NO_PERSIST)},"red_dot":${bit(flags, FLAG_RED_DOT)},"sync_once":${bit(flags, FLAG_SYNC_ONCE)}}`;
  const clientMsgNo = JSON.stringify(message.clientMsgNo);
  const topicMember = topic === '' ? '' : `"topic":${JSON.stringify(topic)},`;
  const timestamp = Math.floor(message.tsMs / 1000);
  const base64 = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64');
  return (
    `{"header":${header},"setting":${settingOf(flags)},"message_id":${id},"message_idstr":"${id}","client_msg_no":${clientMsgNo},` +
    `"message_seq":${seq},"from_uid":${fromUid},"channel_id":${channelId},"channel_type":${type},${topicMember}` +
    `"expire":${message.expireSeconds},"timestamp":${timestamp},"payload":"${base64}"}`
  );
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
    parts.push(messageJson(channel, message, parties));
    if (parts.length % AT_ONCE === 0) await setImmediate();
  }
  return `[${parts.join(',')}]`;
}

function bit(flags: number, mask: number): 0 | 1 {
  return (flags & mask) === 0 ? 0 : 1;
}
