import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Draft } from '../../src/domain/model.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.ts';
import { value } from './conformance.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'hufu-backup-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

async function open(t: TestContext, dataDir: string): Promise<SqliteStore> {
  const store = value(await openSqliteStore({ dataDir, cacheMb: 8, epochTails: 8, epochRows: 3 }));
  t.after(() => store.close());
  return store;
}

const CHANNELS = 40;
const draft = (n: number): Draft => ({
  ch: 1 + (n % CHANNELS),
  sender: 1 + (n % 3),
  clientMsgNo: `no-${n}`,
  flags: 0,
  tsMs: Date.now(),
  expireSeconds: 0,
  topic: '',
  payload: Buffer.alloc(400, n),
  parties: null,
});

test('a backup made under writing is one moment of the log, and a folder with it is a server of its own', {
  timeout: 60_000,
}, async (t) => {
  const store = await open(t, folder(t));
  let made = 0;
  const write = async (): Promise<void> => {
    const batch = Array.from({ length: 50 }, () => draft(made++));
    value(await store.log.append(batch));
  };
  for (let round = 0; round < 100; round += 1) await write();
  const target = folder(t);
  const acknowledged = made;
  let done = false;
  const backup = store.backup(join(target, 'hufu.db')).then((outcome) => {
    done = true;
    return value(outcome);
  });
  let batchesMeanwhile = 0;
  while (!done) {
    await write();
    batchesMeanwhile += 1;
  }
  await backup;
  assert.ok(batchesMeanwhile > 1, 'no batch was committed while the backup was made');

  const copy = await open(t, target);
  const last = await copy.log.lastId();
  assert.ok(last >= acknowledged && last <= made && last % 50 === 0, `${last} of ${made}`);
  const tails = await Promise.all(Array.from({ length: CHANNELS }, (_, index) => copy.log.lastSeq(index + 1)));
  assert.equal(
    tails.reduce((sum, seq) => sum + seq, 0),
    last,
  );
  const again = value(await copy.log.append([{ ...draft(last - 1) }, draft(last)]));
  assert.deepEqual(
    again.map((one) => one.status),
    ['duplicate', 'stored'],
  );
});

test('a backup that cannot be written leaves nothing behind and keeps the one before', async (t) => {
  const dir = folder(t);
  const store = await open(t, join(dir, 'data'));
  value(await store.log.append([draft(1)]));
  const target = join(dir, 'backup.db');
  writeFileSync(target, 'the one before');
  mkdirSync(`${target}.partial`);
  const refused = await store.backup(target);
  assert.equal(!refused.ok && refused.refusal.code, 'srv.store_unavailable');
  assert.ok(existsSync(target));
  rmSync(`${target}.partial`, { recursive: true });
  value(await store.backup(target));
  const elsewhere = await store.backup(join(dir, 'no', 'such', 'folder.db'));
  assert.equal(!elsewhere.ok && elsewhere.refusal.code, 'srv.store_unavailable');
});
