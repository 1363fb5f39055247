import { type Backoff, createBackoff } from './backoff.ts';
import { encodePayload } from './payload.ts';
import { type ClientRefusal, localRefusal, type Result } from './result.ts';
import { type OpenSocket, openRpc, type Rpc } from './rpc.ts';
import type { ChannelRef, LiveEvent, Msg, Payload } from './types.ts';
import { eventOf, messageOf, refusalOfClose, refusalOfDisconnect, refusalOfReason, type Sent, sentOf } from './wire.ts';

export interface LiveState {
  /** `refused`: the server said no for good (a credential, a kick); asking again unchanged would meet the same answer. */
  readonly status: 'stopped' | 'connecting' | 'connected' | 'waiting' | 'refused';
  /** The first refusal since the last success: later, vaguer ones (a closed socket) do not cover it. */
  readonly refusal: ClientRefusal | null;
  /** While waiting: when the next attempt is made, Unix ms. */
  readonly retryAtMs: number | null;
}

export interface Identity {
  readonly uid: string;
  readonly token: string;
}

export interface LiveOptions {
  readonly url: () => string;
  /** Names this connection: a second one with the same id takes the place of the first. */
  readonly deviceId: string;
  readonly openSocket?: OpenSocket;
  readonly backoff?: Backoff;
  readonly pingEveryMs?: number;
  readonly pingTimeoutMs?: number;
  readonly onState?: (state: LiveState) => void;
  readonly onMessage: (message: Msg) => void;
  readonly onEvent: (event: LiveEvent) => void;
  /** After every success: what happened while there was no connection has to be read over HTTP. */
  readonly onConnected: () => void;
}

export interface Live {
  readonly state: () => LiveState;
  /** Starts, or goes on with, the one connection of `identity`. Calling it again while it is being made changes nothing. */
  start(identity: Identity): void;
  stop(): void;
  /** Tries at once instead of waiting out the back-off; with a connection, makes sure that the other end still answers. */
  retryNow(): void;
  /** Waits for the connection when there is none; resent with the same clientMsgNo after a loss, so it is stored once. */
  send(channel: ChannelRef, payload: Payload, clientMsgNo: string): Promise<Result<Sent>>;
  /** Takes back what was never handed to a connection; false when it is too late. Its `send` answers `client.withdrawn`. */
  withdraw(clientMsgNo: string): boolean;
}

const MAX_OUTBOX = 200;
const PING_EVERY_MS = 25_000;
const PING_TIMEOUT_MS = 10_000;
/** After a machine woke up the old connection is mostly dead: its answer is not waited for long. */
const WAKE_TIMEOUT_MS = 4000;
/** Refusals of these families do not change by asking again. */
const LASTING = /^(cred|wk|scope)\./;

interface Outgoing {
  readonly channel: ChannelRef;
  readonly payload: string;
  readonly clientMsgNo: string;
  readonly settle: (result: Result<Sent>) => void;
  /** Handed to a connection once: the server may have it, so it can no longer be taken back. */
  handed: boolean;
}

