import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import { languageOf } from './language.ts';
import type { Peer } from './peer.ts';

/** A refusal met before any surface is known. */
export interface EarlyRefusalSeen {
  readonly refusal: Refusal;
  readonly peer: Peer;
  readonly httpStatus: number;
  /** null when what came could not be read as a request. */
  readonly request: { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders } | null;
}

/** Records it; answers the request id. */
export type RefuseEarly = (seen: EarlyRefusalSeen) => string;

export interface EarlyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** The one body for whoever comes to a listener: RFC 9457, with the `msg` and `reason` that WuKongIM back ends read. */
export function earlyAnswer(
  refuse: RefuseEarly,
  seen: Omit<EarlyRefusalSeen, 'httpStatus'>,
  more: Readonly<Record<string, string>> = {},
): EarlyAnswer {
  const { publicCode, public: words } = definitionOf(seen.refusal.code);
  const status = wireOf(seen.refusal.code).http;
  const requestId = refuse({ ...seen, httpStatus: status });
  const body = JSON.stringify({
    type: `/problems/${publicCode}`,
    title: words.en,
    status,
    detail: words[languageOf(seen.request?.headers)],
    code: publicCode,
    requestId,
    msg: words.zh,
    reason: publicCode,
  });
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...(seen.refusal.code === 'http.upgrade_missing' ? { Upgrade: 'websocket' } : {}),
    ...(/^http\.upgrade_/.test(seen.refusal.code) ? { 'Sec-WebSocket-Version': '13' } : {}),
    ...more,
  };
  return { status, headers, body };
}

const LINGER_MS = 2000;

/** Answers on the bare socket, and closes: its own half at once, the peer's too if it does not. */
export function writeAnswer(socket: Duplex, { status, headers, body }: EarlyAnswer): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** What is wrong with the handshake itself (RFC 6455, 4.2.1), or null. */
export function handshakeProblem({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): Refusal | null {
  const problem = (reason: string): Refusal => ({ code: 'http.upgrade_bad', evidence: { reason } });
  if (method !== 'GET') return problem('the method is not GET');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return problem('Upgrade is not websocket');
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? ''))
    return problem('Sec-WebSocket-Key is not 16 bytes in Base64');
  const version = headers['sec-websocket-version'];
  return version === '13' || version === '8' ? null : problem('Sec-WebSocket-Version is not 13');
}

/** What is no HTTP at all: mostly a client of another protocol at the wrong port. */
export function unreadable(error: Error & { readonly code?: string; readonly rawPacket?: Buffer }): Refusal {
  const evidence = { reason: `no HTTP request: ${error.code ?? error.message}`, ...lookOf(error.rawPacket) };
  return { code: error.code === 'HPE_HEADER_OVERFLOW' ? 'http.body_too_large' : 'http.bad_body', evidence };
}

const SHOWN_BYTES = 8;

/** The first bytes tell which protocol was meant, and are too few for a secret. */
function lookOf(bytes: Buffer | undefined) {
  const [first, second] = bytes ?? [];
  if (bytes === undefined || first === undefined) return {};
  const firstBytes = bytes.subarray(0, SHOWN_BYTES).toString('hex');
  if (first === 0x16 && second === 3) return { firstBytes, looksLike: 'TLS (https, wss) at a port without TLS' };
  return first >> 4 === 1 ? { firstBytes, looksLike: 'WKProto at an HTTP port' } : { firstBytes };
}
