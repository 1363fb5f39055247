import { isUtf8 } from 'node:buffer';
import { heartbeatEvent, lifecycleEvent } from '@hufu/protocol/onebot';
import type { Refusal, RefusalCode } from '@hufu/refusals';
import type { RawData, WebSocket } from 'ws';
import type { BotClient, User } from '../../domain/model.ts';
import { refusalOf } from '../../kernel/outcome.ts';
import { BotFeed, type FeedSink } from '../../runtime/bot-feed.ts';
import type { CursorSaver } from '../../runtime/cursor-saver.ts';
import type { Delivery } from '../../runtime/session.ts';
import type { OnebotDeps } from './deps.ts';
import { createDispatcher, type Dispatcher } from './dispatch.ts';
import { encodeRefusal } from './encode-refusal.ts';
import { toEvent } from './events.ts';
import { Marks } from './marks.ts';
import { Outgoing } from './outgoing.ts';
import { type BotStatus, statusFields } from './status.ts';
import { Turns } from './turns.ts';

const TICK_MS = 5000;
const TICKS_PER_PING = 4;
const MISSED_PONGS = 2;
const STALLED_FOR_MS = 30_000;
/** What the library reports for a connection that ended without a close frame. */
const NO_CLOSE_FRAME = 1006;

export interface ConnectionOptions {
  readonly deps: OnebotDeps;
  readonly saver: CursorSaver;
  readonly status: BotStatus;
  readonly bot: User;
  readonly client: BotClient;
  readonly connectionId: string;
  /** Peer address, or the URL dialled without its query. */
  readonly peer: string;
  readonly listener: string;
  /** `ended`: why this side closed it. */
  onClosed(code: number, reason: string, ended: Ended | null): void;
}

export interface Ended {
  readonly code: RefusalCode;
  readonly requestId: string;
}

