import { type FamilyTexts, text } from '../operator-text.ts';

const REGISTER = '登记令牌：用管理密钥（请求头 token）调用 POST /user/token {"uid","token","device_flag","device_level"}。';

export const cred: FamilyTexts<'cred'> = {
  'cred.missing': text(
    '没有收到令牌',
    '请求在所有会读取的位置都没有带凭据：要么客户端没有发送，要么中间的代理丢掉了 Authorization 请求头。',
    'curl -i -H "Authorization: Bearer <令牌>" <地址>；如果这样成功，请检查客户端或代理实际发送了什么。',
    '在客户端填写令牌（机器人：access token；SDK：token 参数；后端：在请求头 token 中发送管理密钥）。nginx：proxy_set_header Authorization $http_authorization;',
  ),
  'cred.wrong_place': text(
    '令牌放在了不读取的位置',
    '找到了令牌，但它在地址的查询参数里。地址会进入日志与代理，因此只对允许的机器人客户端读取。',
    '查看证据中的 place，以及客户端如何拼接地址。',
    '改为发送 "Authorization: Bearer <令牌>"；只能用查询参数的 OneBot 客户端，请在 hufu.yaml 对应条目加 queryToken: true。',
  ),
  'cred.malformed': text(
    '凭据格式不对',
    '发来了凭据，但不是“方案名、一个空格、值”的形式：值为空、过长，或方案名未知。',
    '查看证据中的 scheme 或 reason。只有 "Bearer" 而没有值，说明客户端没有设置令牌。',
    '准确发送 "Authorization: Bearer <令牌>"；如果发来的是空值，请在客户端填写令牌。',
  ),
  'cred.ambiguous': text(
    '一次请求带了两个不同的凭据',
    '请求头与查询参数（或两个请求头）的值不同。随便选一个会掩盖过期的那个。',
    '查看证据中的 places；常见原因是客户端保存的旧地址里还带着 access_token。',
    '去掉其中一个，通常是地址里的 access_token。',
  ),
  'cred.rejected': text(
    '令牌在这里无效',
    '对方只被告知这一点，具体原因没有记录。',
    '在服务器上运行 hufu explain <请求编号> 查看保留的内容。',
    REGISTER,
  ),
  'cred.unknown': text(
    '这里没有任何对象使用此令牌',
    '令牌格式正确，但没有账号、会话或机器人客户端使用它：从未在这里签发、已被删除，或者账号本身不存在。',
    '将 presentedFingerprint 与以前成功时的指纹比较，并确认客户端连接的是正确的服务器。',
    '用户：用管理密钥调用 POST /user/token。机器人：在页面打开该机器人，生成新令牌并粘贴新的配置片段。后端：管理密钥即 HUFU_ADMIN_SECRET 的值，或首次启动时打印的那个。',
  ),
  'cred.mismatch': text(
    '账号存在，但令牌不同',
    '该账号与设备标识已登记令牌，而发来的是另一个值，也不是最近三次用过的值。',
    '核对客户端令牌的长度与前两个字符，与后端最近一次登记的值比较。',
    REGISTER,
  ),
  'cred.near_miss': text(
    '令牌只差一点',
    '去掉 nearMiss 所指的多余字符（空白、引号、重复的 Bearer、百分号编码、全角字符）后就是正确的令牌：复制或配置时多带了字符。',
    '查看证据中的 nearMiss，再看客户端配置中写令牌的那一行。',
    '在客户端配置里删去多余字符后重连，服务器不需要任何改动。',
  ),
  'cred.wrong_kind': text(
    '有效的凭据，但用途不对',
    '该值属于另一种用途：把管理密钥、机器人令牌、设备令牌或会话用在了需要其他种类的地方（见证据 presentedKind）。反向客户端的令牌只用于由本服务器发起的连接。',
    '查看客户端配置引用了哪个密钥。出现在客户端程序里的管理密钥应视为已泄露。',
    '用户使用 POST /user/token 的令牌，后端使用管理密钥，主动连接本服务器的机器人使用正向客户端的令牌（POST /api/v1/bots/<uid>/clients {"kind": "forward","name"}）。若管理密钥曾进入客户端，请更换 HUFU_ADMIN_SECRET 并重启。',
  ),
  'cred.expired': text(
    '会话已过期',
    '令牌正确，但有效期已过（见证据 expiredMs）。',
    '将过期时间与两端的时钟比较。',
    '重新登录：POST /api/v1/auth/login。',
  ),
  'cred.revoked': text(
    '会话已被结束',
    '打开这条连接的会话已经结束：本人退出了登录，或更换了密码。由其他会话或令牌打开的连接不受影响。',
    '该账号当时是否退出了登录或更换了密码？',
    '在要继续使用的设备上重新登录。',
  ),
  'cred.superseded': text(
    '已被更新的令牌取代',
    '此令牌曾对该账号与设备标识有效，之后同一组合又被 POST /user/token 登记了新令牌（见 replacedAt）。两台设备共用一个标识时会互相顶替。',
    '在后端查找那个时间是谁调用了 /user/token，以及是否有两台设备使用同一个 device_flag。',
    '让客户端使用最新的令牌，或为第二台设备登记独立的 device_flag。',
  ),
  'cred.not_issued': text(
    '该设备标识没有登记令牌',
    '该账号在客户端的标识下没有令牌，或令牌已收回（Hufu 的 flagsWithToken 列出已有令牌的标识）。常见情况：后端登记了 0（APP），而网页 SDK 用 1（WEB）连接。',
    '将客户端的标识（0 原生 SDK，1 网页 SDK，2 PC；Hufu 写在 connectedWithFlag 里）与后端发给 /user/token 的 device_flag 比较。',
    '在客户端连接之前调用 POST /user/token {"uid","token","device_flag": <客户端的标识>,"device_level": 1}。',
  ),
  'cred.other_owner': text(
    '令牌属于另一个账号',
    '值是对的，但属于 ownerUid 所示账号，而不是所声明的账号：客户端混用了两个用户，或有人在试用他人的令牌。',
    '检查客户端为哪个 uid 取得了令牌，尤其是切换账号之后。',
    '让客户端使用同一次登录得到的 uid 与令牌。若怀疑被盗，用 POST /user/token 为其主人登记新令牌。',
  ),
  'cred.login_failed': text(
    '登录失败',
    'uid 不存在、属于机器人、没有设置密码、密码错误，或账号被封禁：见证据 cause。对方对所有情况得到同一个回答。',
    '查看证据中的 name 与 cause。',
    '创建账号或设置新密码：用管理密钥调用 POST /api/v1/users {"uid","name","password"}。管理员自己登录：使用 HUFU_ADMIN_SECRET 的值，或首次启动时打印的密钥。',
  ),
  'cred.login_locked': text(
    '登录失败次数过多',
    '该账号在此地址连续失败十次，此地址需等待一分钟；其他地址不受影响。',
    '查看同一地址之前的 cred.login_failed 记录。',
    '等待 Retry-After 所示时间，并更正一直在重试的客户端里保存的密码。',
  ),
};
