import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openRpc } from '../refusals/support/rpc.ts';
import { freshAddress } from '../refusals/support/server.ts';
import { connectBytes, openSession, openTap, readConnack } from '../refusals/support/wk.ts';
import { GROUPS, openWorld, type World } from '../refusals/support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

/** Names that WuKongIM lets any client claim, without a token or with every permission. */
const CLAIMS = [
  { uid: '____system', deviceId: 'd' },
  { uid: '____manager', deviceId: 'd' },
  { uid: '____device', deviceId: 'd' },
  { uid: 'visitor___vstr', deviceId: 'd' },
  { uid: 'visitor____vstr', deviceId: 'd' },
  { uid: 'alice', deviceId: '____device' },
] as const;

for (const { uid, deviceId } of CLAIMS) {
  test(`nobody connects as ${uid} on device ${deviceId}, with no token, a guess or a right one, over any wire`, async () => {
    for (const token of ['', 'guess', 'alice-web']) {
      for (const kind of ['tcp', 'ws'] as const) {
        const tap = await openTap(kind, world.server.at[kind], freshAddress());
        tap.write(connectBytes({ uid, deviceId, token, version: 4 }));
        await tap.closed;
        assert.equal(readConnack(tap.received(), 4).reason, 2);
        const rpc = await openRpc(kind, world.server.at[kind], freshAddress());
        const answer = await rpc.call('connect', { uid, deviceId, token, deviceFlag: 1 });
        assert.match(answer, /"error":\{"code":2/);
      }
    }
  });
}

test('no token and no password can be had for a reserved name, and only the system account speaks, for a back end with the admin secret', async () => {
  for (const uid of ['____system', '____manager', '____device', 'x___vstr']) {
    const issued = await world.admin('/user/token', { uid, token: 't', device_flag: 0, device_level: 1 }, freshAddress());
    assert.deepEqual([issued.status, issued.json['reason']], [400, 'wk.reserved_identity'], uid);
    const sent = await world.admin(
      '/message/send',
      { from_uid: uid, channel_id: 'bob', channel_type: 1, payload: 'e30=' },
      freshAddress(),
    );
    const expected = uid === '____system' ? [200, undefined] : [400, 'wk.reserved_identity'];
    assert.deepEqual([sent.status, sent.json['reason']], expected, uid);
    const made = await world.admin('/api/v1/users', { uid, name: 'X', password: 'a long password' }, freshAddress());
    assert.deepEqual([made.status, made.json['code']], [400, 'http.bad_body'], uid);
  }
});

test('a client that names the trusted device in a later connect gets no rights of it', async () => {
  const session = await openSession(await openTap('tcp', world.server.at.tcp, freshAddress()), {
    uid: 'alice',
    token: 'alice-web',
  });
  session.tap.write(connectBytes({ uid: '____system', deviceId: '____device', token: '' }));
  const ack = await session.send({ channelId: GROUPS.strangers });
  assert.equal(ack.at(-1), 3, 'still no member');
  session.tap.close();
});

test('an empty presented token never matches, whatever is stored', async () => {
  for (const uid of ['alice', 'emil', 'carol', 'nobody']) {
    for (const flag of [0, 1, 2]) {
      const tap = await openTap('tcp', world.server.at.tcp, freshAddress());
      tap.write(connectBytes({ uid, token: '', deviceFlag: flag, version: 4 }));
      await tap.closed;
      const { reason, salt } = readConnack(tap.received(), 4);
      assert.equal(reason, 2);
      assert.match(salt, /^cred\.missing; req=/);
    }
  }
});
