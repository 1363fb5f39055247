import type { FastifyReply } from 'fastify';
import { definitionOf, type Refusal, wireOf } from '@hufu/refusals';
import type { Caller } from '../listen/caller.ts';
import type { WukongHttpDeps } from './deps.ts';
import type { Answer } from './route.ts';

/** The one place where an outcome becomes an answer: `{msg, status}` as WuKongIM, and `reason` and `requestId` beside it. */
export function sendAnswer(deps: WukongHttpDeps, caller: Caller, reply: FastifyReply, answer: Answer): FastifyReply {
  if (answer.refused === undefined) return json(reply, 200, deps.newRequestId(), answer.json ?? JSON.stringify(answer.body));
  const { publicCode, public: words } = definitionOf(answer.refused.code);
  const httpStatus = answer.httpStatus ?? httpStatusOf(answer.refused);
  const requestId = deps.recordRefusal(answer.refused, caller, httpStatus);
  if (answer.refused.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(answer.refused.retryAfterSeconds));
  if (httpStatus === 401) void reply.header('WWW-Authenticate', 'Bearer realm="hufu"');
  const status = answer.status ?? httpStatus;
  const body = { msg: answer.text ?? wordsOf(answer.refused, words.zh), status, reason: publicCode, requestId, ...answer.extra };
  return json(reply, httpStatus, requestId, JSON.stringify(body));
}

/** What is wrong with the caller's own request may be told; evidence of every other cause stays with the operator. */
function wordsOf({ code, evidence = {} }: Refusal, words: string): string {
  const { field, reason, uid, limit, limitBytes } = evidence;
  if (code === 'http.bad_body' && typeof reason === 'string')
    return `${words}: ${field === undefined ? '' : `${field} `}${reason}`;
  if (code === 'wk.uid_invalid' && uid !== undefined) return `${words}: ${JSON.stringify(uid)}`;
  const most = limit ?? limitBytes;
  return most === undefined ? words : `${words}: ≤ ${most}${limitBytes === undefined ? '' : ' bytes'}`;
}

function json(reply: FastifyReply, status: number, requestId: string, body: string): FastifyReply {
  return (
    reply
      .code(status)
      .header('X-Request-Id', requestId)
      .header('X-Content-Type-Options', 'nosniff')
      .header('Cache-Control', 'no-store')
      .type('application/json; charset=utf-8')
      // Bytes at once: node writes a long string at half the speed.
      .send(Buffer.from(body))
  );
}

/** WuKongIM knows 400 for every refusal of a call; only who you are, what cannot be read at all, how much, and "ours" have their own. */
function httpStatusOf(refusal: Refusal): number {
  return /^(cred|http|rate|srv)\./.test(definitionOf(refusal.code).publicCode) ? wireOf(refusal.code).http : 400;
}
