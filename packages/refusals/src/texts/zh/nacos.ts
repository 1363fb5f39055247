import { type PrefixTexts, text } from '../operator-text.ts';

/** Nacos servers and their clients. */
export const nacos: PrefixTexts<'nacos.'> = {
  'nacos.no_token': text(
    '调用没有带令牌',
    '服务器开启了鉴权，没有令牌的调用会得到 user not found 或 unknown user，听起来像用户名错误，其实不是。',
    "运行 curl -i '<地址>/v1/cs/configs?dataId=x&group=DEFAULT_GROUP'，得到 403。",
    '先登录（POST /v1/auth/users/login，3.x 为 /v3/auth/user/login），每次调用带上 Authorization: Bearer <accessToken>。',
  ),
  'nacos.user_or_password': text(
    '用户名或密码不正确',
    '登录被拒绝。旧版本不区分是哪一个错，新版本可以从状态码和文本看出。',
    '用同样的用户名和密码登录控制台。',
    '在客户端更正用户名和密码；或由管理员在控制台重置密码。',
  ),
  'nacos.default_password': text(
    '默认密码 nacos/nacos 已不再有效',
    '自 2.4 起没有默认密码：必须先用自己的密码创建第一个管理员。',
    '还没有管理员时，服务器状态里 auth_admin_request 为 true。',
    '创建第一个管理员，或使用当时设置的密码。',
  ),
  'nacos.no_admin': text(
    '还没有管理员',
    '从未创建第一个管理员，所以谁都无法登录。',
    '服务器状态里 auth_admin_request 为 true。',
    '用下面的调用创建第一个管理员。',
  ),
  'nacos.just_started': text(
    '服务器刚启动，正确的密码也会被拒绝几秒',
    '每次启动后约几秒才把用户和权限读入缓存；在此之前，正确的密码（1.4 是正确的令牌）也会被拒绝。',
    '几秒后同样的登录成功了。',
    '让客户端在服务器启动后至少 20 秒内带间隔地重试，再判定失败。',
  ),
  'nacos.token_expired': text(
    '令牌已过期',
    'Nacos 令牌在 tokenTtl（默认 18000 秒）后失效，没有刷新接口：续期就是重新登录。',
    '解码令牌的中间部分查看 exp，或看回答里的 token expired!。',
    '让客户端在到期前（tokenTtl 的十分之九时）重新登录；只登录一次的脚本在 tokenTtl 后必然失败。',
  ),
  'nacos.token_invalid': text(
    '令牌的签名与服务器的密钥不符',
    '密钥被更换、各节点密钥不同，或令牌由另一个集群签发；损坏的令牌看起来也一样。',
    '对比各节点的 token.secret.key，以及近期是否更改过。',
    '重新登录即可，新令牌立即有效。若反复出现，请在所有节点设置相同的密钥。',
  ),
  'nacos.no_permission': text(
    '没有权限',
    '令牌有效，但它的角色不能读取这个命名空间或配置。重新登录没有用。',
    '在控制台查看该用户的角色，以及角色的权限。',
    '在控制台给该角色授予权限（命名空间，r 或 rw），最多 15 秒后生效。',
  ),
  'nacos.server_identity': text(
    '服务器没有设置身份标识',
    '开启了鉴权，而 server.identity.key/value 为空：所有调用都会被拒绝，包括正确的令牌。',
    '回答以 Invalid server identity key or value 开头。',
    '在每个节点的 application.properties 里设置这两个键，然后重启。',
  ),
  'nacos.identity_refused': text(
    '身份标识头不被接受',
    '这个请求头用于 Nacos 节点之间；名称或值不同时，调用等同于没有令牌。',
    '对比请求头的名称和值与服务器的 server.identity.key、.value。',
    '客户端应改用登录；若是节点，请设置与其他节点相同的身份标识。',
  ),
  'nacos.identity_open': text(
    '身份标识头拥有全部权限',
    '带上这个请求头，任何调用都不需要令牌，包括带密码散列的用户列表。',
    '只带这个请求头就读取成功。',
    '从客户端去掉这个请求头，在所有节点更换它的值，让客户端改用登录。',
  ),
  'nacos.secret_unset': text(
    '签名密钥没有设置或太短',
    '无法签发令牌：密钥为空或短于 32 字节。',
    '登录返回 500：The specified key byte array is … bits；新版本根本无法启动。',
    '把 token.secret.key 设为至少 32 字节的 Base64，所有节点相同。',
  ),
  'nacos.api_removed': text(
    '这个版本的服务器已关闭该接口',
    '3.x 对 v1、v2 的控制台和管理接口返回 410，不看令牌。',
    '回答里写明了替代路径。',
    '改用 v3 路径，或开启兼容：nacos.core.api.compatibility.client.enabled=true。',
  ),
  'nacos.empty_answer': text(
    '空的 200 其实是拒绝',
    '3.x 的鉴权过滤器吞掉了错误（请求里的用户不存在），返回空的 200：既没有读到也没有写入。',
    '本该有配置、true 或 ok 的地方，回答是空的。',
    '检查客户端每次调用所带的用户名，或改为登录并携带令牌。',
  ),
  'nacos.auth_off': text(
    '没有令牌也能读取',
    '客户端 API 没有开启鉴权：能访问端口的人都可以读写配置。3.x 的状态可能仍写 auth_enabled，那指的是控制台和管理接口。',
    '不带令牌读取成功。',
    '设置 nacos.core.auth.enabled=true 以及密钥和身份标识，然后重启所有节点。',
  ),
  'nacos.ttl_short': text(
    '令牌寿命很短',
    '续期比这更慢的客户端会反复失败（Java 3.x 在两个处理器上根本不续期）。',
    '查看登录回答里的 tokenTtl。',
    '把 nacos.core.auth.plugin.nacos.token.expire.seconds 设为 18000，或让客户端按每次登录返回的 tokenTtl 安排续期。',
  ),
  'nacos.login_header': text(
    '登录时不能带旧令牌',
    'Nacos 先看登录请求的 Authorization 头：那里若是过期或别处的令牌，正确的密码也会被拒绝。',
    '同样的登录，不带该请求头成功，带上就失败。',
    '在客户端的登录请求里去掉 Authorization。',
  ),
  'nacos.console_port': text(
    '这是控制台端口',
    '3.x 的控制台在单独的端口（8080）；客户端应使用 8848 和路径 /nacos。',
    '在这里 GET /v3/console/server/state 有回答。',
    '在客户端使用 http://<主机>:8848/nacos。',
  ),
  'nacos.refresh_absent': text(
    '客户端从不续期',
    'token expired! 的拒绝反复出现，中间没有登录。',
    '在日志里找登录请求：开始时有一次，之后没有。',
    '换用会重新登录的客户端（Java 2.5、Python 3.2），给 Java 3.x 两个以上处理器（-XX:ActiveProcessorCount=4），或在脚本里于 tokenTtl 的十分之九时重新登录。',
  ),
  'nacos.never_logs_in': text(
    '客户端从不登录',
    '每次调用都在地址里带用户名和密码而不是令牌：它们会出现在所有访问日志里，而且在 3.x 上不存在的用户看起来像成功。',
    '在服务器访问日志里查找 username= 和 password=。',
    '更换这个密码，改用会登录并发送 Authorization 的客户端。',
  ),
  'nacos.unknown': text(
    '被拒绝，从外部看不出原因',
    '服务器的回答没有规则能解释；有些原因只写在它的日志里。',
    '把 Nacos 的 AUTH 日志设为 DEBUG，查看当时的 nacos.log。',
    '用 doctor --log 解释它的日志，并加上 --username 与 --password-env 再试。',
  ),
};