/** The one live connection of an account: made, kept, made again after each loss, with what is to be sent kept meanwhile. */
export function createLive(options: LiveOptions): Live {
  const openSocket = options.openSocket ?? ((url) => new WebSocket(url));
  const backoff = options.backoff ?? createBackoff();
  const pingTimeoutMs = options.pingTimeoutMs ?? PING_TIMEOUT_MS;
  const outbox: Outgoing[] = [];
  let identity: Identity | null = null;
  let rpc: Rpc | null = null;
  let state: LiveState = { status: 'stopped', refusal: null, retryAtMs: null };
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let pingTimer: ReturnType<typeof setInterval> | undefined;

  function setState(next: LiveState): void {
    state = next;
    options.onState?.(next);
  }

  function connect(): void {
    // Single flight: one socket at a time, whoever asks.
    if (identity === null || rpc !== null) return;
    clearTimeout(retryTimer);
    setState({ status: 'connecting', refusal: state.refusal, retryAtMs: null });
    const { uid, token } = identity;
    let refusal: ClientRefusal | null = null;
    const mine = openRpc(options.url(), openSocket, {
      async onOpen() {
        clearTimeout(opening);
        const { deviceId } = options;
        const answer = await mine.call('connect', { uid, token, deviceFlag: 1, deviceId, clientTimestamp: Date.now() });
        if (rpc !== mine) return;
        const reasonCode = answer.ok ? (answer.value['reasonCode'] ?? 1) : 0;
        if (reasonCode === 1) return onConnected(mine);
        refusal = answer.ok ? refusalOfReason(reasonCode, 'The server refused the connection.') : answer.refusal;
        mine.close(3001, 'refused');
      },
      onNotification(method, params) {
        if (rpc === mine) onNotification(uid, mine, method, params);
      },
      onClose(code, reason) {
        clearTimeout(opening);
        if (rpc !== mine) return;
        rpc = null;
        clearInterval(pingTimer);
        onLost(refusal ?? refusalOfClose(code, reason));
      },
    });
    // A browser waits minutes for a handshake that nobody answers.
    const opening = setTimeout(() => mine.close(3002, 'no answer'), pingTimeoutMs);
    rpc = mine;
  }

  function onConnected(mine: Rpc): void {
    backoff.reset();
    setState({ status: 'connected', refusal: null, retryAtMs: null });
    pingTimer = setInterval(() => void ping(mine, pingTimeoutMs), options.pingEveryMs ?? PING_EVERY_MS);
    // Before new ones, so that a person's messages keep their order.
    for (const item of [...outbox]) void transmit(mine, item);
    options.onConnected();
  }

  async function ping(mine: Rpc, timeoutMs: number): Promise<void> {
    const answer = await mine.call('ping', {}, timeoutMs);
    if (!answer.ok && answer.refusal.code === 'client.timeout') mine.close(3002, 'no pong');
  }

  function onLost(refusal: ClientRefusal): void {
    const latched = state.refusal ?? refusal;
    if (LASTING.test(refusal.code)) return endWith(latched);
    const waitMs = backoff.nextMs();
    setState({ status: 'waiting', refusal: latched, retryAtMs: Date.now() + waitMs });
    retryTimer = setTimeout(connect, waitMs);
  }

  function onNotification(uid: string, mine: Rpc, method: string, params: Readonly<Record<string, unknown>>): void {
    if (method === 'recv') {
      const message = messageOf(uid, params);
      options.onMessage(message);
      mine.notify('recvack', {
        ...(params['header'] === undefined ? {} : { header: params['header'] }),
        messageId: message.messageId,
        messageSeq: message.messageSeq,
      });
    } else if (method === 'event') {
      const event = eventOf(params);
      if (event !== null) options.onEvent(event);
    } else if (method === 'disconnect') {
      const refusal = refusalOfDisconnect(params);
      rpc = null;
      clearInterval(pingTimer);
      mine.close();
      onLost(refusal);
    }
  }

  /** Nothing is tried any more until somebody asks; what waits to be sent has its answer. */
  function endWith(refusal: ClientRefusal | null): void {
    clearTimeout(retryTimer);
    setState({ status: refusal === null ? 'stopped' : 'refused', refusal, retryAtMs: null });
    const answer: Result<Sent> = refusal === null ? localRefusal('client.stopped', 'The session ended.') : { ok: false, refusal };
    for (const item of outbox.splice(0)) item.settle(answer);
  }

  function stop(): void {
    const closing = rpc;
    rpc = null;
    identity = null;
    clearInterval(pingTimer);
    closing?.close();
    endWith(null);
  }

  async function transmit(mine: Rpc, item: Outgoing): Promise<void> {
    const { channel, payload, clientMsgNo } = item;
    item.handed = true;
    const answer = await mine.call('send', {
      channelId: channel.channelId,
      channelType: channel.channelType,
      payload,
      clientMsgNo,
      header: { redDot: true },
    });
    // The connection went before the answer: it stays in the outbox for the next one. A silent server is given up like a dead one.
    if (!answer.ok && answer.refusal.code === 'client.disconnected') return;
    if (!answer.ok && answer.refusal.code === 'client.timeout') return mine.close(3002, 'no answer');
    take(item);
    item.settle(answer.ok ? sentOf(answer.value) : answer);
  }

  function take(item: Outgoing): void {
    const at = outbox.indexOf(item);
    if (at >= 0) outbox.splice(at, 1);
  }

  return {
    state: () => state,
    start(next) {
      if (identity !== null && identity.uid === next.uid && identity.token === next.token) return;
      if (identity !== null) stop();
      identity = next;
      state = { status: 'stopped', refusal: null, retryAtMs: null };
      backoff.reset();
      connect();
    },
    stop,
    retryNow() {
      if (rpc !== null && state.status === 'connected') void ping(rpc, Math.min(pingTimeoutMs, WAKE_TIMEOUT_MS));
      else connect();
    },
    send(channel, payload, clientMsgNo) {
      if (identity === null) return Promise.resolve(localRefusal('client.stopped', 'The session ended.'));
      if (state.status === 'refused' && state.refusal !== null) return Promise.resolve({ ok: false, refusal: state.refusal });
      if (outbox.length >= MAX_OUTBOX)
        return Promise.resolve(localRefusal('client.outbox_full', 'Too many messages are waiting to be sent.'));
      return new Promise((settle) => {
        const item: Outgoing = { channel, payload: encodePayload(payload), clientMsgNo, settle, handed: false };
        outbox.push(item);
        if (rpc !== null && state.status === 'connected') void transmit(rpc, item);
      });
    },
    withdraw(clientMsgNo) {
      const item = outbox.find((one) => one.clientMsgNo === clientMsgNo && !one.handed);
      if (item === undefined) return false;
      take(item);
      item.settle(localRefusal('client.withdrawn', 'The message was taken back before it was sent.'));
      return true;
    },
  };
}
