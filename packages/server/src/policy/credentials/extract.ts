import type { IncomingHttpHeaders } from 'node:http';
import { type Outcome, ok, refuse } from '../../kernel/outcome.ts';

/** A credential as it came in, not yet checked. */
export interface Presented {
  readonly value: string;
  readonly placement: 'header token' | 'Authorization Bearer' | 'Authorization Basic';
}

export interface CredentialedRequest {
  readonly headers: IncomingHttpHeaders;
  /** Its query holds something that is named like a credential. */
  readonly queryToken: boolean;
}

const MAX_LENGTH = 4096;
const SCHEMES = new Set(['basic', 'digest', 'apikey', 'negotiate', 'ntlm', 'oauth', 'hmac', 'jwt', 'dpop']);

/** The one credential of an HTTP request. Two different ones are ambiguous; Basic counts only where `basic` allows it. */
export function extractCredential({ headers, queryToken }: CredentialedRequest, basic: boolean): Outcome<Presented> {
  const found: Presented[] = [];
  const token = headers.token;
  if (typeof token === 'string' && token !== '') {
    if (token.length > MAX_LENGTH) return refuse('cred.malformed', { reason: `longer than ${MAX_LENGTH} characters` });
    found.push({ value: token, placement: 'header token' });
  }
  if (headers.authorization !== undefined) {
    const read = readAuthorization(headers.authorization, basic);
    if (!read.ok) return read;
    found.push(read.value);
  }
  const [first, second] = found;
  if (first === undefined) return queryToken ? refuse('cred.wrong_place', { place: 'query' }) : refuse('cred.missing');
  if (second !== undefined && second.value !== first.value)
    return refuse('cred.ambiguous', { places: `${first.placement}, ${second.placement}` });
  return ok(first);
}

const QUERY_NAMES = /^(access_?token|token|api_?key|secret)$/i;

/** Whether somebody put a credential into the address, where logs and proxies see it. */
export function hasTokenInQuery(url: string | undefined): boolean {
  const at = url?.indexOf('?') ?? -1;
  if (at < 0 || url === undefined) return false;
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) if (value !== '' && QUERY_NAMES.test(name)) return true;
  return false;
}

/** The scheme of a header, `unknown` when it is no well-known one: the first word may be part of a token and must not be kept. */
export function schemeOf(header: string): string {
  const word = header.trim().split(/\s/, 1)[0]?.toLowerCase() ?? '';
  return SCHEMES.has(word) ? word : 'unknown';
}

function readAuthorization(header: string, basic: boolean): Outcome<Presented> {
  const space = header.indexOf(' ');
  const scheme = (space < 0 ? header : header.slice(0, space)).toLowerCase();
  const value = space < 0 ? '' : header.slice(space + 1).trim();
  if (header.length > MAX_LENGTH) return refuse('cred.malformed', { reason: `longer than ${MAX_LENGTH} characters` });
  if (value === '') return refuse('cred.malformed', { reason: 'no value after the scheme' });
  if (scheme === 'bearer' || scheme === 'token') return ok({ value, placement: 'Authorization Bearer' });
  if (scheme === 'basic' && basic) {
    const text = Buffer.from(value, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon >= 0) return ok({ value: text.slice(colon + 1), placement: 'Authorization Basic' });
  }
  return refuse('cred.malformed', { scheme: schemeOf(header) });
}
