import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { it, type TestContext } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';
import { ok, refuse } from '../../src/kernel/outcome.ts';
import type { ClientSurfaceDeps } from '../../src/surfaces/listen/client-deps.ts';
import { MemoryLog } from '../support/memory-world.ts';
import { type BarePatch, openBare } from './support/bare.ts';
import { Chat, connectBytes } from './support/chat.ts';
import { RpcClient } from './support/rpc.ts';

async function given(t: TestContext, patch: BarePatch = {}) {
  const server = await openBare(patch);
  t.after(() => server.close());
  return server;
}

/** A gate that opens when it is told to. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

/** A log that answers when the gate is open. */
function heldLog() {
  const log = new MemoryLog();
  const { open, opened } = gate();
  const append = log.append.bind(log);
  log.append = async (batch) => {
    await opened;
    return append(batch);
  };
  return { log, open };
}

/** The number, when it has stayed as it is for a while of the event loop. */
async function steady(count: () => number): Promise<number> {
  for (let calm = 0, last = -1; calm < 200; await tick()) {
    calm = count() === last ? calm + 1 : 0;
    last = count();
  }
  return count();
}

type Admitted = Awaited<ReturnType<ClientSurfaceDeps['authenticate']>>;

it('a client that leaves during its token check becomes no session', async (t) => {
  const { open, opened } = gate();
  let checks = 0;
  const server = await given(t, {
    authenticate: async (claim): Promise<Admitted> => {
      checks += 1;
      await opened;
      return ok({ user: server.person(claim.uid), deviceLevel: 0, session: null });
    },
  });
  const chat = await Chat.open(server, { uid: 'a' });
  const web = await RpcClient.open(server);
  web.ws.send('{"id":"1","method":"connect","params":{"uid":"b"}}');
  await steady(() => checks);
  assert.equal(checks, 2);
  chat.wire.end();
  web.end();
  await web.until(() => web.closed !== null);
  await steady(() => server.hub.size);
  open();
  assert.equal(await steady(() => server.hub.size), 0);
});

it('a token check that breaks is answered and the server goes on', async (t) => {
  let broken = true;
  const server = await given(t, {
    authenticate: async (claim): Promise<Admitted> => {
      if (broken) throw new Error('a bug');
      return ok({ user: server.person(claim.uid), deviceLevel: 0, session: null });
    },
  });
  const chat = await Chat.open(server, { uid: 'a' });
  await chat.wire.until(() => chat.wire.closed);
  assert.deepEqual(
    chat.lines,
    ['CONNACK 15 v5 "srv.fault; req=*" clock', 'closed'].map((line) => line.replace('v5', 'v5 node')),
  );
  const web = await RpcClient.open(server);
  const refused = await web.call('connect', { uid: 'b' });
  assert.equal(refused.error?.data?.reason, 'srv.fault');
  broken = false;
  assert.equal(await (await Chat.login(server, { uid: 'a' })).settled(), true);
});

it('of two that connect at once where one place is left, one is let in and one hears why not', async (t) => {
  const server = await given(t, { limits: { connections: 1, connectionsPerAccount: 1, outboxBytes: 65_536 } });
  const chats = await Promise.all([Chat.open(server, { uid: 'a' }), Chat.open(server, { uid: 'b' })]);
  for (const chat of chats) await chat.wire.heard(1);
  const connacks = chats.map((chat) => chat.lines[0]?.slice(0, 10)).sort();
  assert.deepEqual(connacks, ['CONNACK 1 ', 'CONNACK 22']);
  const web = await RpcClient.open(server);
  assert.equal((await web.call('connect', { uid: 'c' })).error?.data?.reason, 'limit.connections');
});

it('messages of one connection are stored in the order sent, also where channels must be read first', async (t) => {
  const server = await given(t);
  const slow = gate();
  const load = server.world.load.bind(server.world);
  server.world.load = async (type, id) => {
    if (id.includes('cold')) await slow.opened;
    return load(type, id);
  };
  for (const uid of ['a', 'cold', 'warm']) server.person(uid);
  const chat = await Chat.login(server, { uid: 'a' });
  const web = await RpcClient.login(server, { uid: 'a' });
  for (const [no, to] of ['1 warm', '2 cold', '3 warm', '4 cold'].map((one) => one.split(' '))) {
    chat.say({ no: no ?? '', to: to ?? '' });
    web.ws.send(
      JSON.stringify({
        id: `r${no}`,
        method: 'send',
        params: { channelId: to, channelType: 1, clientMsgNo: `r${no}`, payload: {} },
      }),
    );
  }
  await steady(() => server.messages.length);
  slow.open();
  await chat.wire.heard(5);
  await web.until(() => web.answers.length === 5);
  const stored = server.messages.map((message) => message.clientMsgNo);
  assert.deepEqual(
    stored.filter((no) => !no.startsWith('r')),
    ['1', '2', '3', '4'],
  );
  assert.deepEqual(
    stored.filter((no) => no.startsWith('r')),
    ['r1', 'r2', 'r3', 'r4'],
  );
  for (const one of [chat.wire, web]) one.end();
});

