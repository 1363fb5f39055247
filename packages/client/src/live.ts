import { type Backoff, createBackoff } from './backoff.ts';
import { decodePayload, encodePayload } from './payload.ts';
import { type ClientRefusal, localRefusal, type Result, success } from './result.ts';
import { type OpenSocket, openRpc, type Rpc } from './rpc.ts';
import { type ChannelRef, type LiveEvent, type Msg, type Payload, PERSON } from './types.ts';

export interface LiveState {
  /** `refused`: the server said no for good (a credential); asking again unchanged would meet the same answer. */
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
  readonly deviceId: string;
  readonly openSocket?: OpenSocket;
  readonly backoff?: Backoff;
  readonly pingEveryMs?: number;
  readonly onState?: (state: LiveState) => void;
  readonly onMessage: (message: Msg) => void;
  readonly onEvent: (event: LiveEvent) => void;
  /** After every success but the first: what happened in between has to be read over HTTP. */
  readonly onReconnected: () => void;
}

export interface Sent {
  readonly messageId: string;
  readonly messageSeq: number;
}

export interface Live {
  readonly state: () => LiveState;
  /** Starts, or goes on with, the one connection of `identity`. Calling it again while it is being made changes nothing. */
  start(identity: Identity): void;
  stop(): void;
  /** Tries at once instead of waiting out the back-off. */
  retryNow(): void;
  /** Waits for the connection when there is none; resent with the same clientMsgNo after a loss, so it is stored once. */
  send(channel: ChannelRef, payload: Payload, clientMsgNo: string): Promise<Result<Sent>>;
}

const MAX_OUTBOX = 200;
const PING_TIMEOUT_MS = 10_000;
/** Refusals of these families do not change by asking again. */
const LASTING = /^(cred|wk|scope)\./;

interface Outgoing {
  readonly channel: ChannelRef;
  readonly payload: string;
  readonly clientMsgNo: string;
  readonly settle: (result: Result<Sent>) => void;
}

export function createLive(options: LiveOptions): Live {
  const openSocket = options.openSocket ?? ((url) => new WebSocket(url));
  const backoff = options.backoff ?? createBackoff();
  let identity: Identity | null = null;
  let rpc: Rpc | null = null;
  let state: LiveState = { status: 'stopped', refusal: null, retryAtMs: null };
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let pingTimer: ReturnType<typeof setInterval> | undefined;
  let connectedBefore = false;
  const outbox: Outgoing[] = [];

  const setState = (next: LiveState): void => {
    state = next;
    options.onState?.(next);
  };

  const connect = (): void => {
    // Single flight: one socket at a time, whoever asks.
    if (identity === null || rpc !== null) return;
    clearTimeout(retryTimer);
    setState({ status: 'connecting', refusal: state.refusal, retryAtMs: null });
    const who = identity;
    let refusal: ClientRefusal | null = null;
    const mine = openRpc(options.url(), openSocket, {
      async onOpen() {
        const answer = await mine.call('connect', {
          uid: who.uid,
          token: who.token,
          deviceFlag: 1,
          deviceId: options.deviceId,
          clientTimestamp: Date.now(),
        });
        if (rpc !== mine) return;
        if (answer.ok && (answer.value['reasonCode'] ?? 1) === 1) onConnected(mine);
        else {
          refusal = answer.ok
            ? {
                code: `reason.${String(answer.value['reasonCode'])}`,
                message: 'The server refused the connection.',
                requestId: '',
              }
            : answer.refusal;
          mine.close(3001, 'refused');
        }
      },
      onNotification(method, params) {
        if (rpc === mine) onNotification(who, mine, method, params);
      },
      onClose(code, reason) {
        clearInterval(pingTimer);
        if (rpc !== mine) return;
        rpc = null;
        onLost(refusal ?? refusalOfClose(code, reason));
      },
    });
    rpc = mine;
  };

  const onConnected = (mine: Rpc): void => {
    backoff.reset();
    setState({ status: 'connected', refusal: null, retryAtMs: null });
    pingTimer = setInterval(async () => {
      const answer = await mine.call('ping', {}, PING_TIMEOUT_MS);
      if (!answer.ok && answer.refusal.code === 'client.timeout') mine.close(3002, 'no pong');
    }, options.pingEveryMs ?? 25_000);
    // Before new ones, so that a person's messages keep their order.
    for (const item of outbox) void transmit(mine, item);
    if (connectedBefore) options.onReconnected();
    connectedBefore = true;
  };

  const onLost = (refusal: ClientRefusal | null): void => {
    const latched = state.refusal ?? refusal;
    if (refusal !== null && LASTING.test(refusal.code)) {
      setState({ status: 'refused', refusal: latched, retryAtMs: null });
      for (const item of outbox.splice(0)) item.settle({ ok: false, refusal: latched ?? refusal });
      return;
    }
    const waitMs = Math.max(backoff.nextMs(), (refusal?.retryAfterSeconds ?? 0) * 1000);
    setState({ status: 'waiting', refusal: latched, retryAtMs: Date.now() + waitMs });
    retryTimer = setTimeout(connect, waitMs);
  };

  const onNotification = (who: Identity, mine: Rpc, method: string, params: Readonly<Record<string, unknown>>): void => {
    if (method === 'recv') {
      const message = messageOf(who, params);
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
      setState({
        ...state,
        refusal: state.refusal ?? { code: 'cred.kicked', message: String(params['reason'] ?? ''), requestId: '' },
      });
      stopFor('refused');
    }
  };

  const stopFor = (status: 'stopped' | 'refused'): void => {
    const closing = rpc;
    rpc = null;
    identity = null;
    clearTimeout(retryTimer);
    clearInterval(pingTimer);
    closing?.close();
    const refusal = status === 'refused' ? state.refusal : null;
    setState({ status, refusal, retryAtMs: null });
    for (const item of outbox.splice(0)) {
      item.settle(refusal === null ? localRefusal('client.stopped', 'The session ended.') : { ok: false, refusal });
    }
  };

  const transmit = async (mine: Rpc, item: Outgoing): Promise<void> => {
    const { channel, payload, clientMsgNo } = item;
    const answer = await mine.call('send', {
      channelId: channel.channelId,
      channelType: channel.channelType,
      payload,
      clientMsgNo,
      header: { redDot: true },
    });
    // The connection went before the answer: it stays in the outbox for the next one. A silent server is given up like a dead one.
    if (!answer.ok && (answer.refusal.code === 'client.disconnected' || answer.refusal.code === 'client.timeout')) {
      if (answer.refusal.code === 'client.timeout') mine.close(3002, 'no answer');
      return;
    }
    const at = outbox.indexOf(item);
    if (at >= 0) outbox.splice(at, 1);
    item.settle(answer.ok ? sentOf(answer.value) : answer);
  };

  return {
    state: () => state,
    start(next) {
      if (identity !== null && identity.uid === next.uid && identity.token === next.token) return;
      if (identity !== null) stopFor('stopped');
      identity = next;
      connectedBefore = false;
      state = { status: 'stopped', refusal: null, retryAtMs: null };
      backoff.reset();
      connect();
    },
    stop: () => stopFor('stopped'),
    retryNow: connect,
    send(channel, payload, clientMsgNo) {
      if (state.status === 'refused' && state.refusal !== null) return Promise.resolve({ ok: false, refusal: state.refusal });
      if (identity === null) return Promise.resolve(localRefusal('client.stopped', 'The session ended.'));
      if (outbox.length >= MAX_OUTBOX)
        return Promise.resolve(localRefusal('client.outbox_full', 'Too many messages are waiting to be sent.'));
      return new Promise((settle) => {
        const item = { channel, payload: encodePayload(payload), clientMsgNo, settle };
        outbox.push(item);
        if (rpc !== null && state.status === 'connected') void transmit(rpc, item);
      });
    },
  };
}

