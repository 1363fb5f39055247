import { Type } from 'typebox';
import { defineAction, MessageParam, NumericId } from './action.ts';
import { sendToPerson } from './send.ts';

export const sendPrivateMsg = defineAction({
  name: 'send_private_msg',
  doc: { zh: '发送私聊消息', en: 'Sends a message to one person. With group_id: as member of a shared group.' },
  params: Type.Object({
    user_id: NumericId,
    group_id: Type.Optional(NumericId),
    message: MessageParam,
    auto_escape: Type.Optional(Type.Boolean()),
  }),
  paramAliases: { user_id: ['friend_id', 'id'] },
  example: { params: { user_id: 10001, message: [{ type: 'text', data: { text: 'hello' } }] }, data: { message_id: 1 } },
  run: (context, params) => sendToPerson(context, { userId: params.user_id, viaGroupId: params.group_id }, params),
});
