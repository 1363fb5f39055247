import type { Recorded } from './recorded.ts';

/** Where an answer is deliberately another one than the recorded server's. */
export interface Difference {
  /** Which lines: `file id`. */
  readonly lines: RegExp;
  readonly why: string;
  /** Absent: the recorded one. */
  readonly status?: number;
  /** The answer is a refusal with this public code, words and a request id; else it is compared. */
  readonly reason?: string;
  /** What ours is compared with, from what was recorded; undefined compares nothing. */
  expect?(recorded: unknown, line: Recorded): unknown;
  /** Applied to both before they are compared. */
  view?(answer: unknown): unknown;
}

type Fields = Readonly<Record<string, unknown>>;
const nothing = () => undefined;
const done = () => ({ status: 200 });

/** Rows in the order of their channel ids. */
function anyOrder(answer: unknown): unknown {
  return Array.isArray(answer)
    ? answer.toSorted((a: Fields, b: Fields) => String(a['channel_id']).localeCompare(String(b['channel_id'])))
    : answer;
}

/** A page of messages as their seqs: for lines whose messages other lines compare whole. */
function seqs(answer: unknown): unknown {
  const page = answer as { more: number; messages: readonly { message_seq: number }[] };
  return { more: page.more, seqs: page.messages.map((message) => message.message_seq) };
}

const page = (more: 0 | 1, from: number, to: number) => () => ({
  more,
  messages: Array.from({ length: to - from + 1 }, (_, index) => ({ message_seq: from + index })),
});

