import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '@hufu/refusals';
import { refusalOf } from '../../kernel/outcome.ts';
import { callerOf } from '../listen/caller.ts';
import { sendRefusal } from './answers.ts';
import type { Decisions } from './deps.ts';

/** What fastify or a bug threw. */
export function refusalOfThrown(error: FastifyError, limits: { bodyBytes?: number; fileBytes?: number } = {}): Refusal {
  const { bodyBytes, fileBytes } = limits;
  if (error.code === 'FST_REQ_FILE_TOO_LARGE')
    return { code: 'media.too_large', evidence: fileBytes === undefined ? {} : { limitBytes: fileBytes } };
  if (error.statusCode === 413)
    return { code: 'http.body_too_large', evidence: bodyBytes === undefined ? {} : { limitBytes: bodyBytes } };
  if (error.statusCode === 415 || error.statusCode === 406)
    return { code: 'http.bad_media_type', evidence: { expected: 'application/json' } };
  const reason = ADDRESS_FAULTS[error.code];
  if (reason !== undefined) return { code: 'http.bad_body', evidence: { field: 'path', reason } };
  if (error.statusCode !== undefined && error.statusCode < 500)
    return { code: 'http.bad_body', evidence: { reason: error.code ?? error.name } };
  return refusalOf(error);
}

const ADDRESS_FAULTS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'is not percent-encoded as it should be',
  FST_ERR_MAX_PARAM_LENGTH: 'has a part that is too long',
};

/** For errors that no route of a surface caught: addresses that cannot be read, files that cannot be sent. */
export function refuseThrown(decisions: Pick<Decisions, 'record'>) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
    sendRefusal(decisions, reply, refusalOfThrown(error), { caller: callerOf(request), uid: null });
}
