import type { Evidence } from '@hufu/refusals';

const MAX_LENGTH = 400;

/** What a peer sent, safe in a terminal and in a log line: no control characters, no direction marks, at most 400 characters. */
export function printable(text: string): string {
  return text.slice(0, MAX_LENGTH).replace(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

export function printableEvidence(evidence: Evidence): Evidence {
  return Object.fromEntries(
    Object.entries(evidence).map(([key, value]) => [key, typeof value === 'string' ? printable(value) : value]),
  );
}
