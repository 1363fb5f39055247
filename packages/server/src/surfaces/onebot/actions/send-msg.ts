import { Type } from 'typebox';
import { refuse } from '../../../kernel/outcome.ts';
import { AutoEscape, defineAction, GroupId, MessageParam, UserId } from './action.ts';
import { sendToGroup, sendToPerson } from './send.ts';

export const sendMsg = defineAction({
  name: 'send_msg',
  doc: {
    zh: '发送消息；message_type 缺省时有 group_id 即为群聊',
    en: 'Sends to a group or a person; without message_type, group_id decides.',
  },
  params: Type.Object({
    message_type: Type.Optional(
      Type.Union([Type.Literal('private'), Type.Literal('group')], { description: 'absent: a group if there is a group_id' }),
    ),
    user_id: Type.Optional(UserId),
    group_id: Type.Optional(GroupId),
    message: MessageParam,
    auto_escape: AutoEscape,
  }),
  example: { params: { message_type: 'group', group_id: 30001, message: 'hello' }, data: { message_id: 1 } },
  run: async (context, params) => {
    const { message_type: type, user_id: userId, group_id: groupId } = params;
    if (type !== 'private' && groupId !== undefined) return sendToGroup(context, groupId, params);
    if (type !== 'group' && userId !== undefined) return sendToPerson(context, { userId, viaGroupId: groupId }, params);
    return refuse('onebot.bad_params', { detail: '请指定 group_id 或 user_id' });
  },
});
