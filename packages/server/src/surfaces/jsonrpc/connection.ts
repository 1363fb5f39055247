import { randomUUID } from 'node:crypto';
import { encodeError, encodeNotification, encodeResult, isRecord, parseRpc, type RpcCall, type RpcId } from '@hufu/protocol/jsonrpc';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import type { WebSocket } from 'ws';
import { isUid, sendMessage } from '../../domain/messages/send-message.ts';
import type { User } from '../../domain/model.ts';
import { channelIdFor } from '../../runtime/channel-view.ts';
import { kickOthers } from '../../runtime/kick.ts';
import type { Delivery, LiveSession, Notification } from '../../runtime/session.ts';
import { CONNECT_TIMEOUT_MS, type ClientSurfaceDeps, IDLE_TIMEOUT_MS } from '../listen/client-deps.ts';
import type { Watched } from '../listen/idle-watch.ts';
import type { Peer } from '../listen/peer.ts';
import { headerOf, sendCommandOf } from './words.ts';

const MAX_WAITING = 256;

/** One JSON-RPC client. Calls are worked off one after the other up to the disk, so that messages keep their order. */
export class RpcConnection implements LiveSession, Watched {
  readonly surface = 'jsonrpc';
  readonly connectionId = randomUUID();
  readonly #ws: WebSocket;
  readonly #peer: Peer;
  readonly #deps: ClientSurfaceDeps;
  readonly #onGone: (connection: RpcConnection) => void;
  #user: User | null = null;
  #claim: { uid: string; token: string; deviceFlag: number; deviceId: string } | null = null;
  #ended = false;
  #inbox: string[] = [];
  #working = false;
  deviceFlag = 0;
  deviceLevel: 0 | 1 = 0;
  deviceId = '';
  lastHeardMs = Date.now();
  idleLimitMs = CONNECT_TIMEOUT_MS;

  constructor(ws: WebSocket, peer: Peer, deps: ClientSurfaceDeps, onGone: (connection: RpcConnection) => void) {
    this.#ws = ws;
    this.#peer = peer;
    this.#deps = deps;
    this.#onGone = onGone;
  }

  get uid(): string {
    return this.#user?.uid ?? '';
  }
  get u(): number {
    return this.#user?.u ?? 0;
  }

  onText(text: string): void {
    this.lastHeardMs = Date.now();
    if (this.#ended) return;
    this.#inbox.push(text);
    if (this.#inbox.length >= MAX_WAITING) this.#ws.pause();
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let text = this.#inbox.shift(); text !== undefined && !this.#ended; text = this.#inbox.shift()) {
      try {
        await this.#onMessage(text);
      } catch (error) {
        this.#fail(null, { code: 'srv.fault', evidence: { error: String(error) } });
      }
      if (this.#ws.isPaused && this.#inbox.length < MAX_WAITING / 2) this.#ws.resume();
    }
    this.#working = false;
  }

  async #onMessage(text: string): Promise<void> {
    const parsed = parseRpc(text);
    if (this.#user === null) {
      if (parsed.ok && parsed.call.method === 'connect') return this.#connect(parsed.call);
      return this.#refuse(parsed.ok ? parsed.call.id : parsed.id, { code: 'wk.protocol', evidence: { problem: parsed.ok ? `${parsed.call.method.slice(0, 40)} before connect` : parsed.problem } });
    }
    if (!parsed.ok) return this.#fail(parsed.id, { code: 'http.bad_body', evidence: { problem: parsed.problem } });
    await this.#onCall(parsed.call, this.#user);
  }

  async #onCall(call: RpcCall, user: User): Promise<void> {
    switch (call.method) {
      case 'send':
        this.#send(call, user);
        return;
      case 'ping':
        if (call.id !== null) this.#write(encodeResult(call.id, {}));
        return;
      case 'recvack':
      case 'connect':
        return;
      case 'disconnect':
        if (call.id !== null) this.#write(encodeResult(call.id, {}));
        this.close(1000, '');
        return;
      default:
        this.#fail(call.id, { code: 'http.route_unknown', evidence: { method: call.method.slice(0, 60) } });
    }
  }

