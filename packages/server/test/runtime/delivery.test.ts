import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { createLocalBus } from '../../src/bus/local.ts';
import { type Message, PERSON } from '../../src/domain/model.ts';
import type { Bus, Stored } from '../../src/domain/ports.ts';
import { AppendQueue } from '../../src/runtime/append-queue.ts';
import { DeliveryLoop } from '../../src/runtime/delivery.ts';
import { Hub } from '../../src/runtime/hub.ts';
import type { LiveSession } from '../../src/runtime/session.ts';
import { channelOf, MemoryLog, MemoryWorld, memberOf, quiet, stateOf, userOf } from '../support/memory-world.ts';

function sessionOf(u: number, uid: string, connectionId: string, got: Message[]): LiveSession {
  return {
    connectionId,
    uid,
    u,
    surface: 'wkproto',
    deviceFlag: 0,
    deviceLevel: 0,
    deviceId: connectionId,
    openedBy: null,
    deliver: (delivery) => void got.push(delivery.message),
    notify: () => {},
    end: () => {},
  };
}

async function given(bus: Bus) {
  const world = new MemoryWorld();
  world.people.set('a', userOf(1, 'a'));
  world.people.set('b', userOf(2, 'b'));
  world.add(stateOf(channelOf(1, PERSON, 'a@b'), [memberOf(1), memberOf(2)]));
  const log = new MemoryLog();
  const hub = new Hub();
  const delivery = new DeliveryLoop({ log, bus, hub, channels: world, users: world.users, events: quiet });
  await delivery.start();
  const queue = new AppendQueue(log, bus, { maxBatch: 10, events: quiet });
  const send = (clientMsgNo: string, origin: string) =>
    queue.append({
      ch: 1,
      sender: 1,
      clientMsgNo,
      flags: 0,
      tsMs: 1,
      expireSeconds: 0,
      topic: '',
      payload: Buffer.from('x'),
      parties: [1, 2],
      origin,
    });
  return { hub, delivery, send, log, world };
}

/** Lets promises and immediates that follow from one another run. */
async function settle(): Promise<void> {
  for (let index = 0; index < 20; index += 1) await tick();
}

it('delivers to the other party and to the sender’s other devices, never to the connection that sent it', async () => {
  const { hub, delivery, send, log } = await given(createLocalBus());
  const [own, other, peer]: [Message[], Message[], Message[]] = [[], [], []];
  hub.add(sessionOf(1, 'a', 'a1', own));
  hub.add(sessionOf(1, 'a', 'a2', other));
  hub.add(sessionOf(2, 'b', 'b1', peer));
  await send('m', 'a1');
  assert.deepEqual([own.length, other.length, peer.length], [0, 1, 1]);
  assert.equal(log.reads, 0);
  delivery.stop();
});

it('a lost bus message delays and loses nothing', async () => {
  const inner = createLocalBus();
  let calls = 0;
  const lossy: Bus = {
    ...inner,
    publishStored: (stored: Stored) => {
      calls += 1;
      if (calls % 3 !== 0) inner.publishStored(stored);
    },
  };
  const { hub, delivery, send } = await given(lossy);
  const got: Message[] = [];
  hub.add(sessionOf(2, 'b', 'b1', got));
  for (let index = 0; index < 40; index += 1) await send(`m${index}`, '');
  for (let index = 0; index < 20; index += 1) await tick();
  assert.deepEqual(
    got.map((message) => message.id),
    Array.from({ length: got.length }, (_, index) => index + 1),
  );
  assert.ok(got.length >= 39);
  delivery.stop();
});

it('a sender does not hear its own message when the look at the log after a silence meets a new one', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 10_000 });
  const { hub, delivery, send, log } = await given(createLocalBus());
  const [own, peer]: [Message[], Message[]] = [[], []];
  hub.add(sessionOf(1, 'a', 'a1', own));
  hub.add(sessionOf(2, 'b', 'b1', peer));
  const asked = Promise.withResolvers<number>();
  t.mock.method(log, 'lastId', () => asked.promise);
  t.mock.timers.tick(1000);
  await send('m', 'a1');
  asked.resolve(1);
  await settle();
  assert.deepEqual([own.length, peer.length, log.reads], [0, 1, 0]);
  delivery.stop();
});

it('a burst that finds a cold channel waits in a bounded queue, and what had no room is read from the log, in order', async (t: TestContext) => {
  const bus = createLocalBus();
  const { hub, delivery, log, world } = await given(bus);
  const got: Message[] = [];
  hub.add(sessionOf(2, 'b', 'b1', got));
  const gate = Promise.withResolvers<void>();
  const warm = world.peekInt(1) ?? null;
  t.mock.method(world, 'peekInt', () => undefined);
  t.mock.method(world, 'loadInt', () => gate.promise.then(() => warm));
  const draft = { ch: 1, sender: 1, clientMsgNo: '', flags: 0, tsMs: 1, expireSeconds: 0, topic: '', parties: null };
  for (let round = 0; round < 30; round += 1) {
    const from = log.messages.length;
    await log.append(Array.from({ length: 1000 }, () => ({ ...draft, payload: new Uint8Array([round]) })));
    bus.publishStored({ fromId: from, toId: from + 1000, batch: log.messages.slice(from) });
  }
  gate.resolve();
  for (let index = 0; index < 500 && got.length < 30_000; index += 1) await tick();
  assert.deepEqual(
    got.map((message) => message.id),
    log.messages.map((message) => message.id),
  );
  assert.ok(log.reads > 0, 'more was kept in memory than the bound allows');
  delivery.stop();
});

it('a session that cannot take a message, or ends while it is delivered, costs no other session anything', async () => {
  const { hub, delivery, send } = await given(createLocalBus());
  const got: Message[] = [];
  const ended: string[] = [];
  const broken: LiveSession = {
    ...sessionOf(2, 'b', 'b0', []),
    deliver: () => {
      throw new Error('cannot encode');
    },
    end: (refusal) => {
      ended.push(refusal.code);
      hub.remove(broken);
    },
  };
  hub.add(broken);
  hub.add(sessionOf(2, 'b', 'b1', got));
  await send('m1', '');
  await send('m2', '');
  assert.deepEqual([got.length, ended], [2, ['srv.fault']]);
  delivery.stop();
});
