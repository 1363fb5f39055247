import type { Refusal } from '@hufu/refusals';
import { definitionOf, wireOf } from '@hufu/refusals';
import type { Session } from '../../domain/model.ts';
import { newConnectionId } from '../../kernel/ids.ts';
import { KICK_GRACE_MS } from '../../runtime/kick.ts';
import type { Delivery, LiveSession, Notification } from '../../runtime/session.ts';
import { Unacked } from '../../runtime/unacked.ts';
import { CONNECT_TIMEOUT_MS, type ClientSurfaceDeps, IDLE_TIMEOUT_MS, type RefusalSeen } from './client-deps.ts';
import type { ClientHandler } from './client-handler.ts';
import type { Watched } from './idle-watch.ts';
import { Intake, type IntakeOwner } from './intake.ts';
import type { Peer } from './peer.ts';
import type { Transport, TransportOwner } from './transport.ts';

/** Who the client is, once CONNECT was accepted. */
export interface Identity {
  readonly uid: string;
  readonly u: number;
  readonly deviceFlag: number;
  readonly deviceId: string;
  readonly deviceLevel: 0 | 1;
  readonly openedBy: Session | null;
}

/** One client's protocol: how what it says is read, and how it is spoken to. `Item` is one packet or call. */
export interface Dialect<Item> {
  readonly surface: 'wkproto' | 'jsonrpc';
  /** Gives what the bytes hold to the intake, in order; answers what is wrong with them. They are the caller's again when this returns. */
  read(bytes: Buffer, isText: boolean): string | null;
  /** See IntakeOwner. */
  keep(item: Item): Item;
  /** The first thing the client says, and the only one before it is let in. */
  onFirst(item: Item): Promise<void> | undefined;
  /** What a client says that was let in. */
  onItem(item: Item): Promise<void> | undefined;
  encode(delivery: Delivery): Uint8Array;
  /** null: this protocol has no place for it. */
  encodeNotification(notification: Notification): Uint8Array | null;
  /** DISCONNECT, for a client that was let in. */
  encodeEnd(refusal: Refusal, requestId: string): Uint8Array;
  /** Says that the connection as a whole is refused, and closes it. */
  refuse(refusal: Refusal): void;
}

/** `leaving`: told to go; nothing it says counts any more, what it is owed still goes out until the socket closes. */
type State = 'waiting' | 'authenticating' | 'live' | 'leaving' | 'ended';

/** One connection of a chat client, from its first byte to its last, whatever protocol it speaks. */
export class ClientSession<Item> implements LiveSession, ClientHandler, TransportOwner, Watched, IntakeOwner<Item> {
  readonly connectionId = newConnectionId();
  readonly transport: Transport;
  readonly peer: Peer;
  readonly deps: ClientSurfaceDeps;
  readonly intake: Intake<Item>;
  readonly #dialect: Dialect<Item>;
  readonly #onGone: (session: ClientSession<Item>) => void;
  #state: State = 'waiting';
  #identity: Identity | null = null;
  #unacked: Unacked | null = null;
  /** Before CONNECT was accepted the first byte counts, so that a client which only drips does not stay. */
  lastHeardMs: number;
  idleLimitMs = CONNECT_TIMEOUT_MS;

  constructor(
    at: { readonly transport: Transport; readonly peer: Peer },
    deps: ClientSurfaceDeps,
    does: { dialect(session: ClientSession<Item>): Dialect<Item>; onGone(session: ClientSession<Item>): void },
  ) {
    this.transport = at.transport;
    this.peer = at.peer;
    this.deps = deps;
    this.#onGone = does.onGone;
    this.lastHeardMs = deps.now();
    this.intake = new Intake<Item>(this, at.transport);
    this.#dialect = does.dialect(this);
    at.transport.owner = this;
  }

