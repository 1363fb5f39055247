import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { openDecisionStore } from '../../src/store/sqlite/decisions.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { DECISION_MIGRATIONS, MIGRATIONS, openForWriting } from '../../src/store/sqlite/schema.ts';
import { value } from './conformance.ts';
import { StoreChild } from './support/child.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'hufu-start-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

const PRAGMAS = { cacheMb: 1, maxPages: null, synchronous: 'FULL' } as const;
const numberOf = (db: DatabaseSync, sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0]);

test('a database of an older version is brought to the newest one, with what it holds', (t) => {
  const file = join(folder(t), 'x.db');
  const first = 'CREATE TABLE a(x INT); INSERT INTO a VALUES(7)';
  openForWriting(file, [first], PRAGMAS).close();
  const db = openForWriting(file, [first, 'ALTER TABLE a ADD COLUMN y INT DEFAULT 3', 'UPDATE a SET y=y+x'], PRAGMAS);
  assert.equal(numberOf(db, 'PRAGMA user_version'), 3);
  assert.deepEqual({ ...db.prepare('SELECT x, y FROM a').get() }, { x: 7, y: 10 });
  db.close();
});

test('a migration that fails half-way leaves the database as it was, for the older program', (t) => {
  const file = join(folder(t), 'x.db');
  const first = 'CREATE TABLE a(x INT)';
  openForWriting(file, [first], PRAGMAS).close();
  assert.throws(() => openForWriting(file, [first, 'INSERT INTO a VALUES(1); INSERT INTO missing VALUES(1)'], PRAGMAS));
  const db = openForWriting(file, [first], PRAGMAS);
  assert.deepEqual([numberOf(db, 'PRAGMA user_version'), numberOf(db, 'SELECT count(*) FROM a')], [1, 0]);
  db.close();
});

test('the settings on which durability rests are asserted, not assumed', (t) => {
  const dir = folder(t);
  const db = openForWriting(join(dir, 'full.db'), MIGRATIONS, PRAGMAS);
  assert.equal(numberOf(db, 'PRAGMA synchronous'), 2);
  assert.equal(numberOf(db, 'PRAGMA wal_autocheckpoint'), 1000);
  db.close();
  const side = openForWriting(join(dir, 'side.db'), DECISION_MIGRATIONS, { ...PRAGMAS, synchronous: 'NORMAL' });
  assert.equal(numberOf(side, 'PRAGMA synchronous'), 1);
  side.close();
  // A database in memory has no write-ahead log, as a file system without shared memory has none.
  assert.throws(() => openForWriting(':memory:', MIGRATIONS, PRAGMAS), /WAL/);
});

test('a newer database, of messages or of decisions, is refused and not touched', async (t) => {
  for (const [name, open] of [
    ['hufu.db', openSqliteStore],
    ['decisions.db', openDecisionStore],
  ] as const) {
    const dataDir = folder(t);
    const db = new DatabaseSync(join(dataDir, name));
    db.exec('PRAGMA user_version=99; CREATE TABLE later(x)');
    db.close();
    const before = readFileSync(join(dataDir, name));
    const refused = await open({ dataDir });
    assert.ok(!refused.ok);
    assert.deepEqual([refused.refusal.code, refused.refusal.evidence?.['found']], ['srv.data_newer', 99]);
    assert.deepEqual(readFileSync(join(dataDir, name)), before);
  }
});

test('a second start names the pid of the first; after kill -9 of the first the next one takes the folder over', {
  timeout: 60_000,
}, async (t) => {
  const dataDir = folder(t);
  const first = await StoreChild.start({ dataDir });
  const second = await openSqliteStore({ dataDir });
  assert.ok(!second.ok);
  assert.deepEqual([second.refusal.code, second.refusal.evidence?.['pid']], ['srv.data_locked', first.pid]);
  await first.kill();
  assert.equal(readFileSync(join(dataDir, 'hufu.pid'), 'utf8').trim(), String(first.pid), 'the stale pid is there');
  const third = value(await openSqliteStore({ dataDir }));
  assert.equal(readFileSync(join(dataDir, 'hufu.pid'), 'utf8').trim(), String(process.pid));
  await third.close();
});

test('a data folder that cannot be made, or holds no database, is a refusal that says so', async (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'file'), '');
  const inFile = await openSqliteStore({ dataDir: join(dir, 'file', 'data') });
  assert.equal(!inFile.ok && inFile.refusal.code, 'srv.store_unavailable');
  writeFileSync(join(dir, 'hufu.db'), 'this is a text of no database at all, long enough to be looked at as one. '.repeat(20));
  const garbage = await openSqliteStore({ dataDir: dir });
  assert.equal(!garbage.ok && garbage.refusal.code, 'srv.store_unavailable');
  assert.match(String(!garbage.ok && garbage.refusal.evidence?.['fault']), /not a database/);
  chmodSync(dir, 0o700);
});
