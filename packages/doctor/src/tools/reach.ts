import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import type { Address, DnsSeen, TcpResult, TcpSeen, TlsSeen } from '../model/facts.ts';

/** An address stands for itself. */
export async function resolveHost(host: string, maxMs: number): Promise<DnsSeen> {
  const startMs = performance.now();
  const seen = (addresses: readonly Address[], error: string | null): DnsSeen => ({
    kind: 'dns',
    request: `resolve ${host}`,
    addresses: addresses.slice(0, 8),
    error: addresses.length === 0 ? (error ?? 'ENODATA') : null,
    ms: since(startMs),
  });
  if (isIP(host) !== 0) return seen([{ address: host, family: isIP(host) }], null);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), maxMs);
  try {
    const gaveUp = new Promise<never>((_, reject) =>
      late.signal.addEventListener('abort', () => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }))),
    );
    return seen(await Promise.race([lookup(host, { all: true }), gaveUp]), null);
  } catch (error) {
    return seen([], codeOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** Connects and closes again, nothing is sent. Stops at the first address that accepts. */
export async function tcpConnect(addresses: readonly Address[], port: number, maxMs: number): Promise<TcpSeen> {
  const startMs = performance.now();
  const tries: { address: string; result: TcpResult }[] = [];
  const each = addresses.slice(0, 3);
  for (const { address } of each) {
    const result = await tryTcp(address, port, maxMs / each.length);
    tries.push({ address, result });
    if (result === 'ok') break;
  }
  return { kind: 'tcp', request: `TCP port ${port}`, tries, ms: since(startMs) };
}

function tryTcp(address: string, port: number, maxMs: number): Promise<TcpResult> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const finish = (result: TcpResult) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish('timeout'), maxMs);
    socket.once('connect', () => finish('ok'));
    socket.once('error', (error) => finish(resultOf(codeOf(error))));
  });
}

function resultOf(code: string): TcpResult {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET') return 'reset';
  return code === 'ETIMEDOUT' ? 'timeout' : 'unreachable';
}

/** Whether a TLS server answers, and what is wrong with its certificate. */
export function tlsHandshake(
  target: { readonly host: string; readonly port: number; readonly address: Address },
  maxMs: number,
): Promise<TlsSeen> {
  const startMs = performance.now();
  const servername = isIP(target.host) === 0 ? { servername: target.host } : {};
  return new Promise((resolve) => {
    const socket = connectTls({ host: target.address.address, port: target.port, rejectUnauthorized: false, ...servername });
    const finish = (result: TlsSeen['result']) => {
      clearTimeout(timer);
      const certificate = result === 'tls' ? socket.getPeerCertificate() : null;
      const failure = result === 'tls' ? socket.authorizationError : null;
      const shown = describe(certificate);
      socket.destroy();
      resolve({
        kind: 'tls',
        request: `TLS ${target.host}:${target.port}`,
        result,
        certificateError: failure ? (failure instanceof Error ? codeOf(failure) : String(failure)) : null,
        ...shown,
        ms: since(startMs),
      });
    };
    const timer = setTimeout(() => finish('mute'), maxMs);
    socket.once('secureConnect', () => finish('tls'));
    // "wrong version number": it answered, and not with TLS.
    socket.once('error', (error) => finish(/ECONN|EPIPE|ETIMEDOUT/.test(codeOf(error)) ? 'mute' : 'plain'));
    socket.once('close', () => finish('mute'));
  });
}

function describe(certificate: PeerCertificate | null): Pick<TlsSeen, 'subject' | 'issuer' | 'names' | 'validFrom' | 'validTo'> {
  if (certificate === null || Object.keys(certificate).length === 0)
    return { subject: '', names: '', validFrom: '', validTo: '' };
  return {
    subject: String(certificate.subject.CN ?? '').slice(0, 128),
    issuer: String(certificate.issuer.CN ?? certificate.issuer.O ?? '').slice(0, 128),
    names: (certificate.subjectaltname ?? '').slice(0, 256),
    validFrom: isoOf(certificate.valid_from),
    validTo: isoOf(certificate.valid_to),
  };
}

function isoOf(time: string): string {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString();
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 96);
}

export function since(startMs: number): number {
  return Math.round(performance.now() - startMs);
}
