import { type Static, Type } from 'typebox';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';
import { type ActionContext, AutoEscape, defineAction, GroupId, MessageParam, UserId } from './action.ts';
import { type Sent, sendToGroup, sendToPerson } from './send.ts';

const event = Type.Object(
  {
    message_type: Type.Optional(Type.Union([Type.Literal('private'), Type.Literal('group')])),
    user_id: Type.Optional(UserId),
    group_id: Type.Optional(GroupId),
  },
  { description: 'the event as it came; what else it has is not looked at' },
);

const notServed = Type.Optional(Type.Boolean({ description: 'not served: refused when true' }));
const operation = Type.Object({
  reply: Type.Optional(MessageParam),
  auto_escape: AutoEscape,
  at_sender: Type.Optional(Type.Boolean({ description: 'in a group, the reply begins with an at of the sender; default false' })),
  delete: notServed,
  kick: notServed,
  ban: notServed,
});

/** What an operation that is not served would need. */
const NEEDS = { delete: 'delete_msg', kick: 'set_group_kick', ban: 'set_group_ban' } as const;

/** What a handler of aiocqhttp returns comes so, as an asynchronous call. Half an operation would be worse than none. */
export const handleQuickOperation = defineAction({
  name: '.handle_quick_operation',
  doc: {
    zh: '对收到的消息执行快速操作，即 aiocqhttp 的 return {"reply": …}',
    en: 'Answers the message in `context`; a handler of aiocqhttp that returns `{"reply": …}` calls it. Only message events are answered.',
  },
  params: Type.Object({ context: event, operation }),
  example: {
    params: {
      context: { post_type: 'message', message_type: 'group', group_id: 30001, user_id: 10001, message_id: 1 },
      operation: { reply: 'pong', at_sender: true },
    },
    data: null,
  },
  run: async (context, { context: answered, operation: wanted }) => {
    const unserved = (['delete', 'kick', 'ban'] as const).find((name) => wanted[name] === true);
    if (unserved !== undefined)
      return refuse('onebot.action_unknown', { action: NEEDS[unserved], detail: `operation.${unserved}: ${NEEDS[unserved]}` });
    if (wanted.reply === undefined) return ok(null);
    const sent = await answer(context, answered, wanted);
    return sent.ok ? ok(null) : sent;
  },
});

async function answer(
  context: ActionContext,
  { message_type: type, user_id: userId, group_id: groupId }: Static<typeof event>,
  { reply, auto_escape = false, at_sender: atSender }: Static<typeof operation>,
): Promise<Outcome<Sent>> {
  if (type === 'private' && userId !== undefined) return sendToPerson(context, { userId }, { message: reply, auto_escape });
  if (type !== 'group' || groupId === undefined)
    return refuse('onebot.bad_params', { detail: 'context: message_type with its group_id or user_id is missing' });
  const message = atSender === true && userId !== undefined ? addressed(userId, reply, auto_escape) : reply;
  return sendToGroup(context, groupId, { message, auto_escape });
}

function addressed(userId: number, message: unknown, autoEscape: boolean): unknown[] {
  const literal = autoEscape && typeof message === 'string';
  const reply: unknown = literal ? { type: 'text', data: { text: message } } : message;
  return [
    { type: 'at', data: { qq: userId } },
    { type: 'text', data: { text: ' ' } },
    ...(Array.isArray(reply) ? reply : [reply]),
  ];
}
