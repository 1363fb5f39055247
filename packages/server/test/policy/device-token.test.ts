import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { definitionOf, wireOf } from '@hufu/refusals';
import { type ConnectClaim, verifyConnect } from '../../src/policy/credentials/device-token.ts';
import { openSession } from '../../src/policy/credentials/sessions.ts';
import { NOW_MS, PolicyWorld } from './policy-world.ts';

let world: PolicyWorld;
beforeEach(() => {
  world = new PolicyWorld();
  world.account('alice');
  world.token('alice', 1, 'alice-web');
  world.account('bob');
  world.token('bob', 1, 'bob-web');
  world.account('carol');
  world.account('spam', { banned: true });
  world.token('spam', 0, 'spam-app');
  world.account('helper', { kind: 'bot' });
  world.token('helper', 0, 'helper-app');
});
afterEach(() => world.close());

const claim = (uid: string, token: string, deviceFlag = 1, deviceId = 'd1'): ConnectClaim => ({
  uid,
  token,
  deviceFlag,
  deviceId,
});
const codeOf = async (made: ConnectClaim) => {
  const outcome = await verifyConnect(made, world.verifyPorts);
  return outcome.ok ? `ok ${outcome.value.user.uid} ${outcome.value.deviceLevel}` : outcome.refusal.code;
};

test('admits the token of the account and flag, with its level', async () => {
  assert.equal(await codeOf(claim('alice', 'alice-web')), 'ok alice 1');
});

test('tells the holder of a live token that it is registered for another flag', async () => {
  const outcome = await verifyConnect(claim('alice', 'alice-web', 0), world.verifyPorts);
  assert.ok(!outcome.ok);
  assert.deepEqual(outcome.refusal, { code: 'wk.flag_mismatch', evidence: { connectedWithFlag: 0, registeredForFlag: 1 } });
});

test('one value registered for two flags opens both', async () => {
  world.token('alice', 0, 'alice-web');
  assert.equal(await codeOf(claim('alice', 'alice-web', 0)), 'ok alice 1');
  assert.equal(await codeOf(claim('alice', 'alice-web', 1)), 'ok alice 1');
});

test('an emptied token matches nothing, the empty one least of all', async () => {
  world.account('dora');
  world.token('dora', 0, '');
  assert.equal(await codeOf(claim('dora', '', 0)), 'cred.missing');
  assert.equal(await codeOf(claim('dora', 'x', 0)), 'cred.mismatch');
  world.check = 'optional';
  assert.equal(await codeOf(claim('dora', '', 0)), 'cred.missing');
});

test('a replaced token no longer opens, and its holder is told when it was replaced', async () => {
  world.token('alice', 0, 'old', NOW_MS - 1);
  const outcome = await verifyConnect(claim('alice', 'old', 0), world.verifyPorts);
  assert.ok(!outcome.ok);
  assert.equal(outcome.refusal.code, 'cred.superseded');
  assert.equal(outcome.refusal.evidence?.['replacedAt'], new Date(NOW_MS - 1).toISOString());
  assert.equal(await codeOf(claim('bob', 'old', 0)), 'cred.mismatch', 'to another account it is a guess');
});

test('a token that was replaced and registered again opens', async () => {
  world.token('alice', 0, 'again', NOW_MS - 1);
  world.token('alice', 0, 'again');
  assert.equal(await codeOf(claim('alice', 'again', 0)), 'ok alice 1');
});

test('who holds a secret of another kind is told that it is of another kind', async () => {
  world.client('bridge', 'bots-token');
  for (const token of ['the-admin-secret', 'bots-token']) {
    for (const uid of ['alice', 'nobody']) assert.equal(await codeOf(claim(uid, token)), 'cred.wrong_kind');
    world.token('alice', 2, token);
    assert.equal(await codeOf(claim('alice', token, 2)), 'ok alice 1', 'a token that is registered opens, whatever else it is');
  }
});

test('a banned account is told so only when it holds a live token', async () => {
  assert.equal(await codeOf(claim('spam', 'spam-app', 0)), 'wk.banned');
  assert.equal(await codeOf(claim('spam', 'guess', 0)), 'cred.mismatch');
});

