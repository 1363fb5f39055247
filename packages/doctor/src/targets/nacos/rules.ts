import { certain, likely, rule, warning } from '../../engine/conclude.ts';
import { type Facts, type HttpSeen, httpOf, noteOf } from '../../model/facts.ts';
import type { Edit, Rule } from '../../model/target.ts';
import { httpUrl, placeOf } from '../../reach/probes.ts';
import { contextOf, hasLogin, isV3, loginId } from './probes.ts';
import { isReadable, messageOf, type NacosWord, stateValue, wordOf } from './words.ts';

const ALL = 'recorded 1.4.8, 2.5.1; live 2.3.2-OEM, 3.1.0';
const SHORT_TTL_S = 60;
/** A ttl above 30 days is none: 2.3.2 gives an epoch time while authentication is off. */
const LONGEST_TTL_S = 30 * 86_400;

export const rules: readonly Rule[] = [
  {
    ...rule('nacos.console_port', 'live 3.1.0', (facts) => {
      if (httpOf(facts, 'S4')?.status !== 200) return null;
      const change = `http://${placeOf(facts).host}:8848/nacos`;
      return certain(['S1', 'S4'], { edits: [{ software: '', file: 'url', change }] });
    }),
    explains: ['nacos.no_token', 'nacos.user_or_password'],
  },
  rule('nacos.api_removed', 'live 3.1.0', (facts) => said(facts, ['B2', 'B4', 'B5'], 'removed')),
  rule('nacos.server_identity', ALL, (facts) => said(facts, ['B2', 'B4', 'B5'], 'identity', [identityKeys])),
  rule('nacos.secret_unset', 'recorded 1.4.8', (facts) => said(facts, ['B3'], 'secret', [secretKey])),
  rule('nacos.no_admin', ALL, (facts) => {
    const state = ['S1', 'S3'].find((id) => stateValue(httpOf(facts, id), 'auth_admin_request') === 'true');
    if (state !== undefined && loginId(facts) === null)
      return certain([state, ...(facts.seen['B3'] === undefined ? [] : ['B3'])], { edits: [firstAdmin(facts)] });
    return said(facts, ['B3'], 'no admin', [firstAdmin(facts)]);
  }),
  rule('nacos.default_password', ALL, (facts) => {
    if (!isLoginRefused(facts) || noteOf(facts, 'D0')['isDefault'] !== true) return null;
    return certain(['B3'], { edits: [firstAdmin(facts)] });
  }),
  rule('nacos.user_or_password', ALL, (facts) => {
    if (!isLoginRefused(facts) || noteOf(facts, 'D0')['isDefault'] === true || hasNoAdmin(facts)) return null;
    const which = whichWasWrong(facts);
    const evidence = ['B3', ...(facts.seen['B3r'] === undefined ? [] : ['B3r'])];
    return likely(evidence, which === null ? {} : { detail: which });
  }),
  rule('nacos.empty_answer', 'recorded and live 3.1.0', (facts) => said(facts, ['B2', 'B4', 'B5'], 'empty')),
  rule('nacos.no_token', ALL, (facts) =>
    wordOf(httpOf(facts, 'B2')) === 'user' && facts.question.secrets['accessToken'] === undefined && !hasLogin(facts)
      ? certain(['B2'], { edits: clientLogin(facts) })
      : null,
  ),
  rule('nacos.token_expired', ALL, (facts) => {
    const expires = noteOf(facts, 'D1')['expires'];
    const found = said(facts, ['B5'], 'expired', clientLogin(facts));
    return found === null || typeof expires !== 'string'
      ? found
      : { ...found, detail: { zh: `过期时间 ${expires}`, en: `it ended ${expires}` } };
  }),
  rule('nacos.token_invalid', ALL, (facts) => {
    const found = said(facts, ['B5'], 'invalid');
    if (found === null) return null;
    const { jwt, secondsLeft } = noteOf(facts, 'D1');
    if (jwt === false) return { ...found, detail: { zh: '它不是一个 Nacos 令牌', en: 'it is no token of Nacos at all' } };
    const past = typeof secondsLeft === 'number' && secondsLeft < 0;
    return {
      ...found,
      detail: past
        ? { zh: '签名密钥不同，而且它也已过期', en: 'the signing key differs, and it has expired as well' }
        : {
            zh: '它尚未过期：签名密钥已更换，或来自另一个集群',
            en: 'it has not expired: the signing key was changed, or another cluster made it',
          },
    };
  }),
  rule('nacos.no_permission', ALL, (facts) => {
    if (wordOf(httpOf(facts, 'B4')) === 'permission')
      return isReadable(httpOf(facts, 'B4r')) ? null : certain(['B4'], { edits: [grant(facts)] });
    return said(facts, ['B5'], 'permission', [grant(facts)]);
  }),
  rule('nacos.login_header', ALL, (facts) => {
    const seen = httpOf(facts, 'B3x');
    return seen !== null && seen.status !== 200 && seen.status !== null ? likely(['B3', 'B3x']) : null;
  }),
  warning('nacos.just_started', ALL, (facts) => {
    if (loginId(facts) === 'B3r') return certain(['B3', 'B3r']);
    return isReadable(httpOf(facts, 'B4r')) ? certain(['B4', 'B4r']) : null;
  }),
  warning('nacos.auth_off', ALL, (facts) => {
    if (!isReadable(httpOf(facts, 'B2'))) return null;
    const claimed = ['S1', 'S3'].find((id) => stateValue(httpOf(facts, id), 'auth_enabled') === 'true');
    return certain(
      ['B2', ...(claimed === undefined ? [] : [claimed])],
      claimed === undefined
        ? {}
        : { detail: { zh: '状态页却写着 auth_enabled=true', en: 'although its state says auth_enabled=true' } },
    );
  }),
  warning('nacos.identity_open', ALL, (facts) =>
    isReadable(httpOf(facts, 'B6')) && !isReadable(httpOf(facts, 'B2')) ? certain(['B6']) : null,
  ),
  rule('nacos.identity_refused', ALL, (facts) =>
    ['user', 'invalid'].includes(wordOf(httpOf(facts, 'B6')) ?? '') ? certain(['B6'], { edits: [identityKeys] }) : null,
  ),
  warning('nacos.ttl_short', ALL, (facts) => {
    const ttl = Number(/"tokenTtl"\s*:\s*(\d{1,12})/.exec(httpOf(facts, loginId(facts) ?? 'B3')?.body ?? '')?.[1] ?? Number.NaN);
    return Number.isFinite(ttl) && ttl < SHORT_TTL_S && ttl < LONGEST_TTL_S
      ? certain([loginId(facts) ?? 'B3'], { detail: { zh: `tokenTtl 为 ${ttl} 秒`, en: `tokenTtl is ${ttl} s` } })
      : null;
  }),
];