/** A refused CONNECT also closes with `<publicCode>; req=<id>`; an unexplained close is a lost connection. */
function refusalOfClose(code: number, reason: string): ClientRefusal {
  const told = /^([a-z0-9_.]+); req=(\S+)/.exec(reason);
  if (code >= 4400 && told !== null) return { code: told[1] ?? '', message: told[1] ?? '', requestId: told[2] ?? '' };
  return { code: 'client.unreachable', message: 'The server is not reachable.', requestId: '' };
}

function sentOf(result: Readonly<Record<string, unknown>>): Result<Sent> {
  const reasonCode = result['reasonCode'] ?? 1;
  if (reasonCode !== 1)
    return {
      ok: false,
      refusal: { code: `reason.${String(reasonCode)}`, message: 'The server refused the message.', requestId: '' },
    };
  return success({ messageId: String(result['messageId'] ?? ''), messageSeq: Number(result['messageSeq'] ?? 0) });
}

function messageOf(who: Identity, params: Readonly<Record<string, unknown>>): Msg {
  const fromUid = String(params['fromUid'] ?? '');
  const channelType = Number(params['channelType'] ?? 0);
  const named = String(params['channelId'] ?? '');
  return {
    messageId: String(params['messageId'] ?? ''),
    messageSeq: Number(params['messageSeq'] ?? 0),
    fromUid,
    fromName: '',
    // A person channel is the other party's uid; a message to me may name me instead.
    channelId: channelType === PERSON && named === who.uid && fromUid !== who.uid ? fromUid : named,
    channelType,
    clientMsgNo: String(params['clientMsgNo'] ?? ''),
    timestampMs: Number(params['timestamp'] ?? 0) * 1000,
    payload: decodePayload(params['payload']),
  };
}

function eventOf(params: Readonly<Record<string, unknown>>): LiveEvent | null {
  const { id, type, timestamp, data } = params;
  if (typeof type !== 'string' || type === '') return null;
  let parsed: unknown = data;
  if (typeof data === 'string') {
    try {
      parsed = data === '' ? {} : JSON.parse(data);
    } catch {
      parsed = {};
    }
  }
  const record =
    typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : {};
  return { id: String(id ?? ''), type, timestampMs: Number(timestamp ?? 0), data: record };
}