test('a bot account cannot connect as a person', async () => {
  assert.equal(await codeOf(claim('helper', 'helper-app', 0)), 'cred.wrong_kind');
});

for (const [uid, deviceId] of [
  ['alice', '____device'],
  ['____manager', 'd'],
  ['____system', 'd'],
  ['x____vstr', 'd'],
  ['x___vstr', 'd'],
] as const) {
  test(`refuses the claimable identity ${uid} on device ${deviceId}, in every mode and with a right token`, async () => {
    for (const check of ['required', 'optional', 'off'] as const) {
      world.check = check;
      assert.equal(await codeOf(claim(uid, 'alice-web', 1, deviceId)), 'wk.reserved_identity');
    }
  });
}

test('a session of the page opens the chat of its own account only, until it expires', async () => {
  const session = await openSession({ kind: 'person', uid: 'alice', nowMs: NOW_MS }, world);
  assert.ok(session.ok);
  assert.equal(await codeOf(claim('alice', session.value.token)), 'ok alice 0');
  assert.equal(await codeOf(claim('bob', session.value.token)), 'cred.mismatch');
  const old = await openSession({ kind: 'person', uid: 'alice', nowMs: 0 }, world);
  assert.ok(old.ok);
  assert.equal(await codeOf(claim('alice', old.value.token)), 'cred.expired');
});

test('a registered device token opens, even when it looks like a session', async () => {
  world.token('carol', 1, 'hfs_made-by-a-back-end');
  assert.equal(await codeOf(claim('carol', 'hfs_made-by-a-back-end')), 'ok carol 1');
  assert.equal(await codeOf(claim('carol', 'hfs_made-by-a-back-end', 0)), 'wk.flag_mismatch');
  assert.equal(await codeOf(claim('alice', 'hfs_made-by-a-back-end')), 'cred.mismatch');
});

test('an operator session opens no chat', async () => {
  const session = await openSession({ kind: 'operator', uid: 'alice', nowMs: NOW_MS }, world);
  assert.ok(session.ok);
  assert.equal(await codeOf(claim('alice', session.value.token)), 'cred.wrong_kind');
});

test('optional: admits who has no token registered, checks who has', async () => {
  world.check = 'optional';
  assert.equal(await codeOf(claim('newcomer', '')), 'ok newcomer 0');
  assert.equal(await codeOf(claim('alice', 'wrong')), 'cred.mismatch');
  assert.equal(await codeOf(claim('alice', '')), 'cred.missing');
});

test('off: admits everybody but the banned', async () => {
  world.check = 'off';
  assert.equal(await codeOf(claim('alice', 'whatever')), 'ok alice 0');
  assert.equal(await codeOf(claim('spam', '')), 'wk.banned');
});

test('a stranger cannot tell unknown account, wrong token, unissued flag and another account’s token apart', async () => {
  const strangers = [
    claim('nobody', 'guess'),
    claim('alice', 'guess'),
    claim('carol', 'guess'),
    claim('alice', 'bob-web'),
    claim('alice', 'alice-web\n'),
    claim('spam', 'guess'),
  ];
  const answers = new Set<string>();
  const shapes = new Set<string>();
  for (const stranger of strangers) {
    world.calls = [];
    const outcome = await verifyConnect(stranger, world.verifyPorts);
    assert.ok(!outcome.ok);
    const { publicCode, public: sentence, retry } = definitionOf(outcome.refusal.code);
    answers.add(
      JSON.stringify([
        publicCode,
        sentence,
        retry,
        wireOf(outcome.refusal.code),
        outcome.refusal.retryAfterSeconds,
        outcome.refusal.evidence,
      ]),
    );
    shapes.add(world.calls.join(' '));
  }
  assert.equal(answers.size, 1);
  assert.match([...answers][0] ?? '', /"cred\.rejected"/);
  assert.deepEqual([...shapes], ['user deviceTokens'], 'the same reads, whatever exists');
});
