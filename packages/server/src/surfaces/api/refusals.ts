import { ok, refuse } from '../../kernel/outcome.ts';
import type { Viewer } from '../../policy/decisions/recorder.ts';
import { type ApiRoute, type Context, NOTHING, route } from './route.ts';

const MAX_ROWS = 200;

const list = route({
  method: 'GET',
  path: '/api/v1/refusals',
  doc: 'The latest refusals: the operator sees all, people their own.',
  access: 'any',
  example: {},
  schema: NOTHING,
  handle: async (context) => ok({ refusals: await context.deps.decisions.list(viewerOf(context), MAX_ROWS) }),
});

const explanation = route({
  method: 'GET',
  path: '/api/v1/requests/:id/explanation',
  doc: 'Why a request was refused. Ids that do not exist and ids of others give the same answer.',
  access: 'any',
  example: {},
  schema: NOTHING,
  async handle(context) {
    const found = await context.deps.decisions.explain((context.params['id'] ?? '').slice(0, 64), viewerOf(context));
    return found === null ? refuse('resource.hidden', { reason: 'no such request for this viewer' }) : ok(found);
  },
});

function viewerOf({ principal }: Context): Viewer {
  return principal?.kind === 'person' ? { kind: 'person', uid: principal.user.uid } : { kind: 'operator' };
}

export const refusalRoutes: readonly ApiRoute[] = [list, explanation];
