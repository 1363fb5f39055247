import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { handshakeText } from '../refusals/cases/bots.ts';
import { call, type HttpAnswer, parseAnswer, raw } from '../refusals/support/http.ts';
import { openRpc } from '../refusals/support/rpc.ts';
import { ADMIN, eventually, freshAddress } from '../refusals/support/server.ts';
import { connectBytes, openTap, readConnack } from '../refusals/support/wk.ts';
import { BOT_TOKEN, openWorld, type World } from '../refusals/support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

/** What only an operator may do, by the page's API and by the routes of back ends. */
const OPERATOR_CALLS: readonly (readonly [method: string, path: string, body: object])[] = [
  ['POST', '/api/v1/users', { uid: 'mallory', name: 'Mallory', password: 'a long password' }],
  ['POST', '/user/token', { uid: 'mallory', token: 't', device_flag: 1, device_level: 1 }],
  ['POST', '/channel', { channel_id: 'g', channel_type: 2, subscribers: ['mallory'] }],
  ['POST', '/channel/subscriber_add', { channel_id: '30002', channel_type: 2, subscribers: ['mallory'] }],
  ['POST', '/message/send', { from_uid: 'alice', channel_id: 'bob', channel_type: 1, payload: 'e30=' }],
  ['POST', '/channel/messagesync', { login_uid: 'zoe', channel_id: '30002', channel_type: 2 }],
  ['POST', '/conversation/sync', { uid: 'alice', msg_count: 1 }],
];

const as = (how: 'Bearer' | 'token', value: string) =>
  how === 'token' ? { token: value } : { Authorization: `Bearer ${value}` };

function ask(method: string, path: string, headers: Readonly<Record<string, string>>, body: object): Promise<HttpAnswer> {
  const all = { ...headers, 'Content-Type': 'application/json' };
  return call({ to: world.server.at.http, from: freshAddress(), method, path, headers: all, body: JSON.stringify(body) });
}

test('the admin secret does all of it', async () => {
  for (const [method, path, body] of OPERATOR_CALLS) {
    const answer = await ask(method, path, as('token', ADMIN), body);
    assert.equal(answer.status, 200, `${path} ${answer.text}`);
  }
});

const OTHERS: readonly (readonly [kind: string, value: () => string])[] = [
  ['a device token', () => 'alice-web'],
  ['a bot token', () => BOT_TOKEN],
  ['a session of a person', () => world.sessions.alice],
  ['the uid of the system account', () => '____system'],
  ['nothing', () => ''],
];

for (const [kind, value] of OTHERS) {
  test(`${kind} does nothing of it, whichever header brings it`, async () => {
    for (const [method, path, body] of OPERATOR_CALLS)
      for (const how of ['Bearer', 'token'] as const) {
        const answer = await ask(method, path, value() === '' ? {} : as(how, value()), body);
        assert.ok([401, 403].includes(answer.status), `${path} ${answer.status} ${answer.text}`);
      }
  });
}

test('a session of an operator opens the console, and not the routes of back ends', async () => {
  for (const [method, path, body] of OPERATOR_CALLS) {
    const answer = await ask(method, path, as('Bearer', world.sessions.operator), body);
    assert.equal(answer.status, path.startsWith('/api/v1/') ? 200 : 401, path);
  }
});

test('an operator is no person: the admin secret and its session have no conversations and open no chat', async () => {
  for (const value of [ADMIN, world.sessions.operator]) {
    const answer = await call({
      to: world.server.at.http,
      from: freshAddress(),
      path: '/api/v1/conversations',
      headers: as('Bearer', value),
    });
    assert.deepEqual([answer.status, answer.json['code']], [403, 'scope.role_required']);
  }
});

test('a session that was logged out opens nothing any more', async () => {
  const session = await world.sessionOf('bob');
  const me = () => call({ to: world.server.at.http, from: freshAddress(), path: '/api/v1/me', headers: as('Bearer', session) });
  assert.equal((await me()).status, 200);
  assert.equal((await ask('POST', '/api/v1/auth/logout', as('Bearer', session), {})).status, 200);
  assert.deepEqual([(await me()).status, (await me()).json['code']], [401, 'cred.rejected']);
});

