import { Type } from 'typebox';
import { type Conversation, listConversations } from '../../domain/conversations/list.ts';
import { PERSON } from '../../domain/model.ts';
import type { WukongHttpDeps } from './deps.ts';
import { messageObject } from './message-object.ts';
import { flag, route, text, type WukongRoute, wrong } from './route.ts';

const MAX_RECENTS = 200;
const MAX_PAGE = 500;

export const conversationSync: WukongRoute = route({
  method: 'POST',
  path: '/conversation/sync',
  doc: 'The conversations of a user with their latest messages, newest first. `last_msg_seqs` (`id:type:seq|…`) and `version` say what the client has.',
  example: { uid: 'alice', version: 0, last_msg_seqs: '', msg_count: 10, only_unread: 0 },
  schema: Type.Object({
    uid: text,
    version: Type.Optional(Type.Number()),
    last_msg_seqs: text,
    msg_count: flag,
    only_unread: flag,
    exclude_channel_types: Type.Optional(Type.Array(Type.Integer())),
    page: flag,
    page_size: flag,
  }),
  async handle(deps, body) {
    const { uid = '', version = 0, msg_count: count = 0 } = body;
    if (uid.trim() === '') return wrong('uid', 'uid不能为空！');
    const user = await deps.users.get(uid);
    if (user === null || count <= 0) return { body: [] };
    const known = readPositions(body.last_msg_seqs ?? '');
    const sinceRead = version > 0 || body.only_unread === 1;
    const excluded = new Set(body.exclude_channel_types ?? []);

    const rows: object[] = [];
    for (const one of pageOf(await listConversations(deps, user), body.page ?? 0, body.page_size ?? 0)) {
      if (excluded.has(one.channel.type) || one.peer?.kind === 'system') continue;
      if (body.only_unread === 1 && one.unread === 0) continue;
      const had = known.get(`${one.channelId}:${one.channel.type}`);
      const fromSeq = had !== undefined ? had + 1 : sinceRead ? one.readSeq + 1 : 1;
      const row = one.lastSeq < fromSeq ? null : await rowOf(deps, one, fromSeq, Math.min(count, MAX_RECENTS));
      if (row !== null) rows.push(row);
    }
    return { body: rows };
  },
});

async function rowOf(deps: WukongHttpDeps, one: Conversation, fromSeq: number, count: number): Promise<object | null> {
  const page = await deps.log.history({ ch: one.channel.ch, pullMode: 0, startSeq: 0, endSeq: 0, limit: count });
  const recent = page.messages.filter((message) => message.seq >= fromSeq).reverse();
  const [last] = recent;
  if (last === undefined) return null;
  return {
    channel_id: one.channel.type === PERSON ? one.channelId : one.channel.id,
    channel_type: one.channel.type,
    unread: one.unread,
    timestamp: Math.floor(last.tsMs / 1000),
    last_msg_seq: last.seq,
    last_client_msg_no: last.clientMsgNo,
    offset_msg_seq: 0,
    readed_to_msg_seq: one.readSeq,
    version: last.tsMs * 1_000_000,
    recents: await Promise.all(recent.map((message) => messageObject(deps.users, one.channel, message))),
  };
}

/** Paging only from page 1 on, as WuKongIM does. */
function pageOf(rows: readonly Conversation[], page: number, size: number): readonly Conversation[] {
  if (page < 1) return rows;
  const each = size <= 0 ? 100 : Math.min(size, MAX_PAGE);
  return rows.slice((page - 1) * each, page * each);
}

/** `id:type:seq|id:type:seq`; ids may hold colons, so the last two parts count. */
function readPositions(list: string): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  for (const entry of list.split('|', 10_000)) {
    const match = /^(.+):(\d{1,3}):(\d{1,15})$/.exec(entry);
    if (match !== null) positions.set(`${match[1]}:${Number(match[2])}`, Number(match[3]));
  }
  return positions;
}
