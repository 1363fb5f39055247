import { FLAG_RED_DOT, headerOf, settingOf } from '../../domain/model.ts';
import { channelIdFor } from '../../runtime/channel-view.ts';
import type { Delivery } from '../../runtime/session.ts';
import type { WkConnection } from './connection.ts';

/** RECV for one receiver: its own view of the channel, its own encryption. The badge is not for the sender's other devices. */
export function encodeDelivery(connection: WkConnection, delivery: Delivery): Uint8Array {
  const { message, state, senderUid } = delivery;
  const { session } = connection;
  const own = message.sender === session.u;
  const flags = headerOf(message.flags);
  return connection.writer.recv(
    {
      flags: own ? flags & ~FLAG_RED_DOT : flags,
      setting: settingOf(message.flags),
      fromUid: senderUid,
      channelId: channelIdFor(session.uid, delivery),
      channelType: state.channel.type,
      expire: message.expireSeconds,
      clientMsgNo: message.clientMsgNo,
      messageId: message.id,
      messageSeq: message.seq,
      timestamp: Math.floor(message.tsMs / 1000),
      topic: message.topic,
      payload: message.payload,
    },
    connection.version,
    connection.cipher,
  );
}