/** One open WebSocket of one bot client, whichever side dialled: events out, actions in, one answer for each. */
export class OnebotConnection implements FeedSink {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #outgoing: Outgoing;
  readonly #feed: BotFeed;
  readonly #marks: Marks;
  readonly #dispatcher: Dispatcher;
  #lastEvent: Promise<void> = Promise.resolve();
  #ticks = 0;
  #unanswered = 0;
  #timers: NodeJS.Timeout[] = [];
  #isClosed = false;
  #ended: Ended | null = null;
  #resolveClosed: () => void = () => undefined;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const { deps, bot, client, connectionId, status, saver } = options;
    this.#socket = socket;
    this.#options = options;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#outgoing = new Outgoing(
      socket,
      () => Date.now(),
      () => (status.packetsSent += 1),
    );
    this.#dispatcher = createDispatcher({
      context: { deps, bot, client, connectionId, status, sending: new Turns() },
      answer: (text, done) => this.#outgoing.answer(text, done),
      record: (refusal, action, answer) => this.#record(refusal, action, answer),
      notFramework: (frame) => this.end({ code: 'onebot.wrong_end', evidence: { frame } }, 1000),
    });
    this.#feed = new BotFeed(
      { ...deps, saver, position: () => deps.position(), now: () => deps.now() },
      {
        bot,
        connectionId,
        clientId: client.id,
        reader: `bot:${bot.uid}:${client.name}`,
        replayMaxEvents: client.replayMaxEvents,
        replayMaxAgeSeconds: client.replayMaxAgeSeconds,
      },
      this,
    );
    this.#marks = new Marks(socket, (position) => this.#feed.arrived(position));
  }

  get bot(): User {
    return this.#options.bot;
  }

  get client(): BotClient {
    return this.#options.client;
  }

  /** `connect` is the first frame, then what was missed, then live events. */
  open(): void {
    const { deps, bot, client } = this.#options;
    const socket = this.#socket;
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('pong', (data) => {
      this.#unanswered = 0;
      this.#marks.pong(data);
    });
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', (code, reason) => this.#onClose(code, reason.toString('utf8')));
    const connected = lifecycleEvent({ timeSeconds: deps.now() / 1000, selfId: bot.numericId });
    this.#outgoing.event(JSON.stringify(connected), () => undefined);
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS).unref());
    if (client.heartbeatMs > 0) this.#timers.push(setInterval(() => this.#heartbeat(), client.heartbeatMs).unref());
    deps.hub.add(this.#feed);
    this.#feed.start().catch((error: unknown) => {
      deps.events.error({ client: client.name, bot: bot.uid, error: String(error) }, 'the events of a bot cannot be read');
      this.end(refusalOf(error), 1000);
    });
    if (socket.isPaused) socket.resume();
  }

  event(delivery: Delivery, replayed: boolean, written: () => void): void {
    // Encoding may have to look accounts up, so events wait for the one before: their order is the log's.
    this.#lastEvent = this.#lastEvent
      .then(() => this.#encode(delivery, replayed, written))
      .catch((error: unknown) => {
        this.#options.status.packetsLost += 1;
        this.#options.deps.events.error(
          { bot: this.bot.uid, message: delivery.message.id, error: String(error) },
          'a message could not be made an event',
        );
        written();
      });
  }

  async #encode(delivery: Delivery, replayed: boolean, written: () => void): Promise<void> {
    const { deps, bot, client, status } = this.#options;
    // The answer to a call whose message is in the same batch leaves before the events that follow it.
    if (this.#dispatcher.outstanding > 0) await new Promise((resolve) => setImmediate(resolve));
    const event = await toEvent(deps, { bot, client, delivery, replayed });
    if (event === null || this.#isLoop(delivery)) return written();
    this.#outgoing.event(JSON.stringify(event), () => {
      status.received(delivery.message.id, delivery.message.tsMs);
      written();
    });
  }

  #isLoop({ message }: Delivery): boolean {
    const { deps, bot, client, status } = this.#options;
    const sender = deps.users.peekInt(message.sender);
    if (sender?.kind !== 'bot') return false;
    const { told, isNew } = status.loops.hears(message.ch, sender.u, deps.now());
    if (isNew)
      deps.events.warn(
        { bot: bot.uid, client: client.name, other: sender.uid, message: message.id },
        'two bots answer each other without end: the other is not heard for the rest of the minute',
      );
    return !told;
  }

  left(position: number): void {
    this.#marks.written(position);
  }

  end(refusal: Refusal, graceMs: number): void {
    if (this.#ended !== null) return;
    const code = refusal.code === 'srv.draining' ? 1001 : refusal.code === 'limit.slow_reader' ? 1013 : 1008;
    const requestId = this.#record(refusal, 'connection', `close ${code}`);
    this.#ended = { code: refusal.code, requestId };
    this.close(code, `${encodeRefusal(refusal, requestId).reason}; req=${requestId}`, graceMs);
  }

  close(code: number, reason: string, graceMs = 1000): void {
    this.#feed.stop();
    this.#socket.close(code, reason.slice(0, 123));
    setTimeout(() => this.#socket.terminate(), graceMs).unref();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#options.status.packetsReceived += 1;
    const bytes = bytesOf(data);
    // Text frames are checked by the WebSocket library.
    if (isBinary && !isUtf8(bytes)) return this.#dispatcher.refuseFrame('the binary frame is not UTF-8');
    void this.#dispatcher.dispatch(bytes.toString('utf8'));
  }

  #record(refusal: Refusal, path: string, answer: string | null): string {
    const { deps, bot, client, peer, listener } = this.#options;
    return deps.decisions.record({
      refusal,
      peer,
      listener,
      method: 'WS',
      path: path.slice(0, 128),
      botUid: bot.uid,
      client: client.name,
      ownerUid: bot.ownerUid,
      presentedToken: null,
      answer,
    });
  }

  #heartbeat(): void {
    const { deps, bot, client, status } = this.#options;
    const event = heartbeatEvent({
      timeSeconds: deps.now() / 1000,
      selfId: bot.numericId,
      status: statusFields(status),
      intervalMs: client.heartbeatMs,
    });
    this.#outgoing.heartbeat(JSON.stringify(event));
  }

  #tick(): void {
    if (this.#outgoing.stalledMs > STALLED_FOR_MS) return this.end({ code: 'limit.slow_reader' }, 1000);
    this.#ticks += 1;
    if (this.#ticks % TICKS_PER_PING !== 0) return;
    // While nothing is read because too much waits to be written, a pong cannot be seen either.
    if (this.#unanswered >= MISSED_PONGS && !this.#socket.isPaused) return this.#socket.terminate();
    this.#unanswered += 1;
    this.#socket.ping();
  }

  /** The library has closed already, 1009 for a frame that is too large. */
  #onError(error: Error): void {
    const { deps, bot, client } = this.#options;
    if ('code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      this.#record({ code: 'http.body_too_large', evidence: { limitBytes: deps.maxFrameBytes } }, 'frame', 'close 1009');
    deps.events.warn({ client: client.name, bot: bot.uid, error: error.message }, 'OneBot connection failed');
  }

  #onClose(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#options.deps.hub.remove(this.#feed);
    this.#feed.stop();
    this.#marks.stop(code !== NO_CLOSE_FRAME);
    this.#resolveClosed();
    this.#options.onClosed(code, reason, this.#ended);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
