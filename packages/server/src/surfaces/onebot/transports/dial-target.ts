import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ok, type Outcome, refuse } from '../../../kernel/outcome.ts';

export interface DialTarget {
  readonly url: URL;
  /** Resolved once; the connection goes to these, whatever the name says later. */
  readonly addresses: readonly LookupAddress[];
}

export interface DialRules {
  readonly allowPrivate: boolean;
  /** `host:port` of our own listeners. */
  readonly ownAddresses: readonly string[];
}

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Where a reverse client may connect to. Refuses `config.invalid`, `remote.dns`, `net.private_target`. */
export async function dialTarget(text: string, rules: DialRules, resolve: Resolve = resolveAll): Promise<Outcome<DialTarget>> {
  const url = URL.parse(text);
  if (url === null || !/^wss?:$/.test(url.protocol))
    return refuse('config.invalid', { reason: 'the address is not ws:// or wss://' });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: readonly LookupAddress[];
  try {
    addresses = isIP(host) === 0 ? await resolve(host) : [{ address: host, family: isIP(host) }];
  } catch (error) {
    return refuse('remote.dns', { host, error: errorCode(error) });
  }
  if (addresses.length === 0) return refuse('remote.dns', { host, error: 'no address' });
  if (!rules.allowPrivate) {
    const hidden = addresses.find((one) => !isPublic(one.address));
    if (hidden !== undefined) return refuse('net.private_target', { host, address: hidden.address });
  }
  const port = url.port === '' ? (url.protocol === 'wss:' ? '443' : '80') : url.port;
  if (addresses.some((one) => isOwn(one.address, port, rules.ownAddresses)))
    return refuse('config.invalid', { reason: 'the address is this server itself', host, port });
  return ok({ url, addresses });
}

/** Only unicast of the open internet; IPv4 written as IPv6 counts as the IPv4 address. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function isOwn(address: string, port: string, own: readonly string[]): boolean {
  return own.some((listener) => {
    const at = listener.lastIndexOf(':');
    if (listener.slice(at + 1) !== port) return false;
    const host = listener.slice(0, at).replace(/^\[|\]$/g, '');
    const anyAddress = host === '0.0.0.0' || host === '::';
    return host === address || (anyAddress && ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback');
  });
}

function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return lookup(host, { all: true });
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error
    ? String(error.code)
    : error instanceof Error
      ? error.message.slice(0, 128)
      : 'unknown';
}
