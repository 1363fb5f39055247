import { Type } from 'typebox';
import { ok, refuse } from '../../../kernel/outcome.ts';
import { messageObject } from '../events.ts';
import { currentBot, defineAction, MessageId } from './action.ts';

export const getMsg = defineAction({
  name: 'get_msg',
  doc: { zh: '获取消息详情', en: 'One message of a conversation the bot is in. NoneBot asks it for every reply.' },
  params: Type.Object({ message_id: MessageId }),
  paramAliases: { message_id: ['id'] },
  example: {
    params: { message_id: '1' },
    data: {
      time: 1_767_225_600,
      self_id: 20001,
      post_type: 'message',
      message_type: 'group',
      sub_type: 'normal',
      message_id: 1,
      message_seq: 1,
      real_id: 1,
      user_id: 10001,
      font: 14,
      message_format: 'array',
      message: [{ type: 'text', data: { text: 'hi' } }],
      raw_message: 'hi',
      group_id: 30001,
      group_name: 'ops',
      sender: {
        user_id: 10001,
        nickname: 'Ann',
        sex: 'unknown',
        age: 0,
        card: '',
        role: 'owner',
        title: '',
        level: '1',
        area: '',
      },
    },
  },
  run: async (context, params) => {
    const { deps, client } = context;
    const bot = currentBot(context);
    const message = await deps.log.byId(params.message_id);
    const state = message === null ? null : (deps.channels.peekInt(message.ch) ?? (await deps.channels.loadInt(message.ch)));
    // A message the bot may not read is the same as none.
    if (message === null || state === null || !state.members.has(bot.u)) return missing(params.message_id);
    const object = await messageObject(deps, { bot, client, message, state, replayed: false });
    return object === null ? missing(params.message_id) : ok(object);
  },
});

/** The words that plugins written for LLOneBot look for. */
function missing(messageId: number) {
  return refuse('im.message_missing', { messageId, detail: '消息不存在' });
}
