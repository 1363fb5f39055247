import { randomUUID } from 'node:crypto';
import {
  encodeDisconnect,
  encodeError,
  encodeEvent,
  METHOD_NOT_FOUND,
  ObjectStream,
  parseRpcObject,
  parseRpcText,
  type RpcId,
  type RpcParsed,
} from '@hufu/protocol/jsonrpc';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import type { Delivery, Notification } from '../../runtime/session.ts';
import type { RefusalSeen } from '../listen/client-deps.ts';
import { type ClientSession, closeReason, type Dialect } from '../listen/client-session.ts';
import { handleCall } from './calls.ts';
import { handleConnect } from './connect.ts';
import { encodeDelivery } from './recv.ts';

const MAX_MESSAGE_BYTES = 1024 * 1024;

/** What was refused: a method, of a client that says so of itself. */
type Subject = Pick<RefusalSeen, 'call'> & Partial<Pick<RefusalSeen, 'claim'>>;

/** One client that speaks JSON-RPC, over WebSocket or TCP. */
export class RpcConnection implements Dialect<RpcParsed> {
  readonly surface = 'jsonrpc';
  readonly session: ClientSession<RpcParsed>;
  /** TCP has no messages: objects are cut out of the stream. */
  readonly #stream: ObjectStream | null;

  constructor(session: ClientSession<RpcParsed>) {
    this.session = session;
    this.#stream = session.transport.kind === 'tcp' ? new ObjectStream(MAX_MESSAGE_BYTES) : null;
  }

  /** WuKongIM takes JSON in a binary message too. */
  read(bytes: Buffer): string | null {
    const { intake } = this.session;
    if (this.#stream !== null) return this.#stream.push(bytes, (text) => intake.push(parseRpcObject(text)));
    for (const parsed of parseRpcText(bytes.toString('utf8'), MAX_MESSAGE_BYTES)) intake.push(parsed);
    return null;
  }

  keep(parsed: RpcParsed): RpcParsed {
    return parsed;
  }

  onFirst(parsed: RpcParsed): Promise<void> | undefined {
    if (!parsed.ok) return this.#breach(parsed.error.id, parsed.error.problem);
    const { method, id } = parsed.message;
    if (method !== 'connect') return this.#breach(id, `${method} before connect`);
    return handleConnect(this, parsed.message.id, parsed.message.params);
  }

  onItem(parsed: RpcParsed): Promise<void> | undefined {
    if (parsed.ok) return handleCall(this, parsed.message);
    const { id, code, problem } = parsed.error;
    const refusal: Refusal = { code: code === METHOD_NOT_FOUND ? 'http.route_unknown' : 'http.bad_body', evidence: { problem } };
    this.fail(id, refusal, { call: 'call' });
  }

  encode(delivery: Delivery): Uint8Array {
    return encodeDelivery(this.session, delivery);
  }

  encodeNotification({ type, data }: Notification): Uint8Array {
    const timestampMs = this.session.deps.now();
    return Buffer.from(encodeEvent({ id: randomUUID(), type, timestampMs, data: JSON.stringify(data) }));
  }

  encodeEnd({ code }: Refusal, requestId: string): Uint8Array {
    const { publicCode, public: text } = definitionOf(code);
    return Buffer.from(encodeDisconnect(wireOf(code).wkReason, `${text.en} (${publicCode}; req=${requestId})`));
  }

  /** An answer. */
  say(text: string): void {
    this.session.say(Buffer.from(text));
  }

  /** One call is refused; the connection stays. */
  fail(id: RpcId | null, refusal: Refusal, subject: Subject): string {
    const { wkReason } = wireOf(refusal.code);
    const { publicCode, public: text } = definitionOf(refusal.code);
    const requestId = this.session.refused(refusal, { ...subject, answer: `error ${wkReason}` });
    this.say(encodeError(id, { code: wkReason, message: sentence(text.en, refusal), data: { reason: publicCode, requestId } }));
    return requestId;
  }

  /** The connection is refused: the error, then the close with the same text. */
  refuse(refusal: Refusal, id: RpcId | null = null, claim: RefusalSeen['claim'] = this.session.claim()): void {
    if (this.session.isDeaf) return;
    const requestId = this.fail(id, refusal, { call: 'connect', claim });
    this.session.close(wireOf(refusal.code).wsClose, closeReason(refusal, requestId));
  }

  #breach(id: RpcId | null, problem: string): undefined {
    this.refuse({ code: 'wk.protocol', evidence: { problem } }, id);
  }
}

/** What was wrong with the client's own words, which it may read. */
function sentence(text: string, { code, evidence }: Refusal): string {
  const isAboutWords = code === 'wk.protocol' || code === 'http.bad_body' || code === 'http.route_unknown';
  return isAboutWords && evidence?.problem !== undefined ? `${text.replace(/\.$/, '')}: ${evidence.problem}.` : text;
}
