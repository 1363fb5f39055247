/** Every option of the server in one table: default, environment name, doc and check in one entry. */

export interface BotClientConfig {
  readonly name: string;
  readonly kind: 'forward' | 'reverse';
  readonly url?: string;
  readonly token?: string;
  readonly format: 'array' | 'string';
  readonly heartbeatMs: number;
  readonly queryToken: boolean;
  /** The framework it is for. */
  readonly preset?: string;
  /** The retcode of an asynchronous call; absent = that of the preset. */
  readonly asyncRetcode?: 0 | 1;
  /** Which actions it may call, `*` for any letters; absent = all. */
  readonly actions?: readonly string[];
  readonly replay: { readonly maxEvents: number; readonly maxAgeSeconds: number };
  readonly enabled: boolean;
}

export interface BotConfig {
  readonly uid: string;
  readonly name: string;
  readonly clients: readonly BotClientConfig[];
}

export interface Config {
  readonly 'listen.http': string;
  readonly 'listen.tcp': string;
  readonly 'listen.ws': string;
  readonly 'listen.onebotHttp': string;
  readonly 'listen.onebotWs': string;
  readonly 'external.http': string;
  readonly 'external.ws': string;
  readonly 'external.wss': string;
  readonly 'external.tcp': string;
  readonly 'external.origins': string;
  readonly 'tokens.check': 'required' | 'optional' | 'off';
  readonly 'messages.friendsOnly': boolean;
  readonly 'messages.maxPayloadBytes': number;
  readonly 'limits.connections': number;
  readonly 'limits.pendingMessages': number;
  readonly 'limits.outboxBytes': number;
  readonly 'onebot.authReply': 'auto' | 'handshake' | 'frame';
  readonly 'onebot.appName': string;
  readonly 'onebot.maxFrameBytes': number;
  readonly 'cache.channelMegabytes': number;
  readonly 'store.cacheMegabytes': number;
  readonly dataDir: string;
  readonly adminSecret: string;
  readonly allowPlaintext: boolean;
  readonly behindProxy: boolean;
  readonly logLevel: string;
  readonly bots: readonly BotConfig[];
  /** What the file asks for and is not done; told at the start. */
  readonly notes: readonly string[];
}

export type OptionKey = Exclude<keyof Config, 'bots' | 'notes'>;

export interface Option<T> {
  readonly default: T;
  readonly env: string;
  readonly doc: string;
  /** Turns text (environment, flag) or a YAML value into the option's type; a string is what is wrong with it. */
  readonly read: (value: unknown) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };
  /** Never shown again. */
  readonly secret?: true;
}

type Options = { readonly [Key in OptionKey]: Option<Config[Key]> };

const ok = <T>(value: T) => ({ ok: true, value }) as const;
const wrong = (problem: string) => ({ ok: false, problem }) as const;

function text(value: unknown) {
  return typeof value === 'string' ? ok(value) : wrong('must be a text');
}

function address(value: unknown) {
  if (typeof value !== 'string') return wrong('must be "host:port" or "off"');
  if (value === 'off') return ok(value);
  const port = Number(/:(\d{1,5})$/.exec(value)?.[1] ?? Number.NaN);
  return port >= 0 && port <= 65535 ? ok(value) : wrong('must be "host:port" (port 0 = any free port) or "off"');
}

function flag(value: unknown) {
  if (value === true || value === 'true' || value === '1') return ok(true);
  if (value === false || value === 'false' || value === '0') return ok(false);
  return wrong('must be true or false');
}

function whole(min: number, max: number) {
  return (value: unknown) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? ok(number)
      : wrong(`must be a whole number from ${min} to ${max}`);
  };
}

function oneOf<T extends string>(...words: readonly T[]) {
  return (value: unknown) => {
    const word = words.find((one) => one === value);
    return word === undefined ? wrong(`must be one of ${words.join(', ')}`) : ok(word);
  };
}

