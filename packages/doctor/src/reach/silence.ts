import { type Facts, httpOf, seenAs } from '../model/facts.ts';
import type { Text } from '../model/text.ts';

/** The request that got no HTTP answer although the port is open and no scheme is wrong. */
export function silenceOf(facts: Facts): { readonly id: string; readonly error: string; readonly banner: string } | null {
  if (seenAs(facts, 'N3p', 'tls')?.result === 'tls') return null;
  for (const id of ['H1', 'H1p']) {
    const asked = httpOf(facts, id);
    if (asked !== null && asked.status === null) return { id, error: asked.error ?? '', banner: asked.body };
  }
  return null;
}

/** What well-known programs say first, or to a request that is none of theirs. */
const BANNERS: readonly (readonly [RegExp, string])[] = [
  [/^SSH-/, 'SSH'],
  [/^220[ -].*(SMTP|mail)/i, 'SMTP'],
  [/^220[ -]/, 'FTP / SMTP'],
  [/^-ERR (unknown command|wrong number)|^-DENIED|^-NOAUTH/i, 'Redis'],
  [/^\+OK|^-ERR/, 'POP3 / Redis'],
  [/mysql|MariaDB/i, 'MySQL'],
];

export function bannerWords(banner: string): Text {
  const line = banner.split(/[\r\n]/, 1)[0] ?? '';
  const known = BANNERS.find(([pattern]) => pattern.test(banner))?.[1];
  return known === undefined
    ? { zh: `对方发来的是 “${line}”`, en: `it says "${line}"` }
    : { zh: `这是 ${known}：“${line}”`, en: `that is ${known}: "${line}"` };
}
