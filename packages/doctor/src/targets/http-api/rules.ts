import { saying } from '../../engine/saying.ts';
import { certain, likely, possible, rule } from '../../engine/conclude.ts';
import { type Facts, httpOf, type HttpSeen } from '../../model/facts.ts';
import type { Finding, Rule } from '../../model/target.ts';
import { hasKey, headerName, methodOf, queryName } from './probes.ts';
import { addressIn, type Hint, hintOf, isPage, retryAfter, sameAnswer } from './words.ts';

const FAKE = 'configurable API of the tests';

const requestRules: readonly Rule[] = [
  rule('remote.api_route', FAKE, (facts) => (answer(facts)?.status === 404 ? certain([answerId(facts)]) : null)),
  rule('remote.api_method', FAKE, (facts) => {
    const seen = answer(facts);
    const allow = seen?.headers['allow'] ?? httpOf(facts, 'O0')?.headers['allow'] ?? '';
    const taken = allow
      .toUpperCase()
      .split(/[\s,]+/)
      .includes(methodOf(facts));
    const isSaid = seen?.status === 405 || (isForbidden(seen) && hintOf(seen) === 'method');
    if (!isSaid && !(isForbidden(seen) && allow !== '' && !taken)) return null;
    return (isSaid ? certain : likely)([answerId(facts), ...(facts.seen['O0'] === undefined ? [] : ['O0'])], {
      detail:
        allow === ''
          ? words('此地址不接受', 'this address does not take', methodOf(facts))
          : words('只接受', 'only these are taken:', allow),
    });
  }),
  rule('remote.api_rate', FAKE, (facts) => {
    const seen = answer(facts);
    if (seen?.status !== 429) return null;
    const seconds = retryAfter(seen, Number(facts.question.given['clockMs'] ?? 0));
    return certain(
      [answerId(facts)],
      seconds === null ? {} : { detail: { zh: `${seconds} 秒后再试`, en: `try again in ${seconds} s` } },
    );
  }),
  rule('remote.api_key_missing', FAKE, (facts) =>
    !hasKey(facts) && isUnknown(httpOf(facts, 'K0')) && !saysOther(httpOf(facts, 'K0')) ? certain(['K0']) : null,
  ),
  // The key was sent, and the answer is still that none arrived.
  rule('remote.api_key_place', FAKE, (facts) => {
    const seen = httpOf(facts, 'K1');
    if (seen?.status !== 401 || hintOf(seen) !== 'missing') return null;
    const name = queryName(facts);
    return likely(['K1'], {
      detail:
        name === null
          ? words('密钥放在请求头', 'the key was sent in the header', headerName(facts))
          : words('密钥放在地址的参数', 'the key was sent in the query, as', name),
    });
  }),
  ...(['revoked', 'expired'] as const).map((hint) => rule(`remote.api_key_${hint}`, FAKE, (facts) => saidWithKey(facts, hint))),
  rule('remote.api_key_rejected', FAKE, (facts) => {
    const seen = httpOf(facts, 'K1');
    if (!isUnknown(seen) && !isForbidden(seen)) return null;
    if (facts.seen['K2'] !== undefined)
      return sameAnswer(seen, httpOf(facts, 'K2')) && !blind(facts) ? certain(['K1', 'K2']) : null;
    if (hintOf(seen) === 'invalid') return certain(['K1'], said(seen));
    return seen?.status === 401 && hintOf(seen) !== 'missing' && !saysOther(seen) ? likely(['K0', 'K1']) : null;
  }),
  rule('remote.api_address', FAKE, (facts) => {
    const seen = answer(facts);
    if (!isForbidden(seen) || isPage(seen)) return null;
    const address = addressIn(seen);
    const detail = address === null ? {} : { detail: words('服务器看到的地址是', 'the server saw the address', address) };
    if (hintOf(seen) === 'address') return certain([answerId(facts)], detail);
    // Refused alike with the key, without it and with an impossible one: it does not depend on the key.
    return isAddressOrFront(facts) ? possible([answerId(facts)], detail) : null;
  }),
  rule('remote.front_block', `nginx 1.22, ${FAKE}`, (facts) => {
    const seen = answer(facts);
    if (!isForbidden(seen) || !isPage(seen)) return isAddressOrFront(facts) ? possible(['K0', 'K1']) : null;
    const address = addressIn(seen);
    const detail = address === null ? {} : { detail: words('它看到的地址是', 'it saw the address', address) };
    return likely([answerId(facts)], detail);
  }),
  rule('remote.api_scope', FAKE, (facts) => {
    const named = saidWithKey(facts, 'scope');
    if (named !== null) return named;
    // The key is known, or the answer without it would be the same.
    return isForbidden(httpOf(facts, 'K1')) && hintOf(httpOf(facts, 'K1')) === null && isUnknown(httpOf(facts, 'K0'))
      ? possible(['K0', 'K1'])
      : null;
  }),
  rule('remote.api_disabled', FAKE, (facts) => saidWithKey(facts, 'disabled')),
];

