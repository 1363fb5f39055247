import { randomBytes } from 'node:crypto';
import type { EvidenceRow, Facts, HttpFact } from './facts.ts';
import { httpProbe } from './probes/http.ts';
import { type Address, resolveHost, tcpProbe, tlsProbe } from './probes/reach.ts';
import { type Conclusion, conclude } from './rules.ts';

export type { EvidenceRow, Facts, HttpFact } from './facts.ts';
export { type Conclusion, conclude } from './rules.ts';

export interface ReverseWsTarget {
  readonly url: string;
  /** Whether the caller sent one decides the verdict; the doctor itself never sends it. */
  readonly token?: string;
  readonly selfId: number;
  readonly timeoutMs: number;
  /** What the caller's own handshake met; the doctor does not repeat it. */
  readonly observed?: { readonly status?: number; readonly errorCode?: string; readonly server?: string };
  readonly droppedMsAgo?: number | null;
  /** Addresses already resolved and allowed: no other is contacted. */
  readonly addresses?: readonly Address[];
}

export interface Diagnosis extends Conclusion {
  readonly evidence: readonly EvidenceRow[];
}

/** The probes, replaceable in tests. */
export interface DoctorIo {
  readonly resolveHost: typeof resolveHost;
  readonly tcpProbe: typeof tcpProbe;
  readonly tlsProbe: typeof tlsProbe;
  readonly httpProbe: typeof httpProbe;
}

const network: DoctorIo = { resolveHost, tcpProbe, tlsProbe, httpProbe };
const LONGEST_MS = 8000;
const STEP_MS = 2000;
const TAIL = /\/onebot\/v11(\/(ws\/?|http\/?)?)?$/;

/**
 * Why a OneBot server refuses the reverse WebSocket at `url`. At most ten requests, none with a body, a credential or a bot id, so
 * nothing is registered there; at most 8 s. Verdict codes are those of `remote.*`.
 */
export async function diagnoseReverseWs(target: ReverseWsTarget, io: DoctorIo = network): Promise<Diagnosis> {
  const evidence: EvidenceRow[] = [];
  const facts = await gather(target, io, (id, request, result) => evidence.push({ id, request, result }));
  return { ...conclude(facts), evidence };
}

type Note = (id: string, request: string, result: string) => void;

async function gather(target: ReverseWsTarget, io: DoctorIo, note: Note): Promise<Facts> {
  const url = URL.parse(target.url);
  const endMs = Date.now() + Math.min(target.timeoutMs, LONGEST_MS);
  const stepMs = () => Math.max(1, Math.min(STEP_MS, endMs - Date.now()));
  const secure = url?.protocol === 'wss:' || url?.protocol === 'https:';
  const base: Facts = {
    path: url?.pathname ?? '',
    secure,
    sentToken: target.token !== undefined && target.token !== '',
    observedStatus: target.observed?.status ?? null,
    observedServer: target.observed?.server ?? '',
    droppedMsAgo: target.droppedMsAgo ?? null,
    dns: 'ok',
    tcp: 'ok',
    tls: 'none',
    adapter: [],
    randomUpgrade: null,
  };
  if (url === null) return { ...base, dns: 'failed' };
  if (base.observedStatus !== null) note('W4', 'the handshake of the caller', `HTTP ${base.observedStatus}`);

  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = target.addresses ?? (await within(io.resolveHost(host), stepMs(), []));
  note('N1', `resolve ${host}`, addresses.length === 0 ? 'no address' : addresses.map((one) => one.address).join(', '));
  if (addresses.length === 0) return { ...base, dns: 'failed' };

  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const reached = await connectFirst(addresses.slice(0, 2), port, { io, note, stepMs });
  if (reached.address === null) return { ...base, tcp: reached.tcp };
  const { address } = reached;

  const probe = (id: string, method: 'GET' | 'POST', path: string, upgrade: boolean) =>
    runProbe(io, note, { id, method, path, upgrade, url, secure, address, timeoutMs: stepMs() });
  const prefixes = prefixesOf(url.pathname);
  const adapter: Facts['adapter'][number][] = [];
  for (const prefix of prefixes) {
    const get = await probe('A1', 'GET', `${prefix}/onebot/v11/`, false);
    // Nothing speaks HTTP here: one more look decides between TLS on the other side and a mute peer.
    if (get === null && prefix === prefixes[0]) {
      const isTls = await io.tlsProbe({ address: address.address, port, host }, stepMs());
      note('N3', `TLS to ${host}:${port}`, isTls ? 'a TLS server answers' : 'no TLS server');
      return { ...base, tls: isTls === secure ? 'ok' : 'mismatch', tcp: isTls === secure ? 'timeout' : 'ok' };
    }
    const post = await probe('A2', 'POST', `${prefix}/onebot/v11/http`, false);
    adapter.push({ prefix, get, post });
  }
  const randomUpgrade = await probe('W2', 'GET', `/hufu-probe-${randomBytes(6).toString('hex')}`, true);
  return { ...base, tls: secure ? 'ok' : 'none', adapter, randomUpgrade };
}

async function connectFirst(
  addresses: readonly Address[],
  port: number,
  { io, note, stepMs }: { readonly io: DoctorIo; readonly note: Note; readonly stepMs: () => number },
): Promise<{ readonly address: Address | null; readonly tcp: Facts['tcp'] }> {
  let tcp: Facts['tcp'] = 'unreached';
  for (const address of addresses) {
    const result = await io.tcpProbe(address.address, port, stepMs());
    note('N2', `TCP ${address.address}:${port}`, result);
    if (result === 'ok') return { address, tcp: 'ok' };
    // One address that drops packets hides whether anything listens; "refused" on all is what is certain.
    tcp = tcp === 'timeout' ? tcp : result;
  }
  return { address: null, tcp };
}

interface Probe {
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly upgrade: boolean;
  readonly url: URL;
  readonly secure: boolean;
  readonly address: Address;
  readonly timeoutMs: number;
}

async function runProbe(io: DoctorIo, note: Note, probe: Probe): Promise<HttpFact | null> {
  const { id, method, path, upgrade, address, timeoutMs } = probe;
  const url = new URL(`${probe.secure ? 'https' : 'http'}://${probe.url.host}${path}`);
  const fact = await io.httpProbe({ url, method, upgrade, address, timeoutMs });
  const server = fact === null || fact.server === '' ? '' : ` (${fact.server})`;
  note(
    id,
    `${method} ${path}${upgrade ? ' (WebSocket)' : ''}`,
    fact === null ? 'no answer' : `HTTP ${fact.status}${server} ${fact.body.slice(0, 60)}`.trim(),
  );
  return fact;
}

/** Where an adapter may be mounted: what stands before the known tail, and the root. */
function prefixesOf(path: string): string[] {
  const own = TAIL.test(path) ? path.replace(TAIL, '') : '';
  return own === '' ? [''] : [own, ''];
}

async function within<T>(work: Promise<T>, ms: number, fallback: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(fallback), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
