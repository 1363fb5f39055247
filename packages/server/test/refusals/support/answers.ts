import assert from 'node:assert/strict';
import { definitionOf, type RefusalCode } from '@hufu/refusals';
import type { Told } from './case.ts';
import type { HttpAnswer } from './http.ts';
import type { BotTap } from './bots.ts';
import type { RpcTap } from './rpc.ts';
import { disconnectBytes, readConnack, refusedConnack, type WkTap } from './wk.ts';

const REQUEST_ID = /hr_[0-9A-HJKMNP-TV-Z]{26}/;

/** A refused CONNECT: CONNACK with the text in the salt, for phones on TCP also DISCONNECT, then the close with the same text. */
export async function refusedConnect(
  tap: WkTap,
  code: RefusalCode,
  wire: { readonly version: number; readonly reason: number; readonly close: number; readonly disconnect?: boolean },
): Promise<Told> {
  const closed = await tap.closed;
  const bytes = tap.received();
  const connack = readConnack(bytes, wire.version);
  const requestId = idIn(connack.salt);
  const salt = `${definitionOf(code).publicCode}; req=${requestId}`;
  const expected = [refusedConnack(wire.version, wire.reason, { salt, timeDiff: connack.timeDiff })];
  if (wire.disconnect === true) expected.push(disconnectBytes(wire.reason, salt));
  assert.equal(bytes.toString('hex'), Buffer.concat(expected).toString('hex'));
  assert.ok(salt.length <= 123, 'fits into a close reason');
  if (tap.kind === 'ws') assert.deepEqual(closed, { code: wire.close, reason: salt });
  if (tap.kind === 'ws') assert.equal(tap.messages().length, 1, 'one frame a message, and no DISCONNECT');
  return { requestId, text: `${bytes.toString('latin1')} ${closed.reason}` };
}

/** A connection that is refused without a CONNECT: only a WebSocket can be told. */
export async function closedWith(tap: WkTap, code: RefusalCode, close: number): Promise<Told> {
  const closed = await tap.closed;
  assert.equal(tap.received().length, 0);
  if (tap.kind === 'tcp') return { requestId: null, text: '' };
  assert.equal(closed.code, close);
  assert.equal(closed.reason.replace(REQUEST_ID, 'id'), `${definitionOf(code).publicCode}; req=id`);
  return { requestId: idIn(closed.reason), text: closed.reason };
}

/** The error of a JSON-RPC call; `id` null for one that could not be read. */
export function rpcError(text: string, id: string | null, wire: { readonly code: RefusalCode; readonly reason: number }): Told {
  const { publicCode, public: words } = definitionOf(wire.code);
  const requestId = idIn(text);
  const { error: answered } = JSON.parse(text) as { error: { message: string } };
  // What is wrong with the peer's own message may be told behind the sentence.
  assert.ok(answered.message.startsWith(words.en.replace(/\.$/, '')), answered.message);
  const error = { code: wire.reason, message: answered.message, data: { reason: publicCode, requestId } };
  assert.equal(text, JSON.stringify({ jsonrpc: '2.0', id, error }));
  return { requestId, text };
}

/** A refused `connect`: the error, then over WebSocket the close with the same text. */
export async function refusedRpcConnect(
  tap: RpcTap,
  answer: string,
  wire: { readonly code: RefusalCode; readonly id: string | null; readonly reason: number; readonly close: number },
): Promise<Told> {
  const told = rpcError(answer, wire.id, wire);
  const closed = await tap.closed;
  if (closed.code !== 0)
    assert.deepEqual(closed, { code: wire.close, reason: `${definitionOf(wire.code).publicCode}; req=${told.requestId}` });
  return { requestId: told.requestId, text: `${tap.texts().join(' ')} ${closed.reason}` };
}

/** RFC 9457, on the API and on what is refused before any surface is known. */
export function problem(answer: HttpAnswer, code: RefusalCode, status: number): Told {
  const { publicCode, public: words } = definitionOf(code);
  const requestId = idIn(answer.headers['x-request-id'] ?? '');
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.equal(answer.headers['cache-control'], 'no-store');
  const { detail, msg, reason, near, ...rest } = answer.json;
  assert.deepEqual(rest, { type: `/problems/${publicCode}`, title: words.en, status, code: publicCode, requestId });
  assert.ok(String(detail).startsWith(words.zh), String(detail));
  if (near !== undefined) assert.ok(Array.isArray(near) && code === 'http.route_unknown');
  assert.ok(msg === undefined || msg === words.zh);
  assert.ok(reason === undefined || reason === publicCode);
  if (status === 401) assert.equal(answer.headers['www-authenticate'], 'Bearer realm="hufu"');
  if (status === 405) assert.ok((answer.headers['allow'] ?? '').length > 0);
  return { requestId, text: `${JSON.stringify(answer.headers)} ${answer.text}` };
}

/** `{msg, status}` as WuKongIM, with `reason` and `requestId` beside it. */
export function wukongRefusal(answer: HttpAnswer, told: string, status: number): Told {
  const requestId = idIn(answer.headers['x-request-id'] ?? '');
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  const { msg, status: inBody, reason, requestId: idInBody } = answer.json;
  assert.deepEqual([inBody, reason, idInBody], [status, told, requestId]);
  assert.ok(typeof msg === 'string' && msg !== '');
  if (status === 401) assert.equal(answer.headers['www-authenticate'], 'Bearer realm="hufu"');
  return { requestId, text: `${JSON.stringify(answer.headers)} ${answer.text}` };
}

/** The body of a failed action and of a refused handshake: the same members everywhere. */
export function onebotFailure(
  text: string,
  wire: { readonly code: RefusalCode; readonly retcode: number; readonly echo?: unknown },
): Told {
  const { publicCode, public: words } = definitionOf(wire.code);
  const answer = JSON.parse(text) as Record<string, unknown>;
  const requestId = idIn(String(answer['requestId']));
  const { message, wording, ...rest } = answer;
  assert.deepEqual(rest, {
    status: 'failed',
    retcode: wire.retcode,
    data: null,
    msg: publicCode,
    reason: publicCode,
    requestId,
    ...('echo' in wire ? { echo: wire.echo } : {}),
  });
  assert.ok(String(message).startsWith(words.zh), String(message));
  assert.ok(String(wording).startsWith(`${words.zh} / ${words.en}`), String(wording));
  return { requestId, text };
}

/** An action that fails, on an open connection. */
export async function failedAction(
  tap: BotTap,
  call: { readonly action: string; readonly params: unknown },
  wire: { readonly code: RefusalCode; readonly retcode: number },
): Promise<Told> {
  const text = await tap.call(call.action, call.params);
  tap.leave();
  const { echo } = JSON.parse(text) as { echo: unknown };
  return onebotFailure(text, { ...wire, echo });
}

/** A handshake that is answered before the upgrade. */
export function refusedHandshake(
  answer: HttpAnswer,
  wire: { readonly code: RefusalCode; readonly status: number; readonly retcode: number },
): Told {
  const { publicCode } = definitionOf(wire.code);
  const told = onebotFailure(answer.text, wire);
  assert.equal(answer.status, wire.status);
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual([answer.headers['x-request-id'], answer.headers['x-hufu-reason']], [told.requestId, publicCode]);
  assert.equal(answer.headers['www-authenticate'], wire.status === 401 ? 'Bearer' : undefined);
  return { requestId: told.requestId, text: `${JSON.stringify(answer.headers)} ${answer.text}` };
}

export function idIn(text: string): string {
  const id = REQUEST_ID.exec(text)?.[0];
  assert.ok(id, `a request id in ${text}`);
  return id;
}
