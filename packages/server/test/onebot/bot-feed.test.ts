import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message } from '../../src/domain/model.ts';
import { ok, refuse } from '../../src/kernel/outcome.ts';
import { BotFeed } from '../../src/runtime/bot-feed.ts';
import { CursorSaver } from '../../src/runtime/cursor-saver.ts';
import type { Delivery } from '../../src/runtime/session.ts';
import { channelOf, memberOf, MemoryLog, MemoryWorld, stateOf, userOf } from '../support/memory-world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW_MS = 1_000_000_000;

interface FeedTest {
  readonly maxEvents?: number;
  readonly maxAgeSeconds?: number;
  readonly position?: () => number;
  /** Takes the place of a socket that writes at once. */
  readonly write?: (written: () => void) => void;
  /** false: the peer never says what it has read. */
  readonly arrives?: false;
}

function feedWorld(saved: number | null, options: FeedTest = {}) {
  const world = new MemoryWorld();
  const ann = userOf(1, 'ann');
  const bot = userOf(2, 'bot', { kind: 'bot' });
  world.people.set('ann', ann).set('bot', bot);
  const state = world.add(stateOf(channelOf(1, 2, 'ops'), [memberOf(1), memberOf(2)]));
  const log = new MemoryLog();
  const position = options.position ?? (() => log.messages.length);
  const store = (count: number, tsMs = NOW_MS): Delivery[] =>
    Array.from({ length: count }, () => {
      const id = log.messages.length + 1;
      const message: Message = {
        id,
        ch: 1,
        seq: id,
        sender: 1,
        clientMsgNo: String(id),
        flags: 0,
        tsMs,
        expireSeconds: 0,
        topic: '',
        payload: Buffer.from('{}'),
      };
      log.messages.push(message);
      return { message, state, senderUid: 'ann' };
    });
  const cursors = new Map<string, number>();
  const saver = new CursorSaver(
    {
      saveCursors: async (batch) => {
        for (const { reader, messageId } of batch) cursors.set(reader, messageId);
        return ok();
      },
    },
    quiet,
  );
  const seen: { id: number; replayed: boolean }[] = [];
  const feed: BotFeed = new BotFeed(
    {
      directory: { cursor: async () => saved },
      log,
      users: world.users,
      channels: world,
      saver,
      events: quiet,
      position: () => position(),
      now: () => NOW_MS,
    },
    {
      bot,
      connectionId: 'c',
      clientId: 'c',
      reader: 'bot:bot:c',
      replayMaxEvents: options.maxEvents ?? 1000,
      replayMaxAgeSeconds: options.maxAgeSeconds ?? 600,
    },
    {
      event: (delivery, replayed, written) => {
        seen.push({ id: delivery.message.id, replayed });
        if (options.write === undefined) written();
        else options.write(written);
      },
      left: (position) => {
        if (options.arrives !== false) feed.arrived(position);
      },
      end: () => undefined,
    },
  );
  return { log, store, feed, seen, saver, cursors, ids: () => seen.map((one) => one.id) };
}

