import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { createLocalBus } from '../../src/bus/local.ts';
import { type Message, PERSON } from '../../src/domain/model.ts';
import type { Bus, Stored } from '../../src/domain/ports.ts';
import { AppendQueue } from '../../src/runtime/append-queue.ts';
import { DeliveryLoop } from '../../src/runtime/delivery.ts';
import { Hub } from '../../src/runtime/hub.ts';
import type { LiveSession } from '../../src/runtime/session.ts';
import { channelOf, MemoryLog, MemoryWorld, memberOf, stateOf, userOf } from '../support/memory-world.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

function sessionOf(u: number, uid: string, connectionId: string, got: Message[]): LiveSession {
  return {
    connectionId,
    uid,
    u,
    surface: 'wkproto',
    deviceFlag: 0,
    deviceLevel: 0,
    deviceId: connectionId,
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
  const queue = new AppendQueue(log, bus, { maxPending: 1000, maxBatch: 10 });
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
  return { hub, delivery, send, log };
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
