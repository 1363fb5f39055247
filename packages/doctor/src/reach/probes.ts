import { reachedAddress } from '../engine/diagnose.ts';
import { type Address, type Facts, httpOf, seenAs } from '../model/facts.ts';
import type { Probe } from '../model/target.ts';
import { parseUrl } from '../tools/redact.ts';

/** Host, port and scheme of the address asked about. The address is checked before any probe runs. */
export function placeOf(facts: Facts): {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly path: string;
} {
  const url = parseUrl(facts.question.url);
  const secure = url?.protocol === 'wss:' || url?.protocol === 'https:';
  const host = (url?.hostname ?? '').replace(/^\[|\]$/g, '');
  return { host, port: url?.port ? Number(url.port) : secure ? 443 : 80, secure, path: url?.pathname ?? '/' };
}

/** `http(s)://host:port<path>` for a plain request beside a WebSocket address. */
export function httpUrl(facts: Facts, path: string): string {
  const { host, port, secure } = placeOf(facts);
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}

export function wsUrl(facts: Facts, path: string): string {
  return httpUrl(facts, path).replace(/^http/, 'ws');
}

/** Whether requests over HTTP make sense: the port is open and the scheme fits. */
export function isReached(facts: Facts): boolean {
  const tls = seenAs(facts, 'N3', 'tls');
  return reachedAddress(facts) !== undefined && (!placeOf(facts).secure || tls === null || tls.result === 'tls');
}

/** Reached, and requests get answers: with no answer to the first, every further one would only wait as long. */
export function isAnswering(facts: Facts): boolean {
  return isReached(facts) && typeof httpOf(facts, 'H1')?.status === 'number';
}

/** The address to connect to, as an option of a request. */
export function via(facts: Facts) {
  const address = reachedAddress(facts);
  return address === undefined ? {} : { address };
}

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;

/** The loopback address that was not tried, when every other was refused. */
function otherLoopback(facts: Facts): Address | null {
  const tries = seenAs(facts, 'N2', 'tcp')?.tries ?? [];
  if (tries.length === 0 || tries.some((one) => one.result !== 'refused')) return null;
  return LOOPBACK.find(({ address }) => tries.every((one) => one.address !== address)) ?? null;
}

/** N1, N2, N3, H1, and what explains a silence: every target over HTTP or WebSocket begins with these. */
export const reachProbes: readonly Probe[] = [
  {
    id: 'N1',
    says: { zh: '解析域名', en: 'the name' },
    maxMs: 2500,
    when: () => true,
    run: (facts, tools) => tools.resolve(placeOf(facts).host, 2500),
  },
  {
    id: 'N2',
    says: { zh: '端口', en: 'the port' },
    maxMs: 3000,
    when: (facts) => (seenAs(facts, 'N1', 'dns')?.addresses.length ?? 0) > 0,
    run: (facts, tools) => tools.connect(seenAs(facts, 'N1', 'dns')?.addresses ?? [], placeOf(facts).port, 3000),
  },
  {
    // A program listens on one of the two, and the name may mean the other.
    id: 'N2l',
    says: { zh: '另一个回环地址', en: 'the other loopback address' },
    maxMs: 1000,
    when: (facts) => placeOf(facts).host === 'localhost' && otherLoopback(facts) !== null,
    run: (facts, tools) => tools.connect([otherLoopback(facts) ?? LOOPBACK[0]], placeOf(facts).port, 1000),
  },
  {
    id: 'N3',
    says: { zh: 'TLS 握手', en: 'the TLS handshake' },
    maxMs: 2500,
    when: (facts) => placeOf(facts).secure && reachedAddress(facts) !== undefined,
    run: (facts, tools) => tlsOf(facts, tools),
  },
  {
    id: 'H1',
    says: { zh: '普通 HTTP 请求的回答', en: 'the answer to a plain request' },
    maxMs: 2500,
    when: isReached,
    run: (facts, tools) => tools.http({ url: httpUrl(facts, '/'), method: 'GET', ...via(facts), maxMs: 2500 }),
  },
  {
    // A TLS server cuts plain bytes off, or says so in a 400: one handshake decides.
    id: 'N3p',
    says: { zh: '端口是否其实是 TLS', en: 'whether the port speaks TLS after all' },
    maxMs: 2500,
    when: (facts) => !placeOf(facts).secure && isSilentOrTls(facts),
    run: (facts, tools) => tlsOf(facts, tools),
  },
  {
    // Some servers only cut the line when TLS comes: a plain request tells them from one that never answers anybody.
    id: 'H1p',
    says: { zh: '端口是否不用 TLS 就能回答', en: 'whether the port answers without TLS' },
    maxMs: 2500,
    when: (facts) => placeOf(facts).secure && seenAs(facts, 'N3', 'tls')?.result === 'mute',
    run: (facts, tools) =>
      tools.http({ url: httpUrl(facts, '/').replace(/^https/, 'http'), method: 'GET', ...via(facts), maxMs: 2500 }),
  },
];

/** Those that ask nothing over HTTP of a port that may speak something else. */
export const wayProbes: readonly Probe[] = reachProbes.filter((probe) => ['N1', 'N2', 'N2l', 'N3', 'H1p'].includes(probe.id));

/** A TLS handshake with the address that was reached. */
export function tlsOf(facts: Facts, tools: Parameters<Probe['run']>[1]) {
  const { host, port } = placeOf(facts);
  const address = reachedAddress(facts) ?? { address: host, family: 4 };
  return tools.tls({ host, port, address }, 2500);
}

/** No HTTP answer, or nginx' "The plain HTTP request was sent to HTTPS port". */
function isSilentOrTls(facts: Facts): boolean {
  const plain = httpOf(facts, 'H1');
  return plain !== null && (plain.status === null || (plain.status === 400 && /https|tls|ssl/i.test(plain.body)));
}
