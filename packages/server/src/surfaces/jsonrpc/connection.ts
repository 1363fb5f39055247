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
import type { User } from '../../domain/model.ts';
import { newConnectionId } from '../../kernel/ids.ts';
import type { Delivery, LiveSession, Notification } from '../../runtime/session.ts';
import { Unacked } from '../../runtime/unacked.ts';
import { CONNECT_TIMEOUT_MS, type ClientSurfaceDeps, IDLE_TIMEOUT_MS, type RefusalSeen } from '../listen/client-deps.ts';
import { Intake, type IntakeOwner } from '../listen/intake.ts';
import type { Peer } from '../listen/peer.ts';
import type { ClientConnection } from '../listen/sessions.ts';
import type { Transport } from '../listen/transport.ts';
import { handleCall } from './calls.ts';
import { handleConnect } from './connect.ts';
import { encodeDelivery } from './recv.ts';

/** What the connection knows of its client once `connect` was accepted. */
export interface Identity {
  readonly user: Pick<User, 'u' | 'uid'>;
  readonly deviceFlag: number;
  readonly deviceLevel: 0 | 1;
  readonly deviceId: string;
}

/** As in WKProto. `leaving`: told to go; nothing it says counts any more. */
type State = 'waiting' | 'authenticating' | 'live' | 'leaving' | 'ended';

const MAX_MESSAGE_BYTES = 1024 * 1024;

/** One JSON-RPC client, over WebSocket or TCP. Its calls are worked off in order, so that messages keep theirs. */
export class RpcConnection implements LiveSession, ClientConnection, IntakeOwner<RpcParsed> {
  readonly surface = 'jsonrpc';
  readonly connectionId = newConnectionId();
  readonly transport: Transport;
  readonly peer: Peer;
  readonly deps: ClientSurfaceDeps;
  readonly intake: Intake<RpcParsed>;
  readonly #onGone: (connection: RpcConnection) => void;
  /** TCP has no messages: objects are cut out of the stream. */
  readonly #stream: ObjectStream | null;
  #state: State = 'waiting';
  #identity: Identity | null = null;
  #unacked: Unacked | null = null;
  lastHeardMs: number;
  idleLimitMs = CONNECT_TIMEOUT_MS;

  constructor(transport: Transport, peer: Peer, deps: ClientSurfaceDeps, onGone: (connection: RpcConnection) => void) {
    this.transport = transport;
    this.peer = peer;
    this.deps = deps;
    this.#onGone = onGone;
    this.lastHeardMs = deps.now();
    this.#stream = transport.kind === 'tcp' ? new ObjectStream(MAX_MESSAGE_BYTES) : null;
    this.intake = new Intake<RpcParsed>(this, transport);
  }

  get uid(): string {
    return this.#identity?.user.uid ?? '';
  }
  get u(): number {
    return this.#identity?.user.u ?? 0;
  }
  get deviceFlag(): number {
    return this.#identity?.deviceFlag ?? 0;
  }
  get deviceLevel(): 0 | 1 {
    return this.#identity?.deviceLevel ?? 0;
  }
  get deviceId(): string {
    return this.#identity?.deviceId ?? '';
  }
  get isAuthenticating(): boolean {
    return this.#state === 'authenticating';
  }

