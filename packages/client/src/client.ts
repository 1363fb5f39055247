import { type Api, createApi } from './api.ts';
import { createBackoff } from './backoff.ts';
import { createFollowed } from './followed.ts';
import { createHttp } from './http.ts';
import { createLive, type LiveOptions, type LiveState } from './live.ts';
import type { Result } from './result.ts';
import type { ChannelRef, Conversation, LiveEvent, Msg, Payload, SignedIn } from './types.ts';
import type { Sent } from './wire.ts';

/** What a client tells, beside the answers to its calls. */
export interface ClientEvents {
  state: (state: LiveState) => void;
  /** A message of a channel, live or read after a hole; the same one may come twice (compare messageId). */
  message: (message: Msg) => void;
  event: (event: LiveEvent) => void;
  /** The list as it is now, after each connect: what was missed meanwhile is in it. */
  conversations: (conversations: readonly Conversation[]) => void;
  /** So much was missed in a followed channel that it was not read on: read its newest page, and follow it again. */
  gap: (channel: ChannelRef) => void;
  /** The server no longer takes the session's token, or the person signed out. */
  signedOut: () => void;
}

export interface ClientOptions {
  /** `http(s)://host[:port]` of the server. */
  readonly baseUrl: string;
  /** `ws(s)://…/wk`; derived from baseUrl when absent. */
  readonly liveUrl?: string;
  /** Names this connection among those of the account: a second one with the same id takes the place of the first. */
  readonly deviceId: string;
  /** Language tag in which the server is to word refusals. */
  readonly language?: () => string;
  readonly fetch?: typeof fetch;
  readonly openSocket?: LiveOptions['openSocket'];
  readonly backoff?: LiveOptions['backoff'];
  readonly pingEveryMs?: number;
  readonly pingTimeoutMs?: number;
}

/** One account on one server: calls over HTTP, messages and events over one live connection that comes back by itself. Works in browsers and in Node. */
export interface Client {
  readonly api: Api;
  readonly liveState: () => LiveState;
  /** Takes up a session that was made before. `uid` null: HTTP only (an operator has no live connection). */
  attach(session: { readonly token: string; readonly uid: string | null }): void;
  /** Signs in and connects. */
  login(uid: string, password: string): Promise<Result<SignedIn>>;
  /** Ends the session on the server and here. */
  logout(): Promise<void>;
  /** Ends the connection; the session stays valid and can be attached again. */
  detach(): void;
  /** Tries at once instead of waiting out the back-off; with a connection, makes sure that the other end still answers. Call it when the network or the machine comes back. */
  retryNow(): void;
  /**
   * Answers when the message is on the server's disk, or refused. Without a connection it waits for one; after a loss it is sent again with the same `clientMsgNo`,
   * so it is stored once. At most 200 wait (`client.outbox_full`).
   */
  send(channel: ChannelRef, payload: Payload, clientMsgNo: string): Promise<Result<Sent>>;
  /** Takes back a message that still waits for a connection; false when the server may have it. */
  withdraw(clientMsgNo: string): boolean;
  /** From now on the channel is read up to date after each connect and hole, from `afterSeq`. At most 50 channels; the one followed first is let go. */
  follow(channel: ChannelRef, afterSeq: number): void;
  /** Returns the function that stops listening. */
  on<K extends keyof ClientEvents>(name: K, listener: ClientEvents[K]): () => void;
}

/** Attempts to read what was missed, before it is left to the next connect. */
const MAX_RESYNCS = 6;

export function createClient(options: ClientOptions): Client {
  const listeners: { [K in keyof ClientEvents]: Set<ClientEvents[K]> } = {
    state: new Set(),
    message: new Set(),
    event: new Set(),
    conversations: new Set(),
    gap: new Set(),
    signedOut: new Set(),
  };
  let token: string | null = null;
  /** Counts connects, so that work of an earlier one ends. */
  let connects = 0;

  const http = createHttp({
    baseUrl: options.baseUrl,
    token: () => token,
    onUnauthorized: (used) => {
      // An answer to a request of an earlier session says nothing about this one.
      if (used === token) end();
    },
    ...(options.language === undefined ? {} : { language: options.language }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const api = createApi(http);
  const followed = createFollowed({
    read: (query) => api.messages(query),
    onMessage: (message) => listeners.message.forEach((tell) => tell(message)),
    onGap: (channel) => listeners.gap.forEach((tell) => tell(channel)),
  });
  const live = createLive({
    url: () => options.liveUrl ?? `${options.baseUrl.replace(/^http/, 'ws')}/wk`,
    deviceId: options.deviceId,
    onState(state) {
      listeners.state.forEach((tell) => tell(state));
      // The live side cannot tell a dead session from another refusal; the answer to a call can.
      if (state.status === 'refused' && state.refusal?.code.startsWith('cred.')) void api.me();
    },
    onMessage(message) {
      followed.note(message);
      listeners.message.forEach((tell) => tell(message));
    },
    onEvent: (event) => listeners.event.forEach((tell) => tell(event)),
    onConnected: () => void resync(),
    ...(options.openSocket === undefined ? {} : { openSocket: options.openSocket }),
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    ...(options.pingEveryMs === undefined ? {} : { pingEveryMs: options.pingEveryMs }),
    ...(options.pingTimeoutMs === undefined ? {} : { pingTimeoutMs: options.pingTimeoutMs }),
  });

  /** Reads what happened without a connection; a reading that fails is made again while the connection stands. */
  async function resync(): Promise<void> {
    connects += 1;
    const connect = connects;
    const waits = createBackoff(500, 8000);
    let listed = false;
    for (let attempt = 0; attempt < MAX_RESYNCS; attempt += 1) {
      if (!listed) {
        const list = await api.conversations();
        if (connect !== connects) return;
        if (list.ok) listeners.conversations.forEach((tell) => tell(list.value));
        listed = list.ok;
      }
      const caughtUp = await followed.catchUpAll();
      if (connect !== connects || (listed && caughtUp)) return;
      await new Promise((resolve) => setTimeout(resolve, waits.nextMs()));
      if (connect !== connects || live.state().status !== 'connected') return;
    }
  }

  function detach(): void {
    token = null;
    connects += 1;
    followed.clear();
    live.stop();
  }

  function end(): void {
    const had = token !== null;
    detach();
    if (had) listeners.signedOut.forEach((tell) => tell());
  }

  const client: Client = {
    api,
    liveState: live.state,
    attach(session) {
      token = session.token;
      if (session.uid !== null) live.start({ uid: session.uid, token: session.token });
    },
    async login(uid, password) {
      const answer = await api.login(uid, password);
      if (answer.ok) client.attach(answer.value);
      return answer;
    },
    async logout() {
      // The server would end it, as a refusal.
      live.stop();
      if (token !== null) await api.logout();
      end();
    },
    detach,
    retryNow: live.retryNow,
    async send(channel, payload, clientMsgNo) {
      const answer = await live.send(channel, payload, clientMsgNo);
      if (answer.ok) followed.noteSent(channel, answer.value.messageSeq);
      return answer;
    },
    withdraw: live.withdraw,
    follow: followed.add,
    on(name, listener) {
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
  };
  return client;
}
