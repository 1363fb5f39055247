import { randomUUID } from 'node:crypto';
import { wireOf } from '@hufu/refusals';
import { Type } from 'typebox';
import { readHistoryAsBackend } from '../../domain/messages/read-history.ts';
import { isUid, sendMessage } from '../../domain/messages/send-message.ts';
import { FLAG_NO_PERSIST, FLAG_RED_DOT, FLAG_SYNC_ONCE, PERSON, type User } from '../../domain/model.ts';
import { publish } from '../../domain/publish.ts';
import { isReservedUid } from '../../domain/users/account-rules.ts';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { WukongHttpDeps } from './deps.ts';
import { messageObject } from './message-object.ts';
import { byte, flag, reserved, route, seq, text, uids, type WukongRoute, wrong } from './route.ts';

const SYSTEM_UID = '____system';
const header = Type.Optional(Type.Object({ no_persist: flagOrNull(), red_dot: flagOrNull(), sync_once: flagOrNull() }));

function flagOrNull() {
  return Type.Optional(Type.Union([Type.Integer(), Type.Null()]));
}

export const messageSend: WukongRoute = route({
  method: 'POST',
  path: '/message/send',
  doc: 'Sends a message; answered when it is on disk. The rights of a person who sends apply, unless `as_system: 1`; without `from_uid` the system account speaks.',
  example: { from_uid: 'alice', channel_id: 'group1', channel_type: 2, payload: 'eyJ0eXBlIjoxLCJjb250ZW50IjoiaGkifQ==' },
  schema: Type.Object({
    header,
    client_msg_no: text,
    from_uid: text,
    channel_id: text,
    channel_type: byte,
    expire: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_294_967_295 })),
    subscribers: uids,
    topic: text,
    payload: text,
    as_system: Type.Optional(Type.Union([Type.Integer(), Type.Boolean()])),
  }),
  async handle(deps, body) {
    const { payload = '', channel_id: channelId = '', channel_type: channelType = 0, from_uid: fromUid = '' } = body;
    if (payload === '') return wrong('payload', 'payload不能为空！');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(payload) || payload.length % 4 !== 0)
      return wrong('payload', '数据格式有误！: payload is not base64');
    if ((body.subscribers ?? []).length > 0) {
      return wrong(
        'subscribers',
        channelId === '' ? 'subscribers are not supported: name one channel' : 'channelId和subscribers不能同时存在！',
      );
    }
    if (channelId === '') return wrong('channel_id', '频道ID不能为空！');
    if (channelType === PERSON ? !isUid(channelId) : /[@#&]/.test(channelId))
      return wrong('channel_id', '频道ID不能包含特殊字符！');

    const clientMsgNo =
      body.client_msg_no === undefined || body.client_msg_no === '' ? `${randomUUID().replaceAll('-', '')}0` : body.client_msg_no;
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
      topic: (body.topic ?? '').slice(0, 256),
      payload: Buffer.from(payload, 'base64'),
      origin: '',
      ...(body.as_system === 1 || body.as_system === true ? { asSystem: true } : {}),
    });
    if (!sent.ok) {
      const data = {
        message_id: 0,
        message_idstr: '0',
        message_seq: 0,
        client_msg_no: clientMsgNo,
        reason: wireOf(sent.refusal.code).wkReason,
      };
      return { refused: sent.refusal, extra: { data } };
    }
    // An unstored message has a negative id inside; on wires it is 2^62 − id, which JavaScript's numbers cannot hold.
    const id = sent.value.messageId >= 0 ? String(sent.value.messageId) : String((1n << 62n) - BigInt(sent.value.messageId));
    const data = {
      message_id: Number(id),
      message_idstr: id,
      message_seq: sent.value.messageSeq,
      client_msg_no: clientMsgNo,
      reason: 1,
    };
    return { body: { status: 200, data } };
  },
});

/** No uid is the system account; a uid that has never been seen gets an account. */
async function senderOf(deps: WukongHttpDeps, uid: string): Promise<Outcome<User>> {
  if (uid === '' || uid === SYSTEM_UID) {
    const known = await deps.users.get(SYSTEM_UID);
    return known !== null ? ok(known) : publish(deps.bus, await deps.directory.ensureUser({ uid: SYSTEM_UID, kind: 'system' }));
  }
  if (isReservedUid(uid)) return refuse('wk.reserved_identity', { uid });
  return isUid(uid) ? deps.users.ensurePerson(uid) : refuse('wk.uid_invalid', { uid: uid.slice(0, 128) });
}

type Header = { no_persist?: number | null; red_dot?: number | null; sync_once?: number | null } | undefined;

function flagsOf(given: Header): number {
  return (
    (given?.no_persist === 1 ? FLAG_NO_PERSIST : 0) |
    (given?.red_dot === 1 ? FLAG_RED_DOT : 0) |
    (given?.sync_once === 1 ? FLAG_SYNC_ONCE : 0)
  );
}

const MAX_PAGE = 10_000;
const DEFAULT_PAGE = 100;

export const messageSync: WukongRoute = route({
  method: 'POST',
  path: '/channel/messagesync',
  doc: 'A page of a channel, ascending. `pull_mode` 0: older, seq ≤ start and > end; 1: newer, seq in [start, end). Both 0: the last `limit` messages.',
  example: {
    login_uid: 'alice',
    channel_id: 'group1',
    channel_type: 2,
    start_message_seq: 0,
    end_message_seq: 0,
    limit: 50,
    pull_mode: 0,
  },
  schema: Type.Object({
    login_uid: text,
    channel_id: text,
    channel_type: byte,
    start_message_seq: seq,
    end_message_seq: seq,
    limit: Type.Optional(Type.Integer()),
    pull_mode: flag,
  }),
  async handle(deps, body) {
    const { login_uid: loginUid = '', channel_id: channelId = '', channel_type: channelType = 0 } = body;
    const { start_message_seq: startSeq = 0, end_message_seq: endSeq = 0, limit = 0 } = body;
    if (channelId.trim() === '') return wrong('channel_id', 'channel_id不能为空！');
    if (loginUid.trim() === '') return wrong('login_uid', 'login_uid不能为空！');
    const pullMode = body.pull_mode === 1 && (startSeq > 0 || endSeq > 0) ? 1 : 0;
    const page = await readHistoryAsBackend(deps, loginUid, {
      channelId,
      channelType,
      pullMode,
      startSeq,
      endSeq,
      limit: limit <= 0 ? DEFAULT_PAGE : Math.min(limit, MAX_PAGE),
    });
    if (!page.ok) return { refused: page.refusal };
    const { channel, messages: found, more } = page.value;
    const messages =
      channel === null ? [] : await Promise.all(found.map((message) => messageObject(deps.users, channel, message)));
    return { body: { start_message_seq: startSeq, end_message_seq: endSeq, more: more ? 1 : 0, messages } };
  },
});
