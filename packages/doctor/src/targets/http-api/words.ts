import { isIP } from 'node:net';
import type { HttpSeen } from '../../model/facts.ts';

/** What the text of a refusal says by itself; in the words of the gateways and APIs people meet. */
export type Hint = 'missing' | 'revoked' | 'expired' | 'address' | 'scope' | 'method' | 'rate' | 'disabled' | 'invalid';

// In this order: the more specific words first, "invalid" last.
const HINTS: readonly (readonly [Hint, RegExp])[] = [
  ['rate', /rate.?limit|too many|quota|throttl|频率|限流|配额/i],
  ['address', /\bip\b|address|allow.?list|white.?list|not allowed from|白名单|IP ?地址|来源地址/i],
  ['expired', /expired|expiry|过期/i],
  ['revoked', /revoked|disabled key|withdrawn|吊销|已撤销|已停用/i],
  ['scope', /insufficient.?scope|scope|permission|not authori[sz]ed to|forbidden for|privilege|权限|无权/i],
  ['method', /method|请求方法|请求方式/i],
  ['disabled', /plan|upgrade your|not enabled|feature|subscription|套餐|未开通/i],
  ['missing', /missing|required|no (?:api.?)?(?:key|token|credential)|not provided|unauthenticated|缺少|未提供|请提供/i],
  ['invalid', /invalid|unknown|incorrect|bad (?:api.?)?(?:key|token)|not recogni[sz]ed|verify fail|无效|错误|不正确|不存在/i],
];

export function hintOf(seen: HttpSeen | null): Hint | null {
  if (seen === null) return null;
  const text = `${seen.body} ${seen.headers['www-authenticate'] ?? ''}`;
  return HINTS.find(([, words]) => words.test(text))?.[0] ?? null;
}

/** An address the answer names as the one it saw; null when it names none. */
export function addressIn(seen: HttpSeen | null): string | null {
  const words = (seen?.body ?? '').split(/[^\da-f:.]+/i).map((word) => word.replace(/^[.:](?!:)|[.:]$/g, ''));
  return words.find((word) => word.length > 2 && isIP(word) !== 0) ?? null;
}

/** A page for people where an API answers in JSON: a proxy, a CDN or a login wall made it. */
export function isPage(seen: HttpSeen | null): boolean {
  return /text\/html/i.test(seen?.headers['content-type'] ?? '');
}

/** Seconds until the next try, from Retry-After as a number or a date, or a rate header's reset. */
export function retryAfter(seen: HttpSeen | null, nowMs: number): number | null {
  const text = seen?.headers['retry-after'] ?? seen?.headers['ratelimit-reset'] ?? seen?.headers['x-ratelimit-reset'];
  if (text === undefined) return null;
  const number = Number(text);
  if (Number.isFinite(number)) return number > 1e9 ? Math.max(0, Math.round(number - nowMs / 1000)) : number;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, Math.round((date - nowMs) / 1000));
}

/** Same answer, but for what changes with each request (times, ids). */
export function sameAnswer(a: HttpSeen | null, b: HttpSeen | null): boolean {
  if (a === null || b === null || a.status !== b.status) return false;
  const steady = (text: string) => text.replace(/[0-9a-f]{6,}|\d+/gi, '#');
  return steady(a.body) === steady(b.body);
}
