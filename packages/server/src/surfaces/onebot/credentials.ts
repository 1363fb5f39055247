import type { IncomingMessage } from 'node:http';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { schemeOf } from '../../policy/credentials/extract.ts';

export interface Presented {
  readonly token: string;
  readonly place: 'header' | 'query';
}

const MAX_TOKEN_LENGTH = 1024;

/**
 * The one token of a request: `Authorization: Bearer <t>` or `Token <t>` (any case), else the query's `access_token`, which browsers and node-napcat-ts
 * need. Two different ones are ambiguous: guessing would hide a stale bookmark behind a right header.
 */
export function presentedToken(request: Pick<IncomingMessage, 'url' | 'headers'>): Outcome<Presented> {
  const query = queryToken(request.url);
  const header = request.headers.authorization?.trim() ?? '';
  // "Bearer" with nothing behind it is what several peers send when no token is set.
  if (header === '' || /^(bearer|token)$/i.test(header))
    return query === null ? refuse('cred.missing') : checkLength({ token: query, place: 'query' });
  const token = /^(?:bearer|token)\s+(\S.*)$/i.exec(header)?.[1];
  if (token === undefined) return refuse('cred.malformed', { scheme: schemeOf(header) });
  if (query !== null && query !== token) return refuse('cred.ambiguous', { places: 'Authorization header, query access_token' });
  return checkLength({ token, place: 'header' });
}

/** Whether the request brought a token in its query, right or wrong. */
export function hasQueryToken(request: Pick<IncomingMessage, 'url'>): boolean {
  return queryToken(request.url) !== null;
}

function checkLength(presented: Presented): Outcome<Presented> {
  return presented.token.length > MAX_TOKEN_LENGTH
    ? refuse('cred.malformed', { characters: presented.token.length })
    : ok(presented);
}

function queryToken(url: string | undefined): string | null {
  const at = url?.indexOf('?') ?? -1;
  const value = at < 0 || url === undefined ? null : new URLSearchParams(url.slice(at + 1)).get('access_token');
  return value === null || value === '' ? null : value;
}
