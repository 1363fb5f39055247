import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { createBoundedQueue } from '../../src/kernel/bounded-queue.ts';
import { newRequestId, newToken } from '../../src/kernel/ids.ts';

test('request ids are hr_ and a ULID that sorts by time', () => {
  const ids = [newRequestId(1_000), newRequestId(1_700_000_000_000), newRequestId(1_800_000_000_000)];
  for (const id of ids) assert.match(id, /^hr_[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.deepEqual([...ids].sort(), ids);
  assert.ok(newRequestId(0).startsWith('hr_0000000000'));
  assert.equal(new Set(Array.from({ length: 5000 }, () => newRequestId(0))).size, 5000);
});

test('generated tokens have one length and a checksum', () => {
  const values = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  for (let round = 0; round < 200; round += 1) {
    const token = newToken('hfs_');
    assert.match(token, /^hfs_[0-9A-Za-z]{49}$/);
    const sum = [...token.slice(-6)].reduce((number, digit) => number * 62 + values.indexOf(digit), 0);
    assert.equal(sum, crc32(token.slice(0, -6)));
  }
});

test('queued work starts after the caller has answered, in order, one at a time', async () => {
  const queue = createBoundedQueue(10, (error) => assert.fail(String(error)));
  const seen: string[] = [];
  for (const name of ['a', 'b']) {
    queue.push(async () => {
      seen.push(`${name} starts`);
      await Promise.resolve();
      seen.push(`${name} ends`);
    });
  }
  seen.push('answered');
  await Promise.resolve();
  await queue.idle();
  assert.deepEqual(seen, ['answered', 'a starts', 'a ends', 'b starts', 'b ends']);
});

test('a full queue drops and says so; a failing piece stops nothing', async () => {
  const errors: unknown[] = [];
  const queue = createBoundedQueue(2, (error) => errors.push(error));
  let done = 0;
  assert.equal(
    queue.push(() => Promise.reject(new Error('one'))),
    true,
  );
  assert.equal(
    queue.push(async () => void (done += 1)),
    true,
  );
  assert.equal(
    queue.push(async () => void (done += 100)),
    false,
  );
  await queue.idle();
  assert.deepEqual([done, errors.length], [1, 1]);
  assert.equal(
    queue.push(async () => void (done += 1)),
    true,
  );
  await queue.idle();
  assert.equal(done, 2);
});
