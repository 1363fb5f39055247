import { peerOf } from '../domain/channels/channel-id.ts';
import { PERSON } from '../domain/model.ts';
import type { Delivery } from './session.ts';

/** The channel id that a viewer sees. A person channel has the name of the other party: the sender, or the addressee on the sender's other devices. */
export function channelIdFor(viewerUid: string, { state, senderUid }: Delivery): string {
  if (state.channel.type !== PERSON) return state.channel.id;
  if (senderUid === '') return '';
  return senderUid === viewerUid ? (peerOf(state.channel.id, viewerUid) ?? '') : senderUid;
}
