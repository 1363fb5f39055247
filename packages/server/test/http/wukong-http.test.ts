import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Refusal } from '@hufu/refusals';
import type { LiveSession } from '../../src/runtime/session.ts';
import { ADMIN, openWorld, payload, type World } from './world.ts';

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

interface Row {
  readonly message_seq: number;
  readonly payload: string;
  readonly channel_id: string;
  readonly from_uid: string;
}

function rows(value: unknown): readonly Row[] {
  assert.ok(Array.isArray(value));
  return value as Row[];
}

test('a group is made, spoken in, and read back a page at a time', async () => {
  assert.deepEqual(
    (
      await world.admin('/channel', {
        channel_id: 'g1',
        channel_type: 2,
        subscribers: ['a1', 'a2'],
        name: 'One',
        owner: 'a1',
        admins: null,
      })
    ).body,
    { status: 200 },
  );
  for (let i = 1; i <= 5; i += 1) {
    const sent = await world.admin('/message/send', {
      from_uid: 'a1',
      channel_id: 'g1',
      channel_type: 2,
      client_msg_no: `n${i}`,
      payload: payload(`m${i}`),
      header: { red_dot: 1, no_persist: null },
    });
    assert.equal(sent.status, 200);
    const data = sent.body['data'] as Record<string, unknown>;
    assert.deepEqual(Object.keys(data), ['message_id', 'message_idstr', 'message_seq', 'client_msg_no', 'reason']);
    assert.equal(data['message_seq'], i);
    assert.equal(data['reason'], 1);
  }
  const page = await world.admin('/channel/messagesync', {
    login_uid: 'a2',
    channel_id: 'g1',
    channel_type: 2,
    start_message_seq: 0,
    end_message_seq: 0,
    limit: 2,
    pull_mode: 1,
  });
  assert.deepEqual(
    rows(page.body['messages']).map((row) => row.message_seq),
    [4, 5],
  );
  assert.equal(page.body['more'], 1);
  const newer = await world.admin('/channel/messagesync', {
    login_uid: 'a2',
    channel_id: 'g1',
    channel_type: 2,
    start_message_seq: 2,
    end_message_seq: 4,
    limit: 10,
    pull_mode: 1,
  });
  assert.deepEqual(
    rows(newer.body['messages']).map((row) => row.message_seq),
    [2, 3],
  );
  const older = await world.admin('/channel/messagesync', {
    login_uid: 'a2',
    channel_id: 'g1',
    channel_type: 2,
    start_message_seq: 3,
    end_message_seq: 0,
    limit: 2,
    pull_mode: 0,
  });
  assert.deepEqual(
    rows(older.body['messages']).map((row) => row.message_seq),
    [2, 3],
  );
});

test('a refused message names its reason number, its cause and a request id, and is not stored', async () => {
  await world.admin('/channel', { channel_id: 'g2', channel_type: 2, subscribers: ['b1'] });
  const refused = await world.admin('/message/send', {
    from_uid: 'stranger',
    channel_id: 'g2',
    channel_type: 2,
    payload: payload('x'),
  });
  assert.equal(refused.status, 400);
  assert.equal(refused.body['reason'], 'im.not_member');
  assert.equal((refused.body['data'] as Record<string, unknown>)['reason'], 3);
  assert.equal(refused.headers['x-request-id'], refused.body['requestId']);
  assert.equal(world.recorded.get(String(refused.body['requestId']))?.refusal.code, 'im.not_member');
  const asSystem = await world.admin('/message/send', {
    from_uid: 'stranger',
    channel_id: 'g2',
    channel_type: 2,
    payload: payload('y'),
    as_system: 1,
  });
  assert.equal((asSystem.body['data'] as Record<string, unknown>)['message_seq'], 1);
});

