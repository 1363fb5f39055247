import { type PrefixTexts, text } from '../operator-text.ts';

/** OneBot programs that listen. */
export const remoteFwd: PrefixTexts<'remote.fwd_'> = {
  'remote.fwd_other_port': text(
    '这个端口没有监听，另一个常用端口在监听',
    'OneBot 程序在另一个常用端口上：正向 WebSocket 与 HTTP 各有自己的端口。',
    '在它的设置里查看启用了哪些端口（LLOneBot 与 NapCat：HTTP 3000，WebSocket 3001）。',
    '在地址里使用开放的端口，或启用你想用的监听。',
  ),
  'remote.fwd_direction': text(
    '连接方向反了',
    '在那里回答的是机器人框架：它等待 OneBot 程序来连接（反向 WebSocket），而你的软件把它当成 OneBot 程序来连接。',
    '运行 curl -i http://<主机>:<端口>/onebot/v11/，返回 405 且 Allow: POST。',
    '把框架的地址填为 OneBot 程序的反向 WebSocket；或让框架去连接 OneBot 程序的正向端口（NoneBot：ONEBOT_WS_URLS）。',
  ),
  'remote.fwd_not_ws': text(
    '这个端口不提供 WebSocket',
    '握手被当作普通请求回答：这是 HTTP API 的地址。',
    '运行 curl -i http://<主机>:<端口>/，得到 HTTP API 的回答。',
    '使用正向 WebSocket 的端口（LLOneBot 与 NapCat 为 3001），或对这个端口使用 http://。',
  ),
  'remote.fwd_ws_only': text(
    '这个端口只提供 WebSocket',
    '普通 HTTP 请求得到 426：这个端口不提供 HTTP API。',
    '运行 curl -i http://<主机>:<端口>/get_version_info，得到 426。',
    '对这个端口使用 ws://，或改用 HTTP API 的端口。',
  ),
  'remote.fwd_path_wrong': text(
    '路径不对',
    'OneBot 程序只认 /、/api 与 /event（Hufu 的公共端口还有 /onebot/v11/），地址里的路径不是其中之一。',
    '连接同一端口的根路径。',
    '把路径改为 /：它同时提供调用和事件。',
  ),
  'remote.fwd_token_required': text(
    'OneBot 程序需要令牌',
    '它拒绝没有令牌的连接，而这里没有给出令牌。',
    '在 OneBot 程序的设置里查看 access token。',
    '在你的软件里填入这个令牌：Authorization: Bearer <令牌>。',
  ),
  'remote.fwd_token_mismatch': text(
    '令牌与 OneBot 程序的不一致',
    '令牌已发送，程序仍然拒绝。',
    '对比两端令牌的空白、引号和换行；LLOneBot 与 NapCat 的每个监听各有自己的令牌。',
    '把 OneBot 程序里这个监听的令牌复制到你的软件里，然后重启两端。',
  ),
  'remote.fwd_query_ignored': text(
    '写在查询参数里的令牌没有被读取',
    '同一个令牌放在 Authorization 头里被接受，写成 ?access_token= 被拒绝。',
    '改用请求头连接一次。',
    '发送 Authorization: Bearer <令牌>；只能用查询参数时，在 OneBot 程序上允许它（Hufu：该客户端设置 queryToken: true）。',
  ),
  'remote.fwd_event_only': text(
    '/event 只推送事件，不回答调用',
    '地址以 /event 结尾：那里不回答调用。',
    '改在根路径上发送 get_status。',
    '使用 /（调用和事件），或用 /api 进行调用。',
  ),
  'remote.fwd_api_only': text(
    '/api 只回答调用，不推送事件',
    '地址以 /api 结尾：那里不会有事件。',
    '连接根路径，等待 lifecycle 事件。',
    '使用 /（调用和事件），或用 /event 接收事件。',
  ),
  'remote.fwd_actions_fail': text(
    '连接成功，但调用失败',
    '连接已建立，事件也可能到达，但一个无害的调用（get_status、get_version_info）失败或没有回答。',
    '查看回答里的 retcode 与 wording，以及 OneBot 程序的日志。',
    '按 wording 的说明修复；令牌也可能只允许接收事件。',
  ),
  'remote.fwd_open': text(
    '没有令牌也能控制机器人',
    '能访问这个端口的任何人（包括那台机器上浏览器里的网页）都能以机器人身份发送。',
    '不带 Authorization 连接：调用有回答。',
    '在 OneBot 程序和你的软件里都设置 access token。',
  ),
  'remote.fwd_frame_refusal': text(
    '拒绝发生在连接之后',
    '程序先接受连接，再用一帧（retcode 1403）或关闭来拒绝：只看握手的客户端会以为连上了。',
    '查看 101 之后的第一帧。',
    '让你的软件读取第一帧；在升级之前用状态码拒绝更安全。',
  ),
};
