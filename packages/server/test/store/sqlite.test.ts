import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/open.ts';
import { storeConformance, value } from './conformance.ts';
import { listsConformance } from './lists-conformance.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'hufu-store-'));
const open = async (dataDir: string, more: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> =>
  value(await openSqliteStore({ dataDir, cacheMb: 8, ...more }));

async function fresh(t: TestContext, more: Partial<SqliteStoreOptions> = {}): Promise<{ store: SqliteStore; dataDir: string }> {
  const dataDir = folder();
  const store = await open(dataDir, more);
  t.after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });
  return { store, dataDir };
}

const harness = async () => {
  const folders = [folder()];
  let offsetMs = 0;
  // Small epochs, so that the suite lives through many of them.
  const again = (dataDir: string) => open(dataDir, { epochTails: 100, now: () => Date.now() + offsetMs });
  let store = await again(folders[0] ?? '');
  const made = {
    log: store.log,
    directory: store.directory,
    async restart() {
      await store.close();
      use(await again(folders.at(-1) ?? ''));
    },
    async crash() {
      const copy = folder();
      for (const name of ['hufu.db', 'hufu.db-wal']) cpSync(join(folders.at(-1) ?? '', name), join(copy, name));
      await store.close();
      folders.push(copy);
      use(await again(copy));
    },
    rowsChanged: async () => (await store.stats()).totalChanges,
    sleepMs(ms: number) {
      offsetMs += ms;
    },
    async end() {
      await store.close();
      for (const f of folders) rmSync(f, { recursive: true });
    },
  };
  const use = (next: SqliteStore): void => {
    store = next;
    made.log = next.log;
    made.directory = next.directory;
  };
  return made;
};
storeConformance('sqlite', harness);
listsConformance('sqlite', harness);

const draft = (clientMsgNo: string, size: number) => ({
  ch: 7,
  sender: 1,
  clientMsgNo,
  flags: 0,
  tsMs: Date.now(),
  expireSeconds: 0,
  topic: '',
  payload: Buffer.alloc(size, 1),
  parties: null,
});

test('a full disk refuses the whole batch, leaves nothing of it, and the next one works when there is room', async (t) => {
  const { store } = await fresh(t);
  value(await store.log.append([draft('first', 10)]));
  await store.limitPages((await store.stats()).pages + 20);
  const big = Array.from({ length: 100 }, (_, i) => draft(`big-${i}`, 4_000));
  const refused = await store.log.append(big);
  assert.equal(!refused.ok && refused.refusal.code, 'srv.store_unavailable');
  assert.equal(!refused.ok && refused.refusal.retryAfterSeconds, 1);
  assert.equal(await store.log.lastId(), 1);
  assert.equal(await store.log.lastSeq(7), 1);
  await store.limitPages(1_000_000);
  assert.deepEqual(
    value(await store.log.append(big)).map((r) => [r.status, r.status !== 'conflict' && r.seq]),
    big.map((_, i) => ['stored', i + 2]),
  );
});

test('a second start on the same folder is refused and names the first', async (t) => {
  const { dataDir } = await fresh(t);
  const second = await openSqliteStore({ dataDir });
  assert.equal(!second.ok && second.refusal.code, 'srv.data_locked');
  assert.equal(!second.ok && second.refusal.evidence?.['pid'], process.pid);
});

test('a database of the first version is brought up to date when it is opened', async (t) => {
  const dataDir = folder();
  const db = new DatabaseSync(join(dataDir, 'hufu.db'));
  db.exec(`${MIGRATIONS[0] ?? ''}; PRAGMA user_version=1`);
  db.exec("INSERT INTO user(u, uid, kind, numeric_id, name) VALUES(2, 'old', 'person', 10001, '')");
  db.exec("INSERT INTO channel_list VALUES(1, 'allow', 2)");
  db.close();
  const store = await open(dataDir);
  t.after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });
  assert.deepEqual(await store.directory.groupList(1, 'allow'), [{ u: 2, uid: 'old', createdMs: 0 }]);
});

test('a newer database is refused and not touched', async () => {
  const dataDir = folder();
  const db = new DatabaseSync(join(dataDir, 'hufu.db'));
  db.exec('PRAGMA user_version=99');
  db.close();
  const refused = await openSqliteStore({ dataDir });
  assert.equal(!refused.ok && refused.refusal.code, 'srv.data_newer');
  assert.equal(!refused.ok && refused.refusal.evidence?.['found'], 99);
  rmSync(dataDir, { recursive: true });
});

test('a backup made while messages are written opens as a store of its own', async (t) => {
  const { store } = await fresh(t);
  value(await store.log.append([draft('a', 10), draft('b', 10)]));
  const target = folder();
  const [backup] = await Promise.all([store.backup(join(target, 'hufu.db')), store.log.append([draft('c', 10)])]);
  value(backup);
  const copy = await open(target);
  assert.ok((await copy.log.lastSeq(7)) >= 2);
  await copy.close();
  rmSync(target, { recursive: true });
});

test('the duplicate window forgets the oldest messages first and survives a restart from its saved blocks', async () => {
  const dataDir = folder();
  let store = await open(dataDir, { dedupeMessages: 8_192 });
  const all = Array.from({ length: 20_000 }, (_, i) => draft(`w-${i}`, 4));
  for (let i = 0; i < all.length; i += 500) value(await store.log.append(all.slice(i, i + 500)));
  for (const restart of [false, true]) {
    if (restart) {
      await store.close();
      store = await open(dataDir, { dedupeMessages: 8_192 });
    }
    const recent = value(await store.log.append(all.slice(-3_000)));
    assert.ok(recent.every((r) => r.status === 'duplicate'));
    const { keys } = await store.stats();
    assert.ok(keys <= 8_192 && keys > 3_000, `${keys} keys`);
  }
  assert.equal(value(await store.log.append(all.slice(0, 1)))[0]?.status, 'stored');
  await store.close();
  rmSync(dataDir, { recursive: true });
});
