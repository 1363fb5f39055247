import { crc32 } from 'node:zlib';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { type Channel, GROUP, PERSON, type User } from '../model.ts';
import { isUid } from '../users/uid.ts';

export interface ChannelName {
  /** Person channel: the peer's uid; group: the channel id. */
  readonly channelId: string;
  readonly channelType: number;
}

/**
 * Stored id of the person channel of two uids: the uid with the higher CRC-32 first, on a tie the lexically greater first
 * (WuKongIM `GetFakeChannelIDWith`, which on a tie depends on the direction and so is ambiguous).
 */
export function personChannelId(a: string, b: string): string {
  const left = crc32(a);
  const right = crc32(b);
  return left > right || (left === right && a > b) ? `${a}@${b}` : `${b}@${a}`;
}

/** The other party of a stored person channel id, null when `uid` is neither. */
export function peerOf(storedId: string, uid: string): string | null {
  const at = storedId.indexOf('@');
  const first = storedId.slice(0, at);
  const second = storedId.slice(at + 1);
  if (first === uid) return second;
  return second === uid ? first : null;
}

/** The addressee of a message in a person channel is the party that did not send it; a group's messages carry the group id. */
export function addresseeOf(channel: Channel, senderUid: string): string {
  if (channel.type === GROUP) return channel.id;
  const [first = '', second = ''] = channel.id.split('@');
  return first === senderUid ? second : first;
}

/** The stored id of the channel that `sender` names: for a person channel, the two uids in their fixed order. Refuses `im.channel_invalid`, `im.channel_type_unsupported`. */
export function storedChannelId(named: ChannelName & { readonly sender: Pick<User, 'uid'> }): Outcome<string> {
  const { channelId, channelType, sender } = named;
  if (channelType === GROUP) return isUid(channelId) ? ok(channelId) : refuse('im.channel_invalid', { channelId });
  if (channelType !== PERSON) return refuse('im.channel_type_unsupported', { channelType });
  if (!channelId.includes('@'))
    return isUid(channelId) ? ok(personChannelId(sender.uid, channelId)) : refuse('im.channel_invalid', { channelId });
  const peer = peerOf(channelId, sender.uid);
  if (peer === null || !isUid(peer)) return refuse('im.channel_invalid', { channelId });
  return ok(personChannelId(sender.uid, peer));
}