test('what happened to somebody is read by the operator and by that account, and by nobody else', async () => {
  const headers = as('Bearer', world.sessions.alice);
  const refused = await call({ to: world.server.at.http, from: freshAddress(), path: '/api/v1/users/nobody', headers });
  const id = String(refused.json['requestId']);
  const read = async (who: Readonly<Record<string, string>>) => {
    const answer = await call({
      to: world.server.at.http,
      from: freshAddress(),
      path: `/api/v1/requests/${id}/explanation`,
      headers: who,
    });
    return [answer.status, answer.json['code']];
  };
  assert.deepEqual(await read(as('Bearer', world.sessions.alice)), [200, 'resource.hidden']);
  assert.deepEqual(await read(as('token', ADMIN)), [200, 'resource.hidden']);
  assert.deepEqual(await read(as('Bearer', world.sessions.operator)), [200, 'resource.hidden']);
  assert.deepEqual(await read(as('Bearer', world.sessions.zoe)), [404, 'resource.hidden']);
  assert.deepEqual(await read({}), [401, 'cred.missing']);
  assert.deepEqual(await read(as('Bearer', BOT_TOKEN)), [401, 'cred.wrong_kind']);
});

async function explained(id: string, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
  const path = `/api/v1/requests/${id}/explanation`;
  return call({ to: world.server.at.http, from: freshAddress(), path, headers });
}

const evidenceOf = (answer: HttpAnswer) => answer.json['evidence'] as Readonly<Record<string, unknown>>;

test('who was claimed to be somebody reads that it was tried, and not whose token it was', async () => {
  const tap = await openTap('tcp', world.server.at.tcp, freshAddress());
  tap.write(connectBytes({ uid: 'alice', token: 'bob-web', version: 4 }));
  await tap.closed;
  const id = /hr_\w+/.exec(readConnack(tap.received(), 4).salt)?.[0] ?? '';
  const seen = await eventually('whose token it was', async () => {
    const answer = await explained(id, as('token', ADMIN));
    return evidenceOf(answer)['ownerUid'] === undefined ? null : answer;
  });
  assert.deepEqual([seen.json['code'], evidenceOf(seen)['ownerUid']], ['cred.other_owner', 'bob']);
  const alice = await explained(id, as('Bearer', world.sessions.alice));
  assert.deepEqual([alice.status, alice.json['code']], [200, 'cred.mismatch']);
  assert.doesNotMatch(alice.text, /bob|ownerUid|presentedKind/);
  assert.equal((await explained(id, as('Bearer', await world.sessionOf('bob')))).status, 404);
});

test('the owner of a bot reads that its token was sent almost right, and hears of it', async () => {
  const owner = world.sessions.alice;
  const made = await world.api(owner, 'POST', '/api/v1/bots', { name: 'Mine', framework: 'nonebot', url: 'ws://192.0.2.1:1/' });
  const { uid } = made.json['bot'] as { uid: string };
  const client = await world.api(owner, 'POST', `/api/v1/bots/${uid}/clients`, { kind: 'forward', name: 'dials' });
  const token = String(client.json['token']);
  const page = await openRpc('ws', world.server.at.ws, freshAddress());
  await page.call('connect', { uid: 'alice', token: owner, deviceFlag: 1, deviceId: 'page' });

  const { onebotWs } = world.server.at;
  const text = handshakeText({ lines: [`Authorization: Bearer "${token}"`] }, onebotWs, '/');
  const refused = parseAnswer(await raw(onebotWs, text, freshAddress()));
  const id = String(refused.json['requestId']);
  const mine = await eventually('the owner may read it', async () => {
    const answer = await explained(id, as('Bearer', owner));
    return answer.status === 200 ? answer : null;
  });
  assert.deepEqual([mine.json['code'], mine.json['publicCode']], ['cred.near_miss', 'cred.rejected']);
  assert.deepEqual([evidenceOf(mine)['nearMiss'], evidenceOf(mine)['client']], ['quotes around it', 'dials']);
  assert.match(await page.heard('event'), /refusal\.recorded/);
  page.close();
  assert.equal((await explained(id, as('Bearer', world.sessions.zoe))).status, 404);
});
