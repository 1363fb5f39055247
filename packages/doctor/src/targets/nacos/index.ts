import { type Facts, httpOf } from '../../model/facts.ts';
import type { Target } from '../../model/target.ts';
import { reachProbes } from '../../reach/probes.ts';
import { reachOpen, reachRules, reachSettled } from '../../reach/rules.ts';
import { hasLogin, isV3, loginId, probes } from './probes.ts';
import { isLoginRefused, rules } from './rules.ts';
import { isReadable, stateValue, wordOf } from './words.ts';

/** A Nacos server, 1.2 to 3.x, asked over HTTP. */
export const nacos: Target = {
  name: 'nacos',
  says: { zh: 'Nacos 服务器', en: 'a Nacos server' },
  fits: (url) => (/^https?:$/.test(url.protocol) && (url.port === '8848' || /^\/nacos(\/|$)/.test(url.pathname)) ? 0.95 : 0),
  options: [
    { flags: '--username <name>', says: 'the user your client logs in as; its password comes with --password-env' },
    {
      flags: '--namespace <id>',
      says: 'the namespace your client reads (default public)',
      read: (text) => (/^[\w-]{1,128}$/.test(text) ? text : null),
    },
    { flags: '--data-id <id>', says: 'the config your client reads', read: (text) => (text.length <= 256 ? text : null) },
    {
      flags: '--group <group>',
      says: 'its group (default DEFAULT_GROUP)',
      read: (text) => (/^[\w.:-]{1,128}$/.test(text) ? text : null),
    },
    {
      flags: '--identity-header <name>',
      says: 'the server identity header your client sends; its value comes with --secret-env',
      read: (text) => (/^[\w-]{1,64}$/.test(text) ? text : null),
    },
  ],
  probes: [...reachProbes, ...probes],
  rules: [...reachRules, ...rules],
  settled: [
    ...reachSettled,
    {
      says: { zh: '是 Nacos 1.x 或 2.x', en: 'it is a Nacos 1.x or 2.x' },
      when: (facts) => httpOf(facts, 'S1')?.status === 200 && stateValue(httpOf(facts, 'S1'), 'version') !== null,
    },
    { says: { zh: '是 Nacos 3.x', en: 'it is a Nacos 3.x' }, when: isV3 },
    { says: { zh: '登录成功', en: 'the login succeeds' }, when: (facts) => loginId(facts) !== null },
    {
      says: { zh: '新令牌可以读取', en: 'a fresh token may read' },
      when: (facts) => isReadable(httpOf(facts, 'B4')) || isReadable(httpOf(facts, 'B4r')),
    },
    { says: { zh: '给出的令牌有效', en: 'the given token is valid' }, when: (facts) => isReadable(httpOf(facts, 'B5')) },
  ],
  open: [
    ...reachOpen,
    {
      says: {
        zh: '没有给出用户和密码：用 --username 与 --password-env 试登录',
        en: 'no user and password were given: --username and --password-env try the login',
      },
      when: (facts) => !hasLogin(facts) && facts.seen['B2'] !== undefined && !isReadable(httpOf(facts, 'B2')),
    },
    {
      says: {
        zh: '服务器启动后约 5 秒、新建用户后至多 15 秒内，正确的密码也会被拒绝：若刚刚如此，请 20 秒后再试',
        en: 'for some 5 s after a start and up to 15 s after a user was made, a good password is refused too: if that is so, try again after 20 s',
      },
      when: isLoginRefused,
    },
    {
      says: {
        zh: '令牌活到期满为止：重新登录即可；会自动续期的客户端不会遇到。客户端从不登录或从不续期时，用 doctor --log 解释它的日志',
        en: 'a token lives until its end: a new login helps at once, and a client that refreshes never meets this. Whether yours never logs in or never refreshes its log tells: doctor --log',
      },
      when: (facts) => ['expired', 'invalid'].includes(wordOf(httpOf(facts, 'B5')) ?? ''),
    },
  ],
  fallback: (facts) => (isUnexplained(facts) ? 'nacos.unknown' : null),
};

/** Nothing could be read, with whatever was given. */
function isUnexplained(facts: Facts): boolean {
  if (facts.seen['B2'] === undefined) return false;
  return !['B2', 'B4', 'B4r', 'B5', 'B6'].some((id) => isReadable(httpOf(facts, id)));
}
