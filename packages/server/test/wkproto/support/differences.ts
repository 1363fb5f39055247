import { clientWords, type ConnectWords, type Dialogue } from './dialogues.ts';
import type { Lines } from './replay.ts';

/** Where this server answers otherwise than the recorded one, on purpose. */
export interface Difference {
  readonly ids: RegExp;
  readonly why: string;
  /** From what was recorded to what is right. */
  readonly expect: (recorded: Lines, dialogue: Dialogue) => Lines;
}

/** Applied to each line of every dialogue. */
export const rewrites: readonly { readonly find: RegExp; readonly put: string; readonly why: string }[] = [
  {
    find: /("serverVersion":\d),("timeDiff")/,
    put: '$1,"serverKey":"","salt":"",$2',
    why: 'the Easy SDK for iOS cannot decode a connect result without serverKey and salt',
  },
  {
    find: /^JSON \{"jsonrpc":"2\.0","id":"([^"]+)"\}$/,
    put: 'JSON {"jsonrpc":"2.0","id":"$1","result":{}}',
    why: 'JSON-RPC 2.0 wants a result, and the Easy SDK for Python ends the connection without one',
  },
  {
    find: /("method":"recv","params":\{)(?!"header")/,
    put: '$1"header":{},',
    why: 'the Easy SDKs for Python, Flutter and iOS need a header, be it empty',
  },
];

const CONNACK = 'CONNACK 1 v5 node keys clock';
const HI = '{"type":1,"content":"hi 你好"}';

/** The refusal of a binary CONNECT: phones on TCP hear DISCONNECT too, WebSocket clients the close code. */
function refusedConnect(reason: number, text: string, wsClose: number) {
  return (recorded: Lines, dialogue: Dialogue): Lines => {
    const words = clientWords(dialogue).find(({ conn }) => conn === 'a');
    const told = `"${text}; req=*"`;
    const lines = [`CONNACK ${reason} v5 node ${told} clock`];
    if (dialogue.conns.a?.transport === 'ws') lines.push(`WS-CLOSE ${wsClose} ${told}`);
    else if (isPhone(words)) lines.push(`DISCONNECT ${reason} ${told}`);
    return { ...recorded, a: [...lines, 'closed'] };
  };
}

function isPhone(words: ConnectWords | undefined): boolean {
  return words !== undefined && words.deviceFlag === 0 && words.version >= 4;
}

function json(message: Record<string, unknown>): string {
  return `JSON ${JSON.stringify({ jsonrpc: '2.0', ...message })}`;
}

function jsonError(id: string | null, reason: readonly [code: number, publicCode: string, message: string]): string {
  const [code, publicCode, message] = reason;
  return json({ id, error: { code, message, data: { reason: publicCode, requestId: '*' } } });
}

/** A refused JSON-RPC connect: the error, then the close with the same words. */
function refusedRpc(id: string | null, reason: readonly [number, string, string], wsClose: number) {
  return (recorded: Lines): Lines => ({
    ...recorded,
    a: [jsonError(id, reason), `WS-CLOSE ${wsClose} "${reason[1]}; req=*"`, 'closed'],
  });
}

const badProtocol = (problem: string) => [9, 'wk.protocol', `What arrived does not follow the protocol: ${problem}.`] as const;
const badCall = (problem: string) => [9, 'http.bad_body', `The request cannot be understood: ${problem}.`] as const;
const LAST = json({ id: 'last', result: {} });

/** After a connect: the lines given, then the connection goes on and answers the last ping. */
function goesOn(...lines: readonly string[]) {
  return ({ a = [], ...others }: Lines): Lines => ({ ...others, a: [...a.slice(0, 1), ...lines, LAST] });
}

function refusedSend(reason: number, flags = 0): string {
  return `SENDACK ${reason} seq 0 clientSeq 1 flags ${flags}`;
}

/** The SEND is refused with another reason, the peer hears nothing. */
function refusedWith(reason: number) {
  return (): Lines => ({ a: [CONNACK, refusedSend(reason)], b: [CONNACK] });
}

function heardBy(conn: string, ...lines: readonly string[]) {
  return (recorded: Lines): Lines => ({ ...recorded, [conn]: [...(recorded[conn] ?? []), ...lines] });
}

function recv(from: string, clientMsgNo: string, channelId = from, channelType = 1, plain = HI): string {
  const words = { flags: 0, setting: 0, fromUid: from, channelId, channelType, expire: 0, clientMsgNo, messageSeq: 1, topic: '' };
  return `RECV ${JSON.stringify({ ...words, plain })}`;
}

