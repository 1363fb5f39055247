import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { GROUP } from '../../src/domain/model.ts';
import type { LiveSession } from '../../src/runtime/session.ts';
import { ADMIN, openRealServer, type RealServer } from '../support/real-server.ts';

let server: RealServer;
before(async () => void (server = await openRealServer()));
after(() => server.close());

const HI = Buffer.from('{"type":1,"content":"hi"}').toString('base64');
const done = async (path: string, body: object) =>
  assert.equal((await server.post(path, body)).text, '{"status":200}', `${path} ${JSON.stringify(body)}`);
const say = (from_uid: string, channel_id: string, channel_type: number, more: object = {}) =>
  server.post('/message/send', { from_uid, channel_id, channel_type, payload: HI, ...more });
const reasonOf = async (...args: Parameters<typeof say>) => ((await say(...args)).json['data'] as { reason: number }).reason;

async function rolesOf(id: string): Promise<Readonly<Record<string, string>>> {
  const state = await server.core.channels.load(GROUP, id);
  const pairs: [string, string][] = [];
  for (const member of state?.members.values() ?? [])
    pairs.push([(await server.core.users.getInt(member.u))?.uid ?? '?', member.role]);
  // What the cache holds is what the store holds.
  const stored = await server.core.directory.loadState(GROUP, id);
  assert.deepEqual(
    [...(stored?.members.values() ?? [])].map((m) => [m.u, m.role]).sort(),
    [...(state?.members.values() ?? [])].map((m) => [m.u, m.role]).sort(),
  );
  return Object.fromEntries(pairs.sort());
}

test('a group has the name, owner and admins that were given, and keeps those that are not', async () => {
  await done('/channel', {
    channel_id: 'w1',
    channel_type: 2,
    subscribers: ['ann', 'bob'],
    name: 'Ops',
    owner: 'ann',
    admins: ['cem'],
  });
  assert.deepEqual(await rolesOf('w1'), { ann: 'owner', bob: 'member', cem: 'admin' });
  await done('/channel', { channel_id: 'w1', channel_type: 2, subscribers: ['dan'] });
  assert.deepEqual(await rolesOf('w1'), { ann: 'owner', bob: 'member', cem: 'admin', dan: 'member' });
  const channel = await server.core.directory.channel(GROUP, 'w1');
  assert.deepEqual([channel?.name, channel?.owner], ['Ops', 'ann']);
});

test('a new owner replaces the old one, new admins the old ones, and an empty owner leaves the group without', async () => {
  await done('/channel', {
    channel_id: 'w2',
    channel_type: 2,
    subscribers: ['ann', 'bob'],
    owner: 'ann',
    admins: ['cem', 'dan'],
  });
  await done('/channel', { channel_id: 'w2', channel_type: 2, owner: 'bob', admins: ['dan', 'eva'] });
  assert.deepEqual(await rolesOf('w2'), { ann: 'member', bob: 'owner', cem: 'member', dan: 'admin', eva: 'admin' });
  await done('/channel', { channel_id: 'w2', channel_type: 2, owner: '' });
  assert.deepEqual(await rolesOf('w2'), { ann: 'member', bob: 'member', cem: 'member', dan: 'admin', eva: 'admin' });
  await done('/channel', { channel_id: 'w2', channel_type: 2, admins: [] });
  assert.deepEqual(new Set(Object.values(await rolesOf('w2'))), new Set(['member']));
});

test('reset removes all others but the owner, and an owner who is removed owns nothing', async () => {
  await done('/channel', {
    channel_id: 'w3',
    channel_type: 2,
    subscribers: ['ann', 'bob', 'cem'],
    owner: 'ann',
    admins: ['bob'],
  });
  await done('/channel', { channel_id: 'w3', channel_type: 2, reset: 1, subscribers: ['dan'] });
  assert.deepEqual(await rolesOf('w3'), { ann: 'owner', dan: 'member' });
  await done('/channel', { channel_id: 'w3', channel_type: 2, reset: 1 });
  assert.deepEqual(await rolesOf('w3'), { ann: 'owner', dan: 'member' });
  await done('/channel/subscriber_add', { channel_id: 'w3', channel_type: 2, reset: 1, subscribers: ['dan', 'eva'] });
  assert.deepEqual(await rolesOf('w3'), { dan: 'member', eva: 'member' });
  assert.equal((await server.core.directory.channel(GROUP, 'w3'))?.owner, null);
});

