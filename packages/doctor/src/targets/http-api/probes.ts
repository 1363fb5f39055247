import { randomBytes } from 'node:crypto';
import { type Facts, httpOf } from '../../model/facts.ts';
import type { Probe } from '../../model/target.ts';
import { httpUrl, isAnswering, placeOf, via } from '../../reach/probes.ts';
import type { Tools } from '../../tools/tools.ts';
import { parseUrl } from '../../tools/redact.ts';

const STEP_MS = 3000;
const SAFE = ['GET', 'HEAD'];

/** The method the person's software uses; GET unless they said. */
export function methodOf(facts: Facts): string {
  return String(facts.question.given['method'] ?? 'GET').toUpperCase();
}

/** Only reading methods are sent without being asked to act. */
export function isSafe(facts: Facts): boolean {
  return SAFE.includes(methodOf(facts));
}

export function hasKey(facts: Facts): boolean {
  return facts.question.secrets['token'] !== undefined;
}

/** The request the person's software makes, without a key, with it, and (only when asked to act) with one that cannot be right. */
export const probes: readonly Probe[] = [
  {
    id: 'K0',
    says: { zh: '不带密钥的请求', en: 'the request without a key' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && (isSafe(facts) || facts.question.active),
    run: (facts, tools) => ask(facts, tools, { method: methodOf(facts) }),
  },
  {
    id: 'K1',
    secret: true,
    says: { zh: '带密钥的请求', en: 'the request with the key' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && hasKey(facts) && (isSafe(facts) || facts.question.active),
    run: (facts, tools) => askWith(facts, tools, tools.secrets['token'] ?? ''),
  },
  {
    // A key of the same shape that cannot exist: the answer to it is the answer to an unknown key.
    id: 'K2',
    says: { zh: '带一个不可能存在的密钥的请求', en: 'the request with a key that cannot exist' },
    active: true,
    maxMs: STEP_MS,
    when: (facts) => isRefused(httpOf(facts, 'K1')?.status),
    run: (facts, tools) => askWith(facts, tools, `hufu-probe-${randomBytes(12).toString('hex')}`),
  },
  {
    id: 'G1',
    says: { zh: '同一地址的 GET 请求', en: 'a GET of the same address' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && !isSafe(facts),
    run: (facts, tools) => ask(facts, tools, { method: 'GET' }),
  },
  {
    id: 'O0',
    says: { zh: 'OPTIONS 的回答', en: 'the answer to OPTIONS' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && facts.question.given['origin'] === undefined && wantsAllow(facts),
    run: (facts, tools) => ask(facts, tools, { method: 'OPTIONS' }),
  },
  {
    id: 'O1',
    says: { zh: '浏览器的预检请求', en: 'the preflight of a browser' },
    maxMs: STEP_MS,
    when: (facts) => isAnswering(facts) && facts.question.given['origin'] !== undefined,
    run: (facts, tools) =>
      ask(facts, tools, {
        method: 'OPTIONS',
        headers: {
          Origin: String(facts.question.given['origin']),
          'Access-Control-Request-Method': methodOf(facts),
          'Access-Control-Request-Headers': [...(queryName(facts) === null ? [headerName(facts)] : []), 'content-type'].join(','),
        },
      }),
  },
  {
    id: 'R1',
    says: { zh: '一个不存在的地址', en: 'an address that cannot exist' },
    maxMs: STEP_MS,
    when: (facts) => ['K0', 'K1'].some((id) => isRefused(httpOf(facts, id)?.status)),
    run: (facts, tools) =>
      tools.http({
        url: httpUrl(facts, `/hufu-probe-${randomBytes(6).toString('hex')}`),
        method: 'GET',
        ...via(facts),
        maxMs: STEP_MS,
      }),
  },
];

export function headerName(facts: Facts): string {
  return String(facts.question.given['keyHeader'] ?? 'authorization').toLowerCase();
}

/** The key in the address that the person gave, under the same name; null = it goes in a header. */
export function queryName(facts: Facts): string | null {
  const { tokenInQuery, keyHeader } = facts.question.given;
  return typeof tokenInQuery === 'string' && keyHeader === undefined ? tokenInQuery : null;
}

/** With a key, where the person's software puts it. */
function askWith(facts: Facts, tools: Tools, key: string) {
  const name = queryName(facts);
  if (name === null) return ask(facts, tools, { method: methodOf(facts), headers: keyHeader(facts, key) });
  return ask(facts, tools, { method: methodOf(facts), query: [name, key] });
}

function keyHeader(facts: Facts, key: string): Record<string, string> {
  const name = headerName(facts);
  return { [name]: name === 'authorization' && !key.includes(' ') ? `Bearer ${key}` : key };
}

function isRefused(status: number | null | undefined): boolean {
  return status === 401 || status === 403;
}

/** Which methods the address takes is worth asking when ours may be the mistake. */
function wantsAllow(facts: Facts): boolean {
  return ['K0', 'K1', 'G1'].some((id) => [403, 405].includes(httpOf(facts, id)?.status ?? 0));
}

interface Asked {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: readonly [name: string, value: string];
}

function ask(facts: Facts, tools: Tools, { method, headers = {}, query }: Asked) {
  const url = new URL(httpUrl(facts, placeOf(facts).path + (parseUrl(facts.question.url)?.search ?? '')));
  if (query !== undefined) url.searchParams.set(...query);
  return tools.http({ url: url.href, method, headers, ...via(facts), maxMs: STEP_MS });
}
