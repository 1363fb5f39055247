import { type FamilyTexts, text } from '../operator-text.ts';

export const wk: FamilyTexts<'wk'> = {
  'wk.flag_mismatch': text(
    '令牌登记在另一个设备标识下',
    '客户端持有该账号的有效令牌，登记的标识是 registeredForFlag，连接时用的是 connectedWithFlag（0 APP，1 WEB，2 PC）。令牌按账号与标识区分。',
    '比较后端 POST /user/token 的 device_flag 与 SDK 的标识：网页 SDK 总是 1，手机是 0。',
    '调用 POST /user/token {"uid","token": "<同一令牌>","device_flag": <connectedWithFlag>,"device_level": 1}，或在客户端改用另一个标识。',
  ),
  'wk.client_key': text(
    'CONNECT 中的密钥不可用',
    'CONNECT 没有带密钥，或不是 Base64 编码的 32 字节 Curve25519 公钥，无法建立加密会话。',
    '查看证据中的 keyLength：正确长度为 44 个字符。',
    '使用未修改的 WuKongIM SDK，或在 clientKey 中发送 32 字节公钥的 Base64。',
  ),
  'wk.uid_invalid': text(
    'uid 不合法',
    'uid 为 1 到 128 个字符，且不能包含 @ # &，协议用它们拼接频道编号。',
    '查看证据中的 uid；为空通常说明客户端在登录完成之前就连接了。',
    '在调用 POST /user/token 之前，把业务账号映射为不含这些字符的 uid。',
  ),
  'wk.reserved_identity': text(
    '声明了保留身份',
    '该 uid 或设备编号是 WuKongIM 不验令牌就信任的身份（____device、____manager、____system、…____vstr），这里任何人都不能以它连接。',
    '查看证据中的 uid 与 deviceId。来自陌生人就是攻击；来自自己的后端则是旧的系统发送方式。',
    '后端改用带管理密钥的 HTTP 接口：POST /message/send 不带 from_uid 即以系统身份发送。',
  ),
  'wk.auth_timeout': text(
    '没有及时收到 CONNECT',
    '连接建立 10 秒内没有收到 CONNECT。负载均衡的健康检查、或使用其他协议的客户端会这样。',
    '查看来源地址是否为负载均衡。5100 是 TCP 上的 WKProto，5200 是 WebSocket，5001 是 HTTP。',
    '让客户端连接正确的端口；健康检查改为请求 5001 的 GET /health，并在请求头 token 中带上管理密钥。',
  ),
  'wk.protocol': text(
    '数据不符合协议',
    'CONNECT 之前来了别的包、CONNECT 来了两次，或包被截断、过大、类型未知。',
    '查看证据中的 problem；把 HTTP 或 TLS 发到 TCP 端口也会这样。',
    '按协议使用正确端口（TCP 5100，WebSocket 5200，HTTP 5001），并使用未修改的 SDK。',
  ),
  'wk.banned': text(
    '账号已被封禁',
    '管理员封禁了该账号，不能连接也不能登录。',
    '询问管理员是谁、因为什么封禁了该账号。',
    '解封：用管理密钥调用 POST /channel {"channel_id": "<uid>","channel_type": 1,"ban": 0}。',
  ),
  'wk.kicked': text(
    '在其他设备上登录',
    '同一账号同一设备标识的新连接取代了它，或其令牌被替换、收回。',
    '查找另一台设备，或使用同一 device_flag 的第二个客户端。',
    '在 POST /user/token 中为第二台设备使用 device_level 0（从设备）或独立的 device_flag。',
  ),
};
