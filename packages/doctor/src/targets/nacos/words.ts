import type { HttpSeen } from '../../model/facts.ts';

/** What a refusal of Nacos means, whatever line and whichever status said it. */
export type NacosWord =
  | 'user'
  | 'expired'
  | 'invalid'
  | 'permission'
  | 'identity'
  | 'secret'
  | 'no admin'
  | 'removed'
  | 'empty'
  | 'login failed';

// The texts of 1.4.8, 2.3.2, 2.5.1 and 3.1 as recorded; "Code: nnn, Message: " and the last dot are cut off before.
const WORDS: readonly (readonly [NacosWord, RegExp])[] = [
  ['expired', /^token expired!/],
  ['invalid', /^(token invalid!|Invalid signature|unsupported signature algorithm)/],
  ['permission', /^authorization failed!/],
  ['identity', /^Invalid server identity/],
  ['secret', /specified key byte array|secret key must great/],
  ['no admin', /^admin role user not exist/],
  ['user', /^(user not found!|unknown user!|User not found! Please check)|(caused: |Server failed,)User \S+ not found/],
  ['login failed', /^(Access Denied|No message available|Handle API Compatibility failed)/],
];

/** The sentence inside an answer: of the error JSON, of a page, or the bare text. */
export function messageOf(seen: HttpSeen | null): string {
  if (seen === null) return '';
  const fromJson = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(seen.body)?.[1];
  const fromPage = /<div>([^<]*)<\/div>\s*<\/body>/.exec(seen.body)?.[1];
  return (fromJson ?? fromPage ?? seen.body)
    .trim()
    .replace(/^Code: \d{3}, Message: /, '')
    .replace(/[.;]$/, '');
}

export function wordOf(seen: HttpSeen | null): NacosWord | null {
  if (seen === null || seen.status === null) return null;
  if (seen.status === 410) return 'removed';
  if (seen.status === 200) return seen.body.trim() === '' ? 'empty' : null;
  if (seen.status === 404) return null;
  const message = messageOf(seen);
  return WORDS.find(([, text]) => text.test(message))?.[0] ?? null;
}

/** Read is allowed: the config, or that there is none of that name (404 on v1 paths, 20004 on v3 paths). */
export function isReadable(seen: HttpSeen | null): boolean {
  if (seen === null) return false;
  if (seen.status === 200) return seen.body.trim() !== '';
  return seen.status === 404 && seen.body.includes('config data not exist');
}

/** A value of the state answer, whether wrapped in `data` (3.x, 8848) or not. */
export function stateValue(seen: HttpSeen | null, name: string): string | null {
  return new RegExp(`"${name}"\\s*:\\s*"([^"]{0,64})"`).exec(seen?.body ?? '')?.[1] ?? null;
}
