import type { ChannelStates, Users } from '../domain/channels/channel-states.ts';
import type { ChannelState, Message } from '../domain/model.ts';
import type { Bus, MessageLog, Stored } from '../domain/ports.ts';
import type { Log } from '../kernel/log.ts';
import type { Hub } from './hub.ts';
import type { Delivery } from './session.ts';

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

/**
 * Carries committed messages to the sessions connected here. The node is a reader of the log with a cursor: a batch that continues
 * at the cursor is delivered from memory; after a gap, or a second of silence, the log is read from the cursor. So a lost bus message delays
 * and loses nothing.
 */
export class DeliveryLoop {
  readonly #ports: DeliveryPorts;
  #cursor = 0;
  #queue: Stored[] = [];
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
    if (!this.#working && stored.fromId === this.#cursor && this.#deliverAllNow(stored.batch)) return;
    this.#queue.push(stored);
    if (!this.#working) void this.#work();
  }

  /** Unstored messages: to whoever is online now. */
  passOn(message: Message): void {
    const state = this.#ports.channels.peekInt(message.ch);
    const sender = this.#ports.users.peekInt(message.sender);
    if (state !== undefined && sender !== undefined)
      this.#fanOut({ message, state, senderUid: sender.kind === 'system' ? '' : sender.uid });
  }

  /** The hot path: everything is in memory. Stops at the first message for which it is not. */
  #deliverAllNow(batch: readonly Message[]): boolean {
    for (const message of batch) {
      if (message.id <= this.#cursor) continue;
      const state = this.#ports.channels.peekInt(message.ch);
      const sender = this.#ports.users.peekInt(message.sender);
      if (state === undefined || sender === undefined) return false;
      this.#fanOut({ message, state, senderUid: sender.kind === 'system' ? '' : sender.uid });
      this.#cursor = message.id;
    }
    return true;
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        if (next.fromId > this.#cursor) await this.#catchUp(next.fromId);
        await this.#deliverWaiting(next.batch);
      }
    } catch (error) {
      // The cursor has not moved past what failed: the silence timer reads it again from the log.
      this.#queue = [];
      this.#ports.events.error({ error: String(error), cursor: this.#cursor }, 'delivery stopped, will read on from its cursor');
    } finally {
      this.#working = false;
    }
  }

  async #catchUp(toId: number): Promise<void> {
    while (this.#cursor < toId) {
      const messages = await this.#ports.log.range(this.#cursor, toId, CATCH_UP_BATCH);
      if (messages.length === 0) {
        this.#cursor = toId;
        return;
      }
      await this.#deliverWaiting(messages);
    }
  }

  async #deliverWaiting(batch: readonly Message[]): Promise<void> {
    for (const message of batch) {
      if (message.id <= this.#cursor) continue;
      const state = this.#ports.channels.peekInt(message.ch) ?? (await this.#ports.channels.loadInt(message.ch));
      const sender = this.#ports.users.peekInt(message.sender) ?? (await this.#ports.users.getInt(message.sender));
      if (state !== null && sender !== null)
        this.#fanOut({ message, state, senderUid: sender.kind === 'system' ? '' : sender.uid });
      this.#cursor = message.id;
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

  #fanOut(delivery: Delivery): void {
    const { message, state } = delivery;
    for (const u of receiversOf(state, this.#ports.hub)) {
      for (const session of this.#ports.hub.sessionsOf(u)) {
        if (session.connectionId !== message.origin) session.deliver(delivery);
      }
    }
  }
}

/** Walks the smaller of the two: the members, or the users online here. */
function* receiversOf(state: ChannelState, hub: Hub): Iterable<number> {
  if (state.members.size <= hub.size) {
    yield* state.members.keys();
    return;
  }
  for (const u of hub.users()) if (state.members.has(u)) yield u;
}