  /** WuKongIM takes JSON in a binary message too. */
  onBytes(bytes: Buffer): void {
    if (this.#stream === null) return this.onText(bytes);
    this.onAlive();
    const problem = this.#stream.push(bytes, (text) => this.intake.push(parseRpcObject(text)));
    if (problem !== null) this.onBroken(problem);
  }

  onText(bytes: Buffer): void {
    this.onAlive();
    for (const parsed of parseRpcText(bytes.toString('utf8'), MAX_MESSAGE_BYTES)) this.intake.push(parsed);
  }

  onAlive(): void {
    this.lastHeardMs = this.deps.now();
  }

  onBroken(problem: string): void {
    this.refuse(null, { code: 'wk.protocol', evidence: { problem } });
  }

  keep(parsed: RpcParsed): RpcParsed {
    return parsed;
  }

  take(parsed: RpcParsed): Promise<void> | undefined {
    if (this.#state === 'live') {
      if (parsed.ok) return handleCall(this, parsed.message);
      const { id, code, problem } = parsed.error;
      this.fail(id, { code: code === METHOD_NOT_FOUND ? 'http.route_unknown' : 'http.bad_body', evidence: { problem } });
      return;
    }
    if (this.#state !== 'waiting') return;
    if (!parsed.ok) return this.refuse(parsed.error.id, { code: 'wk.protocol', evidence: { problem: parsed.error.problem } });
    const { message } = parsed;
    if (message.method !== 'connect')
      return this.refuse(message.id, { code: 'wk.protocol', evidence: { problem: `${message.method} before connect` } });
    this.#state = 'authenticating';
    return handleConnect(this, message.id, message.params);
  }

  /** `connect` was accepted: from here on the session is in the hub. */
  enter(identity: Identity): void {
    this.#identity = identity;
    this.#state = 'live';
    this.idleLimitMs = IDLE_TIMEOUT_MS;
    this.deps.hub.add(this);
  }

  /** An answer or notification; none goes out after the end. */
  say(text: string): void {
    if (this.#state !== 'ended') this.transport.send(Buffer.from(text));
  }

  deliver(delivery: Delivery): void {
    if (this.#state !== 'live') return;
    this.transport.send(encodeDelivery(this, delivery));
    if (delivery.message.id < 0) return;
    this.#unacked ??= new Unacked();
    this.#unacked.add(delivery, this.deps.now());
  }

  acknowledge(ack: { readonly messageId: bigint; readonly flags: number }): void {
    this.#unacked?.acknowledge(ack);
  }

  /** Delivers again what was not acknowledged in time. */
  resend(nowMs: number): void {
    if (this.#state === 'live') this.#unacked?.resend(nowMs, (delivery) => this.transport.send(encodeDelivery(this, delivery)));
  }

  notify(notification: Notification): void {
    if (this.#state !== 'live') return;
    const { type, data } = notification;
    this.say(encodeEvent({ id: randomUUID(), type, timestampMs: this.deps.now(), data: JSON.stringify(data) }));
  }

  /** An open session is ended by a rule: with a grace it hears `disconnect` first. From now on nothing it says counts. */
  end(refusal: Refusal, graceMs: number): void {
    if (this.#state !== 'live') return;
    const claim = this.#claim();
    const requestId = this.deps.refused({ refusal, surface: 'jsonrpc', peer: this.peer, claim, answer: 'disconnect' });
    const { publicCode, public: text } = definitionOf(refusal.code);
    const { wkReason, wsClose } = wireOf(refusal.code);
    if (graceMs > 0) this.say(encodeDisconnect(wkReason, `${text.en} (${publicCode}; req=${requestId})`));
    this.#state = 'leaving';
    this.intake.stop();
    this.#leaveHub();
    const reason = `${publicCode}; req=${requestId}`;
    if (graceMs > 0) setTimeout(() => this.close(wsClose, reason), graceMs).unref();
    else this.close(wsClose, reason);
  }

  /** One call is refused; the connection stays. */
  fail(id: RpcId | null, refusal: Refusal, claim = this.#claim()): string {
    const { wkReason } = wireOf(refusal.code);
    const { publicCode, public: text } = definitionOf(refusal.code);
    const answer = `error ${wkReason}`;
    const requestId = this.deps.refused({ refusal, surface: 'jsonrpc', peer: this.peer, claim, answer });
    this.say(encodeError(id, { code: wkReason, message: sentence(text.en, refusal), data: { reason: publicCode, requestId } }));
    return requestId;
  }

  /** The connect is refused: the error, then the close with the same text. */
  refuse(id: RpcId | null, refusal: Refusal, claim: RefusalSeen['claim'] = this.#claim()): undefined {
    if (this.#state === 'leaving' || this.#state === 'ended') return;
    const requestId = this.fail(id, refusal, claim);
    this.close(wireOf(refusal.code).wsClose, `${definitionOf(refusal.code).publicCode}; req=${requestId}`);
  }

  onIdle(): void {
    if (this.#identity === null) this.refuse(null, { code: 'wk.auth_timeout', evidence: { state: this.#state } });
    else this.close(4408, 'idle');
  }

  /** Takes less than it is sent: what waits for it is dropped with the connection. */
  onSlow(): void {
    this.end({ code: 'limit.slow_reader' }, 0);
    this.transport.destroy();
    this.onClosed();
  }

  close(code: number, reason: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.transport.close(code, reason);
    this.#gone();
  }

  onClosed(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#gone();
  }

  #claim(): RefusalSeen['claim'] {
    if (this.#identity === null) return null;
    const { user, deviceFlag, deviceId } = this.#identity;
    return { uid: user.uid, token: '', deviceFlag, deviceId };
  }

  #leaveHub(): void {
    if (this.#identity !== null) this.deps.hub.remove(this);
  }

  #gone(): void {
    this.intake.stop();
    this.#leaveHub();
    this.#unacked = null;
    this.#onGone(this);
  }
}

/** What was wrong with the client's own words, which it may read. */
function sentence(text: string, { code, evidence }: Refusal): string {
  const isAboutWords = code === 'wk.protocol' || code === 'http.bad_body' || code === 'http.route_unknown';
  return isAboutWords && evidence?.problem !== undefined ? `${text.replace(/\.$/, '')}: ${evidence.problem}.` : text;
}
