import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN, answered, openRealServer, ORIGIN, type RealServer } from '../support/real-server.ts';

let server: RealServer;
before(async () => void (server = await openRealServer()));
after(() => server.close());

const TOKEN = { uid: 'ann', token: 't' };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const call = async (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  answered(await fetch(`${server.url}${path}`, { method, headers, redirect: 'manual' }));

test('the admin secret counts in the header token, as Bearer and as the password of Basic', async () => {
  for (const headers of [
    { token: ADMIN },
    { authorization: `Bearer ${ADMIN}` },
    { authorization: `bearer ${ADMIN}` },
    { authorization: basic(`:${ADMIN}`) },
    { authorization: basic(`anybody:${ADMIN}`) },
    { token: ADMIN, authorization: `Bearer ${ADMIN}` },
  ]) {
    const { status, text } = await server.post('/user/token', TOKEN, headers);
    assert.deepEqual([status, text], [200, '{"status":200}'], JSON.stringify(headers));
  }
});

test('no other place and no other value counts, also not from this machine, and each is told as far as a stranger may know', async () => {
  const cases: readonly [string, Readonly<Record<string, string>>, number, string][] = [
    ['/user/token', {}, 401, 'cred.missing'],
    ['/user/token', { token: '' }, 401, 'cred.missing'],
    [`/user/token?token=${ADMIN}`, {}, 401, 'cred.wrong_place'],
    ['/user/token', { token: 'wrong' }, 401, 'cred.rejected'],
    ['/user/token', { authorization: 'Bearer wrong' }, 401, 'cred.rejected'],
    ['/user/token', { authorization: basic(`${ADMIN}:`) }, 401, 'cred.rejected'],
    ['/user/token', { authorization: basic(ADMIN) }, 401, 'cred.malformed'],
    ['/user/token', { authorization: ADMIN }, 401, 'cred.malformed'],
    ['/user/token', { token: ADMIN, authorization: 'Bearer other' }, 401, 'cred.ambiguous'],
    ['/user/token', { managertoken: ADMIN }, 401, 'cred.missing'],
  ];
  for (const [path, headers, status, reason] of cases) {
    const refused = await server.post(path, TOKEN, headers);
    assert.deepEqual(
      [refused.status, refused.json['reason'], refused.json['status']],
      [status, reason, status],
      JSON.stringify(headers),
    );
    assert.equal(typeof refused.json['msg'], 'string');
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer realm="hufu"/);
    assert.equal(refused.headers.get('x-request-id'), refused.json['requestId']);
    assert.ok(!refused.text.includes(ADMIN));
  }
});

test('a credential is looked at before the body: a stranger learns nothing from what is wrong in it', async () => {
  const seen = new Set<string>();
  for (const body of ['{"uid":', '[]', '{"uid":5}', 'x'.repeat(1000)]) {
    const refused = await server.post('/user/token', body, { token: 'wrong' });
    seen.add(JSON.stringify({ ...refused.json, requestId: '' }));
  }
  assert.equal(seen.size, 1);
});

test('a page of an allowed origin may ask and read every answer, also a refusal and an unknown route; others may not', async () => {
  const asks = { origin: ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'token' };
  const preflight = await call('OPTIONS', '/message/send', asks);
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), ORIGIN);
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /\bPOST\b/);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /\btoken\b/);
  assert.equal(preflight.headers.get('access-control-max-age'), '600');
  assert.match(preflight.headers.get('vary') ?? '', /Origin/);
  for (const [path, headers, status] of [
    ['/user/token', { origin: ORIGIN }, 401],
    ['/user/token', { origin: ORIGIN, token: ADMIN }, 400],
    ['/no/such/route', { origin: ORIGIN }, 404],
    ['/health', { origin: ORIGIN }, 405],
  ] as const) {
    const answer = await server.post(path, {}, headers);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get('access-control-allow-origin'), ORIGIN, path);
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /X-Request-Id/, path);
    assert.match(answer.headers.get('vary') ?? '', /Origin/, path);
  }
  for (const origin of ['https://evil.example', 'http://chat.example.com', 'https://chat.example.com.evil.example', 'null']) {
    for (const method of ['OPTIONS', 'GET']) {
      const refused = await call(method, '/health', { ...asks, origin, token: ADMIN });
      assert.deepEqual([refused.status, refused.json['code']], [403, 'cors.origin_not_allowed'], origin);
      assert.equal(refused.headers.get('access-control-allow-origin'), null);
    }
  }
  assert.equal((await call('GET', '/health', { token: ADMIN })).headers.get('access-control-allow-origin'), null);
});

