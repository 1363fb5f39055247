import { randomUUID } from 'node:crypto';
import { encodeResult, encodeSent, type RpcId, type RpcMessage, type RpcSendParams } from '@hufu/protocol/jsonrpc';
import { wireIdText } from '@hufu/protocol/wkproto';
import type { Refusal } from '@hufu/refusals';
import type { Sent } from '../../domain/messages/send-message.ts';
import { messageFlags } from '../../domain/model.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import { submitSend } from '../listen/submit.ts';
import type { RpcConnection } from './connection.ts';

const AGAIN: Refusal = { code: 'wk.protocol', evidence: { problem: 'connect on a connection that is connected' } };

/** A call of a live connection. Every request is answered; a notification only when it is refused. */
export function handleCall(connection: RpcConnection, call: RpcMessage): Promise<void> | undefined {
  switch (call.method) {
    case 'send':
      return handleSend(connection, call.id, call.params);
    case 'recvack':
      connection.session.acknowledge(call.params);
      return done(connection, call.id);
    case 'ping':
      return done(connection, call.id);
    case 'disconnect':
      done(connection, call.id);
      connection.session.close(1000, '');
      return;
    case 'connect':
      connection.fail(call.id, AGAIN, { call: call.method });
      return;
    default:
      connection.fail(call.id, { code: 'http.route_unknown', evidence: { method: call.method } }, { call: call.method });
  }
}

function done(connection: RpcConnection, id: RpcId | null): undefined {
  if (id !== null) connection.say(encodeResult(id, {}));
}

/** Not awaited up to the disk: the next call is read meanwhile. */
function handleSend(connection: RpcConnection, id: RpcId | null, params: RpcSendParams): Promise<void> | undefined {
  const words = {
    channelId: params.channelId,
    channelType: params.channelType,
    clientMsgNo: params.clientMsgNo === '' ? randomUUID() : params.clientMsgNo,
    flags: messageFlags(params.flags, params.setting),
    expireSeconds: params.expire,
    topic: params.topic,
    payload: params.payload,
  };
  const { session } = connection;
  return submitSend(session.deps, session, words, (outcome) => answer(connection, id, params.flags, outcome));
}

function answer(connection: RpcConnection, id: RpcId | null, flags: number, outcome: Outcome<Sent>): void {
  if (!outcome.ok) {
    connection.fail(id, outcome.refusal, { call: 'send' });
    return;
  }
  const { messageId, messageSeq } = outcome.value;
  if (id !== null) connection.say(encodeSent(id, { messageId: wireIdText(messageId), messageSeq, reasonCode: 1, flags }));
}