  get surface(): 'wkproto' | 'jsonrpc' {
    return this.#dialect.surface;
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
  get openedBy(): Session | null {
    return this.#identity?.openedBy ?? null;
  }
  get expiresMs(): number {
    return this.#identity?.openedBy?.expiresMs ?? Number.POSITIVE_INFINITY;
  }
  get isAuthenticating(): boolean {
    return this.#state === 'authenticating';
  }
  /** Nothing that it says counts any more. */
  get isDeaf(): boolean {
    return this.#state === 'leaving' || this.#state === 'ended';
  }

  onBytes(bytes: Buffer): void {
    this.#hear(bytes, false);
  }

  onText(bytes: Buffer): void {
    this.#hear(bytes, true);
  }

  /** A sign of life below the protocol. */
  onAlive(): void {
    if (this.#identity !== null) this.lastHeardMs = this.deps.now();
  }

  #hear(bytes: Buffer, isText: boolean): void {
    if (this.isDeaf) return;
    this.onAlive();
    const problem = this.#dialect.read(bytes, isText);
    if (problem !== null) this.onBroken(problem);
  }

  /** What arrives cannot be read. */
  onBroken(problem: string): void {
    if (!this.isDeaf) this.#dialect.refuse({ code: 'wk.protocol', evidence: { problem, state: this.#state } });
  }

  keep(item: Item): Item {
    return this.#dialect.keep(item);
  }

  /** The state gate: what counts in which state. */
  take(item: Item): Promise<void> | undefined {
    if (this.#state === 'live') return this.#dialect.onItem(item);
    return this.#state === 'waiting' ? this.#dialect.onFirst(item) : undefined;
  }

  /** CONNECT is being looked at: whatever comes meanwhile waits. */
  authenticating(): void {
    this.#state = 'authenticating';
  }

  /** CONNECT was accepted: from here on the session is in the hub. */
  enter(identity: Identity): void {
    this.#identity = identity;
    this.#state = 'live';
    this.lastHeardMs = this.deps.now();
    this.idleLimitMs = IDLE_TIMEOUT_MS;
    this.deps.hub.add(this);
  }

  /** Nothing goes out after the end. */
  say(frame: Uint8Array): void {
    if (this.#state !== 'ended') this.transport.send(frame);
  }

  deliver(delivery: Delivery): void {
    if (this.#state !== 'live') return;
    this.transport.send(this.#dialect.encode(delivery));
    if (delivery.message.id < 0) return;
    this.#unacked ??= new Unacked();
    this.#unacked.add(delivery, this.deps.now());
  }

  acknowledge(ack: { readonly messageId: bigint; readonly flags: number }): void {
    this.#unacked?.acknowledge(ack);
  }

  /** Delivers again what was not acknowledged in time. */
  resend(nowMs: number): void {
    if (this.#state === 'live') this.#unacked?.resend(nowMs, (delivery) => this.transport.send(this.#dialect.encode(delivery)));
  }

  notify(notification: Notification): void {
    const frame = this.#state === 'live' ? this.#dialect.encodeNotification(notification) : null;
    if (frame !== null) this.transport.send(frame);
  }

  /** Who the client is, for the records; null before it was let in. */
  claim(): RefusalSeen['claim'] {
    if (this.#identity === null) return null;
    const { uid, deviceFlag, deviceId } = this.#identity;
    return { uid, token: '', deviceFlag, deviceId };
  }

  /** Records a refusal of this client; answers the request id. */
  refused(refusal: Refusal, told: Pick<RefusalSeen, 'call' | 'answer'> & Partial<Pick<RefusalSeen, 'claim'>>): string {
    return this.deps.refused({ claim: this.claim(), ...told, refusal, surface: this.surface, peer: this.peer });
  }

  /** An open session is ended by a rule: with a grace it hears DISCONNECT first. From now on nothing it says counts. */
  end(refusal: Refusal, graceMs: number): void {
    if (this.#state !== 'live') return;
    const { wsClose } = wireOf(refusal.code);
    const answer = graceMs > 0 ? 'DISCONNECT' : `close ${wsClose}`;
    const requestId = this.refused(refusal, { call: 'session', answer });
    if (graceMs > 0) this.say(this.#dialect.encodeEnd(refusal, requestId));
    this.#state = 'leaving';
    this.intake.stop();
    this.#leaveHub();
    const reason = closeReason(refusal, requestId);
    if (graceMs > 0) setTimeout(() => this.close(wsClose, reason), graceMs).unref();
    else this.close(wsClose, reason);
  }

  close(code: number, reason: string): void {
    if (this.#state === 'ended') return;
    this.transport.close(code, reason);
    this.onClosed();
  }

  /** The socket is gone. */
  onClosed(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.intake.stop();
    this.#leaveHub();
    this.#unacked = null;
    this.#onGone(this);
  }

  onIdle(): void {
    if (this.#identity === null) this.#dialect.refuse({ code: 'wk.auth_timeout', evidence: { state: this.#state } });
    else this.close(4408, 'idle');
  }

  onExpired(): void {
    this.end({ code: 'cred.expired', evidence: { expiredMs: this.expiresMs } }, KICK_GRACE_MS);
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
}

/** What a closed WebSocket is told. */
export function closeReason(refusal: Refusal, requestId: string): string {
  return `${definitionOf(refusal.code).publicCode}; req=${requestId}`;
}
