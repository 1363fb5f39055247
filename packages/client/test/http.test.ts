import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { ADMIN_SECRET, call } from '../../../peers/lib/server.ts';
import { createHttp } from '../src/http.ts';
import { createClient } from '../src/index.ts';
import { codeOf, openWorld, PASSWORD, valueOf, type World } from './support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

test('a refused sign-in is a value: public code, a sentence in the language asked for, and an id that the operator can open', async () => {
  const { uid } = await world.person('ann');
  for (const [language, sentence] of [
    ['en', /password/],
    ['zh', /密码/],
  ] as const) {
    const client = createClient({ baseUrl: world.server.ready.http, deviceId: 'd', language: () => language });
    const answer = await client.login(uid, 'not the password');
    if (answer.ok) assert.fail('signed in with a wrong password');
    assert.equal(answer.refusal.code, 'cred.login_failed');
    assert.match(answer.refusal.message, sentence);
    const path = `/api/v1/requests/${answer.refusal.requestId}/explanation`;
    const explained = await call(world.server, path, { authorization: `Bearer ${ADMIN_SECRET}` });
    assert.equal(explained.body['code'], 'cred.login_failed');
  }
});

test('contacts, conversations, history and members are read in the shapes of the types', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  const made = valueOf(await ann.client.api.createGroup('Hikers', [ben.uid]));
  const group = { channelId: made.channelId, channelType: 2 };
  for (let index = 1; index <= 5; index += 1)
    valueOf(await ann.client.send(group, { type: 1, content: `${index}` }, `n${index}`));
  const newest = valueOf(await ben.client.api.messages({ ...group, limit: 2 }));
  assert.deepEqual([newest.messages.map((one) => one.messageSeq), newest.more], [[4, 5], true]);
  const before4 = valueOf(await ben.client.api.messages({ ...group, beforeSeq: 4, limit: 10 }));
  assert.deepEqual([before4.messages.map((one) => one.messageSeq), before4.more], [[1, 2, 3], false]);
  const [conversation] = valueOf(await ben.client.api.conversations());
  assert.deepEqual([conversation?.name, conversation?.unread, conversation?.lastSeq, conversation?.members], ['Hikers', 5, 5, 2]);
  valueOf(await ben.client.api.markRead(group, 5));
  assert.equal(valueOf(await ben.client.api.conversations())[0]?.unread, 0);
  const members = valueOf(await ben.client.api.members(made.channelId));
  assert.deepEqual(members.map((one) => [one.name, one.role]).sort(), [
    ['ann', 'owner'],
    ['ben', 'member'],
  ]);
  assert.equal(valueOf(await ben.client.api.user(ann.uid)).name, 'ann');
});

test('an uploaded picture is answered with its size and can be read at its address; one that is too large is a refusal', async () => {
  const { client } = await world.person('ann');
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const file = valueOf(await client.api.upload(new Blob([Buffer.from(png, 'base64')], { type: 'image/png' }), 'dot.png'));
  assert.deepEqual([file.mime, file.width, file.height], ['image/png', 1, 1]);
  const read = await fetch(`${world.server.ready.http}${file.url}`);
  assert.equal(Buffer.from(await read.arrayBuffer()).toString('base64'), png);
  const large = await client.api.upload(new Blob([new Uint8Array(11 * 1024 * 1024)]), 'large.bin');
  assert.equal(codeOf(large), 'media.too_large');
  if (!large.ok) assert.match(large.refusal.requestId, /^hr_/);
});

test('a session that ended elsewhere ends here with the first answer', async () => {
  const { client, uid } = await world.person('ann');
  const token = valueOf(await createClient({ baseUrl: world.server.ready.http, deviceId: 'd' }).api.login(uid, PASSWORD)).token;
  const other = createClient({ baseUrl: world.server.ready.http, deviceId: 'other' });
  let told = 0;
  other.on('signedOut', () => (told += 1));
  other.attach({ token, uid: null });
  assert.equal(valueOf(await other.api.me()).uid, uid);
  await call(world.server, '/api/v1/auth/logout', { authorization: `Bearer ${token}` }, {});
  assert.equal(codeOf(await other.api.me()), 'cred.rejected');
  assert.equal(told, 1);
  assert.equal(valueOf(await client.api.me()).uid, uid, 'another session of the account stays');
});

async function listening(answer: Parameters<typeof createServer>[1]): Promise<{ server: Server; url: string }> {
  const server = createServer(answer ?? (() => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
}

test('a reading that got no answer is asked again, and given up after three times; a change is asked once', async () => {
  let asked = 0;
  const { server, url } = await listening((request, response) => {
    asked += 1;
    if (asked < 3) request.socket.destroy();
    else response.end('{"uid":"ann","name":"Ann","kind":"person","numericId":1}');
  });
  const client = createClient({ baseUrl: url, deviceId: 'd' });
  assert.equal(valueOf(await client.api.me()).name, 'Ann');
  asked = -10;
  assert.equal(codeOf(await client.api.me()), 'client.unreachable');
  assert.equal(asked, -7);
  assert.equal(codeOf(await client.login('ann', 'x')), 'client.unreachable');
  assert.equal(asked, -6);
  server.close();
});

test('a server that says when to come back is asked again then, if that is soon; else the refusal keeps the time', async () => {
  let waitSeconds = '0';
  let asked = 0;
  const { server, url } = await listening((_, response) => {
    asked += 1;
    const headers = { 'content-type': 'application/problem+json', 'retry-after': waitSeconds, 'x-request-id': 'hr_1' };
    if (asked === 2) response.end('{"uid":"ann","name":"Ann","kind":"person","numericId":1}');
    else response.writeHead(503, headers).end('{"code":"srv.overloaded","detail":"Too much at once."}');
  });
  const client = createClient({ baseUrl: url, deviceId: 'd' });
  assert.equal(valueOf(await client.api.me()).name, 'Ann');
  waitSeconds = '30';
  const refused = await client.api.me();
  assert.deepEqual(
    [refused, asked],
    [
      { ok: false, refusal: { code: 'srv.overloaded', message: 'Too much at once.', requestId: 'hr_1', retryAfterSeconds: 30 } },
      3,
    ],
  );
  server.close();
});

test("a proxy's own page and an answer of another shape are refusals of this side", async () => {
  const { server, url } = await listening((request, response) => {
    if (request.url?.endsWith('/contacts')) return response.end('{"unexpected":true}');
    response.writeHead(502, { 'content-type': 'text/html', 'x-request-id': 'proxy-1' }).end('<h1>Bad gateway</h1>');
  });
  const client = createClient({ baseUrl: url, deviceId: 'd' });
  const odd = await client.api.contacts();
  const proxied = await client.api.me();
  assert.deepEqual([codeOf(odd), codeOf(proxied)], ['client.bad_answer', 'client.bad_answer']);
  assert.equal(proxied.ok ? '' : proxied.refusal.requestId, 'proxy-1');
  server.close();
});

test('a server that never answers is a time-out, named as such', async () => {
  const { server, url } = await listening(() => undefined);
  const http = createHttp({ baseUrl: url, token: () => null, timeoutMs: 50 });
  assert.equal(codeOf(await http.request('GET', '/me', (body) => body)), 'client.timeout');
  server.closeAllConnections();
  server.close();
});
