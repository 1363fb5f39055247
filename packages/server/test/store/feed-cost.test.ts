import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { logQueries } from '../../src/store/sqlite/log-queries.ts';
import { unpackMessages } from '../../src/store/sqlite/page-codec.ts';
import { openForReading } from '../../src/store/sqlite/schema.ts';
import { statementsOf } from '../../src/store/sqlite/statements.ts';
import { value } from './conformance.ts';

const QUIET_CHANNELS = 400;

test('a feed opens only the channels with something new, and reads only from where the cursor stands', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-feed-'));
  const store = value(await openSqliteStore({ dataDir, cacheMb: 8 }));
  const bot = value(await store.directory.ensureUser({ uid: 'bot', kind: 'bot' })).value;
  const channelOf = async (id: string) => {
    const { ch } = value(await store.directory.ensureChannel({ id, type: 2 })).value;
    value(await store.directory.addMembers(ch, [{ u: bot.u, role: 'member' }], { reset: false, actor: null }));
    return ch;
  };
  const say = (ch: number, count: number) =>
    store.log.append(
      Array.from({ length: count }, (_, n) => ({
        ch,
        sender: 999,
        clientMsgNo: '',
        flags: 0,
        tsMs: 1,
        expireSeconds: 0,
        topic: '',
        payload: Buffer.from(`${ch}-${n}`),
        parties: null,
      })),
    );
  const busy = await channelOf('busy');
  value(await say(busy, 3_000));
  const quiet = await Promise.all(Array.from({ length: QUIET_CHANNELS }, (_, n) => channelOf(`quiet-${n}`)));
  await Promise.all(quiet.map((ch) => say(ch, 2)));
  const cursor = await store.log.lastId();
  value(await say(busy, 40));
  // The fold into the tables, so that they alone can be asked below.
  await store.close();

  const db = openForReading(join(dataDir, 'hufu.db'), 8);
  t.after(() => {
    db.close();
    rmSync(dataDir, { recursive: true });
  });
  let executed = 0;
  const statements = statementsOf(db);
  const counted = logQueries((text, form) => {
    executed += 1;
    return statements(text, form);
  });
  const tails = counted.tailsOf(bot.u);
  const hints: number[] = [];
  for (let i = 0; i < tails.length; i += 4) hints.push(tails[i] ?? 0, tails[i + 1] ?? 0, tails[i + 2] ?? 0);
  assert.equal(hints.length / 3, QUIET_CHANNELS + 1);
  const page = unpackMessages(counted.feed(bot.u, cursor, 1_000, Float64Array.from(hints)));
  assert.deepEqual(
    page.map((message) => message.seq),
    Array.from({ length: 40 }, (_, n) => 3_001 + n),
  );
  assert.ok(executed < 30, `${executed} statements for one channel with news among ${QUIET_CHANNELS}`);
});
