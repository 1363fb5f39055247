import type { Refusal } from '@hufu/refusals';
import type { ChannelStates } from '../domain/channels/channel-states.ts';
import { FLAG_SYNC_ONCE, type Message, type User } from '../domain/model.ts';
import type { Directory, MessageLog } from '../domain/ports.ts';
import type { Users } from '../domain/users/users.ts';
import type { Log } from '../kernel/log.ts';
import { refusalOf } from '../kernel/outcome.ts';
import type { CursorSaver } from './cursor-saver.ts';
import { lastIdBefore, newest } from './missed.ts';
import { type Delivery, deliveryOf, type LiveSession } from './session.ts';

export interface FeedPorts {
  readonly directory: Pick<Directory, 'cursor'>;
  readonly log: Pick<MessageLog, 'feed' | 'range'>;
  readonly users: Pick<Users, 'peekInt' | 'getInt'>;
  readonly channels: Pick<ChannelStates, 'peekInt' | 'loadInt'>;
  readonly saver: CursorSaver;
  readonly events: Log;
  /** Id up to which delivery has handed everything to the sessions in the hub; what comes after will reach them, too. */
  position(): number;
  now(): number;
}

/** Where the events of a feed go. */
export interface FeedSink {
  /** Encodes and queues one event; `written` is called when it has left for the network, never for one that did not. */
  event(delivery: Delivery, replayed: boolean, written: () => void): void;
  /** Every event up to this position has left; the sink answers with `arrived` once the peer has read it. */
  left(position: number): void;
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
/** Events on their way to the socket, and about how many bytes; the rest stays in the log until there is room. */
const MAX_OPEN = 2000;
const MAX_OPEN_BYTES = 16 * 1024 * 1024;

/**
 * The events of one connected bot client, in the order of message ids: first what it missed (read from the log, marked as replayed), then
 * live. Live deliveries that find no room, because the log is being read or the client reads slowly, are read from the log again
 * later: memory is bounded and nothing is lost. Once live, an event costs no read, because delivery itself is gapless.
 */
export class BotFeed implements LiveSession {
  readonly surface = 'onebot';
  readonly deviceFlag = 2;
  readonly deviceLevel = 0;
  readonly openedBy = null;
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
  /** Events passed and not yet written, oldest first, with their size. */
  readonly #open = new Map<number, number>();
  #openBytes = 0;
  #lastEvent = 0;
  #arrived = 0;
  #roomWanted: (() => void) | null = null;

  constructor(ports: FeedPorts, options: FeedOptions, sink: FeedSink) {
    this.#ports = ports;
    this.#options = options;
    this.#sink = sink;
    this.connectionId = options.connectionId;
    this.uid = options.bot.uid;
    this.u = options.bot.u;
    this.deviceId = options.clientId;
  }