it('a client that floods a slow disk is not read any further, loses nothing and keeps its order', async (t) => {
  const { log, open } = heldLog();
  let asked = 0;
  const server = await given(t, { store: log });
  const chat = await Chat.login(server, { uid: 'a' });
  server.person('b');
  const bystander = await Chat.login(server, { uid: 'c' });
  const append = log.append;
  log.append = (batch) => {
    asked += batch.length;
    return append(batch);
  };
  const count = 10_000;
  const text = 'x'.repeat(1000);
  chat.wire.write(Buffer.concat(Array.from({ length: count }, (_, index) => chat.sealed({ no: `${index}`, to: 'b', text }))));
  await steady(() => asked);
  assert.ok(chat.wire.unsentBytes > 1_000_000, `the flood waits in its own machine: ${chat.wire.unsentBytes} bytes`);
  assert.ok(asked <= 2048, `${asked} messages wait for the disk`);
  assert.equal(await bystander.settled(), true);
  open();
  await chat.wire.heard(count + 1);
  assert.deepEqual(
    server.messages.map((message) => Number(message.clientMsgNo)),
    Array.from({ length: count }, (_, index) => index),
  );
  for (const one of [chat, bystander]) one.wire.end();
});

it('a connection that was kicked is dead at once: nothing it says is answered, stored or delivered, then it is closed', async (t) => {
  const { log, open } = heldLog();
  const server = await given(t, {
    store: log,
    authenticate: async (claim): Promise<Admitted> => ok({ user: server.person(claim.uid), deviceLevel: 1, session: null }),
  });
  server.person('peer');
  const peer = await Chat.login(server, { uid: 'peer' });
  const old = await Chat.login(server, { uid: 'a', deviceId: 'phone' });
  old.say({ no: 'before', to: 'peer' });
  await steady(() => server.world.loads);
  const other = await Chat.login(server, { uid: 'a', deviceId: 'tablet' });
  await old.wire.heard(2);
  old.ping();
  old.say({ no: 'after', to: 'peer' });
  old.wire.write(Buffer.from('ff', 'hex'));
  open();
  await old.wire.until(() => old.wire.closed);
  await peer.wire.heard(2);
  await other.settled();
  assert.deepEqual(old.lines.slice(1), [
    'DISCONNECT 12 "login in other device"',
    'SENDACK 1 seq 1 clientSeq 1 flags 0 id',
    'closed',
  ]);
  assert.deepEqual(
    server.messages.map((message) => message.clientMsgNo),
    ['before'],
  );
  assert.equal(peer.count('RECV'), 1);
  assert.equal(other.count('RECV'), 1, 'the other device hears what was said before');
  assert.equal(server.hub.size, 2);
  for (const one of [peer, other]) one.wire.end();
});

it('one account cannot take every place: the others of it are refused, its own device comes back, and everybody else comes in', async (t) => {
  const server = await given(t, { limits: { connections: 100, connectionsPerAccount: 2, outboxBytes: 65_536 } });
  const first = await Chat.login(server, { uid: 'a', deviceId: 'one' });
  const second = await RpcClient.login(server, { uid: 'a', deviceId: 'two' });
  const third = await RpcClient.open(server);
  assert.equal((await third.call('connect', { uid: 'a', deviceId: 'three' })).error?.data?.reason, 'limit.connections');
  const again = await Chat.login(server, { uid: 'a', deviceId: 'one' });
  await first.wire.until(() => first.wire.closed);
  const other = await Chat.login(server, { uid: 'b' });
  assert.equal(server.hub.size, 3);
  assert.deepEqual(server.refused.find(({ refusal }) => refusal.code === 'limit.connections')?.refusal.evidence, {
    limit: 2,
    of: 'account',
  });
  for (const one of [again.wire, other.wire, second]) one.end();
});

it('a live client whose account has left the cache can still send', async (t) => {
  const server = await given(t);
  const chat = await Chat.login(server, { uid: 'a' });
  server.person('b');
  const { users } = server.world;
  const peekInt = users.peekInt;
  users.peekInt = () => undefined;
  chat.say({ no: 'm', to: 'b' });
  await chat.wire.heard(2);
  users.peekInt = peekInt;
  assert.equal(chat.lines[1], 'SENDACK 1 seq 1 clientSeq 1 flags 0 id');
  chat.wire.end();
});

