import { type PrefixTexts, text } from '../operator-text.ts';

/** WuKongIM servers of others. */
export const remoteWk: PrefixTexts<'remote.wk_'> = {
  'remote.wk_token_refused': text(
    '令牌不被接受',
    '在试过的每个设备标识下，服务器都拒绝这个 uid 的这个令牌：从未登记、已被新令牌替换，或不是同一个。',
    '在后端日志里查看这个 uid 最近一次 POST /user/token：令牌和 device_flag 是否一致，是否早于客户端连接。',
    '在客户端连接之前，用客户端所用的令牌和设备标识调用 POST /user/token。',
  ),
  'remote.wk_token_required': text(
    '服务器需要令牌',
    'CONNECT 没有带令牌，而服务器开启了令牌校验（tokenAuthOn）。',
    '查看客户端传入的 token。',
    '在客户端连接前，让后端调用 POST /user/token 登记令牌，并把它传给 SDK。',
  ),
  'remote.wk_flag_mismatch': text(
    '令牌登记在另一个设备标识下',
    '令牌是对的，但属于另一个设备标识：网页 SDK 用 1 连接，原生 SDK 用 0。',
    '对比 POST /user/token 的 device_flag 与客户端的标识。',
    '用客户端的标识再登记一次令牌，或更正客户端的 deviceFlag。',
  ),
  'remote.wk_silent': text(
    '服务器对被拒绝的 CONNECT 不作回答',
    'WuKongIM v2 拒绝时不发送 CONNACK；客户端几秒后只看到连接被关闭，并不断重连。',
    '原因在服务器日志里：token verify fail、token is empty、device is ban。',
    '用 doctor --log 解释服务器日志；Hufu 则会回答 CONNACK 2 和请求编号。',
  ),
  'remote.wk_banned': text(
    '账号已被封禁',
    '服务器认得这个账号，并已封禁它（CONNACK 19）。',
    '查看这个 uid 的个人频道信息，或询问是谁封禁的。',
    '调用 POST /channel/info {"channel_id":"<uid>","channel_type":1,"ban":0} 解封',
  ),
  'remote.wk_server_error': text(
    '服务器自身出错',
    'CONNACK 14、15 或 22：令牌存储失败、内部错误或限流。',
    '查看服务器当时的日志。',
    '修复日志指出的问题，然后让客户端重新连接。',
  ),
  'remote.wk_auth_off': text(
    '服务器不校验令牌',
    '随机的 uid 和随机的令牌也能连上：任何人都能冒充任何人。',
    '查看 wk.yaml 的 tokenAuthOn 或环境变量 WK_TOKENAUTHON。',
    '在 wk.yaml 设置 tokenAuthOn: true 并重启；Hufu 默认即为 tokens.check: required。',
  ),
  'remote.wk_api_open': text(
    'HTTP API 无需令牌即可访问',
    '能访问这个端口的人都可以签发令牌、冒充任何人发送、删除频道。',
    'curl "http://<主机>:5001/channel/whitelist?channel_id=x&channel_type=2" 不带令牌也有回答。',
    '在 wk.yaml 设置 managerToken，并只允许自己的后端访问这个端口。',
  ),
  'remote.wk_manager_token_missing': text(
    'API 需要管理令牌',
    'HTTP API 对没有 token 请求头的请求回答 401；浏览器里看起来像 CORS 错误。',
    "运行 curl -i http://<主机>:5001/route -H 'token: <管理令牌>'",
    '后端的每个请求都在 token 请求头里带上管理令牌（在 Hufu 里是管理密钥）。',
  ),
  'remote.wk_manager_token_wrong': text(
    '管理令牌不正确',
    '已发送 token 请求头，API 仍回答 401：服务器上是另一个值。',
    '与服务器 wk.yaml 的 managerToken 对比，包括空格。',
    '在后端使用这台服务器的 managerToken（在 Hufu 里是管理密钥）。',
  ),
  'remote.wk_port_http': text(
    '这里是 HTTP，而客户端要说 WKProto',
    '端口回答的是 HTTP：它是 API 或 WebSocket 端口，不是原生 SDK 的 TCP 端口。',
    'curl -i http://<主机>:<端口>/ 有回答。',
    '原生 SDK 用 TCP 端口（默认 5100），网页 SDK 用 WebSocket 端口（默认 5200）。',
  ),
  'remote.wk_port_wk': text(
    '这里不是要找的端口',
    '端口能连上，但说的不是地址所写的协议：TCP 是 5100，WebSocket 是 5200，HTTP API 是 5001。',
    'HTTP API 的 GET /route 会告知客户端应该用的地址。',
    '更正端口：tcp 5100、ws 5200、http 5001，或以 GET /route 为准。',
  ),
  'remote.wk_refused': text(
    '被拒绝，从外部看不出原因',
    '服务器以没有规则能解释的方式拒绝了 CONNECT。',
    '查看服务器当时的日志。',
    '用 doctor --log 解释它的日志。',
  ),
};