test('which methods a path takes is told before credentials, and OPTIONS and HEAD are answered', async () => {
  for (const [method, path, status, allow] of [
    ['GET', '/message/send', 405, 'POST, OPTIONS'],
    ['HEAD', '/message/send', 405, 'POST, OPTIONS'],
    ['DELETE', '/channel', 405, 'POST, OPTIONS'],
    ['POST', '/route', 405, 'GET, HEAD, OPTIONS'],
    ['OPTIONS', '/message/send', 204, 'POST, OPTIONS'],
    ['OPTIONS', '/health', 204, 'GET, HEAD, OPTIONS'],
    ['HEAD', '/health', 401, null],
  ] as const) {
    const answer = await call(method, path);
    assert.deepEqual([answer.status, answer.headers.get('allow')], [status, allow], `${method} ${path}`);
    if (status === 405 && method !== 'HEAD') assert.equal(answer.json['reason'], 'http.method_not_allowed');
    if (method === 'HEAD') assert.equal(answer.text, '');
  }
});

test('a slash too many is the same route, and no redirect turns a POST into a GET', async () => {
  for (const path of ['/user/token/', '//user/token', '//user//token//'])
    assert.equal((await server.post(path, TOKEN)).text, '{"status":200}', path);
});

test('an unknown route is 404 with the nearest ones, whatever body and content type came', async () => {
  for (const [path, near] of [
    ['/user/tokens', ['POST /user/token']],
    ['/v1/user/token', ['POST /user/token']],
    ['/api/message/send', ['POST /message/send']],
    ['/channel/subscriber_ad', ['POST /channel/subscriber_add', 'POST /channel/subscriber_remove']],
    ['/quite/another/thing', []],
  ] as const) {
    const answer = await server.post(path, 'no json', { 'content-type': 'application/x-www-form-urlencoded' });
    assert.deepEqual([answer.status, answer.json['code'], answer.json['near']], [404, 'http.route_unknown', near], path);
    assert.equal(typeof answer.json['msg'], 'string');
    assert.equal(answer.headers.get('x-request-id'), answer.json['requestId']);
  }
});

test('/route tells the host under which it was reached when listeners are on every interface', async () => {
  server.addresses.tcp = '0.0.0.0:5100';
  server.addresses.ws = 'ws://[::]:5200';
  const port = new URL(server.url).port;
  assert.equal(
    (await call('GET', '/route?uid=ann', { token: ADMIN })).text,
    '{"tcp_addr":"127.0.0.1:5100","ws_addr":"ws://127.0.0.1:5200","wss_addr":""}',
  );
  const localhost = await answered(await fetch(`http://localhost:${port}/route`, { headers: { token: ADMIN } }));
  assert.equal(localhost.text, '{"tcp_addr":"localhost:5100","ws_addr":"ws://localhost:5200","wss_addr":""}');
  server.addresses.tcp = 'im.example.com:5100';
  server.addresses.ws = '';
  server.addresses.wss = 'wss://im.example.com';
  assert.equal(
    (await call('GET', '/route', { token: ADMIN })).text,
    '{"tcp_addr":"im.example.com:5100","ws_addr":"","wss_addr":"wss://im.example.com"}',
  );
  assert.equal((await call('GET', '/route?intranet=1', { token: ADMIN })).text, '{"tcp_addr":"","ws_addr":"","wss_addr":""}');
});
