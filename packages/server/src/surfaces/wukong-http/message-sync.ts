import { Type } from 'typebox';
import { readHistoryAsBackend } from '../../domain/messages/read-history.ts';
import { EXAMPLE_MESSAGE } from './example-message.ts';
import { byte, isBlank, seq, text, whole } from './fields.ts';
import { messagesJson } from './message-json.ts';
import { route, type WukongRoute, wrong } from './route.ts';

const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 100;

export const messageSync: WukongRoute = route({
  method: 'POST',
  path: '/channel/messagesync',
  doc: 'A page of a channel, ascending by `message_seq`; a back end may read every channel. An unknown channel is an empty page.',
  example: {
    request: { login_uid: 'bob', channel_id: 'group1', channel_type: 2, start_message_seq: 0, end_message_seq: 0, limit: 50 },
    answer: {
      start_message_seq: 0,
      end_message_seq: 0,
      more: 0,
      messages: [EXAMPLE_MESSAGE],
    },
  },
  schema: Type.Object({
    login_uid: text('Required. Who reads; for a person channel one of the two.'),
    channel_id: text('Required. The group, or the uid of the other person.'),
    channel_type: byte('Required. 1 a person, 2 a group.'),
    start_message_seq: seq('Where to start. With `end_message_seq` also 0: the last `limit` messages.'),
    end_message_seq: seq('Where to end, itself not included; 0 no end.'),
    limit: whole(
      `At most this many; 0 or less: ${DEFAULT_PAGE}. The most is ${MAX_PAGE}; a page ends earlier when it is very long.`,
    ),
    pull_mode: whole('1 newer: from start up to before end. Else older: from start down to before end. Both ascending.'),
    event_summary_mode: text('Taken and not read: there are no stream events yet.'),
  }),
  async handle(deps, body) {
    const { login_uid: loginUid = '', channel_id: channelId = '', channel_type: channelType = 0 } = body;
    const { start_message_seq: startSeq = 0, end_message_seq: endSeq = 0, limit = 0 } = body;
    if (isBlank(channelId)) return wrong('channel_id', 'channel_id不能为空！');
    if (isBlank(loginUid)) return wrong('login_uid', 'login_uid不能为空！');
    const page = await readHistoryAsBackend(deps, loginUid, {
      channelId,
      channelType,
      pullMode: body.pull_mode === 1 ? 1 : 0,
      startSeq,
      endSeq,
      limit: limit <= 0 ? DEFAULT_PAGE : Math.min(limit, MAX_PAGE),
    });
    if (!page.ok) return { refused: page.refusal };
    const { channel, messages: found, more } = page.value;
    const messages = channel === null ? '[]' : await messagesJson(deps.users, channel, found);
    const head = JSON.stringify({ start_message_seq: startSeq, end_message_seq: endSeq, more: more ? 1 : 0 });
    return { json: `${head.slice(0, -1)},"messages":${messages}}` };
  },
});