test('names that cannot be shown are refused, not cut', async () => {
  for (const name of ['x'.repeat(65), 'a\u0000b', 'a\nb']) {
    for (const [path, body] of [
      ['/channel', { channel_id: 'w4', channel_type: 2, name }],
      ['/user/token', { uid: 'ann', token: 't', name }],
    ] as const) {
      const refused = await server.post(path, body);
      assert.deepEqual([refused.status, refused.json['reason']], [400, 'http.bad_body'], path);
      assert.match(String(refused.json['msg']), /name/);
    }
  }
});

test('a person speaks with the rights of a person, and as_system without them; the reason is the number of the wire', async () => {
  await done('/channel', { channel_id: 'w5', channel_type: 2, subscribers: ['ann', 'bob'] });
  assert.equal(await reasonOf('ann', 'w5', 2), 1);
  assert.equal(await reasonOf('zoe', 'w5', 2), 3);
  await done('/channel/blacklist_add', { channel_id: 'w5', channel_type: 2, uids: ['bob'] });
  assert.equal(await reasonOf('bob', 'w5', 2), 4);
  await done('/channel/whitelist_add', { channel_id: 'w5', channel_type: 2, uids: ['bob'] });
  assert.equal(await reasonOf('ann', 'w5', 2), 13);
  await done('/channel/whitelist_remove_all', { channel_id: 'w5', channel_type: 2 });
  const ann = await server.core.users.get('ann');
  const state = await server.core.channels.load(GROUP, 'w5');
  const member = state?.members.get(ann?.u ?? 0);
  assert.ok(state !== null && member !== undefined);
  state.members.set(member.u, { ...member, mutedUntilMs: Date.now() + 60_000 });
  assert.equal(await reasonOf('ann', 'w5', 2), 11);
  for (const as_system of [1, true]) assert.equal(await reasonOf('ann', 'w5', 2, { as_system }), 1);
  assert.equal(await reasonOf('ann', 'w5', 2, { as_system: 0 }), 11);
  assert.equal(await reasonOf('zoe', 'w5', 2, { as_system: 1 }), 1);
  await done('/channel', { channel_id: 'w5', channel_type: 2, ban: 1 });
  assert.equal(await reasonOf('zoe', 'w5', 2, { as_system: 1 }), 19);
  await done('/channel', { channel_id: 'w5', channel_type: 2, disband: 1 });
  assert.equal(await reasonOf('', 'w5', 2), 24);
  assert.equal(await reasonOf('ann', 'nowhere', 2), 3);
});

test('a friend is one side only, and with friendsOnly only friends of the receiver may write', async (t) => {
  const strict = await openRealServer({ 'messages.friendsOnly': 'true' });
  t.after(() => strict.close());
  const write = async (from_uid: string, channel_id: string) => {
    const { json } = await strict.post('/message/send', { from_uid, channel_id, channel_type: 1, payload: HI });
    return (json['data'] as { reason: number }).reason;
  };
  await strict.post('/channel/whitelist_add', { channel_id: 'ann', channel_type: 1, uids: ['bob', 'ann'] });
  assert.equal(await write('bob', 'ann'), 1);
  assert.equal(await write('ann', 'bob'), 13);
  await strict.post('/channel/whitelist_add', { channel_id: 'bob', channel_type: 1, uids: ['ann'] });
  assert.equal(await write('ann', 'bob'), 1);
  await strict.post('/channel/blacklist_set', { channel_id: 'bob', channel_type: 1, uids: ['ann', 'cem'] });
  assert.equal(await write('ann', 'bob'), 4);
  assert.equal(await write('bob', 'ann'), 1);
  await strict.post('/channel/blacklist_set', { channel_id: 'bob', channel_type: 1, uids: ['cem'] });
  assert.equal(await write('ann', 'bob'), 1);
  await strict.post('/channel/whitelist_remove_all', { channel_id: 'ann', channel_type: 1 });
  assert.equal(await write('bob', 'ann'), 13);
  const cem = await strict.core.users.get('cem');
  const bob = await strict.core.users.get('bob');
  assert.deepEqual(
    (await strict.core.directory.personList(bob?.u ?? 0, 'deny')).map((entry) => entry.u),
    [cem?.u],
  );
});

