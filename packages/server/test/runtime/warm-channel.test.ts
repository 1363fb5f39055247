import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { createLocalBus } from '../../src/bus/local.ts';
import { type SendPorts, sendMessage } from '../../src/domain/messages/send-message.ts';
import type { Message } from '../../src/domain/model.ts';
import { AppendQueue } from '../../src/runtime/append-queue.ts';
import { ChannelCache } from '../../src/runtime/channel-cache.ts';
import { DeliveryLoop } from '../../src/runtime/delivery.ts';
import { Hub } from '../../src/runtime/hub.ts';
import { UserCache } from '../../src/runtime/user-cache.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { quiet } from '../support/memory-world.ts';

/** Passes every call on and counts it. */
function counting<T extends object>(target: T, calls: Map<string, number>): T {
  return new Proxy(target, {
    get(inner, name) {
      calls.set(String(name), (calls.get(String(name)) ?? 0) + 1);
      return Reflect.get(inner, name) as unknown;
    },
  });
}

it('10 000 messages to a warm channel are as many store calls as batches, and not one read', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hufu-warm-'));
  const opened = await openSqliteStore({ dataDir, cacheMb: 8 });
  assert.ok(opened.ok);
  const store = opened.value;
  t.after(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });
  const calls = new Map<string, number>();
  const log = counting(store.log, calls);
  const directory = counting(store.directory, calls);
  const bus = createLocalBus();
  const users = new UserCache(directory, bus, 100);
  const channels = new ChannelCache(directory, 1_000_000);
  const hub = new Hub();
  const delivery = new DeliveryLoop({ log, bus, hub, channels, users, events: quiet });
  await delivery.start();
  t.after(() => delivery.stop());
  const queue = new AppendQueue(log, bus, { events: quiet });
  const ports: SendPorts = {
    channels,
    users,
    append: (draft) => queue.append(draft),
    passOn: () => Promise.resolve({ ok: true, value: 0 }),
    rules: { friendsOnly: false, maxPayloadBytes: 1_000 },
    now: () => 1,
  };
  const ann = await users.ensurePerson('ann');
  assert.ok(ann.ok);
  const send = (n: number) =>
    sendMessage(ports, {
      sender: ann.value,
      channelId: 'ben',
      channelType: 1,
      clientMsgNo: `no-${n}`,
      flags: 0,
      expireSeconds: 0,
      topic: '',
      payload: Buffer.from('hello'),
      origin: 'a1',
    });
  assert.ok((await send(0)).ok);
  const got: Message[] = [];
  const ben = users.peek('ben');
  hub.add({
    connectionId: 'b1',
    uid: 'ben',
    u: ben?.u ?? 0,
    surface: 'wkproto',
    deviceFlag: 0,
    deviceLevel: 0,
    deviceId: 'b1',
    openedBy: null,
    deliver: (one) => void got.push(one.message),
    notify: () => undefined,
    end: () => undefined,
  });

  calls.clear();
  let batches = 0;
  bus.onStored(() => {
    batches += 1;
  });
  const outcomes = await Promise.all(Array.from({ length: 10_000 }, (_, n) => send(n + 1)));
  assert.deepEqual(
    outcomes.map((one) => one.ok && one.value.messageSeq),
    outcomes.map((_, n) => n + 2),
  );
  assert.deepEqual([...calls], [['append', batches]]);
  assert.ok(batches <= 12, `${batches} batches`);
  assert.deepEqual(
    got.map((message) => message.seq),
    outcomes.map((_, n) => n + 2),
  );
});

it('waits in bounds: refuses with srv.overloaded beyond so many messages or bytes, and takes them again afterwards', async () => {
  const released = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const log = {
    append: async (batch: readonly { payload: Uint8Array }[]) => {
      sizes.push(batch.reduce((sum, one) => sum + one.payload.byteLength, 0));
      await released.promise;
      return { ok: true as const, value: batch.map((_, n) => ({ status: 'stored' as const, id: n + 1, seq: n + 1, tsMs: 1 })) };
    },
  };
  const limits = { maxPending: 5, maxPendingBytes: 1_000, maxBatch: 10, maxBatchBytes: 500 };
  const queue = new AppendQueue(log, createLocalBus(), { ...limits, events: quiet });
  const draft = (bytes: number) => ({
    ch: 1,
    sender: 1,
    clientMsgNo: '',
    flags: 0,
    tsMs: 1,
    expireSeconds: 0,
    topic: '',
    payload: new Uint8Array(bytes),
    parties: null,
  });
  const many = Array.from({ length: 7 }, () => queue.append(draft(10)));
  const refused = await Promise.all(many.slice(5));
  assert.deepEqual(
    refused.map((one) => !one.ok && [one.refusal.code, one.refusal.retryAfterSeconds]),
    [
      ['srv.overloaded', 1],
      ['srv.overloaded', 1],
    ],
  );
  while (sizes.length === 0) await new Promise(setImmediate);
  const large = [600, 600, 600].map((bytes) => queue.append(draft(bytes)));
  const third = await large[2];
  assert.equal(third !== undefined && !third.ok && third.refusal.code, 'srv.overloaded');
  released.resolve();
  const taken = await Promise.all([...many.slice(0, 5), ...large.slice(0, 2)]);
  assert.ok(taken.every((one) => one.ok));
  assert.deepEqual(sizes, [50, 600, 600], 'a batch ends with the message that passes its bytes');
});
