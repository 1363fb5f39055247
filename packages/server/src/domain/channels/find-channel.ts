import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';
import { type ChannelState, PERSON, type User } from '../model.ts';
import type { Users } from '../users/users.ts';
import { type ChannelName, peerOf, storedChannelId } from './channel-id.ts';
import type { ChannelStates } from './channel-states.ts';

export interface FindChannelPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
}

/**
 * The channel that a member reads or writes. A group that is not there and one that the reader is no member of give the same `im.not_member`.
 * A person channel needs the peer's account: null says that nobody has that uid, so there is nothing to read.
 */
export async function findMemberChannel(
  ports: FindChannelPorts,
  reader: User,
  name: ChannelName,
): Promise<Outcome<ChannelState | null>> {
  const id = storedChannelId({ sender: reader, ...name });
  if (!id.ok) return id;
  if (name.channelType === PERSON) {
    const peer = peerOf(id.value, reader.uid);
    if (peer === null || (await ports.users.get(peer)) === null) return ok(null);
  }
  const state = await ports.channels.load(name.channelType, id.value);
  if (state === null || !state.members.has(reader.u))
    return refuse('im.not_member', { channelId: name.channelId, channelType: name.channelType });
  return ok(state);
}