test('a person whom the back end bans leaves at once and gets no token, one with send_ban may only read', async () => {
  await done('/user/token', { uid: 'ban1', token: 't' });
  const user = await server.core.users.get('ban1');
  assert.ok(user !== null);
  const ended: string[] = [];
  const session: LiveSession = {
    connectionId: 'c1',
    uid: 'ban1',
    u: user.u,
    surface: 'wkproto',
    deviceFlag: 0,
    deviceLevel: 0,
    deviceId: '',
    openedBy: null,
    deliver: () => undefined,
    notify: () => undefined,
    end: (refusal) => void ended.push(refusal.code),
  };
  server.core.hub.add(session);
  await done('/channel', { channel_id: 'ban1', channel_type: 1, ban: 1 });
  assert.deepEqual(ended, ['wk.banned']);
  const refused = await server.post('/user/token', { uid: 'ban1', token: 't' });
  assert.deepEqual([refused.status, refused.json['status'], refused.json['reason']], [200, 19, 'wk.banned']);
  await done('/channel', { channel_id: 'ban1', channel_type: 1, send_ban: 1 });
  await done('/user/token', { uid: 'ban1', token: 't' });
  assert.equal(await reasonOf('ban1', 'ann', 1), 25);
  await done('/channel', { channel_id: 'ban1', channel_type: 1 });
  assert.equal(await reasonOf('ban1', 'ann', 1), 1);
  server.core.hub.remove(session);
  for (const uid of ['____system', '____manager', 'x___vstr'])
    assert.equal(
      (await server.post('/channel', { channel_id: uid, channel_type: 1, ban: 1 })).json['reason'],
      'wk.reserved_identity',
      uid,
    );
});

test('a bot signs in by its own token only: it gets no device token, and keeps its name', async () => {
  const made = await server.core.directory.ensureUser({ uid: 'bot1', kind: 'bot', name: 'Bot' });
  assert.ok(made.ok);
  const refused = await server.post('/user/token', { uid: 'bot1', token: 't', name: 'Not a bot' });
  assert.deepEqual([refused.status, refused.json['reason']], [400, 'cred.wrong_kind']);
  assert.equal((await server.core.directory.user('bot1'))?.name, 'Bot');
});

test('what a refused message was about is in its decision, for the operator to read', async () => {
  const refused = await say('zed', 'w1', 2);
  await server.core.decisions.flush();
  const explained = await server.core.decisions.explain(String(refused.json['requestId']), { kind: 'operator' });
  assert.equal(explained?.code, 'im.not_member');
  assert.deepEqual([explained?.evidence['fromUid'], explained?.evidence['channelId']], ['zed', 'w1']);
});

test('20,000 members come and 5,000 leave in one call each, while others are served', async () => {
  const uids = Array.from({ length: 20_000 }, (_, index) => `member-${String(index).padStart(25, '0')}`);
  const whileRunning = async (path: string, body: object) => {
    let running = true;
    const big = server.post(path, body).finally(() => {
      running = false;
    });
    let served = 0;
    while (running) {
      assert.equal((await fetch(`${server.url}/health`, { headers: { token: ADMIN } })).status, 200);
      served += 1;
    }
    assert.equal((await big).text, '{"status":200}');
    return served;
  };
  assert.ok((await whileRunning('/channel', { channel_id: 'w6', channel_type: 2, subscribers: uids })) > 2);
  assert.equal((await server.core.channels.load(GROUP, 'w6'))?.members.size, 20_000);
  await whileRunning('/channel/subscriber_remove', { channel_id: 'w6', channel_type: 2, subscribers: uids.slice(0, 5000) });
  assert.equal((await server.core.channels.load(GROUP, 'w6'))?.members.size, 15_000);
  await whileRunning('/channel/blacklist_add', { channel_id: 'ann', channel_type: 1, uids: uids.slice(0, 5000) });
  const tooMany = await server.post('/channel/subscriber_add', {
    channel_id: 'w6',
    channel_type: 2,
    subscribers: [...uids, 'one-more'],
  });
  assert.deepEqual([tooMany.status, tooMany.json['reason']], [400, 'limit.objects']);
  assert.match(String(tooMany.json['msg']), /20000/);
});
