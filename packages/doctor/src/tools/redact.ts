import { createHmac, randomBytes } from 'node:crypto';
import type { Secrets } from '../model/question.ts';

const MAX_VALUE = 256;
export const MAX_BODY = 2048;
/** JSON members and query keys whose values never leave a probe, whoever made them. */
const SECRET_KEY = /^(access_?token|accesstoken|token|password|passwd|secret|api_?key|apikey|authorization|sign|signature|key)$/i;
const runKey = randomBytes(32);

/** First 8 hex digits of a keyed hash: equal values look equal within one run, and nothing can be looked up with it. */
export function fingerprint(value: string): string {
  return createHmac('sha256', runKey).update(value).digest('hex').slice(0, 8);
}

/** Replaces what is secret in a text that came from outside. */
export function redact(text: string, secrets: Secrets): string {
  let clean = text;
  for (const [name, value] of Object.entries(secrets)) {
    for (const form of formsOf(value)) clean = clean.replaceAll(form, `‹${name}›`);
  }
  return clean
    .replace(/"([A-Za-z_-]{1,32})"\s*:\s*"([^"\\]{1,4096})"/g, (whole, key: string) =>
      SECRET_KEY.test(key) ? `"${key}":"‹hidden›"` : whole,
    )
    .replace(/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, '‹token›')
    .replace(/\b(Bearer|Basic|Token)\s+[\w~+/.=-]{8,}/gi, '$1 ‹hidden›');
}

/** The ways in which a value may come back: as it is, escaped, or without what stands around it. Longest first, so that no rest is left. */
function formsOf(value: string): string[] {
  const bare = value.trim().replace(/^(?:bearer|token)\s+/i, '');
  const kernels = [value, value.trim(), bare, unquoted(bare), percentDecoded(bare)];
  const forms = kernels.flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)]);
  return [...new Set(forms)].filter((form) => form.length >= 4).toSorted((a, b) => b.length - a.length);
}

const QUOTES: readonly string[] = ['""', "''", '``', '“”', '‘’'];

/** Without one pair of quotes around it, as a person may have copied them. */
export function unquoted(value: string): string {
  return value.length > 1 && QUOTES.includes(`${value.at(0)}${value.at(-1)}`) ? value.slice(1, -1) : value;
}

/** The same when it is no percent-encoding. */
export function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export function shorten(text: string, secrets: Secrets, max = MAX_VALUE): string {
  return redact(text, secrets)
    .replace(/[\p{Cc}--[\n\t]]/gv, '�')
    .slice(0, max);
}

/** An address that can be shown: without user info, with the values of secret query keys replaced. */
export function showUrl(text: string): string {
  const url = parseUrl(text);
  if (url === null) return text.slice(0, MAX_VALUE);
  url.username = '';
  url.password = '';
  for (const key of new Set(url.searchParams.keys())) if (SECRET_KEY.test(key)) url.searchParams.set(key, 'hidden');
  return url.href.slice(0, 1024);
}

/** `URL.parse` came with Node 22; this runs on 20 too. */
export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}
