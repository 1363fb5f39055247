import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { NoteSeen, Seen } from '../model/facts.ts';
import type { Secrets } from '../model/question.ts';
import { parseUrl, shorten } from '../tools/redact.ts';
import { relationOf } from './relation.ts';

/** Headers in the order a person looks at them; each becomes one line of evidence. */
const EXPLAINED = [
  'host',
  'connection',
  'upgrade',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'origin',
  'user-agent',
  'x-self-id',
  'x-client-role',
  'x-signature',
  'content-type',
  'via',
  'x-forwarded-for',
] as const;

/** What came in over HTTP, header by header; of credentials only place, scheme and relation to the given ones. */
export function readCall(request: IncomingMessage, secrets: Secrets): Record<string, Seen> {
  const { headers, method = '', url = '/' } = request;
  const seen: Record<string, Seen> = {
    call: note(`${method} ${shorten(url.split('?', 1)[0] ?? '/', secrets)}`, {
      from: request.socket.remoteAddress ?? '',
      upgrade: headers.upgrade !== undefined,
      httpVersion: request.httpVersion,
      browser: headers.upgrade === undefined && /text\/html/.test(headers.accept ?? ''),
    }),
  };
  for (const name of EXPLAINED) {
    const value = headers[name];
    if (value !== undefined) seen[name] = note(`header ${name}`, { value: shorten(String(value), secrets) });
  }
  const token = tokenOf(headers, url, secrets);
  if (token !== null) seen['authorization'] = token;
  return seen;
}

/** Where a token came, in which scheme, and how it relates to the given one. */
function tokenOf(headers: IncomingHttpHeaders, url: string, secrets: Secrets): NoteSeen | null {
  const header = headers.authorization;
  const query = parseUrl(url, 'http://any/')?.searchParams.get('access_token') ?? null;
  if (header !== undefined) {
    // HTTP cuts trailing blanks off, so an empty `Bearer ` arrives as the bare word.
    const [, scheme = '', value = ''] = /^(bearer|token|basic|\S+(?=\s))?\s*(.*)$/is.exec(header) ?? [];
    return note('header authorization', {
      scheme: scheme.slice(0, 16),
      empty: scheme !== '' && value.trim() === '',
      relation: relationOf(scheme === '' ? header : value, secrets['token']),
      alsoInQuery: query !== null,
    });
  }
  return query === null
    ? null
    : note('query access_token', { scheme: 'query', empty: query === '', relation: relationOf(query, secrets['token']) });
}

/** An event by HTTP POST: is the signature right for the given secret? */
export function readSignature(header: string | undefined, body: Buffer, secret: string | undefined): NoteSeen | null {
  if (secret === undefined) return null;
  if (header === undefined) return note('signature', { relation: 'absent' });
  const right = Buffer.from(`sha1=${createHmac('sha1', secret).update(body).digest('hex')}`);
  const given = Buffer.from(header);
  const equal = given.length === right.length && timingSafeEqual(given, right);
  return note('signature', { relation: equal ? 'equal' : header.toLowerCase() === right.toString() ? 'upper case' : 'differs' });
}

export function note(request: string, values: NoteSeen['values']): NoteSeen {
  return { kind: 'note', request, values, ms: 0 };
}
