import { certain, likely, rule, warning } from '../engine/conclude.ts';
import { reachedAddress } from '../engine/diagnose.ts';
import { type Facts, type HttpSeen, httpOf, seenAs } from '../model/facts.ts';
import type { Rule, Statement } from '../model/target.ts';
import { complaintsOf } from './certificate.ts';
import { placeOf } from './probes.ts';
import { bannerWords, silenceOf } from './silence.ts';

const LAB = 'loopback, Node 24, Linux 6';
const NONEBOT = 'NoneBot 2.5.0';
const SKEW_WORTH_TELLING_S = 30;
const NOTHING: Pick<HttpSeen, 'status' | 'headers'> = { status: 0, headers: {} };

/** What can be wrong on the way there, whoever answers at the end. */
export const reachRules: readonly Rule[] = [
  rule('remote.dns', LAB, (facts) => ((seenAs(facts, 'N1', 'dns')?.addresses.length ?? 1) === 0 ? certain(['N1']) : null)),
  // We got through by the other address, and so do most clients: those that try only the first one do not.
  warning('remote.localhost', `${NONEBOT}, ${LAB}`, (facts) => {
    const tries = seenAs(facts, 'N2', 'tcp')?.tries ?? [];
    const [first] = tries;
    const accepting = tries.find((one) => one.result === 'ok');
    if (placeOf(facts).host !== 'localhost' || first?.result !== 'refused' || accepting === undefined) return null;
    return certain(['N2'], { edits: [hostEdit(facts, accepting.address)] });
  }),
  {
    ...rule('remote.localhost', `${NONEBOT}, ${LAB}`, (facts) => {
      const accepting = seenAs(facts, 'N2l', 'tcp')?.tries.find((one) => one.result === 'ok');
      if (accepting === undefined) return null;
      const tried = (seenAs(facts, 'N2', 'tcp')?.tries ?? []).map((one) => one.address).join(', ');
      return certain(['N2', 'N2l'], {
        edits: [hostEdit(facts, accepting.address)],
        detail: {
          zh: `localhost 在这里是 ${tried}，而程序监听的是 ${accepting.address}`,
          en: `localhost is ${tried} here, and the program listens on ${accepting.address}`,
        },
      });
    }),
    explains: ['remote.refused', 'remote.fwd_other_port'],
  },
  rule('remote.refused', LAB, (facts) => (allTries(facts, ['refused']) ? certain(['N2']) : null)),
  rule('remote.timeout', LAB, (facts) =>
    allTries(facts, ['timeout', 'unreachable', 'refused']) && !allTries(facts, ['refused']) ? likely(['N2']) : null,
  ),
  rule('remote.reset', LAB, (facts) => {
    const silence = silenceOf(facts);
    return silence !== null && /ECONNRESET|EPIPE|socket hang up/.test(silence.error) ? likely([silence.id]) : null;
  }),
  rule('remote.mute', LAB, (facts) => {
    const silence = silenceOf(facts);
    return silence?.error === 'ETIMEDOUT' ? certain(['N2', silence.id]) : null;
  }),
  rule('remote.not_http', LAB, (facts) => {
    const silence = silenceOf(facts);
    if (silence === null || !/^HPE_/.test(silence.error)) return null;
    return certain([silence.id], silence.banner === '' ? {} : { detail: bannerWords(silence.banner) });
  }),
  rule('remote.tls_mismatch', LAB, (facts) => {
    const plain = httpOf(facts, 'H1p');
    if (seenAs(facts, 'N3', 'tls')?.result === 'plain') return certain(['N3'], { edits: [schemeEdit(facts)] });
    if (plain !== null && plain.status !== null) return certain(['N3', 'H1p'], { edits: [schemeEdit(facts)] });
    return seenAs(facts, 'N3p', 'tls')?.result === 'tls' ? certain(['N3p'], { edits: [schemeEdit(facts)] }) : null;
  }),
  rule('remote.tls_cert', LAB, (facts) => {
    const tls = seenAs(facts, 'N3', 'tls');
    if (tls === null || tls.certificateError === null) return null;
    const complaints = complaintsOf(facts, tls);
    const span = `${tls.validFrom} … ${tls.validTo}`;
    return certain(['N3'], {
      detail: {
        zh: `${complaints.map((one) => one.zh).join('；')}（${tls.names || tls.subject}，有效期 ${span}）`,
        en: `${complaints.map((one) => one.en).join('; ')} (${tls.names || tls.subject}, valid ${span})`,
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

export const reachOpen: readonly Statement[] = [
  {
    says: {
      zh: '这台机器设置了代理变量（http_proxy 之类）。doctor 是直接连接的；会读这个变量的程序（.NET 的 Lagrange、Python、curl）会先走代理：把对方的主机名加进 NO_PROXY 再试',
      en: 'a proxy is set in the environment of this machine (http_proxy or the like). The doctor connects directly; a program that reads the variable (Lagrange and other .NET, Python, curl) goes by the proxy: add the host to NO_PROXY and try again',
    },
    when: (facts) => typeof facts.question.given['proxy'] === 'string',
  },
];

/** Seconds the peer's clock is ahead, from its Date header (one second of resolution); null when it sent none. Needs `clockMs` among the given. */
function skewSeconds(facts: Facts): number | null {
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

function hostEdit(facts: Facts, address: string) {
  const host = address.includes(':') ? `[${address}]` : address;
  return { software: '', file: 'url', change: facts.question.url.replace('localhost', host) };
}

function answeredBy(server: string) {
  return server === ''
    ? { zh: '由前面的代理回答', en: 'answered by something in front' }
    : { zh: `由 ${server} 回答`, en: `answered by ${server}` };
}
