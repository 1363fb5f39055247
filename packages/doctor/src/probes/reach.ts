import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Facts } from '../facts.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** N1. An address stands for itself. */
export async function resolveHost(host: string): Promise<readonly Address[]> {
  if (isIP(host) !== 0) return [{ address: host, family: isIP(host) }];
  try {
    return await lookup(host, { all: true });
  } catch {
    return [];
  }
}

/** N2. Connects and closes again, nothing is sent. */
export function tcpProbe(address: string, port: number, timeoutMs: number): Promise<Facts['tcp']> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const finish = (result: Facts['tcp']) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => finish('timeout'));
    socket.once('connect', () => finish('ok'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') finish('refused');
      else finish(error.code === 'ECONNRESET' ? 'reset' : /TIMEDOUT/.test(error.code ?? '') ? 'timeout' : 'unreached');
    });
  });
}

/** N3. Whether a TLS server answers here; its certificate is not judged. */
export function tlsProbe(
  target: { readonly address: string; readonly port: number; readonly host: string },
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const servername = isIP(target.host) === 0 ? { servername: target.host } : {};
    const socket = connectTls({ host: target.address, port: target.port, rejectUnauthorized: false, ...servername });
    const finish = (isTls: boolean) => {
      socket.destroy();
      resolve(isTls);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once('secureConnect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
