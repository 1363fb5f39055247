import { peerOf } from '../domain/channels/channel-id.ts';
import { PERSON } from '../domain/model.ts';
import type { Delivery } from './session.ts';

/** A person channel is seen as the peer: the sender's uid by the receiver, the addressee by the sender's other devices. */
export function channelIdFor(viewerUid: string, { state, senderUid }: Delivery): string {
  if (state.channel.type !== PERSON) return state.channel.id;
  if (senderUid === '') return '';
  return senderUid === viewerUid ? (peerOf(state.channel.id, viewerUid) ?? '') : senderUid;
}
