/** Which `Host` a request may name. A page of a stranger that rebinds its own name to this address is stopped here. */
export interface HostRule {
  /** Host names of the `external` addresses. */
  readonly externalHosts: readonly string[];
  /** Scheme, host and port of pages that may come here beside the ones served here. */
  readonly origins: readonly string[];
  /** The host this listener is bound to. */
  readonly bound: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/** Loopback names, the external names and, when bound to every interface, any literal address: a literal cannot be rebound. */
export function isHostAllowed(hostHeader: string | undefined, rule: HostRule): boolean {
  if (hostHeader === undefined) return false;
  const host = hostHeader.toLowerCase().replace(/:\d{1,5}$/, '');
  if (LOOPBACK.test(host) || rule.externalHosts.includes(host)) return true;
  return ADDRESS.test(host) && (host === rule.bound || rule.bound === '0.0.0.0' || rule.bound === '[::]');
}

/** A browser's request may come from the host it is sent to, port included, or from an origin of ours; no Origin = no browser. `null` is nobody's. */
export function isOriginAllowed(origin: string | undefined, hostHeader: string | undefined, rule: HostRule): boolean {
  if (origin === undefined) return true;
  const parsed = URL.parse(origin);
  if (parsed === null || parsed.host === '') return false;
  return parsed.host === hostHeader?.toLowerCase() || rule.origins.includes(parsed.origin);
}

/** The host part of `http://host:port/…` or `host:port`. */
export function hostOf(address: string): string {
  return (URL.parse(withScheme(address))?.hostname ?? '').toLowerCase();
}

/** The origin of pages at this address; that of a WebSocket address is the one of the pages beside it. */
export function originOf(address: string): string {
  return URL.parse(withScheme(address).replace(/^ws/i, 'http'))?.origin ?? '';
}

function withScheme(address: string): string {
  return address.includes('://') ? address : `http://${address}`;
}
