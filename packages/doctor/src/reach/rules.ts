import { certain, likely, rule, warning } from '../engine/conclude.ts';
import { reachedAddress } from '../engine/diagnose.ts';
import { type Facts, type HttpSeen, httpOf, seenAs } from '../model/facts.ts';
import type { Rule, Statement } from '../model/target.ts';
import { placeOf } from './probes.ts';

const LAB = 'loopback, Node 24, Linux 6';
const SKEW_WORTH_TELLING_S = 30;
const NOTHING: Pick<HttpSeen, 'status' | 'headers'> = { status: 0, headers: {} };

/** What can be wrong on the way there, whoever answers at the end. */
export const reachRules: readonly Rule[] = [
  rule('remote.dns', LAB, (facts) => ((seenAs(facts, 'N1', 'dns')?.addresses.length ?? 1) === 0 ? certain(['N1']) : null)),
  rule('remote.localhost', LAB, (facts) => {
    const tries = seenAs(facts, 'N2', 'tcp')?.tries ?? [];
    const sixRefused = tries.some((one) => one.address === '::1' && one.result === 'refused');
    const fourAccepted = tries.some((one) => one.address.startsWith('127.') && one.result === 'ok');
    if (!sixRefused || !fourAccepted || placeOf(facts).host !== 'localhost') return null;
    return likely(['N2'], {
      edits: [{ software: '', file: 'url', change: facts.question.url.replace('localhost', '127.0.0.1') }],
    });
  }),
  rule('remote.refused', LAB, (facts) => (allTries(facts, ['refused']) ? certain(['N2']) : null)),
  rule('remote.timeout', LAB, (facts) =>
    allTries(facts, ['timeout', 'unreachable', 'refused']) && !allTries(facts, ['refused']) ? likely(['N2']) : null,
  ),
  rule('remote.reset', LAB, (facts) => {
    const { error, status } = httpOf(facts, 'H1') ?? { error: null, status: 0 };
    const speaksTls = seenAs(facts, 'N3p', 'tls')?.result === 'tls';
    return status === null && !speaksTls && error !== null && /ECONNRESET|EPIPE|socket hang up/.test(error)
      ? likely(['H1'])
      : null;
  }),
  rule('remote.mute', LAB, (facts) => {
    const { error, status } = httpOf(facts, 'H1') ?? { error: null, status: 0 };
    const speaksTls = seenAs(facts, 'N3p', 'tls')?.result === 'tls';
    return status === null && !speaksTls && error === 'ETIMEDOUT' ? certain(['N2', 'H1']) : null;
  }),
  rule('remote.not_http', LAB, (facts) =>
    /^HPE_/.test(httpOf(facts, 'H1')?.error ?? '') && seenAs(facts, 'N3p', 'tls')?.result !== 'tls' ? certain(['H1']) : null,
  ),
  rule('remote.tls_mismatch', LAB, (facts) => {
    const asked = seenAs(facts, 'N3', 'tls');
    if (asked !== null && asked.result !== 'tls') return certain(['N3'], { edits: [schemeEdit(facts)] });
    return seenAs(facts, 'N3p', 'tls')?.result === 'tls' ? certain(['N3p'], { edits: [schemeEdit(facts)] }) : null;
  }),
  rule('remote.tls_cert', LAB, (facts) => {
    const tls = seenAs(facts, 'N3', 'tls');
    if (tls === null || tls.certificateError === null) return null;
    const { zh, en } = certificateWords(tls.certificateError);
    const span = `${tls.validFrom} … ${tls.validTo}`;
    return certain(['N3'], {
      detail: {
        zh: `${zh}（${tls.names || tls.subject}，有效期 ${span}）`,
        en: `${en} (${tls.names || tls.subject}, valid ${span})`,
      },
    });
  }),
  rule('remote.redirect', 'nginx 1.22', (facts) => {
    const { status, headers } = httpOf(facts, 'H1') ?? NOTHING;
    const location = headers['location'] ?? '';
    if (status === null || status < 301 || status > 308 || !/^https:/.test(location) || placeOf(facts).secure) return null;
    return certain(['H1'], { edits: [schemeEdit(facts)], detail: { zh: `转到 ${location}`, en: `to ${location}` } });
  }),
  rule('remote.bad_gateway', 'nginx 1.22', (facts) => {
    const { status, headers } = httpOf(facts, 'H1') ?? NOTHING;
    return status === 502 || status === 504 ? certain(['H1'], { detail: answeredBy(headers['server'] ?? '') }) : null;
  }),
  warning('remote.skew', LAB, (facts) => {
    const seconds = skewSeconds(facts);
    if (seconds === null || Math.abs(seconds) < SKEW_WORTH_TELLING_S) return null;
    return certain(['H1'], { detail: { zh: `对方时钟相差 ${seconds} 秒`, en: `its clock differs by ${seconds} s` } });
  }),
];

export const reachSettled: readonly Statement[] = [
  {
    says: { zh: '域名可以解析', en: 'the name resolves' },
    when: (facts) => (seenAs(facts, 'N1', 'dns')?.addresses.length ?? 0) > 0,
  },
  { says: { zh: '端口开放', en: 'the port is open' }, when: (facts) => reachedAddress(facts) !== undefined },
  {
    says: { zh: 'TLS 与证书正常', en: 'TLS and its certificate are fine' },
    when: (facts) => {
      const tls = seenAs(facts, 'N3', 'tls');
      return tls?.result === 'tls' && tls.certificateError === null;
    },
  },
];

/** Seconds the peer's clock is ahead, from its Date header (one second of resolution); null when it sent none. Needs `clockMs` among the given. */
export function skewSeconds(facts: Facts): number | null {
  const date = Date.parse(httpOf(facts, 'H1')?.headers['date'] ?? '');
  const clockMs = facts.question.given['clockMs'];
  return Number.isNaN(date) || typeof clockMs !== 'number' ? null : Math.round((date - clockMs) / 1000);
}

function allTries(facts: Facts, results: readonly string[]): boolean {
  const tries = seenAs(facts, 'N2', 'tcp')?.tries ?? [];
  return tries.length > 0 && tries.every((one) => results.includes(one.result));
}

function schemeEdit(facts: Facts) {
  const { url } = facts.question;
  const other = url.replace(
    /^(wss?|https?):/,
    (scheme) => ({ 'ws:': 'wss:', 'wss:': 'ws:', 'http:': 'https:', 'https:': 'http:' })[scheme] ?? scheme,
  );
  return { software: '', file: 'url', change: other };
}

function answeredBy(server: string) {
  return server === ''
    ? { zh: '由前面的代理回答', en: 'answered by something in front' }
    : { zh: `由 ${server} 回答`, en: `answered by ${server}` };
}

function certificateWords(error: string): { readonly zh: string; readonly en: string } {
  if (error === 'CERT_HAS_EXPIRED') return { zh: '证书已过期', en: 'the certificate has expired' };
  if (error === 'CERT_NOT_YET_VALID') return { zh: '证书尚未生效', en: 'the certificate is not valid yet' };
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(error))
    return { zh: '证书是自签名的，没有受信任的签发者', en: 'the certificate is self-signed or its issuer is not trusted' };
  if (/ALTNAME/.test(error)) return { zh: '证书是给别的域名的', en: 'the certificate is for another name' };
  return { zh: `证书不被信任：${error}`, en: `the certificate is not trusted: ${error}` };
}
