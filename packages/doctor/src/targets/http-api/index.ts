import { type Facts, httpOf } from '../../model/facts.ts';
import type { Target } from '../../model/target.ts';
import { reachProbes } from '../../reach/probes.ts';
import { reachOpen, reachRules, reachSettled } from '../../reach/rules.ts';
import { hasKey, isSafe, methodOf, probes } from './probes.ts';
import { answer, isAddressOrFront, preflightPasses, rules } from './rules.ts';
import { hintOf } from './words.ts';

const HTTP_PORTS = ['3000', '5700', '5001', '8848'];

/** Any HTTP API with a key: told apart as far as one can from outside. */
export const httpApi: Target = {
  name: 'http-api',
  says: { zh: '带密钥的 HTTP API', en: 'an HTTP API with a key' },
  fits: (url) => (/^https?:$/.test(url.protocol) ? (HTTP_PORTS.includes(url.port) ? 0.2 : 0.5) : 0),
  options: [
    {
      flags: '--method <method>',
      says: 'the method your software uses (default GET); others than GET and HEAD are sent with --active only',
      read: (text) => (/^[A-Za-z]{3,10}$/.test(text) ? text.toUpperCase() : null),
    },
    {
      flags: '--origin <origin>',
      says: 'the origin of your web page, to try the preflight of a browser',
      read: (text) => (/^https?:\/\/[^\s/]+$/.test(text) ? text : null),
    },
    {
      flags: '--key-header <name>',
      says: 'the header that carries the key (default Authorization: Bearer)',
      read: (text) => (/^[\w-]{1,64}$/.test(text) ? text : null),
    },
  ],
  probes: [...reachProbes, ...probes],
  rules: [...reachRules, ...rules],
  settled: [
    ...reachSettled,
    {
      says: { zh: '不带密钥也能访问', en: 'it answers without a key' },
      when: (facts) => isFine(httpOf(facts, 'K0')?.status) && !hasKey(facts),
    },
    {
      says: { zh: '带密钥的请求成功', en: 'the request with the key succeeds' },
      when: (facts) => isFine(httpOf(facts, 'K1')?.status),
    },
    { says: { zh: '密钥被认出', en: 'the key is recognised' }, when: isRecognised },
    {
      says: { zh: '预检通过', en: 'the preflight passes' },
      when: preflightPasses,
    },
  ],
  open: [
    ...reachOpen,
    {
      says: { zh: '没有给出密钥：用 --token-env 给出后再试', en: 'no key was given: try again with --token-env' },
      when: (facts) => !hasKey(facts) && !isFine(httpOf(facts, 'K0')?.status),
    },
    {
      says: {
        zh: '地址里另有一个秘密参数，它的值没有发送，因此回答可能不同',
        en: 'the address holds another secret, whose value was not sent, so the answers may differ',
      },
      when: (facts) => /[?&][^&=]+=hidden(&|$)/.test(facts.question.url),
    },
    {
      says: {
        zh: '这个方法可能改动数据，没有发送：加 --active 会发送一次',
        en: 'this method may change something and was not sent: --active sends it once',
      },
      when: (facts) => !isSafe(facts) && facts.seen['K0'] === undefined && httpOf(facts, 'G1') !== null,
    },
    {
      says: {
        zh: '从外部分不清是来源地址还是前面的防火墙：请把 X-Request-Id 和时间发给对方，询问他们看到的来源地址',
        en: 'address list and a firewall in front cannot be told apart from outside: send the other side X-Request-Id and time, and ask which address they saw',
      },
      when: isAddressOrFront,
    },
    {
      says: {
        zh: '密钥未知还是已吊销，从外部看不出：请对方查这个密钥的前缀',
        en: 'unknown and revoked look alike from outside: ask the other side to look the key up by its prefix',
      },
      when: (facts) => httpOf(facts, 'K1')?.status === 401 && ['invalid', null].includes(hintOf(httpOf(facts, 'K1'))),
    },
  ],
  fallback: (facts) => {
    const status = answer(facts)?.status ?? null;
    return isFine(status) || (status === null && facts.seen['H1'] === undefined) || methodNotTried(facts)
      ? null
      : 'remote.api_refused';
  },
};

function isFine(status: number | null | undefined): boolean {
  return typeof status === 'number' && status < 400;
}

/** Without the key it is somebody unknown, with it somebody who may not: the key was looked up and found. */
function isRecognised(facts: Facts): boolean {
  return httpOf(facts, 'K0')?.status === 401 && httpOf(facts, 'K1')?.status === 403;
}

function methodNotTried(facts: Facts): boolean {
  return !isSafe(facts) && facts.seen['K0'] === undefined && methodOf(facts) !== '' && (httpOf(facts, 'G1')?.status ?? 500) < 500;
}
