import type { RefusalCode } from '@hufu/refusals';
import type { Surface } from './support/case.ts';

const WK = ['wkproto tcp', 'wkproto ws'] as const;
const RPC = ['jsonrpc tcp', 'jsonrpc ws'] as const;
const CHAT = [...WK, ...RPC] as const;
const BOTS = ['onebot forward', 'onebot reverse'] as const;
const HTTP = ['wukong-http', 'api'] as const;
const SENDS = [...CHAT, 'wukong-http', ...BOTS] as const;

const START = 'ends the start before anybody can be refused; proved with the command line';

/** What the doctor finds out about other people's ends is proved in its own tests, with the end that causes it; this server meets one of them by itself. */
export type ServersOwn = Exclude<RefusalCode, `remote.${string}` | `nacos.${string}`> | 'remote.refused';

/**
 * Where each cause can appear, or why no surface can be made to show it. A cause that is missing here does not compile; one that is listed and not provoked, or
 * provoked and not listed, fails the test.
 */
// biome-ignore format: one cause a line, to be read as a table
export const APPEARS: Readonly<Record<ServersOwn, readonly Surface[] | string>> = {
  'cred.missing': [...CHAT, ...HTTP, 'onebot forward'],
  'cred.wrong_place': [...HTTP, 'onebot forward'],
  'cred.malformed': [...HTTP, 'onebot forward'],
  'cred.ambiguous': [...HTTP, 'onebot forward'],
  'cred.rejected': 'no cause: what all causes that tell whether something exists are called outside',
  'cred.unknown': [...CHAT, ...HTTP, 'onebot forward'],
  'cred.mismatch': CHAT,
  'cred.near_miss': [...CHAT, ...HTTP, 'onebot forward'],
  'cred.not_issued': CHAT,
  'cred.other_owner': CHAT,
  'cred.wrong_kind': [...CHAT, ...HTTP, 'onebot forward'],
  'cred.expired': [...CHAT, ...HTTP],
  'cred.revoked': CHAT,
  'cred.superseded': CHAT,
  'cred.login_failed': ['api'],
  'cred.login_locked': ['api'],
  'wk.flag_mismatch': CHAT,
  'wk.client_key': WK,
  'wk.uid_invalid': [...CHAT, 'wukong-http'],
  'wk.reserved_identity': [...CHAT, 'wukong-http'],
  'wk.auth_timeout': CHAT,
  'wk.protocol': CHAT,
  'wk.banned': [...CHAT, ...HTTP],
  'wk.kicked': CHAT,
  'http.route_unknown': ['api', 'listen', ...RPC, 'onebot forward'],
  'http.method_not_allowed': [...HTTP, 'listen'],
  'http.bad_media_type': ['api'],
  'http.bad_body': [...CHAT, ...HTTP, 'listen'],
  'http.body_too_large': [...HTTP, 'listen', 'onebot forward'],
  'http.upgrade_missing': ['listen'],
  'http.upgrade_bad': ['listen'],
  'http.host_not_allowed': ['listen'],
  'cors.origin_not_allowed': ['listen'],
  'ws.origin_not_allowed': ['listen'],
  'net.private_target': ['onebot reverse'],
  'scope.missing': BOTS,
  'scope.role_required': ['api'],
  'resource.hidden': ['api'],
  'im.not_member': [...SENDS, 'api'],
  'im.blacklisted': SENDS,
  'im.not_whitelisted': SENDS,
  'im.channel_missing': SENDS,
  'im.disbanded': [...SENDS, 'api'],
  'im.muted': SENDS,
  'im.channel_banned': SENDS,
  'im.send_banned': [...CHAT, 'wukong-http'],
  'im.not_friend': BOTS,
  'im.payload_invalid': WK,
  'im.msg_key': WK,
  'im.payload_empty': [...CHAT, ...BOTS],
  'im.payload_too_large': SENDS,
  'im.channel_invalid': [...CHAT, ...HTTP],
  'im.channel_type_unsupported': [...CHAT, ...HTTP],
  'im.idempotency_conflict': [...CHAT, 'wukong-http'],
  'im.user_missing': BOTS,
  'im.message_missing': BOTS,
  'rate.requests': BOTS,
  'rate.handshake': ['api'],
  'limit.connections': [...CHAT, 'onebot forward'],
  'limit.objects': HTTP,
  'limit.slow_reader': CHAT,
  'media.too_large': ['api'],
  'media.unsupported': BOTS,
  'media.missing': BOTS,
  'onebot.action_unknown': BOTS,
  'onebot.bad_params': BOTS,
  'onebot.bot_unbound': BOTS,
  'onebot.wrong_end': BOTS,
  'onebot.segment_unsupported': BOTS,
  'onebot.reply_missing': BOTS,
  'config.invalid': ['onebot reverse'],
  'remote.refused': ['onebot reverse'],
  'srv.overloaded': [...SENDS, 'api'],
  'srv.draining': 'only between the signal to stop and the end of the listeners; proved on the surface itself',
  'srv.store_unavailable': [...SENDS, 'api'],
  'srv.data_locked': START,
  'srv.data_newer': START,
  'srv.listener_taken': START,
  'srv.fault': [...CHAT, ...HTTP, ...BOTS],
};
