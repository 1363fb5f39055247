import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
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

const RESOLVE_TIMEOUT_MS = 10_000;

/** Where a reverse client may connect to. Refuses `config.invalid`, `remote.dns`, `net.private_target`. */
export async function dialTarget(text: string, rules: DialRules, resolve: Resolve = resolveAll): Promise<Outcome<DialTarget>> {
  const url = URL.parse(text);
  if (url === null || !/^wss?:$/.test(url.protocol))
    return refuse('config.invalid', { reason: 'the address is not ws:// or wss://' });
  // Never sent, and the WebSocket library throws at it.
  url.hash = '';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: readonly LookupAddress[];
  try {
    addresses = isIP(host) === 0 ? await inTime(resolve(host)) : [{ address: host, family: isIP(host) }];
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
  return rangeOf(address) === 'unicast';
}

function rangeOf(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).range() : 'invalid';
}

/** A connection to "any address" goes to this machine, and a listener on "any address" hears all names of it. */
function isOwn(address: string, port: string, own: readonly string[]): boolean {
  const isHere = ['loopback', 'unspecified'].includes(rangeOf(address));
  return own.some((listener) => {
    const at = listener.lastIndexOf(':');
    if (listener.slice(at + 1) !== port) return false;
    const host = listener.slice(0, at).replace(/^\[|\]$/g, '');
    const bound = rangeOf(host);
    if (bound === 'unspecified') return isHere || isOfThisMachine(address);
    return sameAddress(host, address) || (bound === 'loopback' && rangeOf(address) === 'unspecified');
  });
}

function isOfThisMachine(address: string): boolean {
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? []);
  return cards.some((card) => sameAddress(card.address, address));
}

function sameAddress(a: string, b: string): boolean {
  if (!ipaddr.isValid(a) || !ipaddr.isValid(b)) return a === b;
  return ipaddr.process(a).toNormalizedString() === ipaddr.process(b).toNormalizedString();
}

function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return lookup(host, { all: true });
}

/** The system's resolver has no limit of its own. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer within 10 s')), RESOLVE_TIMEOUT_MS).unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error
    ? String(error.code)
    : error instanceof Error
      ? error.message.slice(0, 128)
      : 'unknown';
}
