import { randomUUID } from 'node:crypto';
import type { Refusal } from '@hufu/refusals';
import { type ConnectFrame, type Frame, FrameDecoder, FrameWriter } from '@hufu/protocol/wkproto';
import { SessionCipher } from '@hufu/protocol/wkproto/crypto';
import type { Delivery, LiveSession, Notification } from '../../runtime/session.ts';
import type { Peer } from '../listen/peer.ts';
import { handleConnect } from './connect.ts';
import { CONNECT_TIMEOUT_MS, IDLE_TIMEOUT_MS } from '../listen/client-deps.ts';
import type { Watched } from '../listen/idle-watch.ts';
import type { WkDeps } from './deps.ts';
import { encodeDelivery } from './recv.ts';
import { sayRefused } from './refuse.ts';
import { handleSend } from './send.ts';
import type { Transport } from './transport.ts';
import { Unacked } from './unacked.ts';

/** What the connection knows of its client once CONNECT was accepted. */
export interface Identity {
  readonly uid: string;
  readonly u: number;
  readonly deviceFlag: number;
  readonly deviceId: string;
  readonly deviceLevel: 0 | 1;
  readonly version: number;
  readonly aesKey: Uint8Array;
  readonly salt: Uint8Array;
}

type State = 'waiting' | 'authenticating' | 'live' | 'ended';

const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_HELD = 256;

/** One WKProto client, from its first byte to its last. States: waiting for CONNECT, authenticating, live, ended. */
export class WkConnection implements LiveSession, Watched {
  readonly surface = 'wkproto';
  readonly connectionId = randomUUID();
  readonly peer: Peer;
  readonly transport: Transport;
  readonly deps: WkDeps;
  readonly writer = new FrameWriter();
  readonly #decoder = new FrameDecoder({ maxFrameBytes: MAX_FRAME_BYTES, side: 'server' });
  readonly #onGone: (connection: WkConnection) => void;
  #state: State = 'waiting';
  #identity: Identity | null = null;
  #cipher: SessionCipher | null = null;
  #unacked: Unacked | null = null;
  /** Frames that came while an earlier one waits for the disk or for the token check; order is kept. */
  #held: Frame[] | null = null;
  lastHeardMs = Date.now();
  idleLimitMs = CONNECT_TIMEOUT_MS;

  constructor(transport: Transport, peer: Peer, deps: WkDeps, onGone: (connection: WkConnection) => void) {
    this.transport = transport;
    this.peer = peer;
    this.deps = deps;
    this.#onGone = onGone;
  }

