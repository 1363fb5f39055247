import type { ChannelStates } from '../domain/channels/channel-states.ts';
import type { Message } from '../domain/model.ts';
import type { Bus, MessageLog, Stored } from '../domain/ports.ts';
import type { Users } from '../domain/users/users.ts';
import type { Log } from '../kernel/log.ts';
import type { Hub } from './hub.ts';
import { type Delivery, deliveryOf } from './session.ts';

export interface DeliveryPorts {
  readonly log: MessageLog;
  readonly bus: Bus;
  readonly hub: Hub;
  readonly channels: ChannelStates;
  readonly users: Users;
  readonly events: Log;
}

const CATCH_UP_BATCH = 500;
const SILENCE_MS = 1000;
/** Messages that may wait for a cold channel; what comes beyond is read from the log when its turn comes. */
const MAX_WAITING = 10_000;

/**
 * Carries committed messages to the sessions connected here. The node is a reader of the log with a cursor: a batch that continues
 * at the cursor is delivered from memory; after a gap, or a second of silence, the log is read from the cursor. So a lost bus message delays
 * and loses nothing.
 */
export class DeliveryLoop {
  readonly #ports: DeliveryPorts;
  #cursor = 0;
  #queue: Stored[] = [];
  #waiting = 0;
  #newestId = 0;
  #working = false;
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe: (() => void) | null = null;
  #lastBatchMs = 0;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  async start(): Promise<void> {
    this.#cursor = await this.#ports.log.lastId();
    this.#unsubscribe = this.#ports.bus.onStored((stored) => this.onStored(stored));
    this.#timer = setInterval(() => this.#afterSilence(), SILENCE_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#unsubscribe?.();
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  get cursor(): number {
    return this.#cursor;
  }

  onStored(stored: Stored): void {
    this.#lastBatchMs = Date.now();
    this.#newestId = Math.max(this.#newestId, stored.toId);
    if (!this.#working && stored.fromId === this.#cursor && this.#deliverAllNow(stored.batch)) return;
    if (this.#waiting < MAX_WAITING) {
      this.#queue.push(stored);
      this.#waiting += stored.batch.length;
    }
    if (!this.#working) void this.#work();
  }

  /** Unstored messages: to whoever is online now, after what waits for a cold channel. */
  passOn(message: Message): void {
    if (this.#working) {
      if (this.#waiting >= MAX_WAITING) return;
      this.#queue.push({ fromId: this.#newestId, toId: this.#newestId, batch: [message] });
      this.#waiting += 1;
      return;
    }
    const state = this.#ports.channels.peekInt(message.ch);
    const sender = this.#ports.users.peekInt(message.sender);
    if (state !== undefined && sender !== undefined) this.#fanOut(deliveryOf(message, state, sender));
  }

  /** The hot path: everything is in memory. Stops at the first message for which it is not. */
  #deliverAllNow(batch: readonly Message[]): boolean {
    for (const message of batch) {
      if (message.id <= this.#cursor) continue;
      const state = this.#ports.channels.peekInt(message.ch);
      const sender = this.#ports.users.peekInt(message.sender);
      if (state === undefined || sender === undefined) return false;
      this.#fanOut(deliveryOf(message, state, sender));
      this.#cursor = message.id;
    }
    return true;
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      while (this.#queue.length > 0 || this.#cursor < this.#newestId) {
        const next = this.#queue.shift();
        await this.#catchUp(next?.fromId ?? this.#newestId);
        if (next === undefined) continue;
        await this.#deliverWaiting(next.batch);
        this.#waiting -= next.batch.length;
      }
    } catch (error) {
      // The cursor has not moved past what failed: the silence timer reads it again from the log.
      this.#queue = [];
      this.#waiting = 0;
      this.#ports.events.error({ error: String(error), cursor: this.#cursor }, 'delivery stopped, will read on from its cursor');
    } finally {
      this.#working = false;
    }
  }

  /** Never reads what the queue holds: only there is it known which connection sent a message, and that one must not hear it. */
  async #catchUp(toId: number): Promise<void> {
    for (;;) {
      const upTo = Math.min(toId, this.#queue[0]?.fromId ?? toId);
      if (this.#cursor >= upTo) return;
      const messages = await this.#ports.log.range(this.#cursor, upTo, CATCH_UP_BATCH);
      if (messages.length === 0) this.#cursor = upTo;
      else await this.#deliverWaiting(messages);
    }
  }

  async #deliverWaiting(batch: readonly Message[]): Promise<void> {
    for (const message of batch) {
      const isStored = message.id > 0;
      if (isStored && message.id <= this.#cursor) continue;
      const state = this.#ports.channels.peekInt(message.ch) ?? (await this.#ports.channels.loadInt(message.ch));
      const sender = this.#ports.users.peekInt(message.sender) ?? (await this.#ports.users.getInt(message.sender));
      if (state !== null && sender !== null) this.#fanOut(deliveryOf(message, state, sender));
      if (isStored) this.#cursor = message.id;
    }
  }

  #afterSilence(): void {
    if (this.#working || Date.now() - this.#lastBatchMs < SILENCE_MS) return;
    this.#working = true;
    void this.#ports.log
      .lastId()
      .then((lastId) => this.#catchUp(lastId))
      .catch((error: unknown) => this.#ports.events.warn({ error: String(error) }, 'could not read the log after a silence'))
      .finally(() => {
        this.#working = false;
        if (this.#queue.length > 0) void this.#work();
      });
  }

  /** Walks the smaller of the two: the members, or the users online here. */
  #fanOut(delivery: Delivery): void {
    const { hub } = this.#ports;
    const { members } = delivery.state;
    if (members.size <= hub.size) for (const u of members.keys()) this.#deliverTo(u, delivery);
    else for (const u of hub.users()) if (members.has(u)) this.#deliverTo(u, delivery);
  }

  #deliverTo(u: number, delivery: Delivery): void {
    for (const session of this.#ports.hub.sessionsOf(u)) {
      if (session.connectionId === delivery.message.origin) continue;
      try {
        session.deliver(delivery);
      } catch (error) {
        // A bug in one session's encoder: the others still hear the message, and the cursor goes on.
        this.#ports.events.error({ error: String(error), messageId: delivery.message.id }, 'a session could not take a message');
        session.end({ code: 'srv.fault', evidence: { error: String(error) } }, 0);
      }
    }
  }
}
