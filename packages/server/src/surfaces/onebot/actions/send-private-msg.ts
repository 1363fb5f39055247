import { Type } from 'typebox';
import { AutoEscape, defineAction, GroupId, MessageParam, UserId } from './action.ts';
import { sendToPerson } from './send.ts';

export const sendPrivateMsg = defineAction({
  name: 'send_private_msg',
  doc: { zh: '发送私聊消息', en: 'Sends a message to one person. With group_id: as member of a shared group.' },
  params: Type.Object({
    user_id: UserId,
    group_id: Type.Optional(GroupId),
    message: MessageParam,
    auto_escape: AutoEscape,
  }),
  paramAliases: { user_id: ['friend_id', 'id'] },
  example: { params: { user_id: 10001, message: [{ type: 'text', data: { text: 'hello' } }] }, data: { message_id: 1 } },
  run: (context, params) => sendToPerson(context, { userId: params.user_id, viaGroupId: params.group_id }, params),
});