export const DIFFERENCES: readonly Difference[] = [
  // Requests that cannot be read.
  {
    lines: /^[a-z-]+ [\w.]+\.trailing$/,
    why: 'text behind the JSON is a cut or doubled request: refused, not half read',
    status: 400,
    reason: 'http.bad_body',
  },
  {
    lines: /^(user|channel|message-send|message-read|conversation) [\w.]+\.get$|^system (health\.post|put|delete|route\.post)$/,
    why: 'a path that exists with another method is 405 with Allow, not 404',
    status: 405,
    reason: 'http.method_not_allowed',
  },
  {
    lines: /^system health\.head$/,
    why: 'HEAD is answered as GET is, without the body (RFC 9110)',
    status: 200,
    expect: nothing,
  },
  { lines: /^system slash\.end$/, why: 'no redirect: it would turn a POST into a GET', status: 200, expect: nothing },
  {
    lines: /^system slash\.double$/,
    why: 'a base address that ends in a slash reaches the same route',
    status: 200,
    expect: () => ({ status: 'ok' }),
  },

  // Who may call.
  {
    lines: /^auth auth\.(user-token|message-send|conversation-sync|health|route)\.(none|empty)$/,
    why: 'a missing secret is 401 with a body that says so',
    status: 401,
    reason: 'cred.missing',
  },
  {
    lines: /^auth auth\.((user-token|message-send|conversation-sync|health|route)\.wrong|variantA\.extra)$/,
    why: 'a wrong secret is 401 with a body that says so',
    status: 401,
    reason: 'cred.rejected',
  },
  {
    lines: /^auth auth\.unknown\.(none|wrong|empty)$/,
    why: 'which routes there are is no secret: a slip in the path is told before the credential is looked at',
    status: 404,
    reason: 'http.route_unknown',
  },
  {
    lines: /^auth auth\.options\./,
    why: 'OPTIONS is answered before credentials, or no browser could ever ask',
    status: 204,
    expect: nothing,
  },
  {
    lines: /^system (options|cors\.get)$/,
    why: 'pages of any origin may not read the API; only those of this server and of its external addresses may',
    status: 403,
    reason: 'cors.origin_not_allowed',
  },

  // Accounts.
  {
    lines: /^user user\.token\.(manager|visitor)$/,
    why: 'identities with special rights that any client could claim are nobody’s',
    status: 400,
    reason: 'wk.reserved_identity',
  },
  { lines: /^user user\.token\.long$/, why: 'uids have at most 128 characters', status: 400, reason: 'wk.uid_invalid' },
  { lines: /^user user\.token\.longtoken$/, why: '400 instead of 500', status: 400, reason: 'http.bad_body' },
  {
    lines: /^user user\.token\.disbanded$/,
    why: 'a person is banned, not disbanded; so this one is an ordinary user',
    expect: done,
  },

  // Channels.
  {
    lines: /^channel channel\.create\.type(#\d+)?$/,
    why: 'only persons and groups, so far',
    status: 400,
    reason: 'im.channel_type_unsupported',
  },
  { lines: /^channel channel\.create\.longid$/, why: '400 instead of 500', status: 400, reason: 'im.channel_invalid' },
  {
    lines: /^channel channel\.subscriber_add\.special$/,
    why: 'nobody can ever have a uid with @',
    status: 400,
    reason: 'wk.uid_invalid',
  },
  {
    lines: /^channel channel\.(blacklist_(add|set|remove)|whitelist_set)\.special$/,
    why: 'no channel can have an id with @: refused as whitelist_add refuses it',
    status: 400,
    reason: 'http.bad_body',
  },
  {
    lines: /^channel channel\.(blacklist_remove\.blank|whitelist_set\.(blank|type\.uids\.3))$|^fatal fatal\.blacklist_/,
    why: 'a blank uid is 400; there it is 500, an entry of nobody, or the end of the process',
    status: 400,
    reason: 'http.bad_body',
  },
  {
    lines: /^channel channel\.whitelist\.after-remove$/,
    why: 'nobody blank was set, so the one set before is still there',
    expect: (recorded) => (recorded as readonly Fields[]).map((row) => ({ ...row, uid: 'u8' })),
  },
  { lines: /^fatal fatal\.subscriber_remove\.5000$/, why: 'they are removed, and the server goes on', status: 200, expect: done },

  // Sending.
  {
    lines: /^message-send message\.send\.not-member$/,
    why: 'the rights of the sender apply; as_system: 1 is how a back end speaks regardless',
    status: 400,
    reason: 'im.not_member',
  },
  {
    lines: /^message-send message\.send\.unknown-group$/,
    why: 'a message into a group that nobody made reaches nobody',
    status: 400,
    reason: 'im.channel_missing',
  },
  {
    lines: /^message-send message\.send\.banned$/,
    why: 'the answer says that nothing was sent',
    status: 400,
    reason: 'im.channel_banned',
  },
  {
    lines: /^message-send message\.send\.disbanded$/,
    why: 'the answer says that nothing was sent',
    status: 400,
    reason: 'im.disbanded',
  },
  {
    lines: /^message-send message\.send\.(type0|type99|(missing|null)\.channel_type)$/,
    why: 'there it is dropped in silence',
    status: 400,
    reason: 'im.channel_type_unsupported',
  },
  {
    lines: /^message-send message\.send\.payload-40k$|^fatal fatal\.message\.send\.2MiB$/,
    why: 'longer than what clients can send; 2 MiB ends the recorded process',
    status: 400,
    reason: 'im.payload_too_large',
  },
  {
    lines: /^message-send message\.send\.from-char$/,
    why: 'nobody can have a uid with @',
    status: 400,
    reason: 'wk.uid_invalid',
  },
  {
    lines: /^message-send message\.send\.subs-sync(-np)?$|^message-read message\.send\.cmd2$/,
    why: 'commands go to a channel; lists of subscribers are refused, not lost',
    status: 400,
    reason: 'http.bad_body',
  },
  {
    lines: /^message-send message\.send\.same-cmn$/,
    why: 'the same client_msg_no and content is the same message: the first answer again',
    expect: (recorded) => ({ ...(recorded as Fields), data: { client_msg_no: 'c-2', message_id: 'n:9000000000000000002' } }),
  },

  // Reading.
  {
    lines: /^message-send channel\.messagesync\.(ms1|ms-never|a1-a2|a2-a1)$/,
    why: 'what was refused is not there, and what was repeated is there once',
    expect: (recorded) => {
      const { messages, ...rest } = recorded as { messages: readonly { client_msg_no: string; message_seq: number }[] };
      return { ...rest, messages: messages.filter((one) => !['c-6', 'c-7'].includes(one.client_msg_no) && one.message_seq < 3) };
    },
  },
  {
    lines: /^message-send channel\.messagesync\.system-a2$/,
    why: 'channel_id is the addressee also when the system account wrote',
    expect: (recorded) => {
      const { messages, ...rest } = recorded as { messages: readonly Fields[] };
      return { ...rest, messages: messages.map((message) => ({ ...message, channel_id: 'a2' })) };
    },
  },
  {
    lines: /^message-send message\.send\.stored-sizes$/,
    why: 'without the two that were refused',
    expect: () => [
      [1, 'c-1'],
      [2, 'made'],
      [3, 'c-bin'],
    ],
    view: (answer) =>
      Array.isArray(answer)
        ? answer
        : (answer as { messages: readonly Fields[] }).messages.map(({ message_seq: seq, client_msg_no: no }) => [
            seq,
            String(no).startsWith('c-') ? no : 'made',
          ]),
  },
  {
    lines: /^message-read messagesync\.(nolimit|nolimit-up|bare|limit-neg)$/,
    why: 'no limit means 100; there it is an empty page that says more, or one message',
    expect: page(0, 1, 25),
    view: seqs,
  },
  { lines: /^message-read messagesync\.up-5-lim0$/, why: 'no limit means 100', expect: page(0, 5, 25), view: seqs },
  { lines: /^message-read messagesync\.down-10-lim0$/, why: 'no limit means 100', expect: page(0, 1, 10), view: seqs },
  {
    lines: /^message-read messagesync\.((missing|null)\.limit|type\.limit\.2)$/,
    why: 'an empty channel has nothing more',
    expect: (recorded) => ({ ...(recorded as Fields), more: 0 }),
  },
  {
    lines: /^message-read messagesync\.down-(1000|26|28|30)$/,
    why: 'from beyond the end: the newest, not a window that lies beyond',
    expect: page(1, 21, 25),
    view: seqs,
  },
  {
    lines: /^message-read messagesync\.person-fake$/,
    why: 'the stored id of the two names the same channel',
    expect: page(0, 1, 3),
    view: seqs,
  },
  {
    lines: /^message-read messagesync\.(missing|null)\.channel_type$/,
    why: 'type 0 names no channel',
    status: 400,
    reason: 'im.channel_type_unsupported',
  },

  // Conversations.
  {
    lines: /^conversation conversation\.sync\.(null|object-empty|all-null|(missing|null|emptystr)\.uid)$/,
    why: '400 instead of 500',
    status: 400,
    reason: 'http.bad_body',
  },
  {
    lines: /^conversation conversation\.sync\.(after-|seqs)|^more conversation\.sync\.order/,
    why: 'newest first always; there in the order of a cache. A read position is never beyond the end',
    expect: (recorded) =>
      (recorded as readonly Fields[]).map((row) => ({
        ...row,
        readed_to_msg_seq: row['readed_to_msg_seq'] === 4_294_967_295 ? 3 : row['readed_to_msg_seq'],
      })),
    view: anyOrder,
  },
  {
    lines: /^more conversation\.sync\.page(#2)?$/,
    why: 'the pages follow the order of all: h14, h13 · h12, h11',
    expect: (_, line) => (line.id.endsWith('#2') ? ['h12', 'h11'] : ['h14', 'h13']),
    view: (answer) =>
      Array.isArray(answer)
        ? answer.map((row: unknown) => (typeof row === 'string' ? row : (row as Fields)['channel_id']))
        : answer,
  },
];
