import { certain, likely, possible, rule } from '../../../engine/conclude.ts';
import { type Facts, noteOf, wsOf } from '../../../model/facts.ts';
import type { Finding, Rule } from '../../../model/target.ts';
import type { Text } from '../../../model/text.ts';
import { pastTheProxy } from '../direct.ts';
import { nginxLine, tokenEdits } from '../edits.ts';
import { frameworkOf, hasFront } from '../framework.ts';
import { handshakeStatus, isAccepted, ownHandshake } from '../handshake.ts';
import { hasToken } from '../send.ts';
import { relation, type TokenRefusal, tokenRefusal } from '../token-facts.ts';
import { nearMissOf, unsendableFinding } from './near-miss.ts';

const SEEN_ON = 'NoneBot 2.5.0, adapter-onebot 2.4.6; aiocqhttp 1.4.4';
const CODES = [
  'remote.token_required',
  'remote.token_near_miss',
  'remote.auth_scheme',
  'remote.token_mismatch',
  'remote.auth_stripped',
] as const;

type Found = Partial<Record<(typeof CODES)[number], Finding>>;

/** One refusal of a token has one explanation, or two that cannot be told apart. */
export const tokenRules: readonly Rule[] = CODES.map((code) => rule(code, SEEN_ON, (facts) => explained(facts)[code] ?? null));

/** A different token, or one that a proxy took away: the two look the same from here. */
export function mayBeTheFront(facts: Facts): boolean {
  return explained(facts)['remote.auth_stripped']?.confidence === 'possible';
}

function explained(facts: Facts): Found {
  const refusal = tokenRefusal(facts);
  const unsendable = noteOf(facts, 'T1')['sendable'] === false && ownHandshake(facts)?.error === 'ERR_INVALID_CHAR';
  if (unsendable)
    return {
      'remote.token_near_miss': nearMissOf(facts, { confidence: 'likely', evidence: ['T1', 'W4'] }) ?? unsendableFinding(facts),
    };
  if (isInQuery(facts)) return unread(facts, refusal);
  if (refusal === null) return {};
  if (!hasToken(facts)) return { 'remote.token_required': { ...refusal, edits: tokenEdits(facts) } };
  const near = nearMissOf(facts, refusal);
  if (near !== null) return { 'remote.token_near_miss': near };
  return schemeOrFront(facts, refusal) ?? { 'remote.token_mismatch': mismatch(facts, refusal) };
}

/** The person's program puts the token into the address, which neither of the two reads. */
function isInQuery(facts: Facts): boolean {
  const framework = frameworkOf(facts);
  return facts.question.given['tokenInQuery'] !== undefined && (framework === 'nonebot' || framework === 'aiocqhttp');
}

function unread(facts: Facts, refusal: TokenRefusal | null): Found {
  const detail: Text = {
    zh: '地址里的 access_token 参数不会被读取：令牌要放在 Authorization: Bearer 请求头里',
    en: 'the access_token in the address is not read: the token belongs into the header Authorization: Bearer',
  };
  const bare = wsOf(facts, 'W5')?.status;
  if (bare === 401 || bare === 403) return { 'remote.token_required': certain(['W4', 'W5'], { detail }) };
  if (refusal === null) return {};
  const also = refusal.confidence === 'certain' ? { 'remote.token_mismatch': mismatch(facts, refusal) } : {};
  return { 'remote.token_required': { ...refusal, detail }, ...also };
}

function mismatch(facts: Facts, { confidence, evidence }: TokenRefusal): Finding {
  const own = relation(facts);
  if (own === 'differs')
    return {
      confidence: confidence === 'possible' ? 'likely' : 'certain',
      evidence: [...evidence, 'C1'],
      edits: tokenEdits(facts),
    };
  if (own !== 'equal') return { confidence, evidence, edits: tokenEdits(facts) };
  return {
    confidence,
    evidence: [...evidence, 'C1'],
    detail: {
      zh: '这个项目的 .env 里是同一个令牌：程序在修改之后没有重启、环境变量覆盖了 .env，或在这里回答的是另一个程序',
      en: 'the .env of this project holds the same token: the program was not restarted after the change, an environment variable overrides .env, or another program answers here',
    },
  };
}

/** The header did not arrive as it was meant: it was written in a form that is not read, or something in between took it away. */
function schemeOrFront(facts: Facts, refusal: TokenRefusal): Found | null {
  const { evidence } = refusal;
  if (facts.question.given['scheme'] === 'raw') {
    const proper = wsOf(facts, 'S1');
    if (isAccepted(proper)) return { 'remote.auth_scheme': certain([...evidence, 'S1']) };
    if (proper === null) return { 'remote.auth_scheme': likely(evidence) };
    return {
      'remote.auth_scheme': likely([...evidence, 'S1']),
      'remote.token_mismatch': mismatch(facts, { ...refusal, evidence: [...evidence, 'S1'] }),
    };
  }
  const edits = [nginxLine('proxy_set_header Authorization $http_authorization;')];
  const direct = pastTheProxy(facts);
  const beyond = direct === null ? null : wsOf(direct, 'W4');
  if (isAccepted(beyond)) return { 'remote.auth_stripped': certain([...evidence, 'W4d'], { edits }) };
  if (frameworkOf(facts) === 'aiocqhttp' && handshakeStatus(facts) === 401 && ownHandshake(facts) !== null)
    return { 'remote.auth_stripped': certain(evidence, { edits }) };
  if (!hasFront(facts) || refusal.confidence === 'possible' || beyond !== null) return null;
  if (frameworkOf(facts) === 'aiocqhttp' || relation(facts) === 'differs') return null;
  if (relation(facts) === 'equal') return { 'remote.auth_stripped': likely([...evidence, 'C1'], { edits }) };
  return {
    'remote.token_mismatch': possible(evidence, { edits: tokenEdits(facts) }),
    'remote.auth_stripped': possible(evidence, { edits }),
  };
}
