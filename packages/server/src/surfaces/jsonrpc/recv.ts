import { encodeRecv } from '@hufu/protocol/jsonrpc';
import { wireIdText } from '@hufu/protocol/wkproto';
import { channelIdFor } from '../../runtime/channel-view.ts';
import type { Delivery } from '../../runtime/session.ts';
import type { RpcConnection } from './connection.ts';

const RED_DOT = 2;

/** `recv` for one receiver: its own view of the channel. The badge is not for the sender's other devices. */
export function encodeDelivery(connection: RpcConnection, delivery: Delivery): string {
  const { message, state, senderUid } = delivery;
  const own = message.sender === connection.u;
  const flags = message.flags & 0x07;
  return encodeRecv({
    flags: own ? flags & ~RED_DOT : flags,
    setting: (message.flags >> 8) & 0xff,
    fromUid: senderUid,
    channelId: channelIdFor(connection.uid, delivery),
    channelType: state.channel.type,
    expire: message.expireSeconds,
    clientMsgNo: message.clientMsgNo,
    messageId: wireIdText(message.id),
    messageSeq: message.seq,
    timestamp: Math.floor(message.tsMs / 1000),
    topic: message.topic,
    payload: message.payload,
  });
}
