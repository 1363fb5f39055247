import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_PAGE, PACKED, packedPage, unpackMessages } from '../../src/store/sqlite/page-codec.ts';
import { MIGRATIONS } from '../../src/store/sqlite/schema.ts';

const message = fc.record({
  ch: fc.integer({ min: 1, max: 2 ** 31 }),
  seq: fc.integer({ min: 1, max: 2 ** 31 }),
  sender: fc.integer({ min: 1, max: 2 ** 31 }),
  clientMsgNo: fc.string({ unit: 'grapheme-composite', maxLength: 40 }),
  flags: fc.integer({ min: 0, max: 0xffff }),
  tsMs: fc.integer({ min: 0, max: 2 ** 43 }),
  expireSeconds: fc.integer({ min: 0, max: 2 ** 31 }),
  topic: fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed()),
  payload: fc.uint8Array({ maxLength: 60 }),
});

test('what a page holds comes back as it was stored, any bytes and any text, ascending by id', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.boolean(), (messages, backwards) => {
      const db = new DatabaseSync(':memory:');
      for (const step of MIGRATIONS) db.exec(step);
      const insert = db.prepare('INSERT INTO message VALUES(?,?,?,0,?,?,?,?,?,?,?)');
      for (const [index, m] of messages.entries()) {
        const { ch, seq, sender, clientMsgNo, flags, tsMs, expireSeconds, topic, payload } = m;
        insert.run(index + 1, ch, seq, sender, clientMsgNo, flags, tsMs, expireSeconds, topic, payload);
      }
      const order = backwards ? 'DESC' : 'ASC';
      const select = db.prepare(`SELECT ${PACKED} FROM (SELECT * FROM message ORDER BY id ${order} LIMIT 100) m`);
      select.setReturnArrays(true);
      const read = unpackMessages(packedPage(select.get()));
      db.close();
      assert.deepEqual(
        read.map((one) => ({ ...one, payload: [...one.payload] })),
        messages.map((one, index) => ({ id: index + 1, ...one, payload: [...one.payload] })),
      );
    }),
    { numRuns: 200 },
  );
});

test('a page of nothing is empty', () => {
  assert.deepEqual(unpackMessages(EMPTY_PAGE), []);
});
