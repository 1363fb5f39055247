import { Type } from 'typebox';
import { MAX_RECENTS, type SyncedConversation, syncConversations } from '../../domain/conversations/sync.ts';
import type { WukongHttpDeps } from './deps.ts';
import { EXAMPLE_MESSAGE } from './example-message.ts';
import { byte, bytes, bytesOf, isBlank, text, whole } from './fields.ts';
import { messagesJson } from './message-json.ts';
import { route, type WukongRoute, wrong } from './route.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;
const MAX_POSITIONS = 10_000;

export const conversationSync: WukongRoute = route({
  method: 'POST',
  path: '/conversation/sync',
  doc: 'The conversations in which a user lacks messages, newest first, each with its latest messages. Without `msg_count` there are none.',
  example: {
    request: { uid: 'bob', version: 0, last_msg_seqs: '', msg_count: 10 },
    answer: [
      {
        channel_id: 'group1',
        channel_type: 2,
        unread: 1,
        timestamp: 1_767_225_600,
        last_msg_seq: 1,
        last_client_msg_no: 'order-1',
        offset_msg_seq: 0,
        readed_to_msg_seq: 0,
        version: 1_767_225_600_000_000_000,
        recents: [EXAMPLE_MESSAGE],
      },
    ],
  },
  schema: Type.Object({
    uid: text('Required. Whose conversations.'),
    version: whole('Above 0: where `last_msg_seqs` names no position, only unread messages.'),
    last_msg_seqs: text(
      'The last message the client has of each conversation: `id:type:seq|id:type:seq`, the peer uid for a person.',
    ),
    msg_count: whole(`Latest messages of each conversation, at most ${MAX_RECENTS}.`),
    only_unread: byte('1: only conversations with unread messages, and of them only those.'),
    exclude_channel_types: bytes('Channel types to leave out: a list of numbers, or the same as base64.'),
    page: whole('From 1 on: a page of the list; else all, at most 1,000.'),
    page_size: whole(`Conversations a page: ${DEFAULT_PAGE} when 0, at most ${MAX_PAGE}.`),
  }),
  async handle(deps, body) {
    const { uid = '', version = 0, page = 0, page_size: pageSize = 0, msg_count: messages = 0 } = body;
    if (isBlank(uid)) return wrong('uid', 'uid不能为空！');
    const excluded = bytesOf('exclude_channel_types', body.exclude_channel_types ?? '');
    if (!excluded.ok) return { refused: excluded.refusal };
    const user = await deps.users.get(uid);
    if (user === null) return { body: [] };
    const onlyUnread = body.only_unread === 1;
    const rows = await syncConversations(deps, user, {
      known: readPositions(body.last_msg_seqs ?? ''),
      sinceRead: version > 0 || onlyUnread,
      onlyUnread,
      excludedTypes: new Set(excluded.value),
      messages,
      page,
      pageSize: pageSize <= 0 ? DEFAULT_PAGE : Math.min(pageSize, MAX_PAGE),
    });
    const parts: string[] = [];
    for (const row of rows) parts.push(await rowJson(deps, row));
    return { json: `[${parts.join(',')}]` };
  },
});

async function rowJson(deps: WukongHttpDeps, row: SyncedConversation): Promise<string> {
  const { lastMessage } = row;
  const head = JSON.stringify({
    channel_id: row.channelId,
    channel_type: row.channel.type,
    unread: row.unread,
    timestamp: Math.floor(lastMessage.tsMs / 1000),
    last_msg_seq: lastMessage.seq,
    last_client_msg_no: lastMessage.clientMsgNo,
    offset_msg_seq: 0,
    readed_to_msg_seq: row.readSeq,
    version: lastMessage.tsMs * 1_000_000,
  });
  return `${head.slice(0, -1)},"recents":${await messagesJson(deps.users, row.channel, row.recents)}}`;
}

/** `id:type:seq|id:type:seq`; ids may hold colons, so the last two parts count. What is not of this form is passed over. */
function readPositions(list: string): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const entry of list.split('|', MAX_POSITIONS)) {
    const match = /^(.+):(\d{1,3}):(\d{1,15})$/.exec(entry);
    if (match !== null) positions.set(`${match[1]}:${Number(match[2])}`, Number(match[3]));
  }
  return positions;
}
