import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { it, type TestContext } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { listenHttp, listenTcp } from '../../src/surfaces/listen/listen.ts';

/** Gone, read or unread. */
function closed(socket: Socket): Promise<unknown> {
  socket.resume();
  return once(socket, 'close');
}

async function soon(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await tick();
}

interface Dropped {
  readonly address: string;
  readonly listener: string;
}

function client(t: TestContext, address: string, allowHalfOpen = false): Socket {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port), allowHalfOpen }).on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

it('a listener takes no more sockets than it may, drops the next one by name, and takes others when one has gone', async (t) => {
  const dropped: Dropped[] = [];
  let taken = 0;
  const bound = await listenTcp({
    name: 'tcp',
    address: '127.0.0.1:0',
    maxSockets: 2,
    onDropped: (peer) => dropped.push(peer),
    onSocket: () => {
      taken += 1;
      return () => {};
    },
  });
  assert.ok(bound.ok);
  t.after(() => bound.value.close());
  const first = client(t, bound.value.address);
  const second = client(t, bound.value.address);
  await Promise.all([once(first, 'connect'), once(second, 'connect')]);
  await closed(client(t, bound.value.address));
  assert.deepEqual(dropped, [{ address: '127.0.0.1', listener: 'tcp' }]);
  first.destroy();
  for (let attempt = 0; attempt < 100 && taken < 3; attempt += 1)
    await Promise.race([closed(client(t, bound.value.address)), soon()]);
  assert.equal(taken, 3);
});

it('the HTTP listeners have the same bound', async (t) => {
  const dropped: Dropped[] = [];
  const bound = await listenHttp({
    name: 'http',
    address: '127.0.0.1:0',
    maxSockets: 1,
    onDropped: (peer) => dropped.push(peer),
    hosts: { externalHosts: [], origins: [], bound: '127.0.0.1' },
    upgrades: [],
    onRequest: (_, response) => void response.end('ok'),
    refuse: () => 'req_1',
  });
  assert.ok(bound.ok);
  t.after(() => bound.value.close());
  const first = client(t, bound.value.address);
  await once(first, 'connect');
  first.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(first, 'data');
  await closed(client(t, bound.value.address));
  assert.deepEqual(dropped, [{ address: '127.0.0.1', listener: 'http' }]);
});

it('a refused upgrade whose client keeps its half open is let go all the same', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const bound = await listenHttp({
    name: 'ws',
    address: '127.0.0.1:0',
    maxSockets: 10,
    onDropped: () => {},
    hosts: { externalHosts: [], origins: [], bound: '127.0.0.1' },
    upgrades: [],
    onRequest: null,
    refuse: () => 'req_1',
  });
  assert.ok(bound.ok);
  t.after(() => bound.value.close());
  const socket = client(t, bound.value.address, true);
  socket.write('GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 404 /);
  await once(socket, 'end');
  const gone = once(socket, 'error');
  t.mock.timers.tick(2000);
  while (!socket.destroyed) {
    socket.write('still here');
    await tick();
  }
  await gone;
});