const uidOf = (dialogue: Dialogue, conn: string) => clientWords(dialogue).find((words) => words.conn === conn)?.uid ?? '';
const closedToo = (conn: string) => heardBy(conn, 'closed');
const EXPLAINED = 'a refused CONNECT is always answered, with the closest reason and words';

export const differences: readonly Difference[] = [
  // CONNECT
  {
    ids: /^token\.(wrong|case|prefix|unknown-user)\./,
    why: EXPLAINED,
    expect: refusedConnect(2, 'cred.rejected', 4401),
  },
  { ids: /^token\.replaced\./, why: EXPLAINED, expect: refusedConnect(2, 'cred.superseded', 4401) },
  { ids: /^token\.empty\./, why: EXPLAINED, expect: refusedConnect(2, 'cred.missing', 4401) },
  { ids: /^token\.other-flag\./, why: EXPLAINED, expect: refusedConnect(2, 'wk.flag_mismatch', 4401) },
  { ids: /^token\.banned\./, why: EXPLAINED, expect: refusedConnect(19, 'wk.banned', 4403) },
  {
    ids: /^token\.special\.(manager|system|visitor)|^send\.system-device$/,
    why: 'identities that anybody could claim without a token are nobody’s',
    expect: (recorded, dialogue) => ({
      ...refusedConnect(2, 'cred.rejected', 4401)(recorded, dialogue),
      ...(recorded.b === undefined ? {} : { b: [CONNACK] }),
    }),
  },
  { ids: /^connect\.odd\.uid-(amp|at|empty|hash)$/, why: EXPLAINED, expect: refusedConnect(2, 'wk.uid_invalid', 4400) },
  {
    ids: /^connect\.odd\.uid-long$/,
    why: 'a uid has at most 128 characters',
    expect: refusedConnect(2, 'wk.uid_invalid', 4400),
  },
  { ids: /^connect\.odd\.key-(empty|short)$/, why: EXPLAINED, expect: refusedConnect(2, 'wk.client_key', 4401) },
  {
    ids: /^connect\.odd\.key-(33|zero)$/,
    why: 'a key that is no X25519 key, or of low order, protects nothing',
    expect: refusedConnect(2, 'wk.client_key', 4401),
  },
  {
    ids: /^connect\.odd\.key-notb64$/,
    why: 'the recorded connection was left hanging',
    expect: refusedConnect(2, 'wk.client_key', 4401),
  },
  {
    ids: /^pre\.connect-pipelined$/,
    why: 'what comes together with CONNECT is worked off after it',
    expect: () => ({ a: [CONNACK, 'PONG'] }),
  },
  { ids: /^pre\.proxy-v1$/, why: 'a PROXY line can be written by anybody', expect: () => ({ a: ['closed'] }) },
  // Kicks
  {
    ids: /^device\.(master|slave|off)\.same-device$/,
    why: 'the older connection of the same device is really closed',
    expect: closedToo('a'),
  },
  {
    ids: /^device\.(master\.other-device|token-again\.(level1|off))$/,
    why: 'a kicked connection is really closed, after a grace',
    expect: closedToo('a'),
  },
  // Malformed packets
  {
    ids: /^post\.(type0|len5|len-max|len-1m1|random)$/,
    why: 'what cannot be a packet ends the connection instead of leaving it hanging',
    expect: closedToo('a'),
  },
  {
    ids: /^ws\.fragmented$/,
    why: 'a fragmented WebSocket message is a message',
    expect: () => ({ a: [CONNACK] }),
  },
  {
    ids: /^ws\.text-binary$/,
    why: 'text messages are JSON-RPC, and the refusal says so',
    expect: refusedRpc(null, badProtocol('message is not valid JSON'), 1002),
  },
  {
    ids: /^ws\.close$/,
    why: 'a close frame is answered with one (RFC 6455 §5.5.1)',
    expect: () => ({ a: [CONNACK, 'WS-CLOSE 1000 ""', 'closed'] }),
  },
  // SEND
  {
    ids: /^send\.type(0|3|4|5|6|7|8|9|10|11|12|99)$/,
    why: 'channel types that are not served are named so',
    expect: refusedWith(23),
  },
  { ids: /^send\.(empty-channel|empty-peer|group-at)$/, why: 'an impossible channel id is named so', expect: refusedWith(16) },
  {
    ids: /^(refuse\.(bad-key|empty-key)|send\.plain)$/,
    why: 'a wrong message key has a reason of its own',
    expect: refusedWith(8),
  },
  { ids: /^send\.empty-payload$/, why: 'the JS SDKs cannot parse an empty payload', expect: refusedWith(9) },
  {
    ids: /^send\.fakeid$/,
    why: 'the full id of a person channel reaches the peer',
    expect: (recorded, dialogue) => heardBy('b', recv(uidOf(dialogue, 'a'), 'r-1'))(recorded),
  },
  {
    ids: /^send\.undecryptable-(empty|half-block)$/,
    why: 'every SEND is answered',
    expect: ({ a = [], b = [] }, dialogue) => ({
      a: [...a.slice(0, 1), refusedSend(9), ...a.slice(1)],
      b: [...b, recv(uidOf(dialogue, 'a'), 'q')],
    }),
  },
  {
    ids: /^send\.undecryptable-not-base64$/,
    why: 'the recorder did not read what the peer got of the good message',
    expect: (recorded, dialogue) => heardBy('b', recv(uidOf(dialogue, 'a'), 'q'))(recorded),
  },
  {
    ids: /^send\.same-(cmn|frame)$/,
    why: 'the same message sent again within a day gives the first answer and is delivered once',
    expect: ({ a = [], b = [] }) => ({ a: a.map((line) => line.replace('seq 2', 'seq 1')), b: b.slice(0, -1) }),
  },
  {
    ids: /^ws\.burst$/,
    why: 'the recorder did not read what the sender got',
    expect: (recorded) => {
      const acks = Array.from({ length: 10 }, (_, index) => `SENDACK 1 seq ${index + 1} clientSeq ${index + 1} flags 0 id`);
      return heardBy('b', ...acks)(recorded);
    },
  },
  {
    ids: /^recv\.http-group-system$/,
    why: 'the recorder did not read what the other member got',
    expect: (recorded) => ({ ...recorded, a: [CONNACK, recorded.b?.[1] ?? ''] }),
  },
  // JSON-RPC, first message
  {
    ids: /^rpc\.(connect\.(nouid|uid-empty|uid-at)|first\.no-params)$/,
    why: EXPLAINED,
    expect: refusedRpc('1', [2, 'wk.uid_invalid', 'The uid is not possible.'], 4400),
  },
  { ids: /^rpc\.connect\.uid-number$/, why: EXPLAINED, expect: refusedRpc('1', badProtocol('uid must be a string'), 1002) },
  {
    ids: /^rpc\.first\.(array|not-object)$/,
    why: EXPLAINED,
    expect: refusedRpc(null, badProtocol('message must be a JSON object'), 1002),
  },
  { ids: /^rpc\.first\.bad-json$/, why: EXPLAINED, expect: refusedRpc(null, badProtocol('message is not valid JSON'), 1002) },
  { ids: /^rpc\.first\.no-id$/, why: EXPLAINED, expect: refusedRpc(null, badProtocol('connect needs an id'), 1002) },
  { ids: /^rpc\.first\.ping-first$/, why: EXPLAINED, expect: refusedRpc('1', badProtocol('ping before connect'), 1002) },
  { ids: /^rpc\.first\.send-first$/, why: EXPLAINED, expect: refusedRpc('1', badProtocol('send before connect'), 1002) },
  { ids: /^rpc\.first\.unknown$/, why: EXPLAINED, expect: refusedRpc('1', badProtocol('method "hello" is unknown'), 1002) },
  { ids: /^rpc\.first\.v1$/, why: EXPLAINED, expect: refusedRpc('1', badProtocol('jsonrpc must be "2.0"'), 1002) },
  {
    ids: /^rpc\.token\.none$/,
    why: EXPLAINED,
    expect: refusedRpc('1', [2, 'cred.missing', 'No token arrived; send it in the Authorization header.'], 4401),
  },
  {
    ids: /^rpc\.token\.wrong$/,
    why: EXPLAINED,
    expect: refusedRpc('1', [2, 'cred.rejected', 'The token is not valid here.'], 4401),
  },
  {
    ids: /^rpc\.token\.other-flag$/,
    why: EXPLAINED,
    expect: refusedRpc('1', [2, 'wk.flag_mismatch', 'The token is registered for another device flag.'], 4401),
  },
  {
    ids: /^rpc\.first\.id-number$/,
    why: 'JSON-RPC 2.0 allows numbers as ids',
    expect: () => ({
      a: [
        json({ id: 1, result: { serverVersion: 5, serverKey: '', salt: '', timeDiff: 'clock', reasonCode: 1, nodeId: 'node' } }),
      ],
    }),
  },
  {
    ids: /^rpc\.first\.two$/,
    why: 'what comes together with connect is worked off after it',
    expect: heardBy('a', json({ id: '2', result: {} })),
  },
  // JSON-RPC, after connect: a bad message is answered, and the connection goes on
  {
    ids: /^rpc\.after\.array$/,
    why: 'answered instead of silence',
    expect: goesOn(jsonError(null, badCall('message must be a JSON object'))),
  },
  {
    ids: /^rpc\.after\.text$/,
    why: 'answered instead of silence',
    expect: goesOn(jsonError(null, badCall('message is not valid JSON'))),
  },
  {
    ids: /^rpc\.after\.bad-json$/,
    why: 'the connection goes on',
    expect: goesOn(jsonError(null, badCall('message is not valid JSON'))),
  },
  {
    ids: /^rpc\.after\.empty-object$/,
    why: 'the connection goes on',
    expect: goesOn(jsonError(null, badCall('method is missing'))),
  },
  { ids: /^rpc\.after\.response$/, why: 'the connection goes on', expect: goesOn(jsonError('zz', badCall('method is missing'))) },
  {
    ids: /^rpc\.after\.(unknown|unknown-noid)$/,
    why: 'the connection goes on',
    expect: (recorded, { id }) =>
      goesOn(
        jsonError(id.endsWith('noid') ? null : 'x1', [
          5,
          'http.route_unknown',
          'There is no such address: method "nope" is unknown.',
        ]),
      )(recorded),
  },
  {
    ids: /^rpc\.after\.subscribe$/,
    why: 'the connection goes on',
    expect: goesOn(jsonError('s1', [5, 'http.route_unknown', 'There is no such address.'])),
  },
  {
    ids: /^rpc\.after\.(send-noparams|send-nochannel)$/,
    why: 'a message to nobody is refused',
    expect: goesOn(jsonError('s1', badCall('channelId is missing'))),
  },
  {
    ids: /^rpc\.after\.(send-nopayload|send-badb64)$/,
    why: 'a message without content is refused, and the connection goes on',
    expect: goesOn(jsonError('s1', badCall('payload must be base64 text (standard, padded) or an object'))),
  },
  {
    ids: /^rpc\.after\.send-objpayload$/,
    why: 'the Easy SDK for JavaScript sends the payload as an object',
    expect: goesOn(json({ id: 's1', result: { messageId: 'id', messageSeq: 1, reasonCode: 1 } })),
  },
  { ids: /^rpc\.after\.send-notification$/, why: 'a send without id is a send', expect: goesOn() },
  {
    ids: /^rpc\.after\.send-group-nomember$/,
    why: 'a refused send is an error: the Easy SDKs take any result for success',
    expect: goesOn(jsonError('s1', [3, 'im.not_member', 'There is no such group, or you are not a member of it.'])),
  },
  { ids: /^rpc\.after\.ping-idnum$/, why: 'JSON-RPC 2.0 allows numbers as ids', expect: goesOn(json({ id: 7, result: {} })) },
  { ids: /^rpc\.after\.ping-noid$/, why: 'a notification is not answered', expect: goesOn() },
  {
    ids: /^rpc\.after\.recvack-id$/,
    why: 'the first Easy SDK for JavaScript acknowledges by request',
    expect: goesOn(json({ id: 'r1', result: {} })),
  },
  {
    ids: /^rpc\.after\.connect-again$/,
    why: 'every request is answered',
    expect: goesOn(jsonError('c2', badProtocol('connect on a connection that is connected'))),
  },
  {
    ids: /^rpc\.after\.disconnect(-noid)?$/,
    why: 'a client that says goodbye is let go',
    expect: ({ a = [] }, { id }) => ({
      a: [...a.slice(0, 1), ...(id.endsWith('noid') ? [] : [json({ id: 'd1', result: {} })]), 'WS-CLOSE 1000 ""', 'closed'],
    }),
  },
  {
    ids: /^rpc\.binary-after$/,
    why: 'answered with what is wrong',
    expect: ({ a = [] }) => ({ a: [...a.slice(0, 1), jsonError(null, badCall('message is not valid JSON'))] }),
  },
];

/** Recorded parts that say nothing here. */
export const notReplayed: readonly { readonly ids: RegExp; readonly why: string }[] = [
  { ids: /^pre\.(half|nothing|nothing\.ws|http|random)$/, why: 'a matter of time limits, tested with a clock of its own' },
  { ids: /^send\.undecryptable-block$/, why: 'whether garbage ends in a valid padding depends on the session key' },
  { ids: /^post\.short$/, why: 'half a packet takes the last PING for its other half, here as there' },
  { ids: /^recv\.subscribers/, why: 'messages to a list of subscribers are not served yet' },
];
