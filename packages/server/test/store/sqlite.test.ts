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
  const { keys } = await store.stats();
  const refused = await store.log.append(big);
  assert.equal(!refused.ok && refused.refusal.code, 'srv.store_unavailable');
  assert.equal(!refused.ok && refused.refusal.retryAfterSeconds, 1);
  assert.equal(await store.log.lastId(), 1);
  assert.equal(await store.log.lastSeq(7), 1);
  assert.equal((await store.stats()).keys, keys, 'keys of what was not stored are remembered');
  await store.limitPages(1_000_000);
  assert.deepEqual(
    value(await store.log.append(big)).map((r) => [r.status, r.status !== 'conflict' && r.seq]),
    big.map((_, i) => ['stored', i + 2]),
  );
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

test('a database from before clients knew their framework takes it from the name that the page gave them', async (t) => {
  const dataDir = folder();
  const db = new DatabaseSync(join(dataDir, 'hufu.db'));
  db.exec(`${MIGRATIONS.slice(0, 2).join(';')}; PRAGMA user_version=2`);
  for (const name of ['koishi', 'second', 'nonebot', 'aiocqhttp'])
    db.prepare("INSERT INTO bot_client VALUES(?,'b',?,'forward',NULL,NULL,NULL,'array',0,0,0,0,1,0)").run(name, name);
  db.close();
  const store = await open(dataDir);
  t.after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });
  assert.deepEqual(
    (await store.directory.botClients()).map(({ name, preset }) => [name, preset]),
    [
      ['aiocqhttp', 'aiocqhttp'],
      ['koishi', 'koishi'],
      ['nonebot', 'nonebot'],
      ['second', null],
    ],
  );
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

test('no message is missing from a feed or a conversation list, however fast tails are written and forgotten meanwhile', async (t) => {
  const { store } = await fresh(t, { epochTails: 3, epochRows: 1 });
  const member = value(await store.directory.ensureUser({ uid: 'member', kind: 'person' })).value;
  const channels: number[] = [];
  for (let n = 0; n < 60; n += 1) {
    const { ch } = value(await store.directory.ensureChannel({ id: `g${n}`, type: 2 })).value;
    value(await store.directory.addMembers(ch, [{ u: member.u, role: 'member' }], { reset: false, actor: null }));
    channels.push(ch);
  }
  let made = 0;
  const say = () => ({ ...draft('', 10), ch: channels[Math.floor(made++ / 8) % channels.length] ?? 0, sender: 999 });
  for (let round = 0; round < 80; round += 1) {
    value(await store.log.append([say(), say(), say(), say()]));
    const cursor = await store.log.lastId();
    const seen = store.log.feed(member.u, cursor - 4, 1000);
    const listed = store.directory.conversations(member.u, 100);
    const later = Array.from({ length: 6 }, () => store.log.append([say(), say(), say(), say()]));
    const ids = (await seen).map((message) => message.id);
    for (let id = cursor - 3; id <= cursor; id += 1) assert.ok(ids.includes(id), `${id} is missing`);
    const newest = Math.max(...(await listed).map((row) => row.last?.id ?? 0));
    assert.ok(newest >= cursor, `the list knows up to ${newest} of ${cursor}`);
    await Promise.all(later);
  }
  const { tails } = await store.stats();
  assert.ok(tails < 40, `${tails} tails are in memory: none was forgotten`);
});

test('what only readers ask for is not kept in memory', async (t) => {
  const { store } = await fresh(t, { epochTails: 3 });
  for (let ch = 1; ch <= 500; ch += 1) assert.equal(await store.log.lastSeq(ch), 0);
  assert.equal((await store.stats()).tails, 0);
});

test('a group in which thousands speak is folded a slice at a time', async (t) => {
  const { store } = await fresh(t, { epochTails: 1, epochRows: 10 });
  const group = value(await store.directory.ensureChannel({ id: 'crowd', type: 2 })).value;
  const speakers = Array.from({ length: 3_000 }, (_, index) => index + 10);
  const members = speakers.map((u) => ({ u, role: 'member' as const }));
  value(await store.directory.addMembers(group.ch, members, { reset: false, actor: null }));
  value(await store.log.append(speakers.map((sender) => ({ ...draft('', 4), ch: group.ch, sender }))));
  for (let n = 0; n < 20; n += 1) {
    const before = (await store.stats()).totalChanges;
    value(await store.log.append([{ ...draft('', 4), ch: group.ch, sender: 5 }]));
    const changed = (await store.stats()).totalChanges - before;
    assert.ok(changed <= 10 + 3, `${changed} rows changed for one message`);
  }
  const [row] = await store.directory.conversations(speakers[2_999] ?? 0, 1);
  assert.deepEqual([row?.readSeq, row?.unread], [3_000, 20]);
});