test('a private message comes back under its addressee, whoever reads, and in both conversation lists', async () => {
  await world.admin('/message/send', { from_uid: 'p1', channel_id: 'p2', channel_type: 1, payload: payload('hi') });
  for (const [reader, peer] of [
    ['p1', 'p2'],
    ['p2', 'p1'],
  ] as const) {
    const page = await world.admin('/channel/messagesync', { login_uid: reader, channel_id: peer, channel_type: 1, limit: 10 });
    assert.deepEqual(
      rows(page.body['messages']).map((row) => [row.from_uid, row.channel_id]),
      [['p1', 'p2']],
    );
    const list = await world.admin('/conversation/sync', { uid: reader, version: 0, last_msg_seqs: '', msg_count: 5 });
    const found = JSON.parse(list.text) as { channel_id: string; unread: number; recents: Row[] }[];
    assert.deepEqual(
      found.map((row) => [row.channel_id, row.unread, row.recents.length]),
      [[peer, reader === 'p2' ? 1 : 0, 1]],
    );
  }
  const known = await world.admin('/conversation/sync', { uid: 'p2', version: 0, last_msg_seqs: 'p1:1:1', msg_count: 5 });
  assert.equal(known.text, '[]');
});

test('lists of a person and of a group stop and admit senders', async () => {
  await world.admin('/channel/blacklist_add', { channel_id: 'l2', channel_type: 1, uids: ['l1'] });
  const say = () => world.admin('/message/send', { from_uid: 'l1', channel_id: 'l2', channel_type: 1, payload: payload('x') });
  assert.equal((await say()).body['reason'], 'im.blacklisted');
  await world.admin('/channel/blacklist_set', { channel_id: 'l2', channel_type: 1, uids: null });
  await world.admin('/channel/blacklist_remove', { channel_id: 'l2', channel_type: 1, uids: ['l1'] });
  assert.equal((await say()).status, 200);
  await world.admin('/channel', { channel_id: 'gl', channel_type: 2, subscribers: ['l1', 'l2'] });
  await world.admin('/channel/whitelist_set', { channel_id: 'gl', channel_type: 2, uids: ['l2'] });
  const inGroup = await world.admin('/message/send', {
    from_uid: 'l1',
    channel_id: 'gl',
    channel_type: 2,
    payload: payload('x'),
  });
  assert.equal((inGroup.body['data'] as Record<string, unknown>)['reason'], 13);
});

test('a member who left may not speak, and one who is added again may', async () => {
  await world.admin('/channel/subscriber_add', { channel_id: 'g3', channel_type: 0, subscribers: ['m1', 'm2'] });
  const say = async () =>
    (await world.admin('/message/send', { from_uid: 'm1', channel_id: 'g3', channel_type: 2, payload: payload('x') })).status;
  assert.equal(await say(), 200);
  await world.admin('/channel/subscriber_remove', { channel_id: 'g3', channel_type: 2, subscribers: ['m1', 'nobody'] });
  assert.equal(await say(), 400);
  await world.admin('/channel/subscriber_add', { channel_id: 'g3', channel_type: 2, subscribers: ['m1'] });
  assert.equal(await say(), 200);
});

test('wrong fields get the status and the words that back ends of WuKongIM know', async () => {
  const cases: readonly [string, unknown, string][] = [
    ['/user/token', null, 'uid不能为空！'],
    ['/user/token', { uid: 'a' }, 'token不能为空！'],
    ['/user/token', { uid: 'a@b', token: 't' }, 'uid不能包含特殊字符！'],
    ['/user/token', { uid: '____system', token: 't' }, '系统账号不允许更新token！'],
    ['/channel', { channel_id: ' ', channel_type: 2 }, '频道ID不能为空！'],
    ['/channel', { channel_id: 'a#b', channel_type: 2 }, '频道ID不能包含特殊字符！'],
    ['/channel', { channel_id: 'a' }, '频道类型错误！'],
    ['/channel', { channel_id: 'a', channel_type: 1, subscribers: ['b'] }, '不支持个人频道添加订阅者！'],
    ['/channel/subscriber_add', { channel_id: 'a', channel_type: 2, subscribers: null }, '订阅者不能为空！'],
    ['/message/send', { channel_id: 'a', channel_type: 2 }, 'payload不能为空！'],
  ];
  for (const [path, body, msg] of cases) {
    const answer = await world.admin(path, body);
    assert.deepEqual([answer.status, answer.body['msg'], answer.body['status']], [400, msg, 400], path);
    assert.equal(typeof answer.body['requestId'], 'string');
  }
  const typed = await world.admin('/user/token', { uid: 'a', token: 't', device_flag: 300 });
  assert.match(String(typed.body['msg']), /^数据格式有误！: \/device_flag/);
  const broken = await world.app.inject({
    method: 'POST',
    url: '/channel',
    headers: { token: ADMIN, 'content-type': 'no type at all' },
    payload: '{"a',
  });
  assert.deepEqual([broken.statusCode, broken.json().reason], [400, 'http.bad_body']);
  const large = await world.app.inject({
    method: 'POST',
    url: '/channel',
    headers: { token: ADMIN },
    payload: `"${'x'.repeat(4 * 1024 * 1024)}"`,
  });
  assert.deepEqual([large.statusCode, large.json().reason], [413, 'http.body_too_large']);
  const method = await world.app.inject({ method: 'GET', url: '/channel', headers: { token: ADMIN } });
  assert.deepEqual([method.statusCode, method.headers['allow']], [405, 'POST, OPTIONS']);
});

