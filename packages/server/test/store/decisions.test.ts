import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDecisionStore } from '../../src/store/sqlite/decisions.ts';
import { value } from './conformance.ts';

test('decisions are found by id, subject and code, newest first, and end by age and by number', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-decisions-'));
  let nowMs = 1_000_000;
  const store = value(await openDecisionStore({ dataDir, maxAgeMs: 1_000, maxRows: 5, now: () => nowMs }));
  const record = (n: number) => ({
    id: `r${n}`,
    tsMs: nowMs + n,
    code: n % 2 ? 'cred.rejected' : 'im.muted',
    subject: n === 3 ? null : 'alice',
    json: `{"n":${n}}`,
  });
  value(await store.put([1, 2, 3, 4, 5, 6].map(record)));
  assert.equal(await store.get('r1'), null, 'beyond the number of rows');
  assert.deepEqual(await store.get('r3'), record(3));
  assert.deepEqual(
    (await store.list({ sinceMs: 0, limit: 10, subject: 'alice' })).map((r) => r.id),
    ['r6', 'r5', 'r4', 'r2'],
  );
  assert.deepEqual(
    (await store.list({ sinceMs: nowMs + 4, limit: 10, code: 'cred.rejected' })).map((r) => r.id),
    ['r5'],
  );
  nowMs += 5_000;
  value(await store.put([record(7)]));
  assert.deepEqual(
    (await store.list({ sinceMs: 0, limit: 10 })).map((r) => r.id),
    ['r7'],
  );
  await store.close();
  rmSync(dataDir, { recursive: true });
});

test('a record that is put again replaces the one of its id and keeps its place', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-decisions-'));
  const store = value(await openDecisionStore({ dataDir, now: () => 1000 }));
  const record = { id: 'r1', tsMs: 1000, code: 'cred.mismatch', subject: null, json: '{}' };
  value(await store.put([record, { ...record, id: 'r2' }]));
  const learned = { ...record, code: 'cred.near_miss', subject: 'alice', json: '{"nearMiss":"quotes"}' };
  value(await store.put([learned]));
  assert.deepEqual(await store.get('r1'), learned);
  assert.deepEqual(
    (await store.list({ sinceMs: 0, limit: 10 })).map((one) => one.id),
    ['r2', 'r1'],
  );
  assert.deepEqual(await store.list({ sinceMs: 0, limit: 10, subject: 'alice' }), [learned]);
  await store.close();
  rmSync(dataDir, { recursive: true });
});
