import { type FamilyTexts, text } from '../operator-text.ts';

export const http: FamilyTexts<'http' | 'cors' | 'ws' | 'net'> = {
  'http.route_unknown': text(
    '没有这个地址',
    '没有路由使用此路径。常见原因是代理增加或去掉了前缀，或调用的是另一版本的接口。',
    '运行 curl -i <地址>/health：带 X-Request-Id 的回答来自本服务器。再将证据中的 call 与文档逐字比较。',
    '更正客户端路径，或让代理原样转发路径（nginx：proxy_pass 的主机后不要带路径）。',
  ),
  'http.method_not_allowed': text(
    '不接受此方法',
    '路径存在，但不接受此方法。',
    '回答的 Allow 响应头列出了正确的方法。',
    '改用 Allow 中的方法；重定向可能把 POST 变成了 GET。',
  ),
  'http.bad_media_type': text(
    '不支持的内容类型',
    '请求体的 Content-Type 不是该路由读取的类型。',
    '查看证据中的 expected。',
    '发送 Content-Type: application/json（上传文件用 multipart/form-data）。',
  ),
  'http.bad_body': text(
    '请求内容无法理解',
    '收到的不是 HTTP 请求，请求体不是 JSON，或某个字段缺失、类型不对、取值不可能。',
    '查看证据中的 field、pointer、reason 与 looksLike。',
    '更正证据所指之处后重新发送。若此端口收到 TLS 或 WKProto：请使用启动时打印的 http:// 与 ws:// 地址，TCP 客户端使用 5100 端口。',
  ),
  'http.body_too_large': text(
    '请求内容过大',
    '请求体超过该路由的上限，或 OneBot 帧超过 onebot.maxFrameBytes（limitBytes）。',
    '查看证据中的 limitBytes。',
    '每次请求少发一些内容；文件请用 POST /api/v1/files。机器人以 base64:// 发送大图片时，在 hufu.yaml 调大 onebot.maxFrameBytes（比文件大三分之一以上）。',
  ),
  'http.upgrade_missing': text(
    '没有收到 WebSocket 升级',
    '该路径只提供 WebSocket，而来的是普通 HTTP 请求。代理默认会丢掉 Upgrade。',
    '绕过代理直接连接；如果成功，就是代理丢掉了请求头。',
    '在 nginx 配置中加入：proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; Caddy 无需设置。',
  ),
  'http.upgrade_bad': text(
    'WebSocket 握手不正确',
    'Sec-WebSocket-Key 或 Sec-WebSocket-Version 缺失或不合法。',
    '查看证据中的 reason：需要版本 13 与 24 个字符的 key。',
    '使用符合 RFC 6455 的 WebSocket 库；代理须原样转发 Sec-WebSocket-*。',
  ),
  'http.host_not_allowed': text(
    '不允许的 Host',
    'Host 既不是本机名称，也不在 external 中。此检查防止外部网页借域名重绑定访问本服务器。',
    '查看证据中的 Host：它是人们访问服务器用的名字吗？',
    '在 hufu.yaml 写入公网地址，例如 external: {http: "https://chat.example.com"}，然后重启。',
  ),
  'cors.origin_not_allowed': text(
    '其他来源的网页发来请求',
    '发送请求的网页既不是由本服务器提供，也不在 external 的地址上。',
    '查看证据中的 origin，注意协议与端口。',
    '若是自己的网页，在 hufu.yaml 加入它的来源，例如 external: {origins: "https://app.example.com"}，然后重启。直接打开的本地文件来源为 null，无法允许，请通过 http 提供。',
  ),
  'ws.origin_not_allowed': text(
    '其他来源的网页发起连接',
    'WebSocket 握手来自外部来源的网页；浏览器本身不限制 WebSocket。在要求令牌时，其他网页可使用 5200 端口。',
    '查看证据中的 origin，注意协议与端口。',
    '若是自己的网页，在 hufu.yaml 加入它的来源，例如 external: {origins: "https://app.example.com"}，然后重启。非浏览器程序不应发送 Origin。',
  ),
  'net.private_target': text(
    '不允许连接内网地址',
    '该客户端的地址属于内网或本机。只有管理员的机器人与 hufu.yaml 中的客户端可以连接，以免有人借服务器扫描内网。',
    '在服务器上解析该客户端 url 的主机名。',
    '在 hufu.yaml 中声明该客户端（bots: … clients: …），或由管理员创建账号：用管理密钥调用 POST /api/v1/users {"uid","name","password"}，其机器人即可连接。',
  ),
};
