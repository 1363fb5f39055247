import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '@hufu/refusals';
import { type Outcome, ok, refusalOf, refuse } from '../../kernel/outcome.ts';
import { type Caller, callerOf } from '../listen/caller.ts';
import { sendAnswer } from './answers.ts';
import { channelRoutes } from './channels.ts';
import { conversationSync } from './conversations.ts';
import type { WukongHttpDeps } from './deps.ts';
import { listRoutes } from './lists.ts';
import { messageSend } from './message-send.ts';
import { messageSync } from './message-sync.ts';
import type { Answer, WukongRoute } from './route.ts';
import { health, routeAddresses } from './system.ts';
import { userToken } from './users.ts';

export type { WukongHttpDeps } from './deps.ts';
export type { WukongRoute } from './route.ts';

/** Every route of the WuKongIM API that this server has; each example finds what those before it have made. */
export const wukongRoutes: readonly WukongRoute[] = [
  userToken,
  ...channelRoutes,
  ...listRoutes,
  messageSend,
  messageSync,
  conversationSync,
  routeAddresses,
  health,
];

/** 20,000 uids of 128 characters. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The HTTP API of WuKongIM v2 for back ends: same routes, bodies and answers, plus `reason` and `requestId` on every refusal. */
export function registerWukongHttp(app: FastifyInstance, deps: WukongHttpDeps): void {
  void app.register(async (scope) => {
    // WuKongIM never looks at Content-Type: whatever it says, the body is JSON.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) => done(null, body));
    scope.addHook('onRequest', async (request) => {
      request.raw.headers['content-type'] = 'application/json';
    });
    scope.setErrorHandler((error, request, reply) =>
      sendAnswer(deps, callerOf(request), reply, { refused: refusalOfThrown(error) }),
    );
    for (const route of wukongRoutes) declare(scope, deps, route);
  });
}

function declare(scope: FastifyInstance, deps: WukongHttpDeps, route: WukongRoute): void {
  scope.route({
    method: route.method,
    url: route.path,
    bodyLimit: MAX_BODY_BYTES,
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      const caller = callerOf(request);
      const admitted = await deps.admit(caller);
      if (!admitted.ok) return sendAnswer(deps, caller, reply, { refused: admitted.refusal });
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      return sendAnswer(deps, caller, reply, await answerOf(deps, route, request, caller));
    },
  });
  // Which methods a path takes is answered before credentials and before the body is read.
  scope.route({
    method: METHODS.filter((method) => method !== route.method),
    url: route.path,
    onRequest: async (request, reply) => {
      void reply.header('Allow', route.method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS');
      if (request.method === 'OPTIONS') return reply.code(204).send();
      return sendAnswer(deps, callerOf(request), reply, {
        refused: { code: 'http.method_not_allowed', evidence: { method: request.method } },
      });
    },
    handler: async (_, reply) => reply,
  });
}

async function answerOf(deps: WukongHttpDeps, route: WukongRoute, request: FastifyRequest, caller: Caller): Promise<Answer> {
  const input = route.method === 'GET' ? ok(request.query) : parse(request.body);
  if (input.ok) return route.run(deps, input.value, caller);
  const { reason } = input.refusal.evidence ?? {};
  return { refused: input.refusal, text: `数据格式有误！: ${String(reason)}` };
}

function parse(body: unknown): Outcome<unknown> {
  if (typeof body !== 'string' || body.trim() === '') return refuse('http.bad_body', { reason: 'the body is empty' });
  try {
    return ok(JSON.parse(body) as unknown);
  } catch {
    return refuse('http.bad_body', { reason: 'the body is not JSON', characters: body.length });
  }
}

/** What fastify or a bug threw. */
function refusalOfThrown(error: unknown): Refusal {
  const { code, statusCode } =
    error instanceof Error && 'code' in error
      ? { code: error.code, statusCode: 'statusCode' in error ? error.statusCode : 500 }
      : {};
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return { code: 'http.body_too_large', evidence: { limitBytes: MAX_BODY_BYTES } };
  if (typeof statusCode === 'number' && statusCode < 500) return { code: 'http.bad_body', evidence: { reason: String(code) } };
  return refusalOf(error);
}
