import type { IncomingMessage } from 'node:http';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { schemeOf } from '../../policy/credentials/extract.ts';

export interface Presented {
  readonly token: string;
  /** `bare`: an Authorization header without a scheme, as LLOneBot, NapCat and go-cqhttp accept it. */
  readonly place: 'header' | 'bare' | 'query';
}

export type Arriving = Pick<IncomingMessage, 'url' | 'headers' | 'headersDistinct'>;

const MAX_TOKEN_LENGTH = 1024;

/**
 * The one token of a request: `Authorization: Bearer <t>` or `Token <t>` (any case), the bare token there, else the query's `access_token`, which
 * browsers and node-napcat-ts need. Two different ones are ambiguous: guessing would hide a stale bookmark behind a right header.
 */
export function presentedToken(request: Arriving): Outcome<Presented> {
  const presented: Presented[] = queryTokens(request.url).map((token) => ({ token, place: 'query' }));
  for (const header of request.headersDistinct['authorization'] ?? []) {
    const read = headerToken(header.trim());
    if (!read.ok) return read;
    if (read.value !== null) presented.unshift(read.value);
  }
  const [first] = presented;
  if (first === undefined) return refuse('cred.missing');
  if (presented.some((one) => one.token !== first.token)) {
    const places = presented.map(({ place }) => (place === 'query' ? 'query access_token' : 'Authorization header'));
    return refuse('cred.ambiguous', { places: places.join(', ') });
  }
  return first.token.length > MAX_TOKEN_LENGTH ? refuse('cred.malformed', { characters: first.token.length }) : ok(first);
}

/** Whether the request brought a token in its query, right or wrong. */
export function hasQueryToken(request: Pick<IncomingMessage, 'url'>): boolean {
  return queryTokens(request.url).length > 0;
}

/** null for nothing: "Bearer" with nothing behind it is what several peers send when no token is set. */
function headerToken(header: string): Outcome<Presented | null> {
  if (header === '' || /^(bearer|token)$/i.test(header)) return ok(null);
  const token = /^(?:bearer|token)\s+(\S.*)$/i.exec(header)?.[1];
  if (token !== undefined) return ok({ token, place: 'header' });
  if (!/\s/.test(header)) return ok({ token: header, place: 'bare' });
  return refuse('cred.malformed', { scheme: schemeOf(header) });
}

function queryTokens(url: string | undefined): string[] {
  const at = url?.indexOf('?') ?? -1;
  if (at < 0 || url === undefined) return [];
  return new URLSearchParams(url.slice(at + 1)).getAll('access_token').filter((token) => token !== '');
}
