import { type PrefixTexts, text } from '../operator-text.ts';

/** HTTP APIs of others, asked with a key. */
export const remoteApi: PrefixTexts<'remote.api_'> = {
  'remote.api_key_missing': text(
    '需要密钥，而请求没有带',
    'API 不知道是谁在请求：请求里没有密钥。',
    '带上密钥再请求一次：curl -i -H "Authorization: Bearer <密钥>" <地址>',
    '在程序里用一处统一的方法，给每个请求附上 Authorization: Bearer <密钥>。',
  ),
  'remote.api_key_place': text(
    '密钥没有被读到',
    '密钥已发送，API 却说没有收到：它读取的是另一个请求头，或中间的设备去掉了这个请求头。',
    '在 API 文档里查看密钥要放在哪个请求头。',
    '把密钥放到 API 读取的请求头里，例如 X-API-Key；在代理上放行 Authorization。',
  ),
  'remote.api_key_rejected': text(
    '密钥不被接受',
    '得到的是未知密钥的回答：密钥抄错、属于另一个环境，或已被删除。',
    '把密钥的前缀和末尾与控制台里的对比，注意空白和换行。',
    '从控制台重新复制这个环境的密钥。',
  ),
  'remote.api_key_revoked': text(
    '密钥已被撤销',
    'API 认得这个密钥，并说明它已被撤销或停用。',
    '在 API 的控制台查看密钥状态。',
    '在控制台新建一个密钥，并替换所有使用旧密钥的地方。',
  ),
  'remote.api_key_expired': text(
    '密钥已过期',
    'API 认得这个密钥，并说明它已过期。',
    '在控制台查看密钥的有效期，并核对本机时钟。',
    '续期密钥或重新登录，并让程序在下次过期之前自动完成。',
  ),
  'remote.api_address': text(
    '来源地址不在允许名单中',
    'API 只接受名单内的地址，而它看到的地址不在其中；在 NAT 或代理之后，它看到的不是本机地址。',
    '从本机请求一个能回显地址的服务，查看出口地址。',
    '请对方把本机的出口地址加入该密钥的允许名单。',
  ),
  'remote.api_method': text(
    '此地址不接受这个方法',
    '地址存在，但它接受的方法与发送的不同。',
    '运行 curl -i -X OPTIONS <地址>，查看 Allow。',
    '使用 API 文档为这个地址写明的方法。',
  ),
  'remote.api_route': text(
    '没有这个地址',
    '是 404 而不是 403：API 有回答，但这个路径下什么也没有（或对无权者隐藏）。',
    '逐字对比路径与文档，包括版本号和末尾斜杠。',
    '更正程序里的路径。',
  ),
  'remote.api_scope': text(
    '密钥缺少权限',
    '密钥有效，但无权执行此操作：缺少某个权限、角色或资源授权。',
    '在控制台查看密钥的权限，并在文档里查看这个接口需要什么。',
    '请对方给这个密钥授予所需权限，或换用有权限的密钥。',
  ),
  'remote.api_disabled': text(
    '该功能未对此账户开放',
    '密钥没有问题；账户的套餐或开关不包含这个功能。',
    '在控制台查看套餐和已开通的功能。',
    '申请开通该功能，或升级到包含它的套餐。',
  ),
  'remote.api_rate': text(
    '请求过于频繁',
    'API 限制了这个密钥或地址的请求频率。',
    '查看回答里的 Retry-After 和 RateLimit 请求头。',
    '等待所示时间，然后拉开调用间隔，并缓存不变的结果。',
  ),
  'remote.api_cors_origin': text(
    'API 不允许这个网页来源',
    '浏览器不会把回答交给这个来源的页面：预检的回答里没有它。',
    '运行 curl -i -X OPTIONS <地址> -H "Origin: <来源>" -H "Access-Control-Request-Method: GET"',
    '请对方允许这个完整来源（协议、主机、端口），或改由自己的后端调用。',
  ),
  'remote.api_cors_method': text(
    '跨域请求不允许这个方法',
    '来源被允许，但 Access-Control-Allow-Methods 里没有页面使用的方法。',
    '在预检的回答里查看 Access-Control-Allow-Methods。',
    '请对方在 Access-Control-Allow-Methods 里加上这个方法。',
  ),
  'remote.api_cors_header': text(
    '跨域请求不允许这个请求头',
    '来源被允许，但 Access-Control-Allow-Headers 里没有携带密钥的请求头；按标准星号不包括 Authorization，而 Chromium 接受。',
    '在预检的回答里查看 Access-Control-Allow-Headers。',
    '请对方在 Access-Control-Allow-Headers 里写明这个请求头。',
  ),
  'remote.api_refused': text(
    '被拒绝，从外部看不出原因',
    'API 拒绝了请求，没有说明原因；密钥、地址、权限和前面的防火墙看起来一样。',
    '记下时间、X-Request-Id 和完整的回答。',
    '把时间、请求编号和密钥前缀发给对方，按顺序询问：密钥是否有效、地址是否在名单、权限、防火墙。',
  ),
};