const corsRules: readonly Rule[] = [
  rule('remote.api_cors_origin', 'Chromium 156', (facts) => {
    const seen = httpOf(facts, 'O1');
    if (seen === null || seen.status === null) return null;
    const allowed = seen.headers['access-control-allow-origin'];
    if (allowed === '*' || allowed === facts.question.given['origin']) return null;
    const origin = String(facts.question.given['origin']);
    return certain(['O1'], {
      detail:
        allowed === undefined
          ? words('回答里没有 Access-Control-Allow-Origin，来源', 'no Access-Control-Allow-Origin for', origin)
          : words(`来源 ${origin}，允许的是`, `the origin is ${origin}, allowed is`, allowed),
    });
  }),
  rule('remote.api_cors_method', 'Chromium 156', (facts) => corsList(facts, 'access-control-allow-methods', methodOf(facts))),
  rule('remote.api_cors_header', 'Chromium 156', (facts) =>
    queryName(facts) === null ? corsList(facts, 'access-control-allow-headers', headerName(facts)) : null,
  ),
];

export const rules: readonly Rule[] = [...requestRules, ...corsRules];

/** What a browser would find, too. */
export function preflightPasses(facts: Facts): boolean {
  return httpOf(facts, 'O1')?.status != null && corsRules.every((one) => one.decide(facts) === null);
}

/** The answer that counts: with the key when there is one. */
export function answer(facts: Facts): HttpSeen | null {
  return httpOf(facts, answerId(facts));
}

function answerId(facts: Facts): string {
  return ['K1', 'K0', 'G1'].find((id) => facts.seen[id] !== undefined) ?? 'K0';
}

function isUnknown(seen: HttpSeen | null): boolean {
  return seen?.status === 401 || (seen?.status === 403 && hintOf(seen) === 'missing');
}

function isForbidden(seen: HttpSeen | null): boolean {
  return seen?.status === 403;
}

/** The text names a cause of its own. */
function saysOther(seen: HttpSeen | null): boolean {
  return !['missing', 'invalid', null].includes(hintOf(seen));
}

function saidWithKey(facts: Facts, hint: Hint): Finding | null {
  const seen = httpOf(facts, 'K1');
  return (seen?.status === 401 || seen?.status === 403) && hintOf(seen) === hint ? certain(['K1'], said(seen)) : null;
}

/** Whatever key is sent, the same 403: it does not depend on the key. (A 401 for all is what unknown keys get.) */
function blind(facts: Facts): boolean {
  const withKey = httpOf(facts, 'K1');
  if (!isForbidden(withKey)) return false;
  const other = httpOf(facts, 'K2');
  return sameAnswer(httpOf(facts, 'K0'), withKey) && (other === null || sameAnswer(other, withKey));
}

/** Refused whatever the key is, without a word why. */
export function isAddressOrFront(facts: Facts): boolean {
  return blind(facts) && hintOf(answer(facts)) === null && !isPage(answer(facts));
}

/** A list of the preflight answer that lacks what the browser asks for. `*` covers Authorization in Chromium, though not in the Fetch standard. */
function corsList(facts: Facts, header: string, wanted: string): Finding | null {
  const seen = httpOf(facts, 'O1');
  if (seen?.headers['access-control-allow-origin'] === undefined) return null;
  if (header === 'access-control-allow-methods' && ['GET', 'HEAD', 'POST'].includes(wanted)) return null;
  const list = (seen.headers[header] ?? '').toLowerCase().split(/[\s,]+/);
  if (list.includes(wanted.toLowerCase()) || list.includes('*')) return null;
  return certain(['O1'], {
    detail: words(`${wanted} 不在列表里：`, `${wanted} is not in the list:`, seen.headers[header] ?? '—'),
  });
}

/** The detail of a finding: the words of the server, when it has any. */
function said(seen: HttpSeen | null) {
  const text = saying(seen?.body ?? '');
  return text === null ? {} : { detail: words('服务器说：', 'the server says:', text) };
}

function words(zh: string, en: string, value: string) {
  return { zh: `${zh} ${value}`, en: `${en} ${value}` };
}
