import { peerOf } from '../channels/channel-id.ts';
import { type Message, PERSON, type User } from '../model.ts';
import type { ConversationRow, Directory, MessageLog } from '../ports.ts';
import { SYSTEM_UID } from '../users/account-rules.ts';
import { MAX_CONVERSATIONS } from './list.ts';

export interface SyncPorts {
  readonly directory: Pick<Directory, 'conversations'>;
  readonly log: Pick<MessageLog, 'history'>;
}

export interface SyncQuery {
  /** The last message that the client has, by `<peer uid or channel id>:<type>`. */
  readonly known: ReadonlyMap<string, number>;
  /** Where the client names no position: only what is unread, instead of everything. */
  readonly sinceRead: boolean;
  readonly onlyUnread: boolean;
  readonly excludedTypes: ReadonlySet<number>;
  /** Newest messages of each conversation, at most {@link MAX_RECENTS}; 0 answers no conversation at all. */
  readonly messages: number;
  /** From 1 on; 0 = no paging. */
  readonly page: number;
  readonly pageSize: number;
}

export interface SyncedConversation extends ConversationRow {
  /** Person channel: the peer's uid; group: the channel id. */
  readonly channelId: string;
  readonly lastMessage: Message;
  /** Newest first, none that the client has. */
  readonly recents: readonly Message[];
}

export const MAX_RECENTS = 200;
const AT_ONCE = 32;
/** Of payload; what is above carries its newest message only. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * What a client of WuKongIM lacks (`/conversation/sync`): its conversations with messages that it has not, newest first, each with its latest messages.
 * Those with the system account are left out, as there.
 */
export async function syncConversations(ports: SyncPorts, user: User, query: SyncQuery): Promise<readonly SyncedConversation[]> {
  if (query.messages <= 0) return [];
  const rows = await ports.directory.conversations(user.u, MAX_CONVERSATIONS);
  const lacking = rows.flatMap((row) => lackingOf(row, user, query));
  const page = pageOf(lacking, query);
  const synced: SyncedConversation[] = [];
  let bytes = 0;
  for (let from = 0; from < page.length; from += AT_ONCE) {
    const limit = bytes > MAX_BYTES ? 1 : Math.min(query.messages, MAX_RECENTS);
    for (const one of await Promise.all(page.slice(from, from + AT_ONCE).map((row) => withRecents(ports, row, limit)))) {
      if (one === null) continue;
      for (const message of one.recents) bytes += message.payload.byteLength;
      synced.push(one);
    }
  }
  return synced;
}

interface Lacking {
  readonly row: ConversationRow;
  readonly channelId: string;
  /** The first message that the client lacks. */
  readonly fromSeq: number;
}

function lackingOf(row: ConversationRow, user: User, query: SyncQuery): readonly Lacking[] {
  const { channel } = row;
  const channelId = channel.type === PERSON ? (peerOf(channel.id, user.uid) ?? channel.id) : channel.id;
  if (query.excludedTypes.has(channel.type) || channelId === SYSTEM_UID) return [];
  if (query.onlyUnread && row.unread === 0) return [];
  const had = query.known.get(`${channelId}:${channel.type}`);
  const fromSeq = had !== undefined ? had + 1 : query.sinceRead ? row.readSeq + 1 : 1;
  return row.lastSeq < fromSeq ? [] : [{ row, channelId, fromSeq }];
}

function pageOf(rows: readonly Lacking[], { page, pageSize }: SyncQuery): readonly Lacking[] {
  return page < 1 ? rows : rows.slice((page - 1) * pageSize, page * pageSize);
}

async function withRecents(ports: SyncPorts, lacking: Lacking, limit: number): Promise<SyncedConversation | null> {
  const { row, channelId, fromSeq } = lacking;
  const query = { ch: row.channel.ch, pullMode: 0 as const, startSeq: row.lastSeq, endSeq: fromSeq - 1, limit };
  const { messages } = await ports.log.history(query);
  const recents = messages.toReversed();
  const [lastMessage] = recents;
  return lastMessage === undefined ? null : { ...row, channelId, lastMessage, recents };
}
