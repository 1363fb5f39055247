import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import {
  classifyBearer,
  classifyBotToken,
  classifyDeviceToken,
  type NearMissPorts,
} from '../../src/policy/credentials/near-miss.ts';
import { openSession } from '../../src/policy/credentials/sessions.ts';
import { NOW_MS, PolicyWorld } from './policy-world.ts';

let world: PolicyWorld;
let ports: NearMissPorts;
beforeEach(() => {
  world = new PolicyWorld();
  world.account('alice');
  world.token('alice', 0, 'correct-horse');
  world.account('bob');
  world.token('bob', 0, 'bobs-own');
  world.account('carol');
  world.token('carol', 1, 'carol-web');
  world.account('dora');
  world.token('dora', 0, '');
  world.account('helper', { kind: 'bot', ownerUid: 'bob' });
  world.client('bridge', 'bots-token');
  const { directory, keyring, adminSecret, botTokens, users } = world;
  ports = { directory, keyring, adminSecret, botTokens, users };
});
afterEach(() => world.close());

const classify = (uid: string, token: string, deviceFlag = 0) => classifyDeviceToken({ uid, token, deviceFlag }, ports);

/** Ways in which `secret` is copied wrongly. */
const copies: [(secret: string) => string, string][] = [
  [(secret) => `${secret}\r\n`, 'white space around it'],
  [(secret) => `  ${secret}`, 'white space around it'],
  [(secret) => `"${secret}"`, 'quotes around it'],
  [(secret) => `“${secret}”`, 'quotes around it'],
  [(secret) => ` '${secret}' `, 'white space around it, quotes around it'],
  [(secret) => `Bearer ${secret}`, 'a scheme word before it'],
  [(secret) => `Bearer Bearer ${secret}`, 'a scheme word before it'],
  [(secret) => `"Bearer ${secret}"`, 'quotes around it, a scheme word before it'],
  [(secret) => secret.replace('-', '%2D'), 'percent-encoding'],
  [(secret) => `%22${secret}%22`, 'percent-encoding, quotes around it'],
  [(secret) => secret.replace(/[a-z-]/g, wide), 'full-width characters'],
  [(secret) => secret.replace('-', ' -'), 'white space inside it'],
];
const wide = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0);

for (const [copy, nearMiss] of copies) {
  test(`names ${nearMiss} of ${JSON.stringify(copy('my-token'))}, whatever kind of secret it is`, async () => {
    const device = await classify('alice', copy('correct-horse'));
    const bot = await classifyBotToken(copy('bots-token'), ports);
    const admin = await classifyBearer(copy('the-admin-secret'), ports);
    for (const found of [device, bot, admin]) {
      assert.equal(found.code, 'cred.near_miss');
      assert.equal(found.evidence['nearMiss'], nearMiss);
    }
    assert.equal(bot.readerUid, 'bob', 'the owner of the bot may read it');
  });
}

test('a percent sign that belongs to the token is left alone', async () => {
  world.token('alice', 0, '100%25-sure');
  assert.equal((await classify('alice', '"100%25-sure"')).evidence['nearMiss'], 'quotes around it');
});

test('names what a rejected device token opens instead', async () => {
  const session = await openSession({ kind: 'operator', uid: '', nowMs: NOW_MS }, world);
  assert.ok(session.ok);
  for (const [token, kind] of [
    ['the-admin-secret', 'admin secret'],
    ['bots-token', 'bot token'],
    [session.value.token, 'session of an operator'],
  ] as const) {
    const found = await classify('alice', token);
    assert.equal(found.code, 'cred.wrong_kind');
    assert.equal(found.evidence['presentedKind'], kind);
  }
});

test('names what a rejected bot token opens instead', async () => {
  const person = await openSession({ kind: 'person', uid: 'bob', nowMs: NOW_MS }, world);
  assert.ok(person.ok);
  for (const [token, kind] of [
    ['the-admin-secret', 'admin secret'],
    ['bobs-own', 'device token'],
    [person.value.token, 'session of a person'],
  ] as const) {
    const found = await classifyBotToken(token, ports);
    assert.deepEqual([found.code, found.evidence['presentedKind']], ['cred.wrong_kind', kind]);
  }
  assert.equal((await classifyBotToken('guess', ports)).code, 'cred.unknown');
});

test('names a bot token whose client is switched off, copied wrongly', async () => {
  world.client('off', 'sleeping', { enabled: false });
  const found = await classifyBotToken(' sleeping', ports);
  assert.equal(found.code, 'cred.near_miss');
  assert.deepEqual([found.evidence['client'], found.evidence['enabled']], ['off', false]);
});

test('names what was sent instead of the admin secret or a session', async () => {
  const person = await openSession({ kind: 'person', uid: 'bob', nowMs: NOW_MS }, world);
  assert.ok(person.ok);
  assert.equal((await classifyBearer(`${person.value.token}\n`, ports)).evidence['almost'], 'session of a person');
  assert.equal((await classifyBearer('bots-token', ports)).evidence['presentedKind'], 'bot token');
  const device = await classifyBearer('bobs-own', ports);
  assert.deepEqual([device.evidence['presentedKind'], device.evidence['ownerUid']], ['device token', 'bob']);
  assert.equal((await classifyBearer('guess', ports)).code, 'cred.unknown');
});

test('names the owner of another account’s token', async () => {
  const found = await classify('alice', 'bobs-own');
  assert.equal(found.code, 'cred.other_owner');
  assert.equal(found.evidence['ownerUid'], 'bob');
});

test('names the owner of another person’s session', async () => {
  const session = await openSession({ kind: 'person', uid: 'bob', nowMs: NOW_MS }, world);
  assert.ok(session.ok);
  const found = await classify('alice', session.value.token);
  assert.deepEqual([found.code, found.evidence['ownerUid']], ['cred.other_owner', 'bob']);
});

test('tells a flag without a token from a wrong one and from an unknown account', async () => {
  const found = await classify('carol', 'guess', 0);
  assert.equal(found.code, 'cred.not_issued');
  assert.equal(found.evidence['flagsWithToken'], '1');
  const emptied = await classify('dora', 'guess', 0);
  assert.deepEqual([emptied.code, emptied.evidence['withdrawn']], ['cred.not_issued', true]);
  assert.equal((await classify('alice', 'guess')).code, 'cred.mismatch');
  assert.equal((await classify('nobody', 'guess')).code, 'cred.unknown');
});

test('no evidence holds a presented or a stored secret', async () => {
  for (const token of ['correct-horse\n', 'the-admin-secret', 'bobs-own', 'a-wrong-guess', '"bots-token"']) {
    const text = JSON.stringify([
      await classify('alice', token),
      await classifyBotToken(token, ports),
      await classifyBearer(token, ports),
    ]);
    for (const secret of ['correct-horse', 'the-admin-secret', 'bobs-own', 'a-wrong-guess', 'bots-token'])
      assert.ok(!text.includes(secret), text);
  }
});