export function isLoginRefused(facts: Facts): boolean {
  const last = httpOf(facts, 'B3r') ?? httpOf(facts, 'B3');
  return last !== null && last.status !== 200 && ['user', 'login failed'].includes(wordOf(last) ?? '');
}

function hasNoAdmin(facts: Facts): boolean {
  return ['S1', 'S3'].some((id) => stateValue(httpOf(facts, id), 'auth_admin_request') === 'true');
}

/** 1.4 says the same to both mistakes; since 2.4 an unknown user and a wrong password can be told apart by status and text. */
function whichWasWrong(facts: Facts) {
  const seen: HttpSeen | null = httpOf(facts, 'B3');
  const unknown = { zh: '服务器不认识这个用户名', en: 'the server does not know this user' };
  const password = { zh: '用户存在，密码不对', en: 'the user is known, the password is wrong' };
  if (isV3(facts)) return messageOf(seen) === 'Access Denied' ? unknown : seen?.status === 500 ? password : null;
  if (/caused: User \S+ not found/.test(messageOf(seen))) return unknown;
  return seen?.status === 403 && messageOf(seen) === 'user not found!' ? password : null;
}

function said(facts: Facts, ids: readonly string[], word: NacosWord, edits: readonly Edit[] = []) {
  const found = ids.filter((id) => wordOf(httpOf(facts, id)) === word);
  return found.length === 0 ? null : certain(found, { edits });
}

const secretKey: Edit = {
  software: 'Nacos',
  file: 'conf/application.properties',
  change: 'nacos.core.auth.plugin.nacos.token.secret.key=‹Base64 of at least 32 bytes, the same on every node›',
};
const identityKeys: Edit = {
  software: 'Nacos',
  file: 'conf/application.properties',
  change: 'nacos.core.auth.server.identity.key=‹name›\nnacos.core.auth.server.identity.value=‹secret›',
};

function firstAdmin(facts: Facts): Edit {
  const path = isV3(facts) ? '/v3/auth/user/admin' : '/v1/auth/users/admin';
  return {
    software: 'Nacos',
    file: 'POST',
    change: `curl -X POST '${httpUrl(facts, contextOf(facts) + path)}' -d 'password=‹password›'`,
  };
}

/** What lets each kind of client log in, and again before the token ends. */
function clientLogin(facts: Facts): Edit[] {
  const path = isV3(facts) ? '/v3/auth/user/login' : '/v1/auth/users/login';
  return [
    {
      software: 'nacos-client (Java)',
      file: 'Properties of NacosFactory',
      change: 'properties.put("username", "‹user›");\nproperties.put("password", "‹password›");',
    },
    {
      software: 'Spring Cloud Alibaba',
      file: 'application.properties',
      change: ['config', 'discovery']
        .flatMap((part) => [`spring.cloud.nacos.${part}.username=‹user›`, `spring.cloud.nacos.${part}.password=‹password›`])
        .join('\n'),
    },
    {
      software: 'open API',
      file: 'login',
      change: `curl -X POST '${httpUrl(facts, contextOf(facts) + path)}' -d 'username=‹user›' --data-urlencode 'password=‹password›'`,
    },
  ];
}

function grant(facts: Facts): Edit {
  const namespace = String(facts.question.given['namespace'] ?? 'public');
  return {
    software: 'Nacos',
    file: 'console › 权限控制 › 权限管理',
    change: `${String(facts.question.given['username'] ?? '‹role›')}: ${namespace}:*:* r`,
  };
}
