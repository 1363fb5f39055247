import { type Facts, httpOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { httpUrl, isAnswering, placeOf, via } from '../../reach/probes.ts';
import type { Tools } from '../../tools/tools.ts';
import { claimsOf } from './token.ts';
import { isReadable, wordOf } from './words.ts';

const STEP_MS = 2500;
/** Users are read into a cache after every start, 3 s (line 3) to 5 s (2.3) after the port answers: a good password is refused until then. */
const RETRY_AFTER_MS = 5500;

/** `/nacos` unless the address says otherwise. */
export function contextOf(facts: Facts): string {
  const path = placeOf(facts).path.replace(/\/+$/, '');
  return path === '' ? '/nacos' : (/^\/[\w-]+/.exec(path)?.[0] ?? '/nacos');
}

export function hasLogin(facts: Facts): boolean {
  return facts.question.given['username'] !== undefined && facts.question.secrets['password'] !== undefined;
}

/** 3.x has its own paths for login and client reads. */
export function isV3(facts: Facts): boolean {
  return httpOf(facts, 'S3')?.status === 200;
}

/** A login that gave a token: the first, or the one some seconds later. */
export function loginId(facts: Facts): 'B3' | 'B3r' | null {
  if (httpOf(facts, 'B3')?.status === 200) return 'B3';
  return httpOf(facts, 'B3r')?.status === 200 ? 'B3r' : null;
}

/** State, a read without a token, a login as the person's own client does it, and the same read with each token. Nothing is written. */
export const probes: readonly Probe[] = [
  {
    id: 'S1',
    says: { zh: '服务器状态', en: 'the state of the server' },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => get(facts, tools, { path: '/v1/console/server/state' }),
  },
  {
    id: 'S3',
    says: { zh: '3.x 的服务器状态', en: 'the state of a 3.x server' },
    maxMs: STEP_MS,
    when: (facts) => httpOf(facts, 'S1') !== null && httpOf(facts, 'S1')?.status !== 200,
    run: (facts, tools) => get(facts, tools, { path: '/v3/admin/core/state' }),
  },
  {
    id: 'S4',
    says: { zh: '是否是控制台端口', en: 'whether it is the console port' },
    maxMs: STEP_MS,
    when: (facts) => httpOf(facts, 'S3') !== null && !isV3(facts),
    run: (facts, tools) =>
      tools.http({ url: httpUrl(facts, '/v3/console/server/state'), method: 'GET', ...via(facts), maxMs: STEP_MS }),
  },
  {
    id: 'B2',
    says: { zh: '不带令牌读取配置', en: 'a config read without a token' },
    maxMs: STEP_MS,
    when: isAnswering,
    run: (facts, tools) => read(facts, tools, {}),
  },
  {
    id: 'D1',
    says: { zh: '令牌的有效期', en: 'the life of the token' },
    maxMs: 100,
    when: (facts) => facts.question.secrets['accessToken'] !== undefined,
    run: async (facts, tools) => tools.note('the given token', claimsOf(tools.secrets['accessToken'] ?? '', clockOf(facts))),
  },
  {
    id: 'B5',
    secret: true,
    says: { zh: '用给出的令牌读取配置', en: 'a config read with the given token' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && facts.question.secrets['accessToken'] !== undefined,
    run: (facts, tools) => read(facts, tools, { Authorization: `Bearer ${tools.secrets['accessToken'] ?? ''}` }),
  },
  {
    id: 'D0',
    says: { zh: '是否是旧的默认密码', en: 'whether it is the old default password' },
    maxMs: 100,
    when: hasLogin,
    run: async (facts, tools) => {
      const isDefault = facts.question.given['username'] === 'nacos' && tools.secrets['password'] === 'nacos';
      return tools.note('the given password', { isDefault });
    },
  },
  {
    // Without Authorization: every line looks at an old token there first and refuses a good password.
    id: 'B3',
    secret: true,
    says: { zh: '登录', en: 'the login' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && hasLogin(facts),
    run: (facts, tools) => login(facts, tools, {}),
  },
  {
    id: 'B3r',
    secret: true,
    says: {
      zh: '几秒后再次登录（刚启动的服务器会拒绝正确的密码）',
      en: 'the login some seconds later (a server that has just started refuses good passwords)',
    },
    maxMs: RETRY_AFTER_MS + STEP_MS,
    when: (facts) =>
      httpOf(facts, 'B3') !== null &&
      loginId(facts) === null &&
      ['user', 'login failed'].includes(wordOf(httpOf(facts, 'B3')) ?? ''),
    run: async (facts, tools) => {
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
      return login(facts, tools, {});
    },
  },
  {
    id: 'D2',
    says: { zh: '新令牌的有效期', en: 'the life of the fresh token' },
    maxMs: 100,
    when: (facts) => loginId(facts) !== null,
    run: async (facts, tools) => tools.note('the fresh token', claimsOf(tools.secrets['freshToken'] ?? '', clockOf(facts))),
  },
  {
    id: 'B4',
    secret: true,
    says: { zh: '用新令牌读取配置', en: 'a config read with the fresh token' },
    maxMs: STEP_MS,
    when: (facts) => loginId(facts) !== null,
    run: (facts, tools) => read(facts, tools, { Authorization: `Bearer ${tools.secrets['freshToken'] ?? ''}` }),
  },
  {
    // 1.4.8 answers so to a good administrator for the first seconds, too.
    id: 'B4r',
    secret: true,
    says: { zh: '几秒后再次登录并读取', en: 'login and read some seconds later' },
    maxMs: RETRY_AFTER_MS + STEP_MS,
    when: (facts) =>
      wordOf(httpOf(facts, 'B4')) === 'permission' && /"globalAdmin"\s*:\s*false/.test(httpOf(facts, 'B3')?.body ?? ''),
    run: async (facts, tools) => {
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
      await login(facts, tools, {});
      return read(facts, tools, { Authorization: `Bearer ${tools.secrets['freshToken'] ?? ''}` });
    },
  },
  {
    id: 'B3x',
    secret: true,
    says: { zh: '带着旧令牌登录', en: 'the login with the old token in its header' },
    maxMs: STEP_MS,
    when: (facts) => loginId(facts) !== null && facts.seen['B5'] !== undefined && !isReadable(httpOf(facts, 'B5')),
    run: (facts, tools) => login(facts, tools, { Authorization: `Bearer ${tools.secrets['accessToken'] ?? ''}` }),
  },
  {
    id: 'B6',
    secret: true,
    says: { zh: '只带服务器身份头读取', en: 'a read with the server identity header alone' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && identityHeader(facts) !== null && facts.question.secrets['secret'] !== undefined,
    run: (facts, tools) => read(facts, tools, { [identityHeader(facts) ?? '']: tools.secrets['secret'] ?? '' }),
  },
];

function identityHeader(facts: Facts): string | null {
  const name = facts.question.given['identityHeader'];
  return name === undefined ? null : String(name);
}

function clockOf(facts: Facts): number {
  return Number(facts.question.given['clockMs'] ?? Date.now());
}

function login(facts: Facts, tools: Tools, headers: Readonly<Record<string, string>>) {
  const path = isV3(facts) ? '/v3/auth/user/login' : '/v1/auth/users/login';
  const body = new URLSearchParams({
    username: String(facts.question.given['username']),
    password: tools.secrets['password'] ?? '',
  });
  const isOld = headers['Authorization'] !== undefined;
  return tools.http({
    url: httpUrl(facts, contextOf(facts) + path),
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json', ...headers },
    body: body.toString(),
    ...via(facts),
    // The login that shows the mistake must not replace the token that works.
    ...(isOld ? {} : { learn: { member: 'accessToken', as: 'freshToken' } }),
    maxMs: STEP_MS,
  });
}

function read(facts: Facts, tools: Tools, headers: Readonly<Record<string, string>>) {
  const { dataId = 'hufu-doctor', group = 'DEFAULT_GROUP', namespace } = facts.question.given;
  const query = new URLSearchParams({
    dataId: String(dataId),
    group: String(group),
    ...(namespace === undefined ? {} : { tenant: String(namespace) }),
  });
  return get(facts, tools, { path: `/v1/cs/configs?${query}`, headers });
}

function get(facts: Facts, tools: Tools, how: { readonly path: string; readonly headers?: Readonly<Record<string, string>> }) {
  const headers = { Accept: 'application/json', ...how.headers };
  return tools.http({ url: httpUrl(facts, contextOf(facts) + how.path), method: 'GET', headers, ...via(facts), maxMs: STEP_MS });
}
