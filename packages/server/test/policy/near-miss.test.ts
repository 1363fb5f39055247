import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { openAdminSecret } from '../../src/policy/credentials/admin-secret.ts';
import { classifyDeviceToken, type NearMissPorts } from '../../src/policy/credentials/near-miss.ts';
import { openSession } from '../../src/policy/credentials/sessions.ts';
import { NOW_MS, PolicyWorld } from './policy-world.ts';

let world: PolicyWorld;
let ports: NearMissPorts;
beforeEach(async () => {
  world = new PolicyWorld();
  world.account('alice');
  world.token('alice', 0, 'replaced', NOW_MS - 1000);
  world.token('alice', 0, 'correct-horse');
  world.account('bob');
  world.token('bob', 0, 'bobs-own');
  world.account('carol');
  world.token('carol', 1, 'carol-web');
  const adminSecret = await openAdminSecret(world.directory, world.keyring, 'the-admin-secret');
  ports = { directory: world.directory, keyring: world.keyring, adminSecret, isBotToken: (value) => value === 'bots-token' };
});
afterEach(() => world.close());

const classify = (uid: string, token: string, deviceFlag = 0) => classifyDeviceToken({ uid, token, deviceFlag }, ports);

const copies: [string, string][] = [
  ['correct-horse\r\n', 'white space around it'],
  ['  correct-horse', 'white space around it'],
  ['"correct-horse"', 'quotes around it'],
  ['“correct-horse”', 'quotes around it'],
  ['Bearer correct-horse', 'a scheme word before it'],
  ['ｃｏｒｒｅｃｔ－ｈｏｒｓｅ', 'full-width characters'],
  ['correct -horse', 'white space inside it'],
];
for (const [copied, nearMiss] of copies) {
  test(`names ${nearMiss} of ${JSON.stringify(copied)}`, async () => {
    const found = await classify('alice', copied);
    assert.equal(found.code, 'cred.near_miss');
    assert.equal(found.evidence['nearMiss'], nearMiss);
  });
}

test('names a token that a newer one has replaced', async () => {
  const found = await classify('alice', 'replaced');
  assert.equal(found.code, 'cred.superseded');
  assert.equal(found.evidence['replacedAt'], new Date(NOW_MS - 1000).toISOString());
});

test('names the admin secret, a bot token and a session as another kind', async () => {
  const session = await openSession({ kind: 'person', uid: 'bob', nowMs: NOW_MS }, world);
  assert.ok(session.ok);
  for (const [token, kind] of [
    ['the-admin-secret', 'admin secret'],
    ['bots-token', 'bot token'],
    [session.value.token, 'session of another account'],
  ] as const) {
    const found = await classify('alice', token);
    assert.equal(found.code, 'cred.wrong_kind');
    assert.equal(found.evidence['presentedKind'], kind);
  }
});

test('names the owner of another account’s token', async () => {
  const found = await classify('alice', 'bobs-own');
  assert.equal(found.code, 'cred.other_owner');
  assert.equal(found.evidence['ownerUid'], 'bob');
});

test('tells a flag that never had a token from a wrong one and from an unknown account', async () => {
  const found = await classify('carol', 'guess', 0);
  assert.equal(found.code, 'cred.not_issued');
  assert.equal(found.evidence['flagsWithToken'], '1');
  assert.equal((await classify('alice', 'guess')).code, 'cred.mismatch');
  assert.equal((await classify('nobody', 'guess')).code, 'cred.unknown');
});

test('no evidence holds a presented or a stored token', async () => {
  for (const token of ['correct-horse\n', 'replaced', 'the-admin-secret', 'bobs-own', 'a-wrong-guess']) {
    const text = JSON.stringify(await classify('alice', token));
    for (const secret of ['correct-horse', 'the-admin-secret', 'bobs-own', 'a-wrong-guess', '"replaced"'])
      assert.ok(!text.includes(secret), text);
  }
});