describe('the feed of a bot', () => {
  test('begins at the end of the log for a client that was never here', async () => {
    const w = feedWorld(null);
    w.store(3);
    await w.feed.start();
    for (const delivery of w.store(2)) w.feed.deliver(delivery);
    assert.deepEqual(w.seen, [
      { id: 4, replayed: false },
      { id: 5, replayed: false },
    ]);
  });

  test('replays first, and then what was delivered meanwhile, each once and in order', async () => {
    const w = feedWorld(2);
    w.store(5);
    const started = w.feed.start();
    for (const delivery of w.store(3)) w.feed.deliver(delivery);
    await started;
    assert.deepEqual(w.ids(), [3, 4, 5, 6, 7, 8]);
    await w.saver.flush();
    assert.equal(w.cursors.get('bot:bot:c'), 8);
  });

  test('reads on from the log when more is delivered meanwhile than it may hold', async () => {
    const w = feedWorld(0);
    w.store(10);
    const read = w.log.feed.bind(w.log);
    w.log.feed = (u, cursor, limit) => {
      if (w.log.messages.length === 10) for (const delivery of w.store(2500)) w.feed.deliver(delivery);
      return read(u, cursor, limit);
    };
    await w.feed.start();
    assert.deepEqual(
      w.ids(),
      Array.from({ length: 2510 }, (_, index) => index + 1),
    );
    for (const delivery of w.store(1)) w.feed.deliver(delivery);
    assert.equal(w.ids().at(-1), 2511);
  });

  test('leaves out what is too old, and of the rest the oldest beyond the limit', async () => {
    const w = feedWorld(0, { maxEvents: 2, maxAgeSeconds: 60 });
    w.store(50, NOW_MS - 61_000);
    w.store(4, NOW_MS - 1000);
    await w.feed.start();
    assert.deepEqual(w.ids(), [53, 54]);
  });

  test('hears what is stored while a client that was never here connects', async () => {
    const w = feedWorld(null, { position: () => 3 });
    w.store(3);
    const started = w.feed.start();
    for (const delivery of w.store(1)) w.feed.deliver(delivery);
    await started;
    assert.deepEqual(w.seen, [{ id: 4, replayed: false }]);
  });

  test('does not take what came live for a replay, though it is in the log already', async () => {
    const w = feedWorld(1, { position: () => 2 });
    w.store(2);
    const started = w.feed.start();
    for (const delivery of w.store(2)) w.feed.deliver(delivery);
    await started;
    assert.deepEqual(w.seen, [
      { id: 2, replayed: true },
      { id: 3, replayed: false },
      { id: 4, replayed: false },
    ]);
  });

  test('keeps its position before the oldest event that has not left', async () => {
    const writes: (() => void)[] = [];
    const w = feedWorld(null, { write: (written) => void writes.push(written) });
    await w.feed.start();
    for (const delivery of w.store(3)) w.feed.deliver(delivery);
    const savedAfter = async (index: number) => {
      writes[index]?.();
      await w.saver.flush();
      return w.cursors.get('bot:bot:c');
    };
    assert.deepEqual([await savedAfter(2), await savedAfter(0), await savedAfter(1)], [0, 1, 3]);
  });

  test('keeps its position at the last event that the peer is known to have read', async () => {
    const w = feedWorld(null, { arrives: false });
    await w.feed.start();
    for (const delivery of w.store(5)) w.feed.deliver(delivery);
    await w.saver.flush();
    assert.equal(w.cursors.get('bot:bot:c'), 0);
    w.feed.arrived(3);
    w.feed.stop();
    await w.saver.flush();
    assert.equal(w.cursors.get('bot:bot:c'), 3);
    w.feed.arrived(5);
    await w.saver.flush();
    assert.equal(w.cursors.get('bot:bot:c'), 5);
  });

  test('leaves in the log what a slow reader has no room for, and gives all of it later, once and in order', async () => {
    let writes: (() => void)[] = [];
    const w = feedWorld(null, { write: (written) => void writes.push(written) });
    await w.feed.start();
    for (const delivery of w.store(7000)) w.feed.deliver(delivery);
    assert.equal(w.seen.length, 2000);
    while (writes.length > 0) {
      const now = writes;
      writes = [];
      for (const written of now) written();
      assert.ok(writes.length <= 2000);
      // The log is read in pages; a full event loop turn for each is more than enough.
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const delivery of w.store(1)) w.feed.deliver(delivery);
    assert.deepEqual(
      w.ids(),
      Array.from({ length: 7001 }, (_, index) => index + 1),
    );
  });

  test('replays no faster than the client reads', async () => {
    let writes: (() => void)[] = [];
    const w = feedWorld(0, { maxEvents: 100_000, write: (written) => void writes.push(written) });
    w.store(5000);
    let done = false;
    const started = w.feed.start().then(() => (done = true));
    while (!done) {
      assert.ok(writes.length <= 2000);
      const now = writes;
      writes = [];
      for (const written of now) written();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await started;
    assert.equal(w.seen.length, 5000);
    assert.ok(w.seen.every((one) => one.replayed));
  });

  test('keeps a position that could not be saved', async () => {
    let fail = true;
    const stored = new Map<string, number>();
    const saver = new CursorSaver(
      {
        saveCursors: async (batch) => {
          if (fail) return refuse('srv.store_unavailable');
          for (const one of batch) stored.set(one.reader, one.messageId);
          return ok();
        },
      },
      quiet,
    );
    saver.put('a', 7);
    await saver.flush();
    assert.equal(saver.pending('a'), 7);
    fail = false;
    await saver.flush();
    assert.deepEqual([...stored], [['a', 7]]);
    assert.equal(saver.pending('a'), undefined);
  });
});
