import type { Refusal } from '@hufu/refusals';
import type { ChannelStates, Users } from '../domain/channels/channel-states.ts';
import { FLAG_SYNC_ONCE, type Message, type User } from '../domain/model.ts';
import type { Directory, MessageLog } from '../domain/ports.ts';
import type { Log } from '../kernel/log.ts';
import type { CursorSaver } from './cursor-saver.ts';
import type { Delivery, LiveSession } from './session.ts';

export interface FeedPorts {
  readonly directory: Pick<Directory, 'cursor'>;
  readonly log: Pick<MessageLog, 'feed' | 'lastId' | 'range'>;
  readonly users: Pick<Users, 'peekInt' | 'getInt'>;
  readonly channels: Pick<ChannelStates, 'peekInt' | 'loadInt'>;
  readonly saver: CursorSaver;
  readonly events: Log;
  now(): number;
}

/** Where the events of a feed go. */
export interface FeedSink {
  /** Encodes and queues one event; `written` is called when it has left for the network, or was dropped for lack of room. */
  event(delivery: Delivery, replayed: boolean, written: () => void): void;
  end(refusal: Refusal, graceMs: number): void;
}

export interface FeedOptions {
  readonly bot: User;
  readonly connectionId: string;
  readonly clientId: string;
  /** Name of the cursor: `bot:<uid>:<client name>`. */
  readonly reader: string;
  readonly replayMaxEvents: number;
  readonly replayMaxAgeSeconds: number;
}

const PAGE = 200;
const MAX_BUFFERED = 2000;

/**
 * The events of one connected bot client, in the order of message ids: first what it missed (read from the log, marked as replayed), then
 * live. While the log is read, live deliveries wait in a bounded buffer; if that overflows, reading goes on until the log is exhausted. Once live, an event costs
 * no read, because delivery itself is gapless.
 */
export class BotFeed implements LiveSession {
  readonly surface = 'onebot';
  readonly deviceFlag = 2;
  readonly deviceLevel = 0;
  readonly connectionId: string;
  readonly uid: string;
  readonly u: number;
  readonly deviceId: string;
  readonly #ports: FeedPorts;
  readonly #options: FeedOptions;
  readonly #sink: FeedSink;
  #cursor = 0;
  #replayUpTo = 0;
  #live = false;
  #stopped = false;
  #buffer: Delivery[] = [];
  #overflowed = false;
  #inFlight = 0;

  constructor(ports: FeedPorts, options: FeedOptions, sink: FeedSink) {
    this.#ports = ports;
    this.#options = options;
    this.#sink = sink;
    this.connectionId = options.connectionId;
    this.uid = options.bot.uid;
    this.u = options.bot.u;
    this.deviceId = options.clientId;
  }

  /** Call after the feed is in the hub, so that nothing falls between the log and the live deliveries. */
  async start(): Promise<void> {
    const { log, directory, saver } = this.#ports;
    const { reader, replayMaxEvents } = this.#options;
    const saved = saver.pending(reader) ?? (await directory.cursor(reader));
    this.#replayUpTo = await log.lastId();
    if (saved === null || saved >= this.#replayUpTo || replayMaxEvents === 0) this.#cursor = this.#replayUpTo;
    else await this.#replay(saved);
    await this.#readOn();
    if (!this.#stopped) this.#save();
  }

  deliver(delivery: Delivery): void {
    if (this.#stopped || delivery.message.id <= 0) return;
    if (this.#live) return this.#pass(delivery);
    if (this.#buffer.length < MAX_BUFFERED) {
      this.#buffer.push(delivery);
      return;
    }
    this.#buffer = [];
    this.#overflowed = true;
  }

  notify(): void {
    // Pages hear these; what bots hear of them will come as notices of their own.
  }

  end(refusal: Refusal, graceMs: number): void {
    this.#sink.end(refusal, graceMs);
  }

  /** The position stays where the last event was written. */
  stop(): void {
    this.#stopped = true;
    this.#buffer = [];
  }

  /** Of what is young enough, the newest `replayMaxEvents`. */
  async #replay(saved: number): Promise<void> {
    const { replayMaxEvents, replayMaxAgeSeconds } = this.#options;
    const sinceMs = this.#ports.now() - replayMaxAgeSeconds * 1000;
    let from = await lastIdBefore(this.#ports.log, saved, this.#replayUpTo, sinceMs);
    let kept: Message[] = [];
    for (;;) {
      const page = await this.#ports.log.feed(this.u, from, PAGE);
      const missed = page.filter((message) => message.id <= this.#replayUpTo && message.tsMs >= sinceMs);
      kept = kept.concat(missed).slice(-replayMaxEvents);
      const last = page.at(-1);
      if (this.#stopped || last === undefined || last.id >= this.#replayUpTo) break;
      from = last.id;
    }
    for (const message of kept) await this.#passMessage(message);
    this.#cursor = Math.max(this.#cursor, this.#replayUpTo);
  }

  /** Empties the buffer; after an overflow the log is read again from the cursor. */
  async #readOn(): Promise<void> {
    while (!this.#stopped) {
      if (this.#overflowed) {
        this.#overflowed = false;
        this.#buffer = [];
        for (;;) {
          const page = await this.#ports.log.feed(this.u, this.#cursor, PAGE);
          for (const message of page) await this.#passMessage(message);
          if (page.length === 0 || this.#stopped) break;
        }
        continue;
      }
      const waiting = this.#buffer;
      this.#buffer = [];
      for (const delivery of waiting) this.#pass(delivery);
      if (this.#buffer.length === 0 && !this.#overflowed) break;
    }
    this.#live = true;
  }

  async #passMessage(message: Message): Promise<void> {
    const { channels, users } = this.#ports;
    const state = channels.peekInt(message.ch) ?? (await channels.loadInt(message.ch));
    const sender = users.peekInt(message.sender) ?? (await users.getInt(message.sender));
    if (state === null || sender === null) this.#cursor = Math.max(this.#cursor, message.id);
    else this.#pass({ message, state, senderUid: sender.kind === 'system' ? '' : sender.uid });
  }

  #pass(delivery: Delivery): void {
    const { id, sender, flags } = delivery.message;
    if (this.#stopped || id <= this.#cursor) return;
    this.#cursor = id;
    // A bot's own messages and sync-once commands are no events, but they are behind it.
    if (sender === this.u || (flags & FLAG_SYNC_ONCE) !== 0) {
      if (this.#inFlight === 0) this.#save();
      return;
    }
    this.#inFlight += 1;
    this.#sink.event(delivery, id <= this.#replayUpTo, () => {
      this.#inFlight -= 1;
      if (!this.#stopped) this.#ports.saver.put(this.#options.reader, this.#inFlight === 0 ? this.#cursor : id);
    });
  }

  #save(): void {
    if (this.#inFlight === 0) this.#ports.saver.put(this.#options.reader, this.#cursor);
  }
}

/** The greatest id in [fromId, toId] with nothing younger than `sinceMs` at or before it: ids and times rise together, so it is a bisection. */
async function lastIdBefore(log: Pick<MessageLog, 'range'>, fromId: number, toId: number, sinceMs: number): Promise<number> {
  let low = fromId;
  let high = toId;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [next] = await log.range(middle, toId, 1);
    if (next === undefined || next.tsMs >= sinceMs) high = middle;
    else low = Math.max(next.id, middle + 1);
  }
  return low;
}
