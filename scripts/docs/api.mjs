import { join } from 'node:path';
import { root } from '../node24.mjs';
import { example, fieldTable, page, section } from './markdown.mjs';

export async function nativeApi() {
  const { apiRoutes } = await import(join(root, 'packages/server/src/surfaces/api/index.ts'));
  const who = {
    open: 'Open to everybody.',
    any: 'Needs a person or an operator.',
    person: 'Needs a person.',
    operator: 'Needs an operator.',
  };
  const routes = apiRoutes.map((route) =>
    section(`${route.method} ${route.path}`, [
      `${route.doc} ${who[route.access]}`,
      fieldTable(route.schema),
      Object.keys(route.example).length === 0 ? '' : example('Request', route.example),
    ]),
  );
  return page(
    'Native HTTP API',
    [
      'What the page and tools call. A person or an operator signs in and sends the session as `Authorization: Bearer …`; the admin secret is an operator.',
      'Refusals are `application/problem+json` (RFC 9457) with `code` and `requestId`; `GET /api/v1/requests/<requestId>/explanation` tells all about one.',
    ],
    routes,
  );
}
