import { type Api, createApi } from './api.ts';
import { createHttp } from './http.ts';
import { createLive, type Live, type LiveOptions, type LiveState, type Sent } from './live.ts';
import type { Result } from './result.ts';
import type { ChannelRef, Conversation, LiveEvent, Msg, Payload, SignedIn } from './types.ts';

export interface ClientEvents {
  state: (state: LiveState) => void;
  /** A message of a channel, live or read after a gap; the same one may come twice (compare messageId). */
  message: (message: Msg) => void;
  event: (event: LiveEvent) => void;
  /** The list as it is after a reconnect. */
  conversations: (conversations: readonly Conversation[]) => void;
  /** The server no longer takes the session's token. */
  signedOut: () => void;
}

export interface ClientOptions {
  /** `http(s)://host[:port]` of the server. */
  readonly baseUrl: string;
  /** `ws(s)://…/wk`; derived from baseUrl when absent. */
  readonly liveUrl?: string;
  readonly deviceId: string;
  readonly language?: () => string;
  readonly fetch?: typeof fetch;
  readonly openSocket?: LiveOptions['openSocket'];
  readonly backoff?: LiveOptions['backoff'];
  readonly pingEveryMs?: number;
}

export interface Client {
  readonly api: Api;
  readonly liveState: () => LiveState;
  /** Takes up a session that was made before. `uid` null: HTTP only (an operator has no live connection). */
  attach(session: { readonly token: string; readonly uid: string | null }): void;
  login(uid: string, password: string): Promise<Result<SignedIn>>;
  logout(): Promise<void>;
  retryNow(): void;
  send(channel: ChannelRef, payload: Payload, clientMsgNo: string): Promise<Result<Sent>>;
  /** From now on the channel is read up to date after each reconnect and gap, from `afterSeq`. */
  follow(channel: ChannelRef, afterSeq: number): void;
  /** Returns the function that stops listening. */
  on<K extends keyof ClientEvents>(name: K, listener: ClientEvents[K]): () => void;
}

/** Channels followed at once; the oldest is let go. */
const MAX_FOLLOWED = 50;
/** Pages of 100 read for one channel after a reconnect; a longer absence is read by paging back. */
const MAX_CATCH_UP_PAGES = 10;

interface Followed {
  readonly channel: ChannelRef;
  seq: number;
  catchingUp: Promise<void> | null;
}

export function createClient(options: ClientOptions): Client {
  const listeners: { [K in keyof ClientEvents]: Set<ClientEvents[K]> } = {
    state: new Set(),
    message: new Set(),
    event: new Set(),
    conversations: new Set(),
    signedOut: new Set(),
  };
  const followed = new Map<string, Followed>();
  let token: string | null = null;

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

  const live: Live = createLive({
    url: () => options.liveUrl ?? `${options.baseUrl.replace(/^http/, 'ws')}/wk`,
    deviceId: options.deviceId,
    onState: (state) => listeners.state.forEach((tell) => tell(state)),
    onMessage: receive,
    onEvent: (event) => listeners.event.forEach((tell) => tell(event)),
    onReconnected: () => void resync(),
    ...(options.openSocket === undefined ? {} : { openSocket: options.openSocket }),
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    ...(options.pingEveryMs === undefined ? {} : { pingEveryMs: options.pingEveryMs }),
  });

  function receive(message: Msg): void {
    const place = followed.get(keyOf(message));
    if (place !== undefined && message.messageSeq > 0) {
      if (message.messageSeq > place.seq + 1) void catchUp(place);
      else place.seq = Math.max(place.seq, message.messageSeq);
    }
    listeners.message.forEach((tell) => tell(message));
  }

  /** Single flight per channel: a burst of gaps makes one reading. */
  function catchUp(place: Followed): Promise<void> {
    place.catchingUp ??= readOn(place).finally(() => {
      place.catchingUp = null;
    });
    return place.catchingUp;
  }

  async function readOn(place: Followed): Promise<void> {
    for (let page = 0; page < MAX_CATCH_UP_PAGES; page += 1) {
      const answer = await api.messages({ ...place.channel, afterSeq: place.seq, limit: 100 });
      if (!answer.ok || answer.value.messages.length === 0) return;
      for (const message of answer.value.messages) {
        place.seq = Math.max(place.seq, message.messageSeq);
        listeners.message.forEach((tell) => tell(message));
      }
      if (!answer.value.more) return;
    }
  }

  async function resync(): Promise<void> {
    const list = await api.conversations();
    if (list.ok) listeners.conversations.forEach((tell) => tell(list.value));
    for (const place of [...followed.values()]) await catchUp(place);
  }

  function end(): void {
    const had = token !== null;
    token = null;
    followed.clear();
    live.stop();
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
      await api.logout();
      end();
    },
    retryNow: live.retryNow,
    async send(channel, payload, clientMsgNo) {
      const answer = await live.send(channel, payload, clientMsgNo);
      const place = followed.get(keyOf(channel));
      if (answer.ok && place !== undefined && answer.value.messageSeq === place.seq + 1) place.seq = answer.value.messageSeq;
      return answer;
    },
    follow(channel, afterSeq) {
      const key = keyOf(channel);
      const before = followed.get(key);
      followed.delete(key);
      followed.set(key, {
        channel: { channelId: channel.channelId, channelType: channel.channelType },
        seq: Math.max(afterSeq, before?.seq ?? 0),
        catchingUp: null,
      });
      const oldest = followed.keys().next().value;
      if (followed.size > MAX_FOLLOWED && oldest !== undefined) followed.delete(oldest);
    },
    on(name, listener) {
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
  };
  return client;
}

/** One string for a channel, usable as a map key. */
export function keyOf(channel: ChannelRef): string {
  return `${channel.channelType}:${channel.channelId}`;
}