test('a new master token ends the live sessions of its flag only, and a banned user gets 19', async () => {
  await world.admin('/user/token', { uid: 'k1', token: 't1', device_flag: 1, device_level: 1 });
  const user = await world.deps.users.get('k1');
  assert.ok(user !== null);
  const ended: string[] = [];
  const session = (deviceFlag: number): LiveSession => ({
    connectionId: `c${deviceFlag}`,
    uid: 'k1',
    u: user.u,
    surface: 'wkproto',
    deviceFlag,
    deviceLevel: 1,
    deviceId: '',
    deliver: () => undefined,
    notify: () => undefined,
    end: (refusal, graceMs) => void ended.push(`${deviceFlag} ${refusal.code} ${graceMs}`),
  });
  world.hub.add(session(0));
  world.hub.add(session(1));
  await world.admin('/user/token', { uid: 'k1', token: 't2', device_flag: 1, device_level: 0 });
  assert.deepEqual(ended, []);
  await world.admin('/user/token', { uid: 'k1', token: 't2', device_flag: 1, device_level: 1 });
  assert.deepEqual(ended, ['1 wk.kicked 2000']);
  const banned = await world.deps.directory.saveUser('k1', { banned: true });
  assert.ok(banned.ok);
  world.deps.bus.publishChanges(banned.value.changes);
  const answer = await world.admin('/user/token', { uid: 'k1', token: 't3', device_flag: 1 });
  assert.deepEqual([answer.status, answer.body['status']], [200, 19]);
});

test('health and route are open, everything else needs the secret, from this machine too', async () => {
  assert.equal((await world.app.inject('/health')).body, '{"status":"ok"}');
  assert.equal(
    (await world.app.inject('/route?uid=x')).body,
    '{"tcp_addr":"127.0.0.1:5100","ws_addr":"ws://127.0.0.1:5200","wss_addr":""}',
  );
  const refused = await world.app.inject({ method: 'POST', url: '/user/token', payload: '{}' });
  assert.deepEqual([refused.statusCode, refused.json().reason], [401, 'cred.missing']);
});

test('all causes of a rejected credential give the same bytes and headers but for the request id', async () => {
  const causes: readonly Refusal[] = [
    { code: 'cred.rejected' },
    { code: 'cred.unknown' },
    { code: 'cred.mismatch', evidence: { uid: 'alice' } },
    { code: 'cred.near_miss' },
    { code: 'cred.not_issued' },
    { code: 'cred.other_owner' },
    { code: 'wk.reserved_identity' },
  ];
  for (const [method, url] of [
    ['POST', '/user/token'],
    ['GET', '/api/v1/me'],
    ['POST', '/api/v1/files'],
  ] as const) {
    const seen = new Set<string>();
    for (const cause of causes) {
      world.refuseNext = cause;
      const { statusCode, headers, body } = await world.app.inject({
        method,
        url,
        headers: { token: 'x', authorization: 'Bearer x' },
      });
      const { date: _, ...rest } = headers;
      seen.add(JSON.stringify([statusCode, rest, body]).replaceAll(/req_\d+/g, 'req'));
    }
    assert.equal(seen.size, 1, [...seen].join('\n'));
  }
});