  async #connect(call: RpcCall): Promise<void> {
    const { params } = call;
    const claim = {
      uid: textOf(params.uid),
      token: textOf(params.token),
      deviceFlag: typeof params.deviceFlag === 'number' ? params.deviceFlag : 0,
      deviceId: textOf(params.deviceId),
    };
    this.#claim = claim;
    if (!isUid(claim.uid)) return this.#refuse(call.id, { code: 'wk.uid_invalid' });
    if (this.#deps.hub.size >= this.#deps.limits.connections) return this.#refuse(call.id, { code: 'limit.connections', retryAfterSeconds: 10 });
    const admitted = await this.#deps.authenticate({ ...claim, surface: 'jsonrpc' });
    if (!admitted.ok) return this.#refuse(call.id, admitted.refusal);
    if (this.#ended) return;

    this.#user = admitted.value.user;
    this.#claim = { ...claim, token: '' };
    this.deviceFlag = claim.deviceFlag;
    this.deviceId = claim.deviceId;
    this.deviceLevel = admitted.value.deviceLevel;
    this.idleLimitMs = IDLE_TIMEOUT_MS;
    this.#deps.hub.add(this);
    const clientMs = typeof params.clientTimestamp === 'number' ? params.clientTimestamp : this.#deps.now();
    const result = { serverVersion: 5, serverKey: '', salt: '', timeDiff: this.#deps.now() - clientMs, reasonCode: 1, nodeId: this.#deps.nodeId };
    if (call.id !== null) this.#write(encodeResult(call.id, result));
    kickOthers(this.#deps.hub, this);
  }

  /** Not awaited up to the disk: the next call may be read meanwhile; a cold channel keeps its turn inside the append queue's order. */
  #send(call: RpcCall, user: User): void {
    const command = sendCommandOf(call.params, user, this.connectionId);
    if (!command.ok) return this.#fail(call.id, command.refusal);
    void sendMessage(this.#deps.send, command.value).then(
      (sent) => {
        if (!sent.ok) return this.#fail(call.id, sent.refusal);
        if (call.id !== null) this.#write(encodeResult(call.id, { messageId: String(sent.value.messageId), messageSeq: sent.value.messageSeq, reasonCode: 1 }));
      },
      (error: unknown) => this.#fail(call.id, { code: 'srv.fault', evidence: { error: String(error) } }),
    );
  }

  deliver(delivery: Delivery): void {
    const { message, state, senderUid } = delivery;
    this.#write(
      encodeNotification('recv', {
        header: headerOf(message.flags),
        setting: {},
        msgKey: '',
        ...(message.expireSeconds > 0 ? { expire: message.expireSeconds } : {}),
        messageId: String(message.id),
        messageSeq: message.seq,
        clientMsgNo: message.clientMsgNo,
        timestamp: Math.floor(message.tsMs / 1000),
        channelId: channelIdFor(this.uid, delivery),
        channelType: state.channel.type,
        ...(message.topic === '' ? {} : { topic: message.topic }),
        fromUid: senderUid,
        payload: Buffer.from(message.payload).toString('base64'),
      }),
    );
  }

  notify(notification: Notification): void {
    this.#write(encodeNotification('event', { id: randomUUID(), type: notification.type, timestamp: this.#deps.now(), data: JSON.stringify(notification.data) }));
  }

  end(refusal: Refusal, graceMs: number): void {
    if (this.#ended) return;
    const requestId = this.#record(refusal, 'disconnect');
    this.#write(encodeNotification('disconnect', { reasonCode: wireOf(refusal.code).wkReason, reason: `${definitionOf(refusal.code).public.en} (${refusal.code}; req=${requestId})` }));
    this.#deps.hub.remove(this);
    setTimeout(() => this.close(wireOf(refusal.code).wsClose, `${refusal.code}; req=${requestId}`), Math.min(graceMs, 100)).unref();
  }

  onIdle(): void {
    if (this.#user === null) this.#refuse(null, { code: 'wk.auth_timeout' });
    else this.close(4408, 'idle');
  }

  close(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ws.close(code, reason);
    setTimeout(() => this.#ws.terminate(), 2000).unref();
    this.onClosed();
  }

  onClosed(): void {
    this.#ended = true;
    this.#inbox = [];
    if (this.#user !== null) this.#deps.hub.remove(this);
    this.#onGone(this);
  }

  /** One call is refused; the connection stays. */
  #fail(id: RpcId | null, refusal: Refusal): void {
    const wire = wireOf(refusal.code);
    const { publicCode, public: text } = definitionOf(refusal.code);
    const requestId = this.#record(refusal, `error ${wire.wkReason}`);
    this.#write(encodeError(id, wire.wkReason, text.en, { reason: publicCode, requestId }));
  }

  /** The connect is refused: the error, then the close with the same text. */
  #refuse(id: RpcId | null, refusal: Refusal): void {
    if (this.#ended) return;
    const wire = wireOf(refusal.code);
    const { publicCode, public: text } = definitionOf(refusal.code);
    const requestId = this.#record(refusal, `error ${wire.wkReason}`);
    this.#write(encodeError(id, wire.wkReason, text.en, { reason: publicCode, requestId }));
    this.close(wire.wsClose, `${publicCode}; req=${requestId}`);
  }

  #record(refusal: Refusal, answer: string): string {
    return this.#deps.refused({ refusal, surface: 'jsonrpc', peer: this.#peer, claim: this.#claim, answer });
  }

  #write(text: string): void {
    if (this.#ended || this.#ws.readyState !== this.#ws.OPEN) return;
    this.#ws.send(text);
    if (this.#ws.bufferedAmount > this.#deps.limits.outboxBytes) {
      this.#record({ code: 'limit.slow_reader', evidence: { bufferedBytes: this.#ws.bufferedAmount } }, 'close');
      this.#ws.terminate();
      this.onClosed();
    }
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : isRecord(value) || value === undefined || value === null ? '' : String(value);
}
