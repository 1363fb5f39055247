import { type FamilyTexts, text } from '../operator-text.ts';

/** 角色、频率、上限，以及不能连接的地址。 */
export const access: FamilyTexts<'scope' | 'resource' | 'rate' | 'limit' | 'config'> = {
  'scope.missing': text(
    '该客户端不能调用此接口',
    '令牌正确，但该机器人客户端的 actions 列表中没有此接口。',
    '查看证据中的 action，再对照 hufu.yaml 中该客户端的 actions。',
    '在 hufu.yaml 该客户端的 actions 中加入接口名，或 get_* 这样的模式，然后重启；不写 actions 即允许全部。',
  ),
  'scope.role_required': text(
    '需要更高的角色',
    '凭据正确，但只有 needed 所示的角色可以这样做。',
    '查看证据中的 needed。',
    'operator（管理员）：使用管理密钥调用。person（用户）：用 POST /api/v1/auth/login 登录后使用该会话。owner or admin of the group（群主或群管理员）：请其操作，或用管理密钥调用后端接口（POST /channel/subscriber_remove）。',
  ),
  'resource.hidden': text(
    '不存在，或不属于此调用者',
    '对象不存在或属于他人，调用者无法区分。',
    '查看证据中的 reason。',
    '使用拥有该对象的账号，或管理密钥。',
  ),
  'rate.requests': text(
    '同时进行的调用过多',
    '该连接不等回答就继续发送 OneBot 调用，超过了可以同时处理的数量，排队的位置也已用完。',
    '查看证据中的 detail，并检查插件在一个循环里发起了多少调用。',
    '让插件等到调用的回答（echo）之后再发起下一批；被拒绝的调用一秒后重试即可。',
  ),
  'rate.handshake': text(
    '来自此地址的登录失败账号过多',
    '一刻钟内有五十个账号在此地址登录失败：有人用同一个密码试探许多账号。曾在此地址登录成功的账号以及其他地址不受影响。',
    '查看同一地址之前的 cred.login_failed 记录：这些账号之间是否有关联？',
    '等待 Retry-After 所示时间。若该地址是所有人共用的代理，请在代理上按客户端限制 POST /api/v1/auth/login 的频率。',
  ),
  'limit.connections': text(
    '连接数已满',
    '服务器达到 limits.connections，或同一个账号、同一个 OneBot 令牌的连接数已达上限（见 limit）。',
    '统计打开的连接（ss -s），找出连接很多的客户端，例如不断重连却不关闭旧连接的。',
    '修复打开过多连接的客户端。整个服务器：在 hufu.yaml 提高 limits.connections（以及 ulimit -n）后重启。机器人：再建一个客户端，每个客户端单独计数。',
  ),
  'limit.objects': text(
    '数量已达上限',
    '此调用会创建或列出的对象数量超过允许值（limit）。',
    '查看证据中的 object、given 与 limit。',
    '把过长的 uid 或成员列表拆成几次调用。机器人及其客户端：在页面或用 DELETE /api/v1/bots/<uid>/clients/<id> 删除不用的客户端，或由另一个账号拥有新的机器人。',
  ),
  'limit.slow_reader': text(
    '连接读取太慢',
    '等待发往该连接的数据超过 limits.outboxBytes，或机器人连接 30 秒内没有取走任何数据，因此关闭；已保存的内容不会丢失。',
    '对方是否被挂起、过载或网络很差？',
    '客户端会自动重连并补齐。若健康的客户端也这样，请在 hufu.yaml 提高 limits.outboxBytes。',
  ),
  'config.invalid': text(
    '反向客户端的地址或令牌不可用',
    '没有发起连接：地址不是 ws:// 或 wss://，是本服务器自己，或与同一机器人的另一个客户端相同（两个连接会互相顶替）；或保存的令牌无法解开，因为 data/keys 里的主密钥已不是当初加密用的那一个。',
    '查看证据中的 reason。',
    '填写框架的地址：PATCH /api/v1/bots/<uid>/clients/<id> {"url": "ws://主机:端口/路径"}，或修改 hufu.yaml 中该条目的 url；重复的客户端删去一个。令牌无法解开时：放回原来的 data/keys，或 PATCH {"rotate": true} 并把新令牌填到框架里。',
  ),
};
