import { Type } from 'typebox';
import { AutoEscape, defineAction, GroupId, MessageParam } from './action.ts';
import { sendToGroup } from './send.ts';

export const sendGroupMsg = defineAction({
  name: 'send_group_msg',
  doc: { zh: '发送群聊消息', en: 'Sends a message to a group.' },
  params: Type.Object({ group_id: GroupId, message: MessageParam, auto_escape: AutoEscape }),
  example: { params: { group_id: '30001', message: 'hello [CQ:at,qq=10001]' }, data: { message_id: 1 } },
  run: (context, params) => sendToGroup(context, params.group_id, params),
});
