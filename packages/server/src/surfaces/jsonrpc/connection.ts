import { randomUUID } from 'node:crypto';
import {
  encodeConnected,
  encodeDisconnect,
  encodeError,
  encodeEvent,
  encodeRecv,
  encodeResult,
  encodeSent,
  parseRpcText,
  type RpcConnectParams,
  type RpcId,
  type RpcMessage,
  type RpcParsed,
  type RpcSendParams,
} from '@hufu/protocol/jsonrpc';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import type { WebSocket } from 'ws';
import { isUid, type SendCommand, sendMessage } from '../../domain/messages/send-message.ts';
import type { User } from '../../domain/model.ts';
import { channelIdFor } from '../../runtime/channel-view.ts';
import { kickOthers } from '../../runtime/kick.ts';
import type { Delivery, LiveSession, Notification } from '../../runtime/session.ts';
import { CONNECT_TIMEOUT_MS, type ClientSurfaceDeps, IDLE_TIMEOUT_MS } from '../listen/client-deps.ts';
import type { Watched } from '../listen/idle-watch.ts';
import type { Peer } from '../listen/peer.ts';

const MAX_WAITING = 256;
const MAX_CHARS = 1024 * 1024;

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
    for (const parsed of parseRpcText(text, MAX_CHARS)) {
      if (this.#user === null) await this.#beforeConnect(parsed);
      else if (parsed.ok) this.#onCall(parsed.message, this.#user);
      else this.#fail(parsed.error.id, { code: 'http.bad_body', evidence: { problem: parsed.error.problem } });
      if (this.#ended) return;
    }
  }

  async #beforeConnect(parsed: RpcParsed): Promise<void> {
    if (parsed.ok && parsed.message.method === 'connect') return this.#connect(parsed.message.id, parsed.message.params);
    const problem = parsed.ok ? `${parsed.message.method} before connect` : parsed.error.problem;
    this.#refuse(parsed.ok ? parsed.message.id : parsed.error.id, { code: 'wk.protocol', evidence: { problem } });
  }

  #onCall(call: RpcMessage, user: User): void {
    switch (call.method) {
      case 'send':
        this.#send(call.id, call.params, user);
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
        this.#fail(call.id, { code: 'http.route_unknown', evidence: { method: call.method } });
    }
  }

  async #connect(id: RpcId, params: RpcConnectParams): Promise<void> {
    const { uid, token, deviceFlag, deviceId } = params;
    const claim = { uid, token, deviceFlag, deviceId };
    this.#claim = claim;
    if (!isUid(uid)) return this.#refuse(id, { code: 'wk.uid_invalid' });
    if (this.#deps.hub.size >= this.#deps.limits.connections)
      return this.#refuse(id, { code: 'limit.connections', retryAfterSeconds: 10 });
    const admitted = await this.#deps.authenticate({ ...claim, surface: 'jsonrpc' });
    if (!admitted.ok) return this.#refuse(id, admitted.refusal);
    if (this.#ended) return;

    this.#user = admitted.value.user;
    this.#claim = { ...claim, token: '' };
    this.deviceFlag = deviceFlag;
    this.deviceId = deviceId;
    this.deviceLevel = admitted.value.deviceLevel;
    this.idleLimitMs = IDLE_TIMEOUT_MS;
    this.#deps.hub.add(this);
    const timeDiff = params.clientTimestamp === 0 ? 0 : this.#deps.now() - params.clientTimestamp;
    this.#write(encodeConnected(id, { serverVersion: 5, timeDiff, nodeId: this.#deps.nodeId }));
    kickOthers(this.#deps.hub, this);
  }

  /** Not awaited up to the disk: the next call is read meanwhile. */
  #send(id: RpcId | null, params: RpcSendParams, sender: User): void {
    const command: SendCommand = {
      sender,
      channelId: params.channelId,
      channelType: params.channelType,
      clientMsgNo: params.clientMsgNo === '' ? randomUUID() : params.clientMsgNo,
      flags: (params.flags & 0x07) | (params.setting << 8),
      expireSeconds: params.expire,
      topic: params.topic,
      payload: params.payload,
      origin: this.connectionId,
    };
    void sendMessage(this.#deps.send, command).then(
      (sent) => {
        if (!sent.ok) return this.#fail(id, sent.refusal);
        const { messageId, messageSeq } = sent.value;
        if (id !== null)
          this.#write(encodeSent(id, { messageId: String(messageId), messageSeq, reasonCode: 1, flags: params.flags }));
      },
      (error: unknown) => this.#fail(id, { code: 'srv.fault', evidence: { error: String(error) } }),
    );
  }

  deliver(delivery: Delivery): void {
    const { message, state, senderUid } = delivery;
    this.#write(
      encodeRecv({
        flags: message.flags & 0x07,
        setting: (message.flags >> 8) & 0xff,
        fromUid: senderUid,
        channelId: channelIdFor(this.uid, delivery),
        channelType: state.channel.type,
        expire: message.expireSeconds,
        clientMsgNo: message.clientMsgNo,
        messageId: String(message.id),
        messageSeq: message.seq,
        timestamp: Math.floor(message.tsMs / 1000),
        topic: message.topic,
        payload: message.payload,
      }),
    );
  }

  notify(notification: Notification): void {
    this.#write(
      encodeEvent({
        id: randomUUID(),
        type: notification.type,
        timestampMs: this.#deps.now(),
        data: JSON.stringify(notification.data),
      }),
    );
  }

  end(refusal: Refusal, graceMs: number): void {
    if (this.#ended) return;
    const requestId = this.#record(refusal, 'disconnect');
    const { wkReason, wsClose } = wireOf(refusal.code);
    this.#write(encodeDisconnect(wkReason, `${definitionOf(refusal.code).public.en} (${refusal.code}; req=${requestId})`));
    this.#deps.hub.remove(this);
    setTimeout(() => this.close(wsClose, `${refusal.code}; req=${requestId}`), Math.min(graceMs, 100)).unref();
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
  #fail(id: RpcId | null, refusal: Refusal): string {
    const { wkReason } = wireOf(refusal.code);
    const { publicCode, public: text } = definitionOf(refusal.code);
    const requestId = this.#record(refusal, `error ${wkReason}`);
    this.#write(encodeError(id, { code: wkReason, message: text.en, data: { reason: publicCode, requestId } }));
    return requestId;
  }

  /** The connect is refused: the error, then the close with the same text. */
  #refuse(id: RpcId | null, refusal: Refusal): void {
    if (this.#ended) return;
    const requestId = this.#fail(id, refusal);
    this.close(wireOf(refusal.code).wsClose, `${definitionOf(refusal.code).publicCode}; req=${requestId}`);
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
