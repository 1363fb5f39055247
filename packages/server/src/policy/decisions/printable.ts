import type { Evidence } from '@hufu/refusals';

const MAX_LENGTH = 400;

/** What looks like a secret wherever it stands, each with what is left of it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bhf[a-z]_[0-9A-Za-z]{16,}/g, '‹token›'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '‹token›'],
  [/\b(bearer|basic)\s+[^\s"'\\]+/gi, '$1 ‹secret›'],
  [
    /\b((?:access_?|refresh_?)?token|password|passwd|secret|api_?key|signature|sign)("?\s*[=:]\s*"?)[^\s"'&\\]+/gi,
    '$1$2‹secret›',
  ],
  [/(\w:\/\/)[^\s/@]*@/g, '$1‹secret›@'],
];

/** What a peer sent, safe in a terminal and in a log line: nothing that looks like a secret, no control characters, no direction marks, at most 400 characters. */
export function printable(text: string): string {
  const short = text.slice(0, MAX_LENGTH).replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
  return SECRETS.reduce((kept, [pattern, instead]) => kept.replace(pattern, instead), short);
}

/** Tells whether a word is a secret of this server. */
export type IsSecret = (word: string) => boolean;

const MAX_WORD = 256;
const WORD = new RegExp(`[^\\s/?&=:,;#]{6,${MAX_WORD}}`, 'g');

/**
 * As above, and each word of it that opens something here is masked: people put tokens into addresses and into the fields of others. Each word costs a hash, so
 * only those are looked at that can begin within what is kept.
 */
export function withoutSecrets(text: string, isSecret: IsSecret): string {
  const start = text.slice(0, MAX_LENGTH + MAX_WORD);
  return printable(start.replace(WORD, (word) => (isSecret(word) ? '‹secret›' : word)));
}

export function printableEvidence(evidence: Evidence): Evidence {
  return Object.fromEntries(
    Object.entries(evidence).map(([key, value]) => [key, typeof value === 'string' ? printable(value) : value]),
  );
}
