import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, Socket } from 'node:net';
import { it, type TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { TcpTransport, WsTransport } from '../../src/surfaces/listen/transport.ts';
import { WS_BINARY, wsFrames } from '../../src/surfaces/listen/ws-frames.ts';

const LIMITS = { outboxBytes: 1_000_000 };

async function wsPair(t: TestContext) {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const opened = new Promise<{ ws: WebSocket; socket: Socket }>((resolve) => {
    http.on('upgrade', (request, socket, head) => {
      if (socket instanceof Socket) server.handleUpgrade(request, socket, head, (ws) => resolve({ ws, socket }));
    });
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, { perMessageDeflate: false });
  t.after(() => {
    client.terminate();
    http.closeAllConnections();
    http.close();
  });
  const [{ ws, socket }] = await Promise.all([opened, once(client, 'open')]);
  return { ws, socket, client };
}

it('over TCP all frames of a tick leave in one write', async (t) => {
  const server = createTcpServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  t.after(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  const write = t.mock.method(socket, 'write');
  const transport = new TcpTransport(socket, LIMITS.outboxBytes);
  for (let index = 0; index < 100; index += 1) transport.send(Buffer.from([index]));
  const [bytes] = (await once(client, 'data')) as [Buffer];
  assert.equal(write.mock.callCount(), 1);
  assert.deepEqual(
    [...bytes],
    Array.from({ length: 100 }, (_, index) => index),
  );
});

it('over WebSocket each frame is a message of its own, and all of a tick leave in one write', async (t) => {
  const { ws, socket, client } = await wsPair(t);
  const write = t.mock.method(socket, 'write');
  const transport = new WsTransport(ws, socket, { ...LIMITS, opcode: WS_BINARY });
  const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 100_000];
  const got: number[] = [];
  client.on('message', (data, isBinary) => got.push(isBinary && Buffer.isBuffer(data) ? data.length : -1));
  for (const length of lengths) transport.send(Buffer.alloc(length, 7));
  transport.close(4401, 'cred.rejected; req=1');
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  assert.deepEqual(got, lengths);
  assert.deepEqual([code, reason.toString()], [4401, 'cred.rejected; req=1']);
  assert.equal(write.mock.callCount(), 1 + 2, 'one for the frames; head and body of the close frame');
});

it('frames that the WebSocket library itself writes in between stay whole', async (t) => {
  const { ws, socket, client } = await wsPair(t);
  const transport = new WsTransport(ws, socket, { ...LIMITS, opcode: WS_BINARY });
  const got: string[] = [];
  client.on('message', (data) => got.push(String(data)));
  client.on('pong', (data) => got.push(`pong ${data.toString()}`));
  client.ping('1');
  await once(client, 'pong');
  transport.send(Buffer.from('a'));
  ws.pong('2');
  transport.send(Buffer.from('b'));
  await once(client, 'message');
  transport.close(1000, '');
  await once(client, 'close');
  assert.deepEqual(got, ['pong 1', 'pong 2', 'a', 'b']);
});

it('more than the limit in one tick does not wait for its end: the slow reader is told of at once', async (t) => {
  const { ws, socket } = await wsPair(t);
  let slow = 0;
  const transport = new WsTransport(ws, socket, { outboxBytes: 100_000, opcode: WS_BINARY });
  transport.owner = { onSlow: () => void (slow += 1) };
  for (let index = 0; index < 1000 && slow === 0; index += 1) transport.send(Buffer.alloc(50_000));
  assert.equal(slow, 1);
  assert.ok(socket.writableLength < 1_000_000, `${socket.writableLength} bytes kept`);
});

it('a message head has the three lengths of RFC 6455', () => {
  const head = (length: number) =>
    wsFrames(WS_BINARY, [Buffer.alloc(length)])
      .subarray(0, 10)
      .toString('hex');
  assert.equal(head(0), '8200');
  assert.equal(head(125).slice(0, 4), '827d');
  assert.equal(head(126).slice(0, 8), '827e007e');
  assert.equal(head(65_535).slice(0, 8), '827effff');
  assert.equal(head(65_536), '827f0000000000010000');
});
