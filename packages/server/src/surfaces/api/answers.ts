import type { FastifyReply } from 'fastify';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import type { Caller } from '../listen/caller.ts';
import { languageOf } from '../listen/language.ts';
import type { Decisions } from './deps.ts';

/** The one place where a refusal becomes `application/problem+json` (RFC 9457). Only the public code and the public words leave the server. */
export function sendRefusal(
  decisions: Pick<Decisions, 'record'>,
  reply: FastifyReply,
  refusal: Refusal,
  who: { caller: Caller; uid: string | null; extra?: object },
): FastifyReply {
  const definition = definitionOf(refusal.code);
  const status = wireOf(refusal.code).http;
  const requestId = decisions.record(refusal, who.caller, { uid: who.uid, httpStatus: status });
  if (status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="hufu"');
  if (refusal.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(refusal.retryAfterSeconds));
  const problem = {
    type: `/problems/${definition.publicCode}`,
    title: definition.public.en,
    status,
    detail: detailOf(refusal, definition.public[languageOf(who.caller.headers)]),
    code: definition.publicCode,
    requestId,
    ...who.extra,
  };
  return withCommonHeaders(reply, requestId)
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem));
}

/** What is wrong with the caller's own request may be told; evidence of every other cause stays with the operator. */
function detailOf(refusal: Refusal, words: string): string {
  const { reason, pointer, field } = refusal.evidence ?? {};
  if (refusal.code !== 'http.bad_body' || typeof reason !== 'string') return words;
  const where = typeof pointer === 'string' && pointer !== '' ? pointer : field;
  return where === undefined ? `${words} ${reason}` : `${words} ${String(where)}: ${reason}`;
}

export function withCommonHeaders(reply: FastifyReply, requestId: string): FastifyReply {
  return reply
    .header('X-Request-Id', requestId)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Cache-Control', 'no-store')
    .header('Vary', 'Origin, Accept-Language');
}
