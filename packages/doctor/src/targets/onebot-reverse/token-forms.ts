import { percentDecoded, unquoted } from '../../tools/redact.ts';

/** How two tokens differ that a person takes for the same. */
export type NearMiss = 'blanks' | 'quotes' | 'percent' | 'scheme';

const SCHEME = /^(?:bearer|token)\s+/i;

/** Forms to try instead of a token, in this order; each only when it is another value. */
export function variantsOf(token: string): Readonly<Record<'blanks' | 'quotes' | 'percent', string | null>> {
  const trimmed = token.trim();
  const bare = unquoted(trimmed).trim();
  const decoded = percentDecoded(bare);
  return {
    blanks: trimmed === token ? null : trimmed,
    quotes: bare === trimmed ? null : bare,
    percent: decoded === bare ? null : decoded,
  };
}

/** The token without a scheme that was put before it. */
export function schemeless(token: string): string {
  return token.trim().replace(SCHEME, '');
}

/** No HTTP client can send it in a header: a line break, or letters beyond Latin-1 such as the quotes of a word processor. */
export function isSendable(token: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(token);
}

/** What makes `a` and `b` the same, and which of them carries it; null = they really differ. Equal values are not asked about. */
export function nearMiss(a: string, b: string): { readonly kind: NearMiss; readonly carriedBy: 'a' | 'b' } | null {
  const steps: readonly (readonly [NearMiss, (value: string) => string])[] = [
    ['blanks', (value) => value.trim()],
    ['quotes', (value) => unquoted(value.trim()).trim()],
    ['percent', (value) => percentDecoded(unquoted(value.trim()).trim())],
    ['scheme', (value) => unquoted(schemeless(unquoted(value.trim()))).trim()],
  ];
  for (const [kind, step] of steps)
    if (step(a) === step(b) && step(a) !== '') return { kind, carriedBy: step(a) === a ? 'b' : 'a' };
  return null;
}