it('a client that closes its half gets its answers, then the other half is closed too', async (t) => {
  const server = await given(t);
  server.person('b');
  const chat = await Chat.login(server, { uid: 'a' });
  chat.say({ no: 'm', to: 'b' });
  await chat.wire.heard(2);
  chat.wire.halfClose();
  await chat.wire.until(() => chat.wire.closed);
  assert.equal(await steady(() => server.hub.size), 0);
});

it('a reader that is too slow is let go by name; the others hear everything', async (t) => {
  const server = await given(t, { limits: { connections: 100, connectionsPerAccount: 100, outboxBytes: 256 * 1024 } });
  server.group('g', 'sender', 'slow', 'quick');
  const [sender, slow, quick] = [
    await Chat.login(server, { uid: 'sender' }),
    await Chat.login(server, { uid: 'slow' }),
    await Chat.login(server, { uid: 'quick' }),
  ];
  slow.wire.stopReading();
  const text = 'x'.repeat(30_000);
  for (let index = 1; index <= 400; index += 1) {
    sender.say({ no: `${index}`, to: 'g', type: 2, text });
    await sender.wire.heard(index + 1);
  }
  await quick.wire.heard(401);
  assert.equal(quick.count('RECV'), 400);
  assert.deepEqual(
    server.refused.map(({ refusal, claim, answer }) => [refusal.code, claim?.uid, answer]),
    [['limit.slow_reader', 'slow', 'close 4408']],
  );
  assert.equal(server.hub.size, 2);
  for (const one of [sender, slow, quick]) one.wire.end();
});

it('a message of a million PINGs costs the others nothing', async (t) => {
  const server = await given(t);
  const flood = await Chat.login(server, { uid: 'a', transport: 'ws' });
  const bystander = await Chat.login(server, { uid: 'b' });
  flood.wire.stopReading();
  flood.wire.write(Buffer.alloc(1024 * 1024, 0x70));
  await steady(() => server.refused.length);
  assert.equal(await bystander.settled(), true);
  for (const one of [flood, bystander]) one.wire.end();
});

it('a second CONNECT and other packets that mean nothing after it are ignored, and logged once', async (t) => {
  const server = await given(t);
  const chat = await Chat.login(server, { uid: 'a' });
  chat.wire.write(connectBytes({ uid: 'other' }, createKeyPair().publicKey));
  chat.wire.write(Buffer.from('9006000003627965', 'hex'));
  chat.wire.write(Buffer.from('a00d00000273310002643107000000', 'hex'));
  assert.equal(await chat.settled(), true);
  assert.deepEqual(chat.lines.slice(1), ['PONG']);
  assert.equal(server.logged.length, 1);
  assert.equal(server.hub.sessionsOf(server.person('a').u).length, 1);
  chat.wire.end();
});

it('the first words of other protocols are refused by their name, HTTP in its own words', async (t) => {
  const server = await given(t);
  const heard: string[] = [];
  for (const words of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'PROXY TCP4 10.0.0.1 10.0.0.2 5 6\r\n']) {
    const [host = '', port = ''] = server.tcp.split(':');
    const socket = connect({ host, port: Number(port) }).on('error', () => {});
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    socket.write(Buffer.from(words, 'latin1'));
    await new Promise((resolve) => socket.once('close', resolve));
    heard.push(text);
  }
  assert.match(heard[0] ?? '', /^HTTP\/1\.1 400 Bad Request\r\n.*"code":"wk\.protocol","requestId":"req_1"/s);
  assert.deepEqual(heard.slice(1), ['', '']);
  const told = server.refused.map(({ refusal }) => [refusal.code, String(refusal.evidence?.problem).split(':')[0]]);
  assert.deepEqual(told, [
    ['wk.protocol', 'an HTTP request'],
    ['wk.protocol', 'a TLS handshake'],
    ['wk.protocol', 'a PROXY protocol preamble'],
  ]);
});

it('what the domain refuses is answered in the words of each protocol and the connection goes on', async (t) => {
  const server = await given(t, { send: { append: async () => refuse('srv.store_unavailable') } });
  server.person('b');
  const chat = await Chat.login(server, { uid: 'a' });
  const web = await RpcClient.login(server, { uid: 'a' });
  chat.say({ no: 'm', to: 'b', flags: 2 });
  await chat.wire.heard(2);
  assert.equal(chat.lines[1], 'SENDACK 15 seq 0 clientSeq 1 flags 2');
  const refused = await web.call('send', { channelId: 'b', channelType: 1, payload: {} });
  assert.deepEqual([refused.error?.code, refused.error?.data?.reason], [15, 'srv.store_unavailable']);
  assert.deepEqual(
    server.refused.map(({ call, answer }) => [call, answer]),
    [
      ['SEND', 'SENDACK 15'],
      ['send', 'error 15'],
    ],
    'the record names what was refused',
  );
  assert.equal(await chat.settled(), true);
  assert.deepEqual((await web.call('ping', {})).result, {});
  for (const one of [chat.wire, web]) one.end();
});
