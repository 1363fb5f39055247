import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN, openWorld, payload, type World } from './world.ts';

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

type Json = Record<string, unknown>;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
);

function form(bytes: Buffer, name: string) {
  const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n`;
  return {
    headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'multipart/form-data; boundary=b' },
    payload: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]),
  };
}

test('only the operator makes people, who then log in and see themselves', async () => {
  const token = await world.login('ann');
  assert.deepEqual((await world.call(token, 'GET', '/api/v1/me')).body['name'], 'ANN');
  const denied = await world.call(token, 'POST', '/api/v1/users', { uid: 'eve', name: 'Eve', password: 'correct horse' });
  assert.deepEqual(
    [denied.status, denied.body['code'], denied.headers['content-type']],
    [403, 'scope.role_required', 'application/problem+json; charset=utf-8'],
  );
  assert.deepEqual(Object.keys(denied.body), ['type', 'title', 'status', 'detail', 'code', 'requestId']);
  const unknown = await world.call('x', 'POST', '/api/v1/auth/login', { uid: 'nobody', password: 'p' });
  const wrong = await world.call('x', 'POST', '/api/v1/auth/login', { uid: 'ann', password: 'p' });
  assert.equal(unknown.text.replace(/req_\d+/, ''), wrong.text.replace(/req_\d+/, ''));
  assert.deepEqual((await world.call('x', 'POST', '/api/v1/auth/operator', { secret: ADMIN })).body['kind'], 'operator');
  const reserved = await world.call(ADMIN, 'POST', '/api/v1/users', { uid: '____system', name: 'x', password: 'correct horse' });
  assert.deepEqual([reserved.status, reserved.body['code']], [400, 'http.bad_body']);
  await world.call(token, 'POST', '/api/v1/auth/logout', {});
  assert.equal((await world.call(token, 'GET', '/api/v1/me')).status, 401);
});

test('ten wrong passwords from one address lock the login for a minute, and a locked login tells how long', async () => {
  await world.login('locked');
  const attempt = (password: string) => world.call('x', 'POST', '/api/v1/auth/login', { uid: 'locked', password });
  for (let i = 0; i < 10; i += 1) assert.equal((await attempt('wrong')).body['code'], 'cred.login_failed');
  const answer = await attempt('correct horse');
  assert.deepEqual(
    [answer.status, answer.body['code'], Number(answer.headers['retry-after']) > 0],
    [429, 'cred.login_locked', true],
  );
});

test('conversations, pages and read positions of a private chat', async () => {
  const [a, b] = [await world.login('ca'), await world.login('cb')];
  for (let i = 1; i <= 5; i += 1)
    await world.admin('/message/send', { from_uid: 'ca', channel_id: 'cb', channel_type: 1, payload: payload(`m${i}`) });
  const list = (await world.call(b, 'GET', '/api/v1/conversations')).body['conversations'] as Json[];
  assert.equal(list.length, 1);
  const { channelId, channelType, name, unread, lastSeq, readSeq, isBot, avatar, members } = list[0] ?? {};
  assert.deepEqual(
    [channelId, channelType, name, unread, lastSeq, readSeq, isBot, avatar, members],
    ['ca', 1, 'CA', 5, 5, 0, false, null, 2],
  );
  const seqs = async (query: string) => {
    const page = await world.call(b, 'GET', `/api/v1/messages?channelId=ca&channelType=1&${query}`);
    return [(page.body['messages'] as Json[]).map((one) => one['messageSeq']), page.body['more']];
  };
  assert.deepEqual(await seqs('limit=2'), [[4, 5], true]);
  assert.deepEqual(await seqs('beforeSeq=4&limit=2'), [[2, 3], true]);
  assert.deepEqual(await seqs('afterSeq=3&limit=10'), [[4, 5], false]);
  assert.deepEqual(await seqs('beforeSeq=1'), [[], false]);
  const [first] = (await world.call(b, 'GET', '/api/v1/messages?channelId=ca&channelType=1&limit=1')).body['messages'] as Json[];
  assert.deepEqual(
    [first?.['payload'], first?.['fromName'], first?.['channelId'], typeof first?.['messageId']],
    [{ type: 1, content: 'm5' }, 'CA', 'ca', 'string'],
  );
  assert.equal(
    (await world.call(b, 'POST', '/api/v1/read', { channelId: 'ca', channelType: 1, messageSeq: 4 })).body['readSeq'],
    4,
  );
  assert.equal(((await world.call(b, 'GET', '/api/v1/conversations')).body['conversations'] as Json[])[0]?.['unread'], 1);
  assert.deepEqual((await world.call(a, 'GET', '/api/v1/contacts')).body, { users: [{ uid: 'cb', name: 'CB', kind: 'person' }] });
  assert.deepEqual((await world.call(a, 'GET', '/api/v1/messages?channelId=ghost&channelType=1')).body, {
    messages: [],
    more: false,
  });
});

test('a group: the owner removes, members add and leave, strangers read nothing', async () => {
  const [owner, member, stranger] = [await world.login('go'), await world.login('gm'), await world.login('gs')];
  const made = await world.call(owner, 'POST', '/api/v1/groups', { name: 'Club', members: ['gm'] });
  const path = `/api/v1/groups/${String(made.body['channelId'])}/members`;
  const hidden = await world.call(stranger, 'GET', path);
  assert.deepEqual([hidden.status, hidden.body['code']], [403, 'im.not_member']);
  const gone = await world.call(stranger, 'GET', '/api/v1/groups/none/members');
  assert.equal(gone.text.replace(/req_\d+/, ''), hidden.text.replace(/req_\d+/, ''));
  assert.equal((await world.call(member, 'POST', path, { uids: ['gs'] })).status, 200);
  assert.equal((await world.call(member, 'POST', path, { uids: ['no such person'] })).status, 404);
  assert.equal((await world.call(member, 'DELETE', `${path}/gs`)).body['code'], 'scope.role_required');
  assert.equal((await world.call(owner, 'DELETE', `${path}/gs`)).status, 200);
  assert.equal((await world.call(member, 'DELETE', `${path}/gm`)).status, 200);
  const left = (await world.call(owner, 'GET', path)).body['members'];
  assert.deepEqual(left, [{ uid: 'go', name: 'GO', role: 'owner', kind: 'person' }]);
});

test('a new bot comes with a client, a token shown once and a snippet that holds it; others see nothing of it', async () => {
  const [owner, other] = [await world.login('bo'), await world.login('bx')];
  const made = await world.call(owner, 'POST', '/api/v1/bots', {
    name: 'Ping',
    framework: 'nonebot',
    url: 'ws://127.0.0.1:9099/onebot/v11/ws',
  });
  assert.equal(made.status, 200, made.text);
  const { bot, client, token, snippets } = made.body as {
    bot: Json;
    client: Json;
    token: string;
    snippets: { files: { path: string; content: string }[] }[];
  };
  assert.match(String(bot['uid']), /^bot_[0-9a-f]{8}$/);
  assert.ok(Number(bot['numericId']) >= 10_000);
  assert.deepEqual(
    [client['kind'], client['url'], client['state']],
    ['reverse', 'ws://127.0.0.1:9099/onebot/v11/ws', 'connected'],
  );
  assert.equal(snippets[0]?.files[0]?.content, `DRIVER=~fastapi\nHOST=127.0.0.1\nPORT=9099\nONEBOT_ACCESS_TOKEN="${token}"\n`);
  const listed = await world.call(owner, 'GET', '/api/v1/bots');
  assert.ok(!listed.text.includes(token));
  assert.deepEqual((await world.call(owner, 'GET', '/api/v1/contacts')).body, {
    users: [{ uid: bot['uid'], name: 'Ping', kind: 'bot' }],
  });

  const base = `/api/v1/bots/${String(bot['uid'])}/clients`;
  const one = `${base}/${String(client['id'])}`;
  for (const [method, path, body] of [
    ['POST', base, { kind: 'forward', name: 'x' }],
    ['PATCH', one, { enabled: false }],
    ['DELETE', one, undefined],
    ['POST', `${one}/retry`, {}],
  ] as const) {
    const refused = await world.call(other, method, path, body);
    assert.deepEqual([refused.status, refused.body['code']], [404, 'resource.hidden'], path);
  }
  assert.equal((await world.call(owner, 'POST', `${one}/retry`)).status, 200);
  assert.deepEqual(world.retried, [client['id']]);
  const rotated = await world.call(owner, 'PATCH', one, { rotate: true, enabled: false });
  const renewed = String(rotated.body['token']);
  assert.notEqual(renewed, token);
  const [pasted] = rotated.body['snippets'] as typeof snippets;
  assert.ok(pasted?.files[0]?.content.includes(renewed), 'a new token comes with what to paste');
  assert.equal((rotated.body['client'] as Json)['state'], 'disabled');
  assert.equal((await world.call(owner, 'PATCH', one, { url: 'http://127.0.0.1/' })).body['code'], 'http.bad_body');
  const forward = await world.call(owner, 'POST', base, { kind: 'forward', name: 'second' });
  assert.equal(forward.status, 200);
  assert.equal((await world.call(owner, 'POST', base, { kind: 'forward', name: 'second' })).status, 400);
  assert.equal((await world.call(owner, 'DELETE', one)).status, 200);
  const [kept] = await world.deps.directory.botClients();
  assert.deepEqual([kept?.name, kept?.sealedToken, kept?.tokenHash?.byteLength], ['second', null, 32]);
});

test('a client is for its framework, whatever its name and its address', async () => {
  const owner = await world.login('presets');
  const made = await world.call(owner, 'POST', '/api/v1/bots', {
    name: 'Pond',
    framework: 'koishi',
    url: 'ws://127.0.0.1:9/here',
  });
  const { bot } = made.body as { bot: Json };
  const base = `/api/v1/bots/${String(bot['uid'])}/clients`;
  const add = async (body: Json) => {
    const answer = await world.call(owner, 'POST', base, { kind: 'reverse', ...body });
    assert.equal(answer.status, 200, answer.text);
    const rotated = await world.call(owner, 'PATCH', `${base}/${String((answer.body['client'] as Json)['id'])}`, {
      rotate: true,
    });
    return (rotated.body['snippets'] as Json[]).map((one) => one['framework']);
  };
  assert.deepEqual(await add({ name: 'second', framework: 'koishi', url: 'ws://127.0.0.1:9/there' }), ['koishi']);
  assert.deepEqual(await add({ name: 'nonebot', url: 'ws://127.0.0.1:9/there' }), []);
  assert.deepEqual(await add({ name: 'by its path', url: 'ws://127.0.0.1:9/onebot/v11/ws' }), ['nonebot']);
  const clients = (await world.deps.directory.botClients()).filter((one) => one.botUid === bot['uid']);
  assert.deepEqual(clients.map(({ name, preset }) => [name, preset]).sort(), [
    ['by its path', null],
    ['koishi', 'koishi'],
    ['nonebot', null],
    ['second', 'koishi'],
  ]);
});

test('what is pasted lets the framework listen where it is dialled', async () => {
  const owner = await world.login('ears');
  for (const [url, framework, listens] of [
    ['ws://localhost:9099/onebot/v11/ws', 'nonebot', 'HOST=127.0.0.1\nPORT=9099\n'],
    ['ws://127.0.0.2:9099/onebot/v11/ws', 'nonebot', 'HOST=127.0.0.2\nPORT=9099\n'],
    ['ws://[::1]:9099/onebot/v11/ws', 'nonebot', 'HOST=::1\nPORT=9099\n'],
    ['ws://bots.example/onebot/v11/ws', 'nonebot', 'HOST=0.0.0.0\nPORT=80\n'],
    ['ws://127.0.0.1:9099/here', 'koishi', "host: '127.0.0.1'\n    port: 9099\n"],
    ['ws://[::1]:9099/here', 'koishi', "host: '::1'\n    port: 9099\n"],
    ['ws://[::1]:9099/ws', 'aiocqhttp', 'bot.run(host="::1", port=9099)'],
  ] as const) {
    const made = await world.call(owner, 'POST', '/api/v1/bots', { name: 'Ear', framework, url });
    const { snippets } = made.body as { snippets: { files: { content: string }[] }[] };
    assert.ok(
      snippets[0]?.files.some((file) => file.content.includes(listens)),
      JSON.stringify(snippets),
    );
  }
});

test('an address that holds a credential is refused: it would be kept and shown in plain', async () => {
  const owner = await world.login('plain');
  const make = { name: 'Ping', framework: 'nonebot' };
  for (const [url, what] of [
    ['ws://u:word@127.0.0.1:9/onebot/v11/ws', /user name or password/],
    ['ws://127.0.0.1:9/onebot/v11/ws?access_token=word', /access_token: the token is sent in the Authorization header/],
  ] as const) {
    const refused = await world.call(owner, 'POST', '/api/v1/bots', { ...make, url });
    assert.deepEqual([refused.status, refused.body['code']], [400, 'http.bad_body']);
    assert.match(String(refused.body['detail']), what);
  }
  assert.deepEqual((await world.call(owner, 'GET', '/api/v1/bots')).body, { bots: [] });
});

test('the twenty-first bot of an owner is refused', async () => {
  const owner = await world.login('many');
  for (let i = 0; i < 20; i += 1)
    assert.equal((await world.call(owner, 'POST', '/api/v1/bots', { name: `b${i}`, framework: 'koishi' })).status, 200);
  assert.equal(
    (await world.call(owner, 'POST', '/api/v1/bots', { name: 'b', framework: 'koishi' })).body['code'],
    'limit.objects',
  );
});

test('files: an image is shown, a page of HTML or SVG only downloaded, an unknown id is hidden', async () => {
  const image = await world.app.inject({ method: 'POST', url: '/api/v1/files', ...form(PNG, 'a"b.png') });
  assert.equal(image.statusCode, 200, image.body);
  const { url, mime, width, height } = image.json();
  assert.deepEqual([mime, width, height], ['image/png', 3, 2]);
  const shown = await world.app.inject(url);
  assert.deepEqual([shown.statusCode, shown.headers['content-type'], shown.rawPayload.equals(PNG)], [200, 'image/png', true]);
  assert.match(String(shown.headers['content-disposition']), /^inline/);
  for (const text of [
    '<!doctype html><script>alert(1)</script>',
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
  ]) {
    const saved = await world.app.inject({ method: 'POST', url: '/api/v1/files', ...form(Buffer.from(text), 'x.png') });
    const { headers } = await world.app.inject(saved.json().url);
    assert.match(String(headers['content-disposition']), /^attachment/);
    assert.deepEqual(
      [headers['content-type'], headers['x-content-type-options'], headers['content-security-policy']],
      ['application/octet-stream', 'nosniff', "sandbox; default-src 'none'"],
    );
  }
  const large = await world.app.inject({ method: 'POST', url: '/api/v1/files', ...form(Buffer.alloc(100_001), 'x') });
  assert.deepEqual([large.statusCode, large.json().code], [413, 'media.too_large']);
  const hidden = await world.app.inject('/files/..%2f..%2fetc%2fpasswd');
  assert.deepEqual([hidden.statusCode, hidden.json().code], [404, 'resource.hidden']);
});

test('an explanation is for the operator and for whom it happened to; unknown and foreign ids look alike', async () => {
  const [mine, other] = [await world.login('ea'), await world.login('eb')];
  const refused = await world.call(mine, 'POST', '/api/v1/users', { uid: 'q', name: 'q', password: 'correct horse' });
  const path = `/api/v1/requests/${String(refused.body['requestId'])}/explanation`;
  assert.equal((await world.call(mine, 'GET', path)).body['code'], 'scope.role_required');
  assert.equal((await world.call(ADMIN, 'GET', path)).status, 200);
  const foreign = await world.call(other, 'GET', path);
  const unknown = await world.call(other, 'GET', '/api/v1/requests/req_none/explanation');
  assert.equal(foreign.status, 404);
  assert.equal(foreign.text.replace(/req_\d+/, ''), unknown.text.replace(/req_\d+/, ''));
  assert.ok(((await world.call(ADMIN, 'GET', '/api/v1/refusals')).body['refusals'] as Json[]).length > 1);
});

test('unknown routes, wrong methods, wrong bodies and the page', async () => {
  const unknown = await world.app.inject({ url: '/api/v1/nothing', headers: { accept: 'text/html' } });
  assert.deepEqual([unknown.statusCode, unknown.json().code], [404, 'http.route_unknown']);
  const method = await world.app.inject({ method: 'PUT', url: '/api/v1/bots' });
  assert.deepEqual([method.statusCode, method.headers['allow']], [405, 'GET, POST, HEAD, OPTIONS']);
  const broken = await world.app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  assert.deepEqual([broken.statusCode, broken.json().code], [400, 'http.bad_body']);
  const media = await world.app.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    headers: { 'content-type': 'text/plain' },
    payload: 'x',
  });
  assert.deepEqual([media.statusCode, media.json().code], [415, 'http.bad_media_type']);
  for (const url of ['/', '/chat/ann']) {
    const page = await world.app.inject({ url, headers: { accept: 'text/html' } });
    assert.deepEqual([page.statusCode, page.body.includes('<title>Hufu')], [200, true], url);
    assert.match(String(page.headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.ok(page.headers['x-request-id']);
  }
  assert.equal((await world.app.inject('/nothing.js')).json().code, 'http.route_unknown');
});
