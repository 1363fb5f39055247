import { type FamilyTexts, text } from '../operator-text.ts';

/** 权限、频率、上限与服务器自身的配置。 */
export const access: FamilyTexts<'scope' | 'resource' | 'rate' | 'limit' | 'config'> = {
  'scope.missing': text(
    '缺少权限',
    '凭据正确，但此调用需要它没有的权限。',
    '查看证据中所需的权限。',
    '使用具有该权限的凭据，或请机器人的主人授予该客户端。',
  ),
  'scope.role_required': text(
    '需要更高的角色',
    '只有 needed 所示的角色可以这样做。',
    '查看证据中的 needed。',
    '请具有该角色的人操作，或使用管理密钥调用。',
  ),
  'resource.hidden': text(
    '不存在，或不属于此调用者',
    '对象不存在或属于他人，调用者无法区分。',
    '查看证据中的 reason。',
    '使用拥有该对象的账号，或管理密钥。',
  ),
  'rate.handshake': text(
    '连接过于频繁',
    '此地址建立连接的速度超过允许值。重试之间没有停顿的客户端会这样。',
    '查看同一地址更早的记录：第一条才是真正原因。',
    '修复第一条拒绝，并让客户端重试间隔逐渐加长。',
  ),
  'rate.requests': text(
    '请求过于频繁',
    '调用速度超过上限。',
    '查看证据中的上限。',
    '让调用者等待 Retry-After 所示时间，并分散调用。',
  ),
  'limit.connections': text(
    '连接数已满',
    '达到服务器的 limits.connections。',
    '统计打开的连接（ss -s），找出连接很多的客户端。',
    '在 hufu.yaml 提高 limits.connections（以及 ulimit -n）后重启。',
  ),
  'limit.objects': text(
    '数量已达上限',
    '此调用会使对象数量超过允许值（见 object 与 limit）。',
    '查看证据中的 limit。',
    '删除不再使用的对象，或把调用拆小。',
  ),
  'limit.slow_reader': text(
    '连接读取太慢',
    '等待发往该连接的数据超过 limits.outboxBytes，因此关闭；已保存的内容不会丢失。',
    '对方是否被挂起、过载或网络很差？',
    '客户端会自动重连并补齐。若健康的客户端也这样，请在 hufu.yaml 提高 limits.outboxBytes。',
  ),
  'config.invalid': text(
    '配置不正确',
    '配置中有未知的键或不可能的值，服务器不会启动。',
    '提示中写明了文件、行号与键。',
    '更正 hufu.yaml 的那一行或所示环境变量后重新启动。',
  ),
};
