import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Refusal } from '@hufu/refusals';
import type { LiveSession } from '../../src/runtime/session.ts';
import { openWorld, payload, type World } from './world.ts';

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

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
    openedBy: null,
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
