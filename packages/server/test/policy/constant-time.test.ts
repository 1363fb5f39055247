import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { openAdminSecret } from '../../src/policy/credentials/admin-secret.ts';
import { verifyConnect } from '../../src/policy/credentials/device-token.ts';
import { makeVerifier, verifyPassword } from '../../src/policy/credentials/passwords.ts';
import { PolicyWorld } from './policy-world.ts';

const original = crypto.timingSafeEqual;
let compared: [Buffer, Buffer][] = [];
before(() => {
  crypto.timingSafeEqual = (a, b) => {
    compared.push([bytesOf(a), bytesOf(b)]);
    return original(a, b);
  };
  syncBuiltinESMExports();
});
after(() => {
  crypto.timingSafeEqual = original;
  syncBuiltinESMExports();
});

function bytesOf(value: NodeJS.ArrayBufferView | ArrayBufferLike): Buffer {
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
}

let world: PolicyWorld;
beforeEach(() => {
  world = new PolicyWorld();
  world.account('alice');
  world.token('alice', 1, 'alice-web');
  world.account('carol');
  compared = [];
});
afterEach(() => world.close());

async function comparisons(work: () => Promise<unknown>): Promise<[Buffer, Buffer][]> {
  compared = [];
  await work();
  return compared;
}

test('device tokens are compared as keyed hashes of 32 bytes, in constant time, as often for a uid that does not exist', async () => {
  const claims = [
    { uid: 'alice', token: 'alice-web' },
    { uid: 'alice', token: 'alice-weX' },
    { uid: 'alice', token: 'short' },
    { uid: 'carol', token: 'guess' },
    { uid: 'nobody', token: 'guess' },
  ];
  const counts = new Set<number>();
  for (const { uid, token } of claims) {
    const seen = await comparisons(() => verifyConnect({ uid, token, deviceFlag: 1, deviceId: 'd' }, world.verifyPorts));
    counts.add(seen.length);
    for (const [a, b] of seen) {
      assert.deepEqual([a.length, b.length], [32, 32]);
      assert.ok(!a.includes(token) && !b.includes(token), 'never the value itself');
      assert.deepEqual(b, Buffer.from(world.keyring.hash(token)));
    }
  }
  assert.deepEqual([...counts], [1]);
});

test('the admin secret is compared as a keyed hash, however long the guess is', async () => {
  const secret = await openAdminSecret(world.directory, world.keyring, 'the right one');
  for (const guess of ['the right one', '', 'x', 'the right onE', 'y'.repeat(10_000)]) {
    const seen = await comparisons(async () => secret.matches(guess));
    assert.deepEqual(
      seen.map(([a, b]) => [a.length, b.length]),
      [[32, 32]],
    );
  }
});

test('a password is compared as the tag that was derived from it, also when there is none', async () => {
  const made = await makeVerifier('correct horse');
  assert.ok(made.ok);
  for (const verifier of [made.value, null]) {
    const seen = await comparisons(() => verifyPassword('wrong horse', verifier));
    for (const [a, b] of seen) assert.deepEqual([a.length, b.length], [32, 32]);
  }
});
