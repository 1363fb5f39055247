import { type ConnectFrame, type Frame, FrameDecoder, FrameWriter } from '@hufu/protocol/wkproto';
import { SessionCipher } from '@hufu/protocol/wkproto/crypto';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import { newConnectionId } from '../../kernel/ids.ts';
import type { Delivery, LiveSession, Notification } from '../../runtime/session.ts';
import { Unacked } from '../../runtime/unacked.ts';
import { CONNECT_TIMEOUT_MS, IDLE_TIMEOUT_MS } from '../listen/client-deps.ts';
import { Intake, type IntakeOwner } from '../listen/intake.ts';
import type { Peer } from '../listen/peer.ts';
import type { ClientConnection } from '../listen/sessions.ts';
import type { Transport } from '../listen/transport.ts';
import { handleConnect } from './connect.ts';
import type { WkDeps } from './deps.ts';
import { encodeDelivery } from './recv.ts';
import { sayRefused } from './refuse.ts';
import { handleSend } from './send.ts';

/** What the connection knows of its client once CONNECT was accepted. */
export interface Identity {
  readonly uid: string;
  readonly u: number;
  readonly deviceFlag: number;
  readonly deviceId: string;
  readonly deviceLevel: 0 | 1;
  readonly version: number;
  /** 16 ASCII characters each, as the protocol has them; the ciphers want bytes, but not before they are made. */
  readonly aesKey: string;
  readonly salt: string;
}

/** `leaving`: told to go; nothing it says counts any more, what it is owed still goes out until the socket closes. */
type State = 'waiting' | 'authenticating' | 'live' | 'leaving' | 'ended';

const DECODER = { maxFrameBytes: 1024 * 1024, side: 'server' } as const;
/** It keeps nothing between two frames. */
const WRITER = new FrameWriter();

/** One WKProto client, from its first byte to its last. */
export class WkConnection implements LiveSession, ClientConnection, IntakeOwner<Frame> {
  readonly surface = 'wkproto';
  readonly connectionId = newConnectionId();
  readonly peer: Peer;
  readonly transport: Transport;
  readonly deps: WkDeps;
  readonly writer = WRITER;
  readonly intake: Intake<Frame>;
  readonly #decoder = new FrameDecoder(DECODER);
  readonly #onGone: (connection: WkConnection) => void;
  #state: State = 'waiting';
  #identity: Identity | null = null;
  #cipher: SessionCipher | null = null;
  #unacked: Unacked | null = null;
  #oddLogged = false;
  lastHeardMs: number;
  idleLimitMs = CONNECT_TIMEOUT_MS;

