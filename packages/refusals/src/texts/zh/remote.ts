import { type FamilyTexts, text } from '../operator-text.ts';

/** 我们主动发起的连接所遇到的情况。 */
export const remote: FamilyTexts<'remote'> = {
  'remote.dns': text(
    '对方地址无法解析',
    '在本服务器上，该主机名没有地址记录。',
    '在服务器上运行 getent hosts <主机名>；容器内的名字可能不同。',
    '更正客户端 url 中的主机，或改用 IP 地址。',
  ),
  'remote.refused': text(
    '对方没有在监听',
    '主机有回应，但端口没有：机器人程序未启动、用了别的端口，或只监听了另一台机器的 127.0.0.1。',
    '在服务器上运行 curl -i http://<主机>:<端口>/。',
    '启动机器人程序；另一台机器上的 NoneBot 需在 .env 中设 HOST=0.0.0.0 与正确的 PORT。',
  ),
  'remote.timeout': text(
    '对方没有回应',
    '发往该地址的包没有回应：防火墙或安全组丢弃了它们，或主机已关机。',
    '在服务器上运行 curl -m 5 -i http://<主机>:<端口>/。',
    '对本服务器的地址放行端口，例如 ufw allow from <本服务器> to any port <端口> proto tcp。',
  ),
  'remote.reset': text(
    '连接被中断',
    '连接被接受后又被切断：中间设备、机器人程序崩溃，或该端口需要 TLS。',
    '查看机器人程序当时的日志。',
    '修复日志中的错误；若是 TLS 端口，url 使用 wss://。',
  ),
  'remote.tls_mismatch': text(
    'ws 与 wss 不一致',
    'url 写的是 wss 而端口没有 TLS，或正好相反；也可能是证书不被接受。',
    '在服务器上运行 openssl s_client -connect <主机>:<端口>。',
    '把客户端 url 中的 ws:// 改为 wss://（或改回）。',
  ),
  'remote.adapter_unregistered': text(
    '没有注册 OneBot V11 适配器',
    '那里有 NoneBot 回应，但没有 OneBot V11 的路由：没有调用 register_adapter。',
    'curl -i http://<主机>:<端口>/onebot/v11/ 得到 404；有适配器时为 405。',
    '在 bot.py 的 nonebot.init() 之后：from nonebot.adapters.onebot.v11 import Adapter; nonebot.get_driver().register_adapter(Adapter)',
  ),
  'remote.path_wrong': text(
    '路径不对',
    'OneBot V11 适配器存在，但我们的路径不是它的三个路径之一。',
    '适配器只接受 /onebot/v11/、/onebot/v11/ws 与 /onebot/v11/ws/。',
    '把客户端 url 改为 ws://<主机>:<端口>/onebot/v11/ws。',
  ),
  'remote.token_required': text(
    '对方需要令牌',
    '对方检查令牌，而该客户端没有设置。',
    '查看机器人程序 .env 中的 ONEBOT_ACCESS_TOKEN。',
    '从页面重新复制该客户端的配置片段到 .env，使两端令牌相同。',
  ),
  'remote.token_mismatch': text(
    '两端令牌不一致',
    '路径与适配器都正确，对方仍然拒绝：其他原因均已排除，说明它的令牌不同。',
    '查看 .env 中的 ONEBOT_ACCESS_TOKEN（NoneBot 会忽略 ONE_BOT_ACCESS_TOKEN 与 ACCESS_TOKEN），修改后需重启机器人程序。',
    '从页面重新复制该客户端的配置片段到 .env，并重启机器人程序。',
  ),
  'remote.token_unset': text(
    '对方没有设置令牌',
    '对方接受不带令牌的握手：任何能访问它的人都可以冒充此机器人。',
    'NoneBot 读取 ONEBOT_ACCESS_TOKEN；ONE_BOT_ACCESS_TOKEN 与 ACCESS_TOKEN 会被忽略。',
    '在 .env 设 ONEBOT_ACCESS_TOKEN=<该客户端的令牌>，并重启机器人程序。',
  ),
  'remote.self_id_duplicate': text(
    '同一个机器人号已经连接',
    '对方已有同一机器人的连接，可能是它还没发现已断开的旧连接。',
    '查找使用同一机器人号的另一个服务器或客户端。',
    '停止另一个连接，或等待自动重试；重启机器人程序可立即清除。',
  ),
  'remote.upgrade_lost': text(
    '中间的代理丢掉了 Upgrade',
    '本机与机器人程序之间有东西把握手当作普通 HTTP 请求回答。',
    '绕过代理直接连接机器人程序。',
    '在 nginx 配置中加入：proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
  ),
  'remote.ws_lib_missing': text(
    '对方没有安装 WebSocket 库',
    'uvicorn 没有 WebSocket 库，对每次握手都回答 404。',
    '其日志写有 No supported WebSocket library detected。',
    '在机器人程序的环境中 pip install "uvicorn[standard]"，然后重启。',
  ),
  'remote.redirect': text(
    '对方要求转到别处',
    '握手得到重定向；WebSocket 客户端不会跟随，令牌也不应被带到别处。',
    '查看证据中的 location。',
    '若信任该地址，把客户端 url 改为重定向的目标。',
  ),
  'remote.front_block': text(
    '前面的代理拦截了请求',
    '回答的是 CDN、WAF、登录墙或服务商页面，而不是机器人程序。',
    '将 Server 请求头与直接连接机器人程序时比较。',
    '在前置服务中放行本服务器的地址，或直接连接机器人程序。',
  ),
  'remote.soft_refusal': text(
    '对方接受后又关闭了连接',
    '握手成功，但对方随即以自己的理由关闭。',
    '查看证据中的 closeCode 与 closeReason，以及机器人程序的日志。',
    '按其理由处理；Koishi 需要把 selfId 设为此机器人号。',
  ),
  'remote.unknown_403': text(
    '对方拒绝，原因无法从外部判断',
    '对方回答 403，探测没有得到决定性结果。',
    '查看机器人程序当时的日志，里面写有原因。',
    '依次检查：路径 /onebot/v11/ws、适配器已注册、ONEBOT_ACCESS_TOKEN 相同、机器人号没有重复连接。',
  ),
};
