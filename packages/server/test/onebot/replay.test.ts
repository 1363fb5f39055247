import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { admin, startServer } from '../../../../peers/lib/server.ts';
import { BOT_A, furnish, realServer } from './support/server.ts';
import { Peer } from './support/world.ts';

const GROUP = { group: '30001' };

/** Message events until one says `last`. */
async function eventsUntil(peer: Peer, last: string): Promise<Record<string, unknown>[]> {
  const events: Record<string, unknown>[] = [];
  for (;;) {
    const frame = await peer.next();
    if (frame['post_type'] !== 'message') continue;
    events.push(frame);
    if (frame['raw_message'] === last) return events;
  }
}

describe('what a bot missed', () => {
  test('reaches it after a restart of the server: in order, once, marked, with its time', async (t) => {
    const first = await realServer(t);
    await furnish(first);
    const peer = await first.connect('T1');
    await peer.next();
    await first.say('10001', GROUP, { type: 1, content: 'heard' });
    const heard = await peer.next();
    await peer.close();
    await first.say('10001', GROUP, { type: 1, content: 'missed 1' });
    await first.say('10001', '20001', { type: 1, content: 'missed 2' });
    await first.stop();

    const second = await realServer(t, { dataDir: first.dataDir });
    await second.say('10001', GROUP, { type: 1, content: 'missed 3' });
    const again = await second.connect('T1');
    assert.equal((await again.next())['meta_event_type'], 'lifecycle');
    await second.say('10001', GROUP, { type: 1, content: 'live' });
    const events = await eventsUntil(again, 'live');
    assert.deepEqual(
      events.map((event) => [event['raw_message'], event['hufu']]),
      [
        ['missed 1', { replayed: true }],
        ['missed 2', { replayed: true }],
        ['missed 3', { replayed: true }],
        ['live', undefined],
      ],
    );
    assert.ok(Number(events[0]?.['time']) >= Number(heard['time']));
  });

  test('is left out for a client that is new, or that wants no replay', async (t) => {
    const clients = [
      { name: 'raw', kind: 'forward', token: 'T1', heartbeatMs: 0 },
      { name: 'none', kind: 'forward', token: 'T2', heartbeatMs: 0, replay: { maxEvents: 0 } },
      { name: 'two', kind: 'forward', token: 'T3', heartbeatMs: 0, replay: { maxEvents: 2 } },
    ];
    const server = await realServer(t, { bots: [{ uid: '20001', name: 'Bot A', clients }] });
    await furnish(server);
    const contentsAfter = async (token: string) => {
      const peer = await server.connect(token);
      await peer.next();
      await server.say('10001', GROUP, { type: 1, content: `for ${token}` });
      const events = await eventsUntil(peer, `for ${token}`);
      await peer.close();
      return events.map((event) => event['raw_message']);
    };
    for (const token of ['T1', 'T2', 'T3']) assert.deepEqual(await contentsAfter(token), [`for ${token}`]);
    for (const content of ['a', 'b', 'c']) await server.say('10001', GROUP, { type: 1, content });
    assert.deepEqual(await contentsAfter('T2'), ['for T2']);
    assert.deepEqual(await contentsAfter('T3'), ['c', 'for T2', 'for T3']);
    assert.deepEqual(await contentsAfter('T1'), ['for T2', 'for T3', 'a', 'b', 'c', 'for T2', 'for T3', 'for T1']);
  });

  test('is complete after kill -9: what comes twice is marked, nothing is missing', async (t) => {
    const yaml = `bots: ${JSON.stringify(BOT_A)}\n`;
    let server = await startServer({ yaml });
    t.after(() => server.close());
    await admin(server, '/channel', { channel_id: '30001', channel_type: 2, subscribers: ['10001', '20001'] });
    const acknowledged: number[] = [];
    const say = async (content: string) => {
      const payload = Buffer.from(JSON.stringify({ type: 1, content })).toString('base64');
      const message = { from_uid: '10001', channel_id: '30001', channel_type: 2, payload };
      const { body } = await admin(server, '/message/send', message);
      const { data } = body;
      if (typeof data === 'object' && data !== null && 'message_id' in data) acknowledged.push(Number(data.message_id));
    };
    const connect = () => Peer.open(server.ready.onebotWs, { Authorization: 'Bearer T1' });
    const peer = await connect();
    const seen: Record<string, unknown>[] = [];
    peer.socket.on('message', (data) => seen.push({ ...JSON.parse(String(data)) }));
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 10 }, () => say('before')));
    await Promise.all([server.kill('SIGKILL'), ...Array.from({ length: 10 }, () => say('in between').catch(() => undefined))]);

    server = await server.again();
    await say('while away');
    const again = await connect();
    await say('last');
    const events = await eventsUntil(again, 'last');
    const idsOf = (frames: readonly Record<string, unknown>[]) =>
      frames.filter((frame) => frame['post_type'] === 'message').map((frame) => Number(frame['message_id']));
    const [early, late] = [idsOf(seen), idsOf(events)];
    for (const ids of [early, late])
      assert.deepEqual(
        ids,
        [...new Set(ids)].sort((a, b) => a - b),
      );
    const heard = new Set([...early, ...late]);
    assert.deepEqual(
      acknowledged.filter((id) => !heard.has(id)),
      [],
    );
    for (const event of events) {
      const again = early.includes(Number(event['message_id'])) || event['raw_message'] !== 'last';
      assert.deepEqual(event['hufu'], again ? { replayed: true } : undefined);
    }
  });
});
