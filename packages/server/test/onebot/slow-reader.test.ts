import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { onebotWorld, Peer } from './support/world.ts';

/** Time goes on by the test alone, 5 s at a time, which is the connection's own beat. */
function clockOf(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_767_225_600_000 });
  return (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 5) t.mock.timers.tick(5000);
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a client that reads slowly', () => {
  test('gets every event and every answer when it reads on, and the memory kept for it is bounded', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const peer = await w.connect('T1');
    await peer.next();
    peer.socket.pause();
    const content = 'x'.repeat(30_000);
    for (let n = 0; n < 700; n += 1) await w.say(w.ann, { type: 1, content });
    peer.send({ action: 'get_login_info', echo: 'late' });
    for (let n = 0; n < 50; n += 1) await turn();
    peer.socket.resume();
    const ids = [];
    let answers = 0;
    while (ids.length < 700 || answers < 1) {
      const frame = await peer.next();
      if ('echo' in frame) answers += 1;
      else ids.push(frame['message_id']);
    }
    assert.deepEqual(
      ids,
      Array.from({ length: 700 }, (_, n) => n + 1),
    );
    assert.equal(answers, 1);
  });

  test('is closed with 1013 when nothing has left for 30 s, and hears the rest when it comes back', async (t) => {
    const pass = clockOf(t);
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const peer = await w.connect('T1');
    await peer.next();
    peer.socket.pause();
    const content = 'x'.repeat(60_000);
    for (let n = 0; n < 400; n += 1) await w.say(w.ann, { type: 1, content });
    for (let n = 0; n < 50; n += 1) await turn();
    pass(35);
    const [seen] = w.refusals;
    assert.deepEqual([seen?.refusal.code, seen?.answer], ['limit.slow_reader', 'close 1013']);
    const closed = new Promise<void>((resolve) => peer.socket.once('close', () => resolve()));
    peer.socket.terminate();
    await closed;
    while (w.hub.size > 0) await turn();
    const again = await w.connect('T1');
    await again.next();
    // Some had left for the network, but nobody has read them.
    for (let id = 1; id <= 400; id += 1) {
      const event = await again.next();
      assert.deepEqual([event['message_id'], event['hufu']], [id, { replayed: true }]);
    }
  });

  test('and reads nothing but pings stays; one that leaves two unanswered is dropped', async (t) => {
    const pass = clockOf(t);
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const alive = await w.connect('T1');
    const mute = new Peer(
      new WebSocket(`ws://127.0.0.1:${w.port}/`, { headers: { Authorization: 'Bearer T1' }, autoPong: false }),
    );
    await Promise.all([alive.next(), mute.next()]);
    const gone = new Promise<number>((resolve) => mute.socket.once('close', resolve));
    for (let n = 0; n < 3; n += 1) {
      pass(20);
      // The answer comes after the pong of the same socket.
      await alive.call('get_status');
    }
    assert.equal(await gone, 1006);
    assert.equal(alive.socket.readyState, WebSocket.OPEN);
  });
});

describe('a heartbeat', () => {
  test('comes at the interval of each client with the status of the bot, and not at all for 0', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_767_225_600_000 });
    const w = await onebotWorld(t);
    w.addClient('quick', { token: 'T1', heartbeatMs: 1000 });
    w.addClient('off', { token: 'T2', heartbeatMs: 0 });
    const quick = await w.connect('T1');
    const off = await w.connect('T2');
    await Promise.all([quick.next(), off.next()]);
    const beats = [];
    for (let n = 0; n < 3; n += 1) {
      t.mock.timers.tick(1000);
      beats.push(await quick.next());
    }
    const { data } = await off.call('get_status');
    for (const beat of beats) {
      assert.deepEqual(
        [beat['post_type'], beat['meta_event_type'], beat['interval'], beat['self_id']],
        ['meta_event', 'heartbeat', 1000, 20001],
      );
      assert.deepEqual(Object.keys(beat['status'] ?? {}), Object.keys(data ?? {}));
      assert.ok(!('echo' in beat));
    }
  });
});
