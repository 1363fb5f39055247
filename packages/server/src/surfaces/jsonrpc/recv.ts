import { encodeRecv } from '@hufu/protocol/jsonrpc';
import { wireIdText } from '@hufu/protocol/wkproto';
import { FLAG_RED_DOT, headerOf, settingOf } from '../../domain/model.ts';
import { channelIdFor } from '../../runtime/channel-view.ts';
import type { Delivery } from '../../runtime/session.ts';
import type { ClientSession } from '../listen/client-session.ts';

interface Encoded {
  readonly flags: number;
  readonly channelId: string;
  readonly bytes: Buffer;
}

/** The text that the last receiver of a message got: in a group the next one gets the same bytes. */
const encoded = new WeakMap<Delivery, Encoded>();

/** `recv` for one receiver: its own view of the channel. The badge is not for the sender's other devices. */
export function encodeDelivery(session: Pick<ClientSession<never>, 'u' | 'uid'>, delivery: Delivery): Buffer {
  const { message } = delivery;
  const own = message.sender === session.u;
  const flags = own ? headerOf(message.flags) & ~FLAG_RED_DOT : headerOf(message.flags);
  const channelId = channelIdFor(session.uid, delivery);
  const known = encoded.get(delivery);
  if (known?.flags === flags && known.channelId === channelId) return known.bytes;
  const bytes = Buffer.from(textOf(delivery, flags, channelId));
  encoded.set(delivery, { flags, channelId, bytes });
  return bytes;
}

function textOf({ message, state, senderUid }: Delivery, flags: number, channelId: string): string {
  return encodeRecv({
    flags,
    setting: settingOf(message.flags),
    fromUid: senderUid,
    channelId,
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
