import { encodeResponse, heartbeatEvent, lifecycleEvent, parseRequestFrame, splitAction } from '@hufu/protocol/onebot';
import type { Refusal } from '@hufu/refusals';
import type { RawData, WebSocket } from 'ws';
import type { BotClient, User } from '../../domain/model.ts';
import { ok, type Outcome, refusalOf } from '../../kernel/outcome.ts';
import { BotFeed, type FeedSink } from '../../runtime/bot-feed.ts';
import type { CursorSaver } from '../../runtime/cursor-saver.ts';
import type { Delivery } from '../../runtime/session.ts';
import type { Action, ActionContext } from './actions/action.ts';
import { findAction, nearestActions } from './actions/index.ts';
import type { OnebotDeps } from './deps.ts';
import { encodeRefusal, TIMED_OUT } from './encode-refusal.ts';
import { toEvent } from './events.ts';
import { Outgoing } from './outgoing.ts';
import type { BotStatus } from './status.ts';

const MAX_OUTSTANDING = 64;
const MAX_ENCODING = 2000;
const ACTION_CAP_MS = 30_000;
const PING_EVERY_MS = 20_000;
const MISSED_PONGS = 2;
const FULL_FOR_MS = 30_000;

export interface ConnectionOptions {
  readonly deps: OnebotDeps;
  readonly saver: CursorSaver;
  readonly status: BotStatus;
  readonly bot: User;
  readonly client: BotClient;
  readonly connectionId: string;
  /** Peer address, or the URL dialled. */
  readonly peer: string;
  readonly listener: string;
  onClosed(code: number, reason: string): void;
}

