import type { RefusalCode } from '../codes.ts';

/** What a person can do, and how to see the cause, where the repair for everybody is one that only the operator can make. */
export interface PersonWords {
  /** Absent: as the operator checks it. */
  readonly check?: string;
  readonly fix: string;
}

type Both = { readonly zh: PersonWords; readonly en: PersonWords };

const NEW_TOKEN: Both = {
  zh: {
    check: '核对客户端里保存的令牌是否为最近一次登录得到的。',
    fix: '在客户端退出并重新登录，以取得新的令牌；仍然失败时，把请求编号发给运行该应用的人，请其为此账号与设备标识登记令牌（POST /user/token）。',
  },
  en: {
    check: 'Is the token that the client keeps the one of the last sign-in?',
    fix: 'Sign out in the client and in again, so that it gets a new token. If that fails too, send the request id to whoever runs the app: the token of this account and device flag has to be registered (POST /user/token).',
  },
};

export const personWords: Partial<Readonly<Record<RefusalCode, Both>>> = {
  'cred.missing': {
    zh: { fix: '在客户端填写令牌（机器人：access token；SDK：token 参数），或重新登录。' },
    en: { fix: 'Set the token in the client (bots: access token; SDKs: the token option), or sign in again.' },
  },
  'cred.wrong_place': {
    zh: { fix: '改为发送 "Authorization: Bearer <令牌>"，不要把令牌写进地址。' },
    en: { fix: 'Send "Authorization: Bearer <token>" and take the token out of the address.' },
  },
  'cred.unknown': NEW_TOKEN,
  'cred.mismatch': NEW_TOKEN,
  'cred.not_issued': {
    zh: {
      check: '比较 connectedWithFlag 与 flagsWithToken（0 APP，1 WEB，2 PC）。',
      fix: '改用 flagsWithToken 所列的那类设备登录；或请运行该应用的人在客户端连接之前为 connectedWithFlag 登记令牌（POST /user/token 的 device_flag）。',
    },
    en: {
      check: 'Compare "connectedWithFlag" with "flagsWithToken" (0 APP, 1 WEB, 2 PC).',
      fix: 'Use a device of a kind that "flagsWithToken" lists, or ask whoever runs the app to register a token for "connectedWithFlag" (device_flag of POST /user/token) before the client connects.',
    },
  },
  'cred.wrong_kind': {
    zh: {
      check: '查看客户端里填的是哪一种令牌。',
      fix: '填写为此用途签发的令牌：聊天客户端用登录得到的令牌，主动连接的机器人用其正向客户端的令牌（在页面的机器人下新建）。不要把其他密钥放进客户端。',
    },
    en: {
      check: "Look which token the client's settings hold.",
      fix: 'Use the token that was made for this: in a chat client the one of the sign-in, for a bot that dials in the token of a forward client (made under the bot in the page). Keep every other secret out of clients.',
    },
  },
  'cred.superseded': {
    zh: {
      check: 'replacedAt 时是否在另一台同类设备上登录过？',
      fix: '在客户端重新登录以取得新令牌。若两台设备互相顶替，请运行该应用的人给它们不同的设备标识（device_flag）。',
    },
    en: {
      check: 'Did another device of the same kind sign in at "replacedAt"?',
      fix: 'Sign in again in the client, so that it gets the new token. If two devices throw each other out, ask whoever runs the app to give them different device flags (device_flag).',
    },
  },
  'wk.flag_mismatch': {
    zh: {
      check: '比较 registeredForFlag 与 connectedWithFlag：网页 SDK 总是 1，手机是 0。',
      fix: '在客户端改用 registeredForFlag 所示的标识；或请运行该应用的人为 connectedWithFlag 登记同一令牌（POST /user/token 的 device_flag）。',
    },
    en: {
      check: 'Compare "registeredForFlag" with "connectedWithFlag": the web SDK always connects with 1, phones with 0.',
      fix: 'Let the client connect with the flag in "registeredForFlag", or ask whoever runs the app to register the same token for "connectedWithFlag" (device_flag of POST /user/token).',
    },
  },
  'wk.uid_invalid': {
    zh: { fix: '更正客户端里的 uid；若是应用给的，请运行该应用的人改用不含这些字符的 uid。' },
    en: {
      fix: 'Correct the uid in the client. If the app gave it, whoever runs the app has to choose one without these characters.',
    },
  },
  'wk.reserved_identity': {
    zh: { check: '查看证据中的 uid 与 deviceId。', fix: '用自己的账号登录，并让客户端使用普通的设备编号；这些身份不能登录。' },
    en: {
      check: 'See "uid" and "deviceId" in the evidence.',
      fix: 'Sign in with an account of your own and an ordinary device id; nobody can sign in as one of these.',
    },
  },
  'wk.banned': {
    zh: { fix: '只有管理员能解封：把账号与请求编号发给管理员。' },
    en: { fix: 'Only the operator can lift the ban: send the account and the request id.' },
  },
  'wk.kicked': {
    zh: {
      fix: '在这台设备上重新登录即可继续。若不认识另一台设备，请让运行该应用的人更换令牌；要同时使用两台，请其放宽设备限制（device_level）。',
    },
    en: {
      fix: 'Sign in again to go on here. If you do not know the other device, ask whoever runs the app for a new token; to use both at a time, for another device level (device_level).',
    },
  },
  'net.private_target': {
    zh: {
      check: '地址里的主机名解析到 address 所示的内网地址。',
      fix: '填写机器人框架的公网地址；必须连接内网时，请管理员允许此账号的机器人这样做。',
    },
    en: {
      check: 'The host of the address resolves to the private one in "address".',
      fix: 'Give the client the public address of the bot framework, or ask the operator to let the bots of this account dial private ones.',
    },
  },
  'http.body_too_large': {
    zh: { fix: '每次请求少发一些内容，图片先缩小；文件请用 POST /api/v1/files。' },
    en: { fix: 'Send fewer or smaller items per request, and scale pictures down; files go to POST /api/v1/files.' },
  },
  'scope.role_required': {
    zh: { fix: 'person（用户）：先登录。owner or admin of the group（群主或群管理员）：请其操作。其他：请管理员操作。' },
    en: { fix: 'person: sign in first. owner or admin of the group: ask one of them to do it. Anything else: ask the operator.' },
  },
  'resource.hidden': {
    zh: { fix: '检查名称或编号是否写错，并使用拥有该对象的账号。' },
    en: { fix: 'Check the name or the id for a slip, and use the account that owns the object.' },
  },
  'im.not_member': {
    zh: {
      check: '在页面的会话列表中能看到该群吗？群编号是否写错？',
      fix: '请群里的任何成员把你（或机器人）加进群；编号写错时更正即可。',
    },
    en: {
      check: 'Is the group in your list of conversations? Is its id right?',
      fix: 'Ask any member of the group to add you, or the bot. If the id was mistyped, correct it.',
    },
  },
  'im.blacklisted': {
    zh: { fix: '私聊：对方拉黑了发送者，只有对方能取消。群：请群主或管理员移出黑名单。' },
    en: {
      fix: 'A private chat: the other side has blocked the sender and alone can undo it. A group: ask whoever runs it to take the sender off the list.',
    },
  },
  'im.not_whitelisted': {
    zh: { check: '是只许部分成员发言的群，还是私聊？', fix: '群：请管理该群的人允许你发言。私聊：请对方先加你为好友。' },
    en: {
      check: 'Is it a group in which only some may speak, or a private chat?',
      fix: 'A group: ask whoever runs it to let you speak. A private chat: the other side has to add you as a friend first.',
    },
  },
  'im.disbanded': {
    zh: { fix: '新建一个群；要恢复原群，请联系管理员。' },
    en: { fix: 'Make a new group; only the operator can bring the old one back.' },
  },
  'im.channel_banned': {
    zh: { fix: '换一个群继续聊；只有管理员能解封。' },
    en: { fix: 'Go on in another group; only the operator can lift the ban.' },
  },
  'im.send_banned': {
    zh: { fix: '只有管理员能恢复发送：把账号与请求编号发给管理员。' },
    en: { fix: 'Only the operator can switch sending on again: send the account and the request id.' },
  },
  'im.not_friend': {
    zh: { fix: '请对方先给机器人发一条消息，或把两者加入同一个群。' },
    en: { fix: 'Let the person write to the bot first, or add both to a group.' },
  },
  'im.payload_too_large': {
    zh: { fix: '把大内容作为文件发送，或分成几条消息。' },
    en: { fix: 'Send large content as a file, or in several messages.' },
  },
  'im.user_missing': {
    zh: { check: 'uid 或号码是否写错？', fix: '更正 uid 或号码；账号还不存在时，请管理员创建。' },
    en: {
      check: 'Is the uid or number mistyped?',
      fix: 'Correct the uid or number. If there is no such account yet, ask the operator to make it.',
    },
  },
  'limit.connections': {
    zh: {
      check: '是否有客户端不断重连却不关闭旧连接？',
      fix: '关闭打开过多连接的客户端；机器人可再建一个客户端，每个单独计数。整个服务器已满时，请稍后再试。',
    },
    en: {
      check: 'Does a client connect again and again without closing?',
      fix: 'Close the client that opens too many. A bot: make one more client, each has its own connections. If the whole server is full, try again later.',
    },
  },
  'limit.slow_reader': {
    zh: { fix: '客户端会自动重连并补齐；常常发生时，请检查网络与设备负载。' },
    en: {
      fix: 'The client connects again and catches up by itself; if it happens often, look at the line and at how busy the device is.',
    },
  },
  'onebot.bot_unbound': {
    zh: { fix: '在页面的机器人下启用该客户端；机器人被封禁时，请联系管理员。' },
    en: { fix: 'Switch the client on in the page under the bot. If the bot is banned, ask the operator.' },
  },
  'config.invalid': {
    zh: { fix: '在页面的机器人下更正框架的地址，重复的客户端删去一个。令牌无法解开时，生成新令牌并填到框架里。' },
    en: {
      fix: 'Correct the address of the framework in the page under the bot, and remove the client that is there twice. If the token cannot be opened, make a new one and give it to the framework.',
    },
  },
  'srv.overloaded': {
    zh: { check: '稍后再试是否成功？', fix: '降低发送速度，稍后再试。' },
    en: { check: 'Does it work a little later?', fix: 'Send more slowly, and try again a little later.' },
  },
  'srv.draining': {
    zh: { check: '稍后能否重新连接？', fix: '等服务器重新启动；客户端会自动回来。' },
    en: { check: 'Can the client connect again later?', fix: 'Wait until the server is back; clients come back by themselves.' },
  },
  'srv.store_unavailable': {
    zh: { check: '稍后再试是否成功？', fix: '稍后再试；一直如此时，把请求编号发给管理员。' },
    en: { check: 'Does it work a little later?', fix: 'Try again later; if it stays so, send the request id to the operator.' },
  },
  'srv.fault': {
    zh: { check: '再试一次是否成功？', fix: '可以再试一次；仍然失败时，把请求编号发给管理员。' },
    en: { check: 'Does it work the second time?', fix: 'Try once more; if it fails again, send the request id to the operator.' },
  },
};
