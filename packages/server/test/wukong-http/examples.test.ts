import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { wukongRoutes } from '../../src/surfaces/wukong-http/index.ts';
import { ADMIN, openRealServer, type RealServer } from '../support/real-server.ts';
import { Comparer, parseExact } from './recorded.ts';

let server: RealServer;
const comparer = new Comparer();
before(async () => void (server = await openRealServer()));
after(() => server.close());

for (const { method, path, example } of wukongRoutes) {
  test(`${method} ${path} answers its own example, after those before it`, async () => {
    const fields = Object.entries(example.request).map(([key, value]) => [key, String(value)] as [string, string]);
    const query = method === 'GET' ? `?${new URLSearchParams(fields)}` : '';
    const response = await fetch(`${server.url}${path}${query}`, {
      method,
      headers: { token: ADMIN },
      ...(method === 'POST' ? { body: JSON.stringify(example.request) } : {}),
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    comparer.same(parseExact(JSON.stringify(example.answer)), parseExact(text));
  });
}

test('every field of every route says what it is', () => {
  for (const { path, doc, schema } of wukongRoutes) {
    assert.ok(doc.length > 20, path);
    const { properties = {} } = schema as { properties?: Record<string, { description?: string }> };
    for (const [name, field] of Object.entries(properties)) assert.ok((field.description ?? '').length > 5, `${path} ${name}`);
  }
});
