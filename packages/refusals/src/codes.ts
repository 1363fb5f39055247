import type { RefusalClass } from './refusal.ts';

export interface RefusalDefinition {
  readonly class: RefusalClass;
  /** What leaves the server towards strangers: several causes share one where telling them apart would tell whether something exists. */
  readonly publicCode: string;
  /** never: the same call cannot succeed; after_fix: after a change by somebody; later: after waiting; now: at once. */
  readonly retry: 'never' | 'after_fix' | 'later' | 'now';
  /** The safe sentence a peer may read. */
  readonly public: { readonly zh: string; readonly en: string };
}

/** Every cause of a "no", once. Codes are never reused. */
// biome-ignore format: one cause a line, to be read as a table
export const refusalCodes = {
  'cred.missing': { class: 'A0', publicCode: 'cred.missing', retry: 'after_fix', public: { zh: '没有收到令牌，请在 Authorization 头中发送', en: 'No token arrived; send it in the Authorization header.' } },
  'cred.wrong_place': { class: 'A1', publicCode: 'cred.wrong_place', retry: 'after_fix', public: { zh: '令牌放在了这里不读取的位置', en: 'The token came in a place that is not read here.' } },
  'cred.malformed': { class: 'A1', publicCode: 'cred.malformed', retry: 'after_fix', public: { zh: '凭据格式不对，应为 Bearer 加空格加令牌', en: 'The credential is malformed; send "Bearer", a space and the token.' } },
  'cred.ambiguous': { class: 'A1', publicCode: 'cred.ambiguous', retry: 'after_fix', public: { zh: '一次请求里有两个不同的凭据', en: 'Two different credentials came in one request.' } },
  'cred.rejected': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'cred.unknown': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'cred.mismatch': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'cred.near_miss': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'cred.not_issued': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'cred.other_owner': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'cred.wrong_kind': { class: 'A2', publicCode: 'cred.wrong_kind', retry: 'after_fix', public: { zh: '这个令牌是另一种用途的', en: 'This token is of another kind.' } },
  'cred.expired': { class: 'A3', publicCode: 'cred.expired', retry: 'after_fix', public: { zh: '令牌已过期', en: 'The token has expired.' } },
  'cred.superseded': { class: 'A3', publicCode: 'cred.superseded', retry: 'after_fix', public: { zh: '令牌已被更新的令牌取代', en: 'A newer token has replaced this one.' } },
  'cred.login_failed': { class: 'A2', publicCode: 'cred.login_failed', retry: 'after_fix', public: { zh: '用户名或密码不正确', en: 'The name or the password is not right.' } },
  'cred.login_locked': { class: 'R1', publicCode: 'cred.login_locked', retry: 'later', public: { zh: '失败次数过多，请稍后再试', en: 'Too many failures; try again later.' } },
  'wk.flag_mismatch': { class: 'A2', publicCode: 'wk.flag_mismatch', retry: 'after_fix', public: { zh: '令牌登记在另一个设备标识下', en: 'The token is registered for another device flag.' } },
  'wk.client_key': { class: 'A1', publicCode: 'wk.client_key', retry: 'after_fix', public: { zh: '连接包中的密钥不可用', en: 'The key in CONNECT cannot be used.' } },
  'wk.uid_invalid': { class: 'M3', publicCode: 'wk.uid_invalid', retry: 'after_fix', public: { zh: 'uid 不合法', en: 'The uid is not possible.' } },
  'wk.reserved_identity': { class: 'A2', publicCode: 'cred.rejected', retry: 'after_fix', public: { zh: '令牌在这里无效', en: 'The token is not valid here.' } },
  'wk.auth_timeout': { class: 'K1', publicCode: 'wk.auth_timeout', retry: 'now', public: { zh: '没有及时收到 CONNECT', en: 'No CONNECT arrived in time.' } },
  'wk.protocol': { class: 'M3', publicCode: 'wk.protocol', retry: 'after_fix', public: { zh: '收到的数据不符合协议', en: 'What arrived does not follow the protocol.' } },
  'wk.banned': { class: 'P3', publicCode: 'wk.banned', retry: 'never', public: { zh: '账号已被封禁', en: 'The account is banned.' } },
  'wk.kicked': { class: 'C1', publicCode: 'wk.kicked', retry: 'never', public: { zh: '账号在其他设备上登录', en: 'The account has signed in on another device.' } },
  'http.route_unknown': { class: 'M1', publicCode: 'http.route_unknown', retry: 'after_fix', public: { zh: '没有这个地址', en: 'There is no such address.' } },
  'http.method_not_allowed': { class: 'M2', publicCode: 'http.method_not_allowed', retry: 'after_fix', public: { zh: '这个地址不接受此方法', en: 'This address does not take that method.' } },
  'http.bad_media_type': { class: 'M3', publicCode: 'http.bad_media_type', retry: 'after_fix', public: { zh: '不支持的内容类型', en: 'The content type is not supported.' } },
  'http.bad_body': { class: 'M3', publicCode: 'http.bad_body', retry: 'after_fix', public: { zh: '请求内容无法理解', en: 'The request cannot be understood.' } },
  'http.body_too_large': { class: 'M3', publicCode: 'http.body_too_large', retry: 'after_fix', public: { zh: '请求内容过大', en: 'The request is too large.' } },
  'http.upgrade_missing': { class: 'U1', publicCode: 'http.upgrade_missing', retry: 'after_fix', public: { zh: '这个端口只接受 WebSocket', en: 'Only WebSocket is served here; no Upgrade header arrived.' } },
  'http.upgrade_bad': { class: 'U1', publicCode: 'http.upgrade_bad', retry: 'after_fix', public: { zh: 'WebSocket 握手不正确', en: 'The WebSocket handshake is not right.' } },
  'http.host_not_allowed': { class: 'P1', publicCode: 'http.host_not_allowed', retry: 'after_fix', public: { zh: '不允许的 Host', en: 'This Host is not served here.' } },
  'cors.origin_not_allowed': { class: 'O1', publicCode: 'cors.origin_not_allowed', retry: 'after_fix', public: { zh: '不允许此来源', en: 'This origin is not allowed.' } },
  'ws.origin_not_allowed': { class: 'O1', publicCode: 'ws.origin_not_allowed', retry: 'after_fix', public: { zh: '不允许此来源', en: 'This origin is not allowed.' } },
  'net.private_target': { class: 'P1', publicCode: 'net.private_target', retry: 'after_fix', public: { zh: '不允许连接内网地址', en: 'Private addresses may not be dialled.' } },
  'scope.role_required': { class: 'P2', publicCode: 'scope.role_required', retry: 'after_fix', public: { zh: '需要更高的角色', en: 'A higher role is needed.' } },
  'resource.hidden': { class: 'M1', publicCode: 'resource.hidden', retry: 'never', public: { zh: '没有找到', en: 'Not found.' } },
  'im.not_member': { class: 'P4', publicCode: 'im.not_member', retry: 'after_fix', public: { zh: '不是该频道的成员', en: 'Not a member of this channel.' } },
  'im.blacklisted': { class: 'P4', publicCode: 'im.blacklisted', retry: 'never', public: { zh: '被对方或频道拉黑', en: 'On the deny list.' } },
  'im.not_whitelisted': { class: 'P4', publicCode: 'im.not_whitelisted', retry: 'after_fix', public: { zh: '不在允许名单中', en: 'Not on the allow list.' } },
  'im.channel_missing': { class: 'P4', publicCode: 'im.channel_missing', retry: 'after_fix', public: { zh: '频道不存在', en: 'There is no such channel.' } },
  'im.disbanded': { class: 'P4', publicCode: 'im.disbanded', retry: 'never', public: { zh: '群已解散', en: 'The group is dissolved.' } },
  'im.muted': { class: 'P4', publicCode: 'im.muted', retry: 'later', public: { zh: '已被禁言', en: 'Muted.' } },
  'im.channel_banned': { class: 'P4', publicCode: 'im.channel_banned', retry: 'never', public: { zh: '频道已被封禁', en: 'The channel is banned.' } },
  'im.send_banned': { class: 'P4', publicCode: 'im.send_banned', retry: 'never', public: { zh: '账号被禁止发送', en: 'The account may not send.' } },
  'im.not_friend': { class: 'P4', publicCode: 'im.not_friend', retry: 'after_fix', public: { zh: '不是好友，也没有来往', en: 'Neither a friend nor an acquaintance.' } },
  'im.payload_invalid': { class: 'M3', publicCode: 'im.payload_invalid', retry: 'after_fix', public: { zh: '消息内容无法解密', en: 'The payload cannot be decrypted.' } },
  'im.msg_key': { class: 'M3', publicCode: 'im.msg_key', retry: 'after_fix', public: { zh: '消息校验不符', en: 'The message key does not match.' } },
  'im.payload_empty': { class: 'M3', publicCode: 'im.payload_empty', retry: 'after_fix', public: { zh: '消息内容为空', en: 'The message is empty.' } },
  'im.payload_too_large': { class: 'M3', publicCode: 'im.payload_too_large', retry: 'after_fix', public: { zh: '消息内容过大', en: 'The message is too large.' } },
  'im.channel_invalid': { class: 'M3', publicCode: 'im.channel_invalid', retry: 'after_fix', public: { zh: '频道编号不合法', en: 'The channel id is not possible.' } },
  'im.channel_type_unsupported': { class: 'M3', publicCode: 'im.channel_type_unsupported', retry: 'after_fix', public: { zh: '不支持的频道类型', en: 'The channel type is not supported.' } },
  'im.idempotency_conflict': { class: 'C1', publicCode: 'im.idempotency_conflict', retry: 'never', public: { zh: '同一消息编号已用于另一内容', en: 'This message number was used with another content.' } },
  'im.user_missing': { class: 'P4', publicCode: 'im.user_missing', retry: 'after_fix', public: { zh: '没有找到该用户', en: 'There is no such user.' } },
  'im.message_missing': { class: 'P4', publicCode: 'im.message_missing', retry: 'never', public: { zh: '没有找到该消息', en: 'There is no such message.' } },
  'rate.requests': { class: 'R1', publicCode: 'rate.requests', retry: 'later', public: { zh: '同时进行的调用过多', en: 'Too many calls at the same time.' } },
  'limit.connections': { class: 'R3', publicCode: 'limit.connections', retry: 'later', public: { zh: '连接数已满', en: 'No room for another connection.' } },
  'limit.objects': { class: 'P2', publicCode: 'limit.objects', retry: 'never', public: { zh: '数量已达上限', en: 'The limit is reached.' } },
  'limit.slow_reader': { class: 'K1', publicCode: 'limit.slow_reader', retry: 'now', public: { zh: '读取太慢，连接已关闭', en: 'The connection read too slowly and was closed.' } },
  'media.too_large': { class: 'M3', publicCode: 'media.too_large', retry: 'after_fix', public: { zh: '文件过大', en: 'The file is too large.' } },
  'media.unsupported': { class: 'M3', publicCode: 'media.unsupported', retry: 'after_fix', public: { zh: '不支持的文件', en: 'The file is not supported.' } },
  'media.missing': { class: 'P4', publicCode: 'media.missing', retry: 'never', public: { zh: '没有找到文件', en: 'There is no such file.' } },
  'onebot.action_unknown': { class: 'M1', publicCode: 'onebot.action_unknown', retry: 'after_fix', public: { zh: '没有这个接口', en: 'There is no such action.' } },
  'onebot.bad_params': { class: 'M3', publicCode: 'onebot.bad_params', retry: 'after_fix', public: { zh: '参数不正确', en: 'The parameters are not right.' } },
  'onebot.bot_unbound': { class: 'P3', publicCode: 'onebot.bot_unbound', retry: 'never', public: { zh: '机器人已停用', en: 'The bot is disabled.' } },
  'onebot.segment_unsupported': { class: 'M3', publicCode: 'onebot.segment_unsupported', retry: 'after_fix', public: { zh: '不支持的消息段', en: 'The message segment is not supported.' } },
  'onebot.reply_missing': { class: 'P4', publicCode: 'onebot.reply_missing', retry: 'after_fix', public: { zh: '没有找到被回复的消息', en: 'The message replied to does not exist.' } },
  'config.invalid': { class: 'M3', publicCode: 'config.invalid', retry: 'after_fix', public: { zh: '地址不可用', en: 'The address cannot be used.' } },
  'remote.dns': { class: 'S1', publicCode: 'remote.dns', retry: 'after_fix', public: { zh: '对方地址无法解析', en: 'The name does not resolve.' } },
  'remote.refused': { class: 'S1', publicCode: 'remote.refused', retry: 'after_fix', public: { zh: '对方没有在监听', en: 'Nothing listens there.' } },
  'remote.timeout': { class: 'S1', publicCode: 'remote.timeout', retry: 'later', public: { zh: '对方没有回应', en: 'No answer came.' } },
  'remote.reset': { class: 'S1', publicCode: 'remote.reset', retry: 'later', public: { zh: '连接被中断', en: 'The connection was reset.' } },
  'remote.tls_mismatch': { class: 'S1', publicCode: 'remote.tls_mismatch', retry: 'after_fix', public: { zh: 'ws 与 wss 不一致', en: 'ws and wss do not match.' } },
  'remote.redirect': { class: 'S1', publicCode: 'remote.redirect', retry: 'after_fix', public: { zh: '对方要求转到别处', en: 'The peer redirects.' } },
  'remote.front_block': { class: 'S1', publicCode: 'remote.front_block', retry: 'after_fix', public: { zh: '前面的代理拦截了请求', en: 'Something in front answered instead.' } },
  'remote.upgrade_lost': { class: 'S1', publicCode: 'remote.upgrade_lost', retry: 'after_fix', public: { zh: '中间的代理丢掉了 Upgrade', en: 'A proxy drops Upgrade.' } },
  'remote.ws_lib_missing': { class: 'S1', publicCode: 'remote.ws_lib_missing', retry: 'after_fix', public: { zh: '对方没有安装 WebSocket 库', en: 'The peer has no WebSocket library.' } },
  'remote.adapter_unregistered': { class: 'S1', publicCode: 'remote.adapter_unregistered', retry: 'after_fix', public: { zh: '没有注册 OneBot V11 适配器', en: 'The OneBot V11 adapter is not registered.' } },
  'remote.path_wrong': { class: 'S1', publicCode: 'remote.path_wrong', retry: 'after_fix', public: { zh: '路径不对', en: 'The path is wrong.' } },
  'remote.token_required': { class: 'S1', publicCode: 'remote.token_required', retry: 'after_fix', public: { zh: '对方需要令牌', en: 'The peer needs a token.' } },
  'remote.token_mismatch': { class: 'S1', publicCode: 'remote.token_mismatch', retry: 'after_fix', public: { zh: '两端令牌不一致', en: 'The tokens of both ends differ.' } },
  'remote.token_unset': { class: 'S1', publicCode: 'remote.token_unset', retry: 'after_fix', public: { zh: '对方没有设置令牌', en: 'The peer has no token set.' } },
  'remote.self_id_duplicate': { class: 'S1', publicCode: 'remote.self_id_duplicate', retry: 'later', public: { zh: '同一个机器人号已经连接', en: 'The same bot id is connected already.' } },
  'remote.localhost': { class: 'S1', publicCode: 'remote.localhost', retry: 'after_fix', public: { zh: 'localhost 指向了对方没有监听的地址', en: 'localhost means an address where nothing listens.' } },
  'remote.mute': { class: 'S1', publicCode: 'remote.mute', retry: 'after_fix', public: { zh: '端口接受连接但从不回答', en: 'The port accepts and never answers.' } },
  'remote.not_http': { class: 'S1', publicCode: 'remote.not_http', retry: 'after_fix', public: { zh: '端口上是别的协议', en: 'Another protocol is spoken on that port.' } },
  'remote.tls_cert': { class: 'S1', publicCode: 'remote.tls_cert', retry: 'after_fix', public: { zh: '证书不被信任', en: 'The certificate is not trusted.' } },
  'remote.bad_gateway': { class: 'S1', publicCode: 'remote.bad_gateway', retry: 'after_fix', public: { zh: '代理后面的程序没有回答', en: 'The program behind the proxy does not answer.' } },
  'remote.skew': { class: 'S1', publicCode: 'remote.skew', retry: 'after_fix', public: { zh: '两端时钟相差较大', en: 'The clocks of both ends differ.' } },
  'remote.other_host': { class: 'S1', publicCode: 'remote.other_host', retry: 'after_fix', public: { zh: '回答的是另一个站点', en: 'Another site answered.' } },
  'remote.auth_stripped': { class: 'S1', publicCode: 'remote.auth_stripped', retry: 'after_fix', public: { zh: '中间的代理丢掉了 Authorization', en: 'A proxy drops Authorization.' } },
  'remote.self_id_missing': { class: 'S1', publicCode: 'remote.self_id_missing', retry: 'after_fix', public: { zh: 'X-Self-ID 没有送达', en: 'X-Self-ID does not arrive.' } },
  'remote.self_id_unknown': { class: 'S1', publicCode: 'remote.self_id_unknown', retry: 'after_fix', public: { zh: '对方没有配置这个机器人号', en: 'The peer does not know this bot id.' } },
  'remote.role_header': { class: 'S1', publicCode: 'remote.role_header', retry: 'after_fix', public: { zh: '对方不接受这个 X-Client-Role', en: 'The peer does not take this X-Client-Role.' } },
  'remote.adapter_wrong_version': { class: 'S1', publicCode: 'remote.adapter_wrong_version', retry: 'after_fix', public: { zh: '对方只注册了 V12 适配器', en: 'The peer has the V12 adapter only.' } },
  'remote.driver_not_server': { class: 'S1', publicCode: 'remote.driver_not_server', retry: 'after_fix', public: { zh: 'NoneBot 的驱动不监听端口', en: 'The driver of NoneBot does not listen.' } },
  'remote.token_key_misnamed': { class: 'S1', publicCode: 'remote.token_key_misnamed', retry: 'after_fix', public: { zh: '令牌写在了不被读取的键名下', en: 'The token stands under a key that is not read.' } },
  'remote.token_near_miss': { class: 'S1', publicCode: 'remote.token_near_miss', retry: 'after_fix', public: { zh: '两端令牌只差空白或引号', en: 'The tokens differ by blanks or quotes only.' } },
  'remote.port_taken': { class: 'S1', publicCode: 'remote.port_taken', retry: 'after_fix', public: { zh: '端口被另一个程序占用', en: 'Another program has the port.' } },
  'remote.signature_missing': { class: 'S1', publicCode: 'remote.signature_missing', retry: 'after_fix', public: { zh: '对方要求签名，而请求没有签名', en: 'The peer wants a signature and none came.' } },
  'remote.signature_mismatch': { class: 'S1', publicCode: 'remote.signature_mismatch', retry: 'after_fix', public: { zh: '两端的签名密钥不一致', en: 'The signing secrets of both ends differ.' } },
  'remote.front_seen': { class: 'S1', publicCode: 'remote.front_seen', retry: 'after_fix', public: { zh: '中间有代理', en: 'A proxy is in between.' } },
  'remote.nobody_came': { class: 'S1', publicCode: 'remote.nobody_came', retry: 'after_fix', public: { zh: '没有连接到达', en: 'Nothing came.' } },
  'remote.soft_refusal': { class: 'S1', publicCode: 'remote.soft_refusal', retry: 'after_fix', public: { zh: '对方接受后又关闭了连接', en: 'The peer accepted and then closed.' } },
  'remote.unknown_403': { class: 'S1', publicCode: 'remote.unknown_403', retry: 'after_fix', public: { zh: '对方拒绝，原因不明', en: 'Refused for a cause that cannot be told from outside.' } },
  'srv.overloaded': { class: 'S1', publicCode: 'srv.overloaded', retry: 'later', public: { zh: '服务器繁忙，请稍后再试', en: 'The server is busy; try again shortly.' } },
  'srv.draining': { class: 'S1', publicCode: 'srv.draining', retry: 'later', public: { zh: '服务器正在停止', en: 'The server is shutting down.' } },
  'srv.store_unavailable': { class: 'S1', publicCode: 'srv.store_unavailable', retry: 'later', public: { zh: '暂时无法保存，请稍后再试', en: 'Nothing can be stored right now; try again shortly.' } },
  'srv.data_locked': { class: 'S1', publicCode: 'srv.data_locked', retry: 'after_fix', public: { zh: '数据目录正被另一个进程使用', en: 'Another process uses the data folder.' } },
  'srv.data_newer': { class: 'S1', publicCode: 'srv.data_newer', retry: 'never', public: { zh: '数据由更新的版本写成', en: 'The data was written by a newer version.' } },
  'srv.listener_taken': { class: 'S1', publicCode: 'srv.listener_taken', retry: 'after_fix', public: { zh: '端口被占用', en: 'The port is taken.' } },
  'srv.fault': { class: 'S2', publicCode: 'srv.fault', retry: 'later', public: { zh: '服务器内部错误', en: 'Something went wrong on our side.' } },
} as const satisfies Record<string, RefusalDefinition>;

export type RefusalCode = keyof typeof refusalCodes;
export type PublicCode = (typeof refusalCodes)[RefusalCode]['publicCode'];

export function definitionOf(code: RefusalCode): RefusalDefinition & { readonly publicCode: PublicCode } {
  return refusalCodes[code];
}

export function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(refusalCodes, text);
}
