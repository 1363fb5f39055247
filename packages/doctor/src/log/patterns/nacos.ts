import type { LogPattern } from '../pattern.ts';

const SERVER = 'Nacos 1.4 to 3.1';
const ACCESS = 'access log of Nacos (Tomcat)';

export const nacosPatterns: readonly LogPattern[] = [
  { id: 'nacos.expired', software: SERVER, match: /token expired!/, code: 'nacos.token_expired' },
  {
    id: 'nacos.invalid',
    software: SERVER,
    match: /token invalid!|Invalid signature|unsupported signature algorithm/,
    code: 'nacos.token_invalid',
  },
  {
    id: 'nacos.user',
    software: SERVER,
    match: /user not found!|unknown user!|User not found! Please check user exist or password is right/,
    code: 'nacos.user_or_password',
    confidence: 'likely',
    reading: {
      zh: '同样的文本也用于完全没有令牌的调用：先确认客户端是否登录过',
      en: 'a call without any token gets the same text: see first whether the client logged in at all',
    },
  },
  { id: 'nacos.permission', software: SERVER, match: /authorization failed!/, code: 'nacos.no_permission' },
  {
    id: 'nacos.identity',
    software: SERVER,
    match: /Invalid server identity key or value|Empty identity, Please set/,
    code: 'nacos.server_identity',
  },
  {
    id: 'nacos.secret',
    software: SERVER,
    match: /the length of secret key must great than or equal 32 bytes|specified key byte array is \d+ bits/,
    code: 'nacos.secret_unset',
  },
  { id: 'nacos.gone', software: SERVER, match: /Current API will be deprecated/, code: 'nacos.api_removed' },
  {
    id: 'nacos.password-in-address',
    software: ACCESS,
    match: /"(?:GET|POST|PUT|DELETE) (?<path>\/nacos\/v\d\/(?:cs|ns)\/[^\s?"]{1,100})\?[^\s"]{0,1000}password=/,
    code: 'nacos.never_logs_in',
  },
  { id: 'nacos.login', software: ACCESS, match: /"POST \/nacos\/v\d\/auth\/(?:users?\/)?login/, code: null },
];