/** One open WebSocket of one bot client, whichever side dialled: events out, actions in, one answer for each. */
export class OnebotConnection implements FeedSink {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #outgoing: Outgoing;
  readonly #feed: BotFeed;
  readonly #context: ActionContext;
  #outstanding = 0;
  #encoding = 0;
  #lastEvent: Promise<void> = Promise.resolve();
  #unanswered = 0;
  #timers: NodeJS.Timeout[] = [];
  #closed = false;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const { deps, bot, client, connectionId } = options;
    this.#socket = socket;
    this.#options = options;
    this.#outgoing = new Outgoing(socket);
    this.#context = { deps, bot, client, connectionId, status: options.status };
    this.#feed = new BotFeed(
      {
        directory: deps.directory,
        log: deps.log,
        users: deps.users,
        channels: deps.channels,
        saver: options.saver,
        events: deps.events,
        now: () => deps.now(),
      },
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
    socket.on('pong', () => (this.#unanswered = 0));
    socket.on('error', (error) =>
      deps.events.warn({ client: client.name, bot: bot.uid, error: error.message }, 'OneBot connection failed'),
    );
    socket.on('close', (code, reason) => this.#onClose(code, reason.toString('utf8')));
    this.#meta(lifecycleEvent({ timeSeconds: deps.now() / 1000, selfId: bot.numericId }));
    this.#timers.push(setInterval(() => this.#ping(), PING_EVERY_MS).unref());
    if (client.heartbeatMs > 0) this.#timers.push(setInterval(() => this.#heartbeat(), client.heartbeatMs).unref());
    deps.hub.add(this.#feed);
    if (socket.isPaused) socket.resume();
    this.#feed.start().catch((error: unknown) => {
      deps.events.error({ client: client.name, bot: bot.uid, error: String(error) }, 'the events of a bot cannot be read');
      this.end(refusalOf(error), 1000);
    });
  }

  event(delivery: Delivery, replayed: boolean, written: () => void): void {
    if (this.#encoding >= MAX_ENCODING) {
      this.#options.status.packetsLost += 1;
      return written();
    }
    // Encoding may have to look accounts up, so events wait for the one before: their order is the log's.
    this.#encoding += 1;
    this.#lastEvent = this.#lastEvent
      .then(() => this.#encode(delivery, replayed, written))
      .catch((error: unknown) => {
        this.#options.deps.events.error(
          { bot: this.bot.uid, message: delivery.message.id, error: String(error) },
          'a message could not be made an event',
        );
        written();
      })
      .finally(() => {
        this.#encoding -= 1;
      });
  }

  async #encode(delivery: Delivery, replayed: boolean, written: () => void): Promise<void> {
    const { deps, bot, client, status } = this.#options;
    const event = await toEvent(deps, { bot, client, delivery, replayed });
    if (event === null || this.#closed) return event === null ? written() : undefined;
    if (this.#outgoing.event(JSON.stringify(event), written)) status.received(delivery.message.tsMs);
    else status.packetsLost += 1;
  }

  end(refusal: Refusal, graceMs: number): void {
    const requestId = this.#record(refusal, 'connection', 'close');
    this.close(
      refusal.code === 'srv.draining' ? 1001 : 1008,
      `${encodeRefusal(refusal, requestId).reason}; req=${requestId}`,
      graceMs,
    );
  }

  close(code: number, reason: string, graceMs = 1000): void {
    this.#feed.stop();
    this.#socket.close(code, reason.slice(0, 123));
    setTimeout(() => this.#socket.terminate(), graceMs).unref();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#options.status.packetsReceived += 1;
    const text = textOf(data);
    if (isBinary && text.includes('\uFFFD')) {
      this.#refuse(
        { code: 'onebot.bad_params', evidence: { detail: 'the binary frame is not UTF-8' } },
        '',
        'null',
        () => undefined,
      );
      return;
    }
    void this.dispatch(text);
  }

  /** One frame in, exactly one answer out. */
  async dispatch(text: string): Promise<void> {
    const request = parseRequestFrame(text);
    if (!request.ok)
      return this.#refuse({ code: 'onebot.bad_params', evidence: { detail: request.detail } }, '', request.echo, () => undefined);
    if (this.#outstanding >= MAX_OUTSTANDING) {
      const detail = `at most ${MAX_OUTSTANDING} calls at a time`;
      return this.#refuse(
        { code: 'rate.requests', evidence: { detail }, retryAfterSeconds: 1 },
        request.action,
        request.echo,
        () => undefined,
      );
    }
    this.#outstanding += 1;
    const done = () => {
      this.#outstanding -= 1;
    };
    const { name, mode } = splitAction(request.action);
    const action = findAction(name);
    if (action === undefined) return this.#refuse(unknownAction(name), name, request.echo, done);
    const outcome = mode === 'async' ? this.#startAsync(action, request.params) : await this.#run(action, request.params);
    if (!outcome.ok) return this.#refuse(outcome.refusal, name, request.echo, done);
    const answer =
      mode === 'async'
        ? ({ status: 'async', retcode: 1, data: null } as const)
        : ({ status: 'ok', retcode: 0, data: outcome.value } as const);
    this.#outgoing.answer(encodeResponse({ ...answer, message: '', wording: '' }, request.echo), done);
  }

  /** Parameters are checked before the answer; the outcome is seen in the decisions only. */
  #startAsync(action: Action, params: Readonly<Record<string, unknown>>): Outcome<unknown> {
    const checked = action.check(params);
    if (!checked.ok) return checked;
    void this.#run(action, params).then((outcome) => {
      if (!outcome.ok) this.#record(outcome.refusal, `${action.name}_async`, 'none, the call was asynchronous');
    });
    return ok(null);
  }

  async #run(action: Action, params: Readonly<Record<string, unknown>>): Promise<Outcome<unknown>> {
    let timer: NodeJS.Timeout | undefined;
    const cap = new Promise<Outcome<unknown>>((resolve) => {
      timer = setTimeout(() => resolve({ ok: false, refusal: TIMED_OUT }), ACTION_CAP_MS).unref();
    });
    try {
      return await Promise.race([action.run(this.#context, params), cap]);
    } catch (error) {
      this.#options.deps.events.error(
        { action: action.name, error: error instanceof Error ? error.stack : String(error) },
        'an action failed',
      );
      return { ok: false, refusal: refusalOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  #refuse(refusal: Refusal, action: string, echo: string | null, done: () => void): void {
    const answer = encodeRefusal(refusal, this.#record(refusal, action, 'failed'));
    this.#outgoing.answer(encodeResponse(answer, echo), done);
  }

  #record(refusal: Refusal, path: string, answer: string): string {
    const { deps, bot, peer, listener } = this.#options;
    return deps.decisions.record({
      refusal,
      peer,
      listener,
      method: 'WS',
      path: path.slice(0, 128),
      botUid: bot.uid,
      ownerUid: bot.ownerUid,
      presentedToken: null,
      answer,
    });
  }

  #heartbeat(): void {
    const { deps, bot, client } = this.#options;
    this.#meta(
      heartbeatEvent({
        timeSeconds: deps.now() / 1000,
        selfId: bot.numericId,
        online: true,
        good: true,
        intervalMs: client.heartbeatMs,
      }),
    );
  }

  #meta(event: object): void {
    this.#outgoing.event(JSON.stringify(event), () => undefined);
  }

  #ping(): void {
    if (this.#unanswered >= MISSED_PONGS) return this.#socket.terminate();
    const fullForMs = this.#outgoing.fullForMs(Date.now());
    if (fullForMs > FULL_FOR_MS) return this.end({ code: 'limit.slow_reader', evidence: { fullForMs } }, 1000);
    this.#unanswered += 1;
    this.#socket.ping();
  }

  #onClose(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#options.deps.hub.remove(this.#feed);
    this.#feed.stop();
    if (this.#outgoing.droppedEvents > 0) {
      this.#options.deps.events.warn(
        { client: this.client.name, dropped: this.#outgoing.droppedEvents },
        'events were dropped, the client read too slowly',
      );
    }
    this.#options.onClosed(code, reason);
  }
}

function unknownAction(name: string): Refusal {
  const near = nearestActions(name);
  return {
    code: 'onebot.action_unknown',
    evidence: { action: name.slice(0, 128), detail: near.length === 0 ? 'get_version_info …' : near.join(', ') },
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return data instanceof ArrayBuffer ? Buffer.from(data).toString('utf8') : data.toString('utf8');
}
