import type { ChannelStates } from '../channels/channel-states.ts';
import { peerOf } from '../channels/channel-id.ts';
import { PERSON, type User } from '../model.ts';
import type { ConversationRow, Directory } from '../ports.ts';
import { shownGroupName, shownName } from '../users/shown-name.ts';
import type { Users } from '../users/users.ts';

export interface ListConversationsPorts {
  readonly users: Users;
  readonly channels: ChannelStates;
  readonly directory: Pick<Directory, 'conversations'>;
}

/** One row as its owner sees it. */
export interface Conversation extends ConversationRow {
  /** Person channel: the peer's uid; group: the channel id. */
  readonly channelId: string;
  readonly name: string;
  /** The other party of a person channel. */
  readonly peer: User | null;
  readonly members: number;
}

export const MAX_CONVERSATIONS = 1000;

/** The conversations of `user`, newest first as the store orders them. */
export async function listConversations(
  ports: ListConversationsPorts,
  user: User,
  limit = MAX_CONVERSATIONS,
): Promise<readonly Conversation[]> {
  const rows = await ports.directory.conversations(user.u, Math.min(limit, MAX_CONVERSATIONS));
  return Promise.all(rows.map((row) => describe(ports, user, row)));
}

async function describe(ports: ListConversationsPorts, user: User, row: ConversationRow): Promise<Conversation> {
  const { channel } = row;
  if (channel.type === PERSON) {
    const channelId = peerOf(channel.id, user.uid) ?? channel.id;
    const peer = await ports.users.get(channelId);
    return { ...row, channelId, name: peer === null ? channelId : shownName(peer), peer, members: 2 };
  }
  const state = ports.channels.peekInt(channel.ch) ?? (await ports.channels.loadInt(channel.ch));
  return {
    ...row,
    channelId: channel.id,
    name: shownGroupName(channel),
    peer: null,
    members: state?.members.size ?? 0,
  };
}