  get uid(): string {
    return this.#identity?.uid ?? '';
  }
  get u(): number {
    return this.#identity?.u ?? 0;
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
  get version(): number {
    return this.#identity?.version ?? 5;
  }
  get isLive(): boolean {
    return this.#state === 'live';
  }

  /** Made at the first SEND or RECV: an idle connection needs none. */
  get cipher(): SessionCipher | null {
    if (this.#cipher === null && this.#identity !== null)
      this.#cipher = new SessionCipher(this.#identity.aesKey, this.#identity.salt);
    return this.#cipher;
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#state === 'ended') return;
    this.lastHeardMs = Date.now();
    const error = this.#decoder.push(bytes, (frame) => this.#onFrame(frame));
    if (error !== null) this.refuse({ code: 'wk.protocol', evidence: { problem: error.reason, state: this.#state } });
  }

  #onFrame(frame: Frame): void {
    if (this.#held === null) this.#onPacket(frame);
    else if (this.#held.push(frame) >= MAX_HELD) this.transport.pause();
  }

  /** The state gate: which packets count in which state. */
  #onPacket(frame: Frame): void {
    if (this.#state === 'live') return this.#onLivePacket(frame);
    if (this.#state !== 'waiting') return;
    if (frame.type === 'connect') this.#connect(frame);
    else this.refuse({ code: 'wk.protocol', evidence: { problem: `${frame.type} before CONNECT` } });
  }

  #onLivePacket(frame: Frame): void {
    switch (frame.type) {
      case 'send':
        handleSend(this, frame);
        return;
      case 'recvack':
        this.#unacked?.acknowledge(frame);
        return;
      case 'ping':
        this.transport.send(this.writer.pong());
        return;
      case 'disconnect':
        this.close(1000, '');
        return;
      default:
        return; // A second CONNECT, SUB and the rest are ignored, as v2 does.
    }
  }

  #connect(frame: ConnectFrame): void {
    this.#state = 'authenticating';
    this.hold(handleConnect(this, frame));
  }

  /** CONNECT was accepted: from here on the session is in the hub. */
  enter(identity: Identity): void {
    this.#identity = identity;
    this.#state = 'live';
    this.#decoder.version = identity.version;
    this.idleLimitMs = IDLE_TIMEOUT_MS;
    this.deps.hub.add(this);
  }

  /** Later frames wait until `step` is done, so that nothing overtakes. */
  hold(step: Promise<unknown>): void {
    this.#held ??= [];
    void step.finally(() => {
      const frames = this.#held ?? [];
      this.#held = null;
      for (const [index, frame] of frames.entries()) {
        this.#onPacket(frame);
        if (this.#held !== null) {
          this.#held = frames.slice(index + 1);
          return;
        }
      }
      if (this.#state !== 'ended') this.transport.resume();
    });
  }

  deliver(delivery: Delivery): void {
    if (this.#state !== 'live') return;
    const frame = encodeDelivery(this, delivery);
    this.transport.send(frame);
    if (delivery.message.id > 0) {
      this.#unacked ??= new Unacked();
      this.#unacked.add(delivery.message.id, frame);
    }
  }

  /** Sends again what was not acknowledged for a minute, at most five times. */
  resend(nowMs: number): void {
    this.#unacked?.resend(nowMs, (frame) => this.transport.send(frame));
  }

  /** Binary clients of these versions have no place for it. */
  notify(_notification: Notification): void {}

  /** An open session is ended by a rule: DISCONNECT with the text, then the close. */
  end(refusal: Refusal, graceMs: number): void {
    if (this.#state !== 'live') return;
    const requestId = this.deps.refused({
      refusal,
      surface: 'wkproto',
      peer: this.peer,
      claim: this.claim(),
      answer: 'DISCONNECT',
    });
    const reason = `${refusal.code}; req=${requestId}`;
    if (graceMs > 0) this.transport.send(this.writer.disconnect(12, String(refusal.evidence?.by ?? reason)));
    this.#leaveHub();
    setTimeout(() => this.close(4409, reason), graceMs).unref();
  }

  /** Refuses the CONNECT or the connection as a whole, in the words of this client. */
  refuse(refusal: Refusal, connect: ConnectFrame | null = null): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    sayRefused(this, refusal, connect);
    this.#gone();
  }

  claim() {
    const identity = this.#identity;
    return identity === null
      ? null
      : { uid: identity.uid, token: '', deviceFlag: identity.deviceFlag, deviceId: identity.deviceId };
  }

  close(code: number, reason: string): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.transport.close(code, reason);
    this.#gone();
  }

  /** The socket is gone. */
  onClosed(): void {
    this.#state = 'ended';
    this.#gone();
  }

  onIdle(): void {
    if (this.#state === 'waiting' || this.#state === 'authenticating')
      this.refuse({ code: 'wk.auth_timeout', evidence: { state: this.#state } });
    else {
      this.transport.destroy();
      this.onClosed();
    }
  }

  onSlow(): void {
    this.end({ code: 'limit.slow_reader' }, 0);
    this.transport.destroy();
  }

  #leaveHub(): void {
    if (this.#identity !== null) this.deps.hub.remove(this);
  }

  #gone(): void {
    this.#leaveHub();
    this.#unacked = null;
    this.#held = null;
    this.#onGone(this);
  }
}
