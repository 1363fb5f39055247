import { randomUUID } from 'node:crypto';
import { wireIdText } from '@hufu/protocol/wkproto';
import { wireOf } from '@hufu/refusals';
import { Type } from 'typebox';
import { sendMessage } from '../../domain/messages/send-message.ts';
import { FLAG_NO_PERSIST, FLAG_RED_DOT, FLAG_SYNC_ONCE, PERSON, type User } from '../../domain/model.ts';
import { publish } from '../../domain/publish.ts';
import { isReservedUid, SYSTEM_UID } from '../../domain/users/account-rules.ts';
import { isUid } from '../../domain/users/uid.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { WukongHttpDeps } from './deps.ts';
import { EXAMPLE_PAYLOAD } from './example-message.ts';
import { byte, bytes, bytesOf, text, uids, whole } from './fields.ts';
import { reserved, route, type WukongRoute, wrong } from './route.ts';

export const messageSend: WukongRoute = route({
  method: 'POST',
  path: '/message/send',
  doc: 'Sends a message; answered when it is on disk. A refusal has `data.reason`, the number a client would get, and stores nothing.',
  example: {
    request: {
      from_uid: 'alice',
      channel_id: 'group1',
      channel_type: 2,
      client_msg_no: 'order-1',
      payload: EXAMPLE_PAYLOAD,
    },
    answer: {
      status: 200,
      data: { message_id: 1, message_idstr: '1', message_seq: 1, client_msg_no: 'order-1', reason: 1 },
    },
  },
  schema: Type.Object({
    header: Type.Optional(
      Type.Object(
        {
          no_persist: whole('1: only to those online, not stored; `message_seq` is 0 and the id 2^62 or more.'),
          red_dot: whole('1: clients count it as unread.'),
          sync_once: whole('1: a command: only to those online, not in history or conversations.'),
        },
        { description: 'Flags of the message.' },
      ),
    ),
    client_msg_no: text('The same one with the same content within 24 h gives the first answer again; made when missing.'),
    from_uid: text('Who sends, with the rights and mutes of that person; absent or empty: the system account, which may always.'),
    channel_id: text('Required. The group, or the uid of the person who gets it.'),
    channel_type: byte('Required. 1 a person, 2 a group.'),
    expire: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: 'Seconds after which clients forget it; 0 never.' }),
    ),
    subscribers: uids('Must be empty: name one channel instead.'),
    topic: text('At most 256 characters.'),
    payload: bytes('Required. The content as base64, usually of JSON with a `type`.'),
    as_system: Type.Optional(
      Type.Union([Type.Integer(), Type.Boolean()], {
        description: 'Ours. 1: the rights and mutes of `from_uid` do not count; ban and disband of the channel do.',
      }),
    ),
  }),
  async handle(deps, body) {
    const { channel_id: channelId = '', channel_type: channelType = 0, from_uid: fromUid = '' } = body;
    const payload = bytesOf('payload', body.payload ?? '');
    if (!payload.ok) return { refused: payload.refusal, text: '数据格式有误！: payload is not base64' };
    if (payload.value.byteLength === 0) return wrong('payload', 'payload不能为空！');
    if ((body.subscribers ?? []).length > 0) return wrong('subscribers', '无法处理发送消息请求！');
    if (channelId === '') return wrong('channel_id', '无法处理发送消息请求！');
    if (channelType === PERSON ? !isUid(channelId) : /[@#&]/.test(channelId)) return wrong('channel_id', '频道ID不合法！');

    const given = body.client_msg_no ?? '';
    const clientMsgNo = given === '' ? `${randomUUID().replaceAll('-', '')}0` : given.toWellFormed();
    const sender = await senderOf(deps, fromUid);
    if (!sender.ok)
      return sender.refusal.code === 'wk.reserved_identity'
        ? reserved(sender.refusal, '系统账号不允许发送！')
        : { refused: sender.refusal };
    const sent = await sendMessage(deps.send, {
      sender: sender.value,
      channelId,
      channelType,
      clientMsgNo,
      flags: flagsOf(body.header),
      expireSeconds: body.expire ?? 0,
      topic: (body.topic ?? '').slice(0, 256).toWellFormed(),
      payload: payload.value,
      origin: '',
      ...(body.header?.sync_once === 1 ? { unstored: true } : {}),
      ...(body.as_system === 1 || body.as_system === true ? { asSystem: true } : {}),
    });
    if (sent.ok) return { json: sentJson(sent.value.messageId, sent.value.messageSeq, clientMsgNo) };
    const { wkReason: reason } = wireOf(sent.refusal.code);
    const data = { message_id: 0, message_idstr: '0', message_seq: 0, client_msg_no: clientMsgNo, reason };
    const evidence = { fromUid: sender.value.uid, ...sent.refusal.evidence };
    // The caller holds the admin secret, so it may read the cause that the sender is not told.
    return { refused: { ...sent.refusal, evidence }, extra: { data, reason: sent.refusal.code } };
  },
});

/** Written by hand: the id of an unstored message is above what a JavaScript number can hold. */
function sentJson(messageId: number, messageSeq: number, clientMsgNo: string): string {
  const id = wireIdText(messageId);
  const rest = JSON.stringify({ message_idstr: id, message_seq: messageSeq, client_msg_no: clientMsgNo, reason: 1 });
  return `{"status":200,"data":{"message_id":${id},${rest.slice(1)}}`;
}

/** No uid is the system account; a uid that has never been seen gets an account. */
async function senderOf(deps: WukongHttpDeps, uid: string): Promise<Outcome<User>> {
  if (uid === '' || uid === SYSTEM_UID) {
    const known = await deps.users.get(SYSTEM_UID);
    return known !== null ? ok(known) : publish(deps.bus, await deps.directory.ensureUser({ uid: SYSTEM_UID, kind: 'system' }));
  }
  if (isReservedUid(uid)) return refuse('wk.reserved_identity', { uid });
  return isUid(uid) ? deps.users.ensurePerson(uid) : refuse('wk.uid_invalid', { uid: uid.slice(0, 128) });
}

type Header = { no_persist?: number; red_dot?: number; sync_once?: number } | undefined;

function flagsOf(given: Header): number {
  return (
    (given?.no_persist === 1 ? FLAG_NO_PERSIST : 0) |
    (given?.red_dot === 1 ? FLAG_RED_DOT : 0) |
    (given?.sync_once === 1 ? FLAG_SYNC_ONCE : 0)
  );
}
