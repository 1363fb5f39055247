import { Type } from 'typebox';
import { type Conversation, listConversations } from '../../domain/conversations/list.ts';
import { markRead } from '../../domain/conversations/mark-read.ts';
import { readHistory } from '../../domain/messages/read-history.ts';
import type { Message } from '../../domain/model.ts';
import { shownName } from '../../domain/users/shown-name.ts';
import { ok } from '../../kernel/outcome.ts';
import type { ApiDeps } from './deps.ts';
import { type ApiRoute, NOTHING, personOf, route } from './route.ts';

const seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const channel = {
  channelId: Type.String({ minLength: 1, maxLength: 256 }),
  channelType: Type.Integer({ minimum: 0, maximum: 255 }),
};

const conversations = route({
  method: 'GET',
  path: '/api/v1/conversations',
  doc: 'The conversations of the caller, newest first; `channelId` of a private one is the uid of the other.',
  access: 'person',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const rows = await listConversations(context.deps, personOf(context));
    return ok({ conversations: await Promise.all(rows.map((row) => viewOf(context.deps, row))) });
  },
});

async function viewOf(deps: ApiDeps, row: Conversation) {
  const { channelId, name, unread, lastSeq, readSeq, members } = row;
  const channelType = row.channel.type;
  const last = row.last === null ? null : await messageView(deps, row.last, { channelId, channelType });
  return {
    channelId,
    channelType,
    name,
    avatar: null,
    unread,
    lastSeq,
    readSeq,
    last,
    isBot: row.peer?.kind === 'bot',
    members,
    createdMs: row.channel.createdMs,
  };
}

const messages = route({
  method: 'GET',
  path: '/api/v1/messages',
  doc: 'A page of a conversation the caller is in, ascending: the newest, those before `beforeSeq`, or those after `afterSeq`.',
  access: 'person',
  example: { channelId: 'bob', channelType: 1, beforeSeq: 100, limit: 50 },
  schema: Type.Object({
    ...channel,
    beforeSeq: Type.Optional(seq),
    afterSeq: Type.Optional(seq),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  }),
  async handle(context, { channelId, channelType, beforeSeq = 0, afterSeq, limit = 50 }) {
    if (beforeSeq === 1) return ok({ messages: [], more: false });
    // Newer: [start, end). Older: seq ≤ start and > end.
    const range =
      afterSeq !== undefined
        ? ({ pullMode: 1, startSeq: afterSeq + 1, endSeq: beforeSeq } as const)
        : ({ pullMode: 0, startSeq: Math.max(0, beforeSeq - 1), endSeq: 0 } as const);
    const page = await readHistory(context.deps, personOf(context), { channelId, channelType, ...range, limit });
    if (!page.ok) return page;
    const views = await Promise.all(
      page.value.messages.map((message) => messageView(context.deps, message, { channelId, channelType })),
    );
    return ok({ messages: views, more: page.value.more });
  },
});

const read = route({
  method: 'POST',
  path: '/api/v1/read',
  doc: 'Moves the read position of the caller forward.',
  access: 'person',
  example: { channelId: 'bob', channelType: 1, messageSeq: 12 },
  schema: Type.Object({ ...channel, messageSeq: seq }),
  async handle(context, input) {
    const moved = await markRead(context.deps, personOf(context), input);
    return moved.ok ? ok({ readSeq: moved.value }) : moved;
  },
});

/** A message for the page; `payload` is null when it is no JSON object. */
async function messageView(
  deps: Pick<ApiDeps, 'users'>,
  message: Message,
  where: { readonly channelId: string; readonly channelType: number },
) {
  const sender = deps.users.peekInt(message.sender) ?? (await deps.users.getInt(message.sender));
  return {
    messageId: String(message.id),
    messageSeq: message.seq,
    fromUid: sender?.uid ?? '',
    fromName: sender === null ? '' : shownName(sender),
    channelId: where.channelId,
    channelType: where.channelType,
    clientMsgNo: message.clientMsgNo,
    timestampMs: message.tsMs,
    payload: payloadOf(message.payload),
  };
}

function payloadOf(bytes: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

export const conversationRoutes: readonly ApiRoute[] = [conversations, messages, read];
