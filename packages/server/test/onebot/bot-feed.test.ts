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

function feedWorld(saved: number | null, options: { maxEvents?: number; maxAgeSeconds?: number; position?: () => number } = {}) {
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
  const feed = new BotFeed(
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
        written();
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
