import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../src/kernel/network.ts';
import { LoginLock, OPERATOR } from '../../src/policy/credentials/login-lock.ts';

const HOME = '192.0.2.1';
const AWAY = '192.0.2.2';

/** What the try was answered, and how long to wait. */
function attempt(lock: LoginLock, account: string, at: { address?: string; nowMs?: number; result?: 'right' | 'wrong' } = {}) {
  const { address = HOME, nowMs = 1000, result = 'wrong' } = at;
  const refused = lock.begin(account, address, nowMs);
  if (refused !== null) return `${refused.code} ${refused.retryAfterSeconds}`;
  lock.settle(account, address, result);
  return result;
}

test('ten failures lock one account at one address for a minute, and nobody else', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 10; one += 1) assert.equal(attempt(lock, 'alice'), 'wrong');
  assert.equal(attempt(lock, 'alice'), 'cred.login_locked 60');
  assert.equal(attempt(lock, 'alice', { address: AWAY }), 'wrong');
  assert.equal(attempt(lock, 'bob'), 'wrong');
  assert.equal(attempt(lock, 'alice', { nowMs: 61_001, result: 'right' }), 'right');
  assert.equal(attempt(lock, 'alice', { nowMs: 61_001 }), 'wrong', 'a success clears the count');
});

test('tries at the same time are counted before they are decided', () => {
  const lock = new LoginLock();
  const allowed = Array.from({ length: 200 }, () => lock.begin('alice', HOME, 1000)).filter((refused) => refused === null);
  assert.equal(allowed.length, 10);
  const accounts = Array.from({ length: 200 }, (_, index) => lock.begin(`uid${index}`, AWAY, 1000));
  assert.equal(accounts.filter((refused) => refused === null).length, 50);
  assert.equal(accounts[50]?.retryAfterSeconds, 1, 'those that are being decided make room soon');
});

test('a try that the server was too busy to decide does not count', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 100; one += 1) {
    assert.equal(lock.begin(`uid${one}`, HOME, 1000), null);
    lock.settle(`uid${one}`, HOME, 'undecided');
    assert.equal(lock.begin('alice', HOME, 1000), null);
    lock.settle('alice', HOME, 'undecided');
  }
});

test('one guess for each of many accounts locks the address that guesses, for accounts that never signed in from it', () => {
  const lock = new LoginLock();
  assert.equal(attempt(lock, 'alice', { result: 'right' }), 'right');
  for (let one = 0; one < 50; one += 1) assert.equal(attempt(lock, `uid${one}`), 'wrong');
  assert.equal(attempt(lock, 'uid50', { nowMs: 61_000 }), 'rate.handshake 840');
  assert.equal(attempt(lock, 'uid50', { address: AWAY }), 'wrong', 'other addresses are free');
  assert.equal(attempt(lock, 'alice', { result: 'right' }), 'right', 'who is at home there is not locked out');
  assert.equal(attempt(lock, OPERATOR, { result: 'right' }), 'right', 'nor is the operator');
  assert.equal(attempt(lock, 'uid50', { nowMs: 901_001 }), 'wrong', 'a quarter of an hour later');
});

test('people who mistype and then sign in do not add up', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 200; one += 1) {
    assert.equal(attempt(lock, `uid${one}`), 'wrong');
    assert.equal(attempt(lock, `uid${one}`, { result: 'right' }), 'right');
  }
});

test('the addresses of one IPv6 network are one', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 10; one += 1) assert.equal(attempt(lock, 'alice', { address: `2001:db8:1:2::${one}` }), 'wrong');
  assert.equal(attempt(lock, 'alice', { address: '2001:db8:1:2:ffff::1' }), 'cred.login_locked 60');
  assert.equal(attempt(lock, 'alice', { address: '2001:db8:1:3::1' }), 'wrong');
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:db8::', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['', ''],
  ] as const)
    assert.equal(networkOf(address), network);
});

test('counted failures stay bounded', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 10; one += 1) attempt(lock, 'first', { address: 'a' });
  for (let one = 0; one < 10_000; one += 1) attempt(lock, 'other', { address: `b${one}` });
  assert.equal(attempt(lock, 'first', { address: 'a' }), 'wrong', 'the oldest entry made room');
});
