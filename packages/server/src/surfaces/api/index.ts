import multipart from '@fastify/multipart';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '@hufu/refusals';
import { ok, type Outcome, refuse } from '../../kernel/outcome.ts';
import { callerOf } from '../listen/caller.ts';
import { sendRefusal, withCommonHeaders } from './answers.ts';
import { authRoutes } from './auth.ts';
import { botRoutes } from './bots.ts';
import { conversationRoutes } from './conversations.ts';
import type { ApiDeps, Principal } from './deps.ts';
import { fileRoutes } from './files.ts';
import { groupRoutes } from './groups.ts';
import { refusalRoutes } from './refusals.ts';
import { type ApiRoute, checkAccess, SENT } from './route.ts';
import { refusalOfThrown } from './thrown.ts';
import { userRoutes } from './users.ts';

export type { ApiDeps, BotClientState, Decisions } from './deps.ts';
export { registerPage } from './page.ts';
export { refuseThrown } from './thrown.ts';
export { createAuth } from './sign-in.ts';
export { UploadSlots } from './upload-slots.ts';

/** Every route of the native API. */
export const apiRoutes: readonly ApiRoute[] = [
  ...authRoutes,
  ...userRoutes,
  ...conversationRoutes,
  ...groupRoutes,
  ...botRoutes,
  ...fileRoutes,
  ...refusalRoutes,
];

const MAX_BODY_BYTES = 1024 * 1024;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** The API of page and tools under `/api/v1`, and public files under `/files`. */
export function registerApi(app: FastifyInstance, deps: ApiDeps): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body));
    await scope.register(multipart, {
      limits: { fileSize: deps.maxFileBytes, files: 1, fields: 8, fieldSize: 4096, parts: 9, headerPairs: 50 },
    });
    scope.setErrorHandler<FastifyError>((error, request, reply) => {
      const limits = { bodyBytes: request.routeOptions.bodyLimit ?? MAX_BODY_BYTES, fileBytes: deps.maxFileBytes };
      sendRefusal(deps.decisions, reply, refusalOfThrown(error, limits), {
        caller: callerOf(request),
        uid: uidOf(principals.get(request) ?? null),
      });
    });
    for (const route of apiRoutes) declare(scope, deps, route);
    declareWrongMethods(scope, deps);
  });
}

/** Who each running request is; asked once, before its body is read. */
const principals = new WeakMap<FastifyRequest, Principal>();

function declare(scope: FastifyInstance, deps: ApiDeps, route: ApiRoute): void {
  scope.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.path === '/api/v1/files' ? deps.maxFileBytes + 64 * 1024 : MAX_BODY_BYTES,
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      if (route.access === 'open') return;
      const caller = callerOf(request);
      const principal = await deps.auth.identify(caller);
      if (!principal.ok) return sendRefusal(deps.decisions, reply, principal.refusal, { caller, uid: null });
      principals.set(request, principal.value);
      const allowed = checkAccess(route.access, principal.value);
      if (!allowed.ok) return sendRefusal(deps.decisions, reply, allowed.refusal, { caller, uid: uidOf(principal.value) });
    },
    handler: async (request, reply) => {
      const principal = principals.get(request) ?? null;
      const caller = callerOf(request);
      const input = inputOf(route, request);
      const params = request.params as Readonly<Record<string, string>>;
      const outcome = input.ok ? await route.run({ deps, caller, principal, params, request, reply }, input.value) : input;
      if (!outcome.ok) return sendRefusal(deps.decisions, reply, outcome.refusal, { caller, uid: uidOf(principal) });
      if (outcome.value === SENT) return reply;
      return withCommonHeaders(reply, deps.decisions.newRequestId())
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(outcome.value ?? {}));
    },
  });
}

/** A known path with another method: 405 and what is allowed. */
function declareWrongMethods(scope: FastifyInstance, deps: ApiDeps): void {
  for (const path of new Set(apiRoutes.map((route) => route.path))) {
    const allowed = apiRoutes.filter((route) => route.path === path).map((route): string => route.method);
    scope.route({
      method: METHODS.filter((method) => !allowed.includes(method)),
      url: path,
      onRequest: async (request, reply) => {
        void reply.header('Allow', [...allowed, ...(allowed.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', '));
        if (request.method === 'OPTIONS') return reply.code(204).send();
        const refusal: Refusal = { code: 'http.method_not_allowed', evidence: { method: request.method } };
        return sendRefusal(deps.decisions, reply, refusal, { caller: callerOf(request), uid: null });
      },
      handler: async (_, reply) => reply,
    });
  }
}

/** Body of POST and PATCH; query of the others, where digits become numbers if the schema wants an integer. */
function inputOf(route: ApiRoute, request: FastifyRequest): Outcome<unknown> {
  if (route.method === 'GET' || route.method === 'DELETE') return ok(numbersOf(route, request.query));
  if (typeof request.body !== 'string' || request.body.trim() === '') return ok({});
  try {
    return ok(JSON.parse(request.body) as unknown);
  } catch {
    return refuse('http.bad_body', { reason: 'the body is not JSON' });
  }
}

function numbersOf(route: ApiRoute, query: unknown): unknown {
  if (typeof query !== 'object' || query === null) return {};
  const { properties = {} } = route.schema as { properties?: Record<string, { type?: string }> };
  return Object.fromEntries(
    Object.entries(query).map(([key, value]: [string, unknown]) => [
      key,
      Object.hasOwn(properties, key) &&
      properties[key]?.type === 'integer' &&
      typeof value === 'string' &&
      /^\d{1,15}$/.test(value)
        ? Number(value)
        : value,
    ]),
  );
}

function uidOf(principal: Principal | null): string | null {
  return principal?.kind === 'person' ? principal.user.uid : null;
}