  /** Call in the same turn in which the feed entered the hub: the position read then is where the live events begin. */
  async start(): Promise<void> {
    const { directory, saver } = this.#ports;
    const { reader, replayMaxEvents } = this.#options;
    this.#replayUpTo = this.#ports.position();
    const saved = saver.pending(reader) ?? (await directory.cursor(reader));
    if (saved === null || saved >= this.#replayUpTo || replayMaxEvents === 0)
      this.#cursor = Math.max(saved ?? 0, this.#replayUpTo);
    else await this.#replay(saved);
    await this.#catchUp();
    if (this.#stopped) return;
    this.#settle();
    // From now on the client is one that was here before, also if the server dies within the second.
    if (saved === null) await saver.flush();
  }

  deliver(delivery: Delivery): void {
    if (this.#stopped || delivery.message.id <= 0) return;
    if (this.#live && this.#hasRoom()) return this.#pass(delivery);
    if (this.#buffer.length < MAX_BUFFERED) this.#buffer.push(delivery);
    else {
      this.#buffer = [];
      this.#overflowed = true;
    }
    if (!this.#live) return;
    this.#live = false;
    this.#catchUp().catch((error: unknown) => {
      this.#ports.events.error({ bot: this.uid, error: String(error) }, 'the events of a bot cannot be read');
      this.end(refusalOf(error), 1000);
    });
  }

  notify(): void {
    // Pages hear these; what bots hear of them will come as notices of their own.
  }

  end(refusal: Refusal, graceMs: number): void {
    this.#sink.end(refusal, graceMs);
  }

  /** The peer has read every event up to `position`: they need not be told again. Also counts after the end. */
  arrived(position: number): void {
    this.#arrived = Math.max(this.#arrived, position);
    const allArrived = this.#arrived >= this.#lastEvent;
    this.#ports.saver.put(this.#options.reader, allArrived ? Math.max(this.#cursor, this.#arrived) : this.#arrived);
  }

  /** The position stays where the last event arrived. */
  stop(): void {
    this.#stopped = true;
    this.#buffer = [];
    this.#roomWanted?.();
  }

  /** Of what is young enough, the newest `replayMaxEvents`. */
  async #replay(saved: number): Promise<void> {
    const { replayMaxEvents, replayMaxAgeSeconds } = this.#options;
    const sinceMs = this.#ports.now() - replayMaxAgeSeconds * 1000;
    let from = await lastIdBefore(this.#ports.log, { fromId: saved, toId: this.#replayUpTo, sinceMs });
    let kept: Message[] = [];
    while (!this.#stopped) {
      const page = await this.#ports.log.feed(this.u, from, PAGE);
      const missed = page.filter((message) => message.id <= this.#replayUpTo && message.tsMs >= sinceMs);
      kept = newest(kept, missed, replayMaxEvents);
      const last = page.at(-1);
      if (last === undefined || last.id >= this.#replayUpTo) break;
      from = last.id;
    }
    for (const message of kept) await this.#passFromLog(message);
    this.#cursor = Math.max(this.#cursor, this.#replayUpTo);
  }

  /** Empties the buffer as there is room; after an overflow the log is read again from the cursor. Then the feed is live. */
  async #catchUp(): Promise<void> {
    while (!this.#stopped) {
      if (this.#overflowed) {
        this.#overflowed = false;
        this.#buffer = [];
        for (;;) {
          const page = await this.#ports.log.feed(this.u, this.#cursor, PAGE);
          for (const message of page) await this.#passFromLog(message);
          if (page.length === 0 || this.#stopped) break;
        }
        continue;
      }
      const waiting = this.#buffer;
      this.#buffer = [];
      for (const delivery of waiting) {
        await this.#room();
        this.#pass(delivery);
      }
      if (this.#buffer.length === 0 && !this.#overflowed) break;
    }
    this.#live = true;
  }

  async #passFromLog(message: Message): Promise<void> {
    const { channels, users } = this.#ports;
    const state = channels.peekInt(message.ch) ?? (await channels.loadInt(message.ch));
    const sender = users.peekInt(message.sender) ?? (await users.getInt(message.sender));
    await this.#room();
    if (state === null || sender === null) this.#cursor = Math.max(this.#cursor, message.id);
    else this.#pass(deliveryOf(message, state, sender));
  }

  #pass(delivery: Delivery): void {
    const { id, sender, flags, payload } = delivery.message;
    if (this.#stopped || id <= this.#cursor) return;
    this.#cursor = id;
    // A bot's own messages and sync-once commands are no events, but they are behind it.
    if (sender === this.u || (flags & FLAG_SYNC_ONCE) !== 0) return this.#settle();
    // Content stands in `message` and in `raw_message`, beside about a kilobyte of fields.
    const bytes = payload.byteLength * 2 + 1024;
    this.#open.set(id, bytes);
    this.#lastEvent = id;
    this.#openBytes += bytes;
    this.#sink.event(delivery, id <= this.#replayUpTo, () => this.#written(id));
  }

  #written(id: number): void {
    this.#openBytes -= this.#open.get(id) ?? 0;
    this.#open.delete(id);
    this.#settle();
    if (this.#open.size <= MAX_OPEN / 2 && this.#openBytes <= MAX_OPEN_BYTES / 2) this.#roomWanted?.();
  }

  /** Moves the position to before the oldest event that is still on its way: none of them may be missing after a crash. */
  #settle(): void {
    const [oldestOpen] = this.#open.keys();
    if (this.#arrived >= this.#lastEvent) this.#ports.saver.put(this.#options.reader, this.#cursor);
    else this.#sink.left(oldestOpen === undefined ? this.#cursor : oldestOpen - 1);
  }

  #hasRoom(): boolean {
    return this.#open.size < MAX_OPEN && this.#openBytes < MAX_OPEN_BYTES;
  }

  /** Waits while too much is on its way to a slow reader; the connection ends one that does not read at all. */
  async #room(): Promise<void> {
    if (this.#stopped || this.#hasRoom()) return;
    await new Promise<void>((resolve) => {
      this.#roomWanted = resolve;
    });
    this.#roomWanted = null;
  }
}