  constructor(transport: Transport, peer: Peer, deps: WkDeps, onGone: (connection: WkConnection) => void) {
    this.transport = transport;
    this.peer = peer;
    this.deps = deps;
    this.#onGone = onGone;
    this.lastHeardMs = deps.now();
    this.intake = new Intake<Frame>(this, transport);
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
  get isAuthenticating(): boolean {
    return this.#state === 'authenticating';
  }

  /** Made at the first SEND or RECV: an idle connection needs none. */
  get cipher(): SessionCipher | null {
    if (this.#cipher === null && this.#identity !== null)
      this.#cipher = new SessionCipher(Buffer.from(this.#identity.aesKey, 'latin1'), Buffer.from(this.#identity.salt, 'latin1'));
    return this.#cipher;
  }

  /** `bytes` are the caller's again when this returns. */
  onBytes(bytes: Uint8Array): void {
    if (this.#isDeaf()) return;
    this.lastHeardMs = this.deps.now();
    const error = this.#decoder.push(bytes, (frame) => this.intake.push(frame));
    if (error !== null) this.onBroken(error.reason);
  }

  /** WKProto in WebSocket text messages would break at the first byte above 127, so it is refused at once. */
  onText(): void {
    this.onBroken('binary packets in a WebSocket text message');
  }

  /** A sign of life below the protocol. */
  onAlive(): void {
    this.lastHeardMs = this.deps.now();
  }

  /** What arrives cannot be read. */
  onBroken(problem: string): void {
    if (!this.#isDeaf()) this.refuse({ code: 'wk.protocol', evidence: { problem, state: this.#state } });
  }

  #isDeaf(): boolean {
    return this.#state === 'leaving' || this.#state === 'ended';
  }

  /** The payload of a frame lies in the read buffer; one that waits takes its own along. */
  keep(frame: Frame): Frame {
    return frame.type === 'send' ? { ...frame, payload: Uint8Array.from(frame.payload) } : frame;
  }

  /** The state gate: which packets count in which state. */
  take(frame: Frame): Promise<void> | undefined {
    if (this.#state === 'live') return this.#onLivePacket(frame);
    if (this.#state !== 'waiting') return;
    if (frame.type !== 'connect')
      return this.refuse({ code: 'wk.protocol', evidence: { problem: `${frame.type} before CONNECT` } });
    this.#state = 'authenticating';
    return handleConnect(this, frame);
  }

  #onLivePacket(frame: Frame): Promise<void> | undefined {
    switch (frame.type) {
      case 'send':
        return handleSend(this, frame);
      case 'recvack':
        this.#unacked?.acknowledge(frame);
        return;
      case 'ping':
        this.say(this.writer.pong());
        return;
      default:
        this.#ignore(frame);
    }
  }

  /** A second CONNECT, DISCONNECT, SUB and the rest: WuKongIM ignores them and goes on. Logged once a connection. */
  #ignore(frame: Frame): void {
    if (this.#oddLogged) return;
    this.#oddLogged = true;
    this.deps.log.info(
      { uid: this.uid, peer: this.peer.address, packet: frame.type },
      'ignored a packet that means nothing after CONNECT',
    );
  }

  /** CONNECT was accepted: from here on the session is in the hub. */
  enter(identity: Identity): void {
    this.#identity = identity;
    this.#state = 'live';
    this.#decoder.version = identity.version;
    this.idleLimitMs = IDLE_TIMEOUT_MS;
    this.deps.hub.add(this);
  }

  /** A frame to a client that was let in; none goes out after the end. */
  say(frame: Uint8Array): void {
    if (this.#state === 'live' || this.#state === 'leaving') this.transport.send(frame);
  }

  deliver(delivery: Delivery): void {
    if (this.#state !== 'live') return;
    this.transport.send(encodeDelivery(this, delivery));
    if (delivery.message.id < 0) return;
    this.#unacked ??= new Unacked();
    this.#unacked.add(delivery, this.deps.now());
  }

  /** Delivers again what was not acknowledged in time. */
  resend(nowMs: number): void {
    this.#unacked?.resend(nowMs, (delivery) => this.say(encodeDelivery(this, delivery)));
  }

  /** Binary clients of these versions have no place for it. */
  notify(_notification: Notification): void {}

  /** An open session is ended by a rule: with a grace it hears DISCONNECT first. From now on nothing it says counts. */
  end(refusal: Refusal, graceMs: number): void {
    if (this.#state !== 'live') return;
    const requestId = this.deps.refused({
      refusal,
      surface: 'wkproto',
      peer: this.peer,
      claim: this.claim(),
      answer: 'DISCONNECT',
    });
    const { publicCode, public: text } = definitionOf(refusal.code);
    const reason = `${publicCode}; req=${requestId}`;
    const { wsClose } = wireOf(refusal.code);
    // WuKongIM's own words: the Chinese ones unless another device has signed in.
    if (graceMs > 0) this.say(this.writer.disconnect(12, String(refusal.evidence?.by ?? text.zh)));
    this.#state = 'leaving';
    this.intake.stop();
    this.#leaveHub();
    if (graceMs > 0) setTimeout(() => this.close(wsClose, reason), graceMs).unref();
    else this.close(wsClose, reason);
  }

  /** Refuses the CONNECT or the connection as a whole, in the words of this client. */
  refuse(refusal: Refusal, connect: ConnectFrame | null = null): undefined {
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
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#gone();
  }

  onIdle(): void {
    if (this.#identity === null) this.refuse({ code: 'wk.auth_timeout', evidence: { state: this.#state } });
    else this.close(4408, 'idle');
  }

  /** Takes less than it is sent: what waits for it is dropped with the connection. */
  onSlow(): void {
    this.end({ code: 'limit.slow_reader' }, 0);
    this.transport.destroy();
    this.onClosed();
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