export const options: Options = {
  'listen.http': {
    default: '127.0.0.1:5001',
    env: 'HUFU_LISTEN_HTTP',
    doc: 'The one public port: page, API, OneBot under /onebot/v11/, WKProto and JSON-RPC at /wk.',
    read: address,
  },
  'listen.tcp': { default: '127.0.0.1:5100', env: 'HUFU_LISTEN_TCP', doc: 'WKProto over TCP, as WuKongIM.', read: address },
  'listen.ws': {
    default: '127.0.0.1:5200',
    env: 'HUFU_LISTEN_WS',
    doc: 'WKProto and JSON-RPC over WebSocket, as WuKongIM.',
    read: address,
  },
  'listen.onebotHttp': {
    default: '127.0.0.1:3000',
    env: 'HUFU_LISTEN_ONEBOT_HTTP',
    doc: 'OneBot forward WebSocket, at the port that LLOneBot users know for HTTP. Taken by another program: one line in the log.',
    read: address,
  },
  'listen.onebotWs': {
    default: '127.0.0.1:3001',
    env: 'HUFU_LISTEN_ONEBOT_WS',
    doc: 'OneBot forward WebSocket. Taken by another program: one line in the log.',
    read: address,
  },
  'external.http': {
    default: '',
    env: 'HUFU_EXTERNAL_HTTP',
    doc: 'How browsers and back ends reach `listen.http`, e.g. https://chat.example.com.',
    read: text,
  },
  'external.ws': { default: '', env: 'HUFU_EXTERNAL_WS', doc: 'The ws:// address that /route tells clients.', read: text },
  'external.wss': { default: '', env: 'HUFU_EXTERNAL_WSS', doc: 'The wss:// address that /route tells clients.', read: text },
  'external.tcp': { default: '', env: 'HUFU_EXTERNAL_TCP', doc: 'The host:port that /route tells phones.', read: text },
  'external.origins': {
    default: '',
    env: 'HUFU_EXTERNAL_ORIGINS',
    doc: 'Web pages of other origins that may come to the public port, e.g. https://app.example.com, https://admin.example.com.',
    read: text,
  },
  'tokens.check': {
    default: 'required',
    env: 'HUFU_TOKENS_CHECK',
    doc: 'required: a CONNECT needs the token registered for its uid and device flag. optional: a uid without any token may connect. off: nobody is checked.',
    read: oneOf('required', 'optional', 'off'),
  },
  'messages.friendsOnly': {
    default: false,
    env: 'HUFU_MESSAGES_FRIENDS_ONLY',
    doc: 'A person can be written to only by those on its allow list (WuKongIM whitelistOffOfPerson: false).',
    read: flag,
  },
  'messages.maxPayloadBytes': {
    default: 32_767,
    env: 'HUFU_MESSAGES_MAX_PAYLOAD_BYTES',
    doc: 'Longest message payload.',
    read: whole(256, 1_000_000),
  },
  'limits.connections': {
    default: 50_000,
    env: 'HUFU_LIMITS_CONNECTIONS',
    doc: 'Live connections of all listeners together.',
    read: whole(1, 1_000_000),
  },
  'limits.pendingMessages': {
    default: 50_000,
    env: 'HUFU_LIMITS_PENDING_MESSAGES',
    doc: 'Messages waiting for the disk before new ones are refused.',
    read: whole(100, 1_000_000),
  },
  'limits.outboxBytes': {
    default: 4 * 1024 * 1024,
    env: 'HUFU_LIMITS_OUTBOX_BYTES',
    doc: 'Unsent bytes of one connection before it is closed as a slow reader.',
    read: whole(65_536, 1_073_741_824),
  },
  'onebot.authReply': {
    default: 'auto',
    env: 'HUFU_ONEBOT_AUTH_REPLY',
    doc: 'How a refused OneBot handshake is answered. handshake: as HTTP 401 or 403. frame: accepted, one failed frame, closed. auto: as a frame for browsers and for tokens in the query.',
    read: oneOf('auto', 'handshake', 'frame'),
  },
  'onebot.appName': {
    default: 'Hufu',
    env: 'HUFU_ONEBOT_APP_NAME',
    doc: 'The app_name of get_version_info: plug-ins branch on names they know (LLOneBot, NapCat.Onebot, go-cqhttp).',
    read: text,
  },
  'onebot.maxFrameBytes': {
    default: 4 * 1024 * 1024,
    env: 'HUFU_ONEBOT_MAX_FRAME_BYTES',
    doc: 'Longest frame of a bot; a picture sent as base64:// is a third longer than its file. A longer one ends the connection.',
    read: whole(65_536, 67_108_864),
  },
  'cache.channelMegabytes': {
    default: 128,
    env: 'HUFU_CACHE_CHANNEL_MEGABYTES',
    doc: 'Memory for permission data of active channels.',
    read: whole(1, 65_536),
  },
  'store.cacheMegabytes': {
    default: 64,
    env: 'HUFU_STORE_CACHE_MEGABYTES',
    doc: 'Page cache of the database writer.',
    read: whole(4, 256),
  },
  dataDir: {
    default: 'data',
    env: 'HUFU_DATA_DIR',
    doc: 'Everything the server keeps; the same folder again is the same server.',
    read: text,
  },
  adminSecret: {
    default: '',
    env: 'HUFU_ADMIN_SECRET',
    doc: 'First admin secret; without it one is generated on the first start and printed once. One that is easy to guess (shorter than 16 characters, or of fewer than 6 different ones) is named as such at the start.',
    read: text,
    secret: true,
  },
  allowPlaintext: {
    default: false,
    env: 'HUFU_ALLOW_PLAINTEXT',
    doc: 'Allows listening on a public address without TLS.',
    read: flag,
  },
  behindProxy: { default: false, env: 'HUFU_BEHIND_PROXY', doc: 'A proxy in front does TLS.', read: flag },
  logLevel: {
    default: 'info',
    env: 'HUFU_LOG_LEVEL',
    doc: 'error, warn, info or debug.',
    read: oneOf('error', 'warn', 'info', 'debug'),
  },
};
