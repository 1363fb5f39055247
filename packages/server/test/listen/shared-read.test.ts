import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { it, type TestContext } from 'node:test';
import { listenTcp } from '../../src/surfaces/listen/listen.ts';

type OnSocket = Parameters<typeof listenTcp>[0]['onSocket'];

async function listen(t: TestContext, onSocket: OnSocket): Promise<() => Promise<Socket>> {
  const bound = await listenTcp({ name: 'test', address: '127.0.0.1:0', maxSockets: 100, onDropped: () => {}, onSocket });
  assert.ok(bound.ok);
  const { address, close } = bound.value;
  t.after(close);
  return async () => {
    const client = connect(Number(address.split(':')[1]), '127.0.0.1');
    t.after(() => client.destroy());
    await once(client, 'connect');
    return client;
  };
}

it('bytes of many sockets come through one buffer, each stream whole and in order, and none keeps the buffer', async (t) => {
  const buffers = new Set<ArrayBufferLike>();
  const streams = new Map<Socket, number[]>();
  const dial = await listen(t, (socket) => {
    const got: number[] = [];
    streams.set(socket, got);
    return (bytes) => {
      buffers.add(bytes.buffer);
      got.push(...bytes);
      if (got.length === 3000) socket.end(Buffer.from([got[0] ?? 0]));
    };
  });
  const clients = await Promise.all(Array.from({ length: 20 }, dial));
  const answers = clients.map(async (client, index) => {
    for (let part = 0; part < 30; part += 1) client.write(Buffer.alloc(100, index + 1));
    const [answer] = (await once(client, 'data')) as [Buffer];
    return answer[0];
  });
  assert.deepEqual(
    await Promise.all(answers),
    clients.map((_, index) => index + 1),
  );
  for (const got of streams.values()) assert.equal(new Set(got).size, 1, 'bytes of another socket');
  assert.equal(buffers.size, 1);
});

it('a paused socket takes nothing until it is resumed', async (t) => {
  let taken = 0;
  const accepted = Promise.withResolvers<Socket>();
  const resumed = Promise.withResolvers<void>();
  const dial = await listen(t, (socket) => {
    accepted.resolve(socket);
    return (bytes) => {
      taken += bytes.length;
      socket.pause();
      if (taken === 4) resumed.resolve();
    };
  });
  const client = await dial();
  client.write('ab');
  const socket = await accepted.promise;
  while (taken < 2) await new Promise(setImmediate);
  client.write('cd');
  for (let index = 0; index < 50; index += 1) await new Promise(setImmediate);
  assert.equal(taken, 2);
  socket.resume();
  await resumed.promise;
});

it('a peer that ends, or breaks off, closes the socket, and the peer’s address is known', async (t) => {
  for (const leave of [(client: Socket) => client.end(), (client: Socket) => client.resetAndDestroy()]) {
    const closed = Promise.withResolvers<string>();
    const dial = await listen(t, (socket, peer) => {
      socket.once('close', () => closed.resolve(peer.address));
      return () => {};
    });
    leave(await dial());
    assert.equal(await closed.promise, '127.0.0.1');
  }
});
