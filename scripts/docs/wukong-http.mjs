import { join } from 'node:path';
import { root } from '../node24.mjs';
import { example, fieldTable, page, section } from './markdown.mjs';

export async function wukongHttp() {
  const { wukongRoutes } = await import(join(root, 'packages/server/src/surfaces/wukong-http/index.ts'));
  const routes = wukongRoutes.map((route) =>
    section(`${route.method} ${route.path}`, [
      route.doc,
      fieldTable(route.schema),
      route.method === 'GET' ? query(route.path, route.example.request) : example('Request', route.example.request),
      example('Answer', route.example.answer),
    ]),
  );
  return page(
    'WuKongIM-compatible HTTP API',
    [
      'For back ends: the routes, bodies and answers of WuKongIM v2, on the address of the page (`listen.http`).',
      'Every call needs the admin secret: in the header `token`, as `Authorization: Bearer …`, or as the password of Basic. Calls from this machine too. Never in the query.',
      'Bodies are JSON whatever `Content-Type` says; unknown fields are ignored; null is the same as absent; every field is optional unless its route says otherwise. Ids of messages are JSON numbers that may be larger than 2^53: read `message_idstr` where numbers are doubles.',
      'A refusal is HTTP 400 (401 without a valid secret, 404, 405, 413, 429, 503 as their names say) with `{"msg", "status", "reason", "requestId"}`: `reason` is the cause, and `hufu explain <requestId>` tells all about it. `X-Request-Id` is on every answer.',
    ],
    routes,
  );
}

function query(path, fields) {
  const text = new URLSearchParams(fields).toString();
  return ['Request', '```text', `GET ${path}${text === '' ? '' : `?${text}`}`, '```'].join('\n');
}
