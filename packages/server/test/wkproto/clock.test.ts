import assert from 'node:assert/strict';
import { it, mock, type TestContext } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { createKeyPair } from '@hufu/protocol/wkproto/crypto';
import type { Session } from '../../src/domain/model.ts';
import { ok } from '../../src/kernel/outcome.ts';
import { type BarePatch, openBare } from './support/bare.ts';
import { Chat, connectBytes } from './support/chat.ts';
import { RpcClient } from './support/rpc.ts';
import { WireClient } from './support/wire-client.ts';

/** Server and clients on real sockets, on a clock that only the test moves. */
async function given(t: TestContext, patch: BarePatch = {}) {
  mock.timers.enable({ apis: ['Date', 'setInterval', 'setTimeout'], now: 1_800_000_000_000 });
  const server = await openBare(patch);
  t.after(async () => {
    mock.timers.reset();
    await server.close();
    // The last sockets end on the real clock, which started their timers.
    await settle();
  });
  return {
    ...server,
    /** In steps, so that each timer fires in its turn; what was written is read in between. */
    async pass(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        mock.timers.tick(1000);
        if (second % 10 === 0) await settle();
      }
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await tick();
}

async function silent(transport: 'tcp' | 'ws', server: { tcp: string; ws: string }): Promise<WireClient> {
  const { privateKey } = createKeyPair();
  const address = transport === 'tcp' ? server.tcp : server.ws;
  const client = new WireClient({ transport, address, version: 5, clientTimestamp: 0n, privateKey });
  await client.opened();
  return client;
}

it('a client that has not said CONNECT within ten seconds is let go, whatever it began to say', async (t) => {
  const server = await given(t);
  const tcp = await silent('tcp', server);
  const ws = await silent('ws', server);
  const half = await silent('tcp', server);
  half.write(connectBytes({ uid: 'a' }, createKeyPair().publicKey).subarray(0, 20));
  await settle();
  await server.pass(9);
  assert.deepEqual(
    [tcp, ws, half].map((client) => client.closed),
    [false, false, false],
  );
  await server.pass(3);
  for (const client of [tcp, ws, half]) await client.until(() => client.closed);
  assert.deepEqual(
    server.refused.map(({ refusal }) => refusal.code),
    ['wk.auth_timeout', 'wk.auth_timeout', 'wk.auth_timeout'],
  );
  assert.match(ws.transcript.lines[0] ?? '', /^WS-CLOSE 4408 "wk\.auth_timeout; req=\*"$/);
});

it('a client that drips its CONNECT byte by byte does not stay longer', async (t) => {
  const server = await given(t);
  const binary = await silent('tcp', server);
  const overWs = await silent('ws', server);
  const json = await silent('tcp', server);
  const bytes = connectBytes({ uid: 'a' }, createKeyPair().publicKey);
  const text = Buffer.from('{"id":"1","method":"connect"');
  for (let second = 0; second < 9; second += 1) {
    binary.write(bytes.subarray(second, second + 1));
    overWs.write(bytes.subarray(second, second + 1));
    json.write(text.subarray(second, second + 1));
    await overWs.wsPing(Buffer.from('here'));
    await server.pass(1);
  }
  assert.equal(server.refused.length, 0);
  await server.pass(3);
  for (const client of [binary, overWs, json]) await client.until(() => client.closed);
  assert.deepEqual(
    server.refused.map(({ refusal }) => refusal.code),
    ['wk.auth_timeout', 'wk.auth_timeout', 'wk.auth_timeout'],
  );
});

it('a live client is let go after three minutes of silence; any word keeps it, a WebSocket ping too', async (t) => {
  const server = await given(t);
  const quiet = await Chat.login(server, { uid: 'quiet' });
  const page = await RpcClient.login(server, { uid: 'page' });
  const talking = await Chat.login(server, { uid: 'talking' });
  const pinging = await Chat.login(server, { uid: 'pinging', transport: 'ws' });
  await server.pass(170);
  assert.equal(await talking.settled(), true);
  await pinging.wire.wsPing(Buffer.from('hi'));
  await server.pass(5);
  assert.equal(server.hub.size, 4);
  await server.pass(10);
  await quiet.wire.until(() => quiet.wire.closed);
  await page.until(() => page.closed !== null);
  assert.equal(page.closed?.code, 4408);
  assert.deepEqual(
    [...server.hub.users()].flatMap((u) => server.hub.sessionsOf(u)).map((session) => session.uid),
    ['talking', 'pinging'],
  );
  assert.equal(await talking.settled(), true);
  assert.equal(await pinging.settled(), true);
  for (const one of [talking, pinging]) one.wire.end();
});

it('a client whose session expires is told so and goes, however much it talks; one of another session stays', async (t) => {
  const server = await given(t, {
    authenticate: async ({ uid }) => {
      const expiresMs = Date.now() + (uid === 'short' ? 60_000 : 3_600_000);
      const session: Session = { hash: Buffer.from(uid), kind: 'person', uid, createdMs: Date.now(), expiresMs };
      return ok({ user: server.person(uid), deviceLevel: 0, session });
    },
  });
  const page = await RpcClient.login(server, { uid: 'short' });
  const other = await RpcClient.login(server, { uid: 'long' });
  await server.pass(59);
  assert.deepEqual((await page.call('ping', {})).result, {});
  await server.pass(4);
  await page.until(() => page.closed !== null);
  assert.deepEqual([page.closed?.code, page.closed?.reason.split(';')[0]], [4401, 'cred.expired']);
  assert.deepEqual((await other.call('ping', {})).result, {});
  assert.deepEqual(
    server.refused.map(({ refusal, answer }) => [refusal.code, answer]),
    [['cred.expired', 'DISCONNECT']],
  );
  other.end();
});

it('a clock that is set, or a machine that slept, throws nobody out; who is silent afterwards goes as ever', async (t) => {
  const server = await given(t);
  const one = await Chat.login(server, { uid: 'a' });
  mock.timers.setTime(1_800_000_000_000 + 3_600_000);
  await server.pass(5);
  assert.equal(server.hub.size, 1);
  assert.equal(await one.settled(), true);
  await server.pass(170);
  assert.equal(server.hub.size, 1);
  await server.pass(15);
  await one.wire.until(() => one.wire.closed);
  assert.equal(server.hub.size, 0);
});

it('a message that is not acknowledged comes again each minute, five times, byte for byte the same', async (t) => {
  const server = await given(t);
  const sender = await Chat.login(server, { uid: 'a' });
  const lazy = await Chat.login(server, { uid: 'b' });
  const page = await RpcClient.login(server, { uid: 'b', deviceId: 'page' });
  sender.say({ no: 'm', to: 'b', flags: 2 });
  await sender.wire.heard(2);
  await lazy.wire.heard(2);
  await page.until(() => page.recvs.length === 1);
  for (let minute = 1; minute <= 8; minute += 1) {
    await server.pass(59);
    if (minute === 1) assert.equal(lazy.count('RECV'), 1);
    await server.pass(6);
    assert.equal(await lazy.settled(), true);
    assert.deepEqual((await page.call('ping', {})).result, {});
    assert.equal(lazy.count('RECV'), 1 + Math.min(minute, 5), `after ${minute} minutes`);
    await sender.settled();
  }
  assert.deepEqual([...new Set(lazy.lines.filter((line) => line.startsWith('RECV')))].length, 1);
  assert.equal(page.recvs.length, 6);
  assert.equal(new Set(page.recvs.map((params) => JSON.stringify(params))).size, 1);
  for (const one of [sender.wire, lazy.wire, page]) one.end();
});

it('an acknowledged or unstored message does not come again; an acknowledgement that says noPersist clears nothing', async (t) => {
  const server = await given(t);
  const sender = await Chat.login(server, { uid: 'a' });
  const receiver = await Chat.login(server, { uid: 'b' });
  const page = await RpcClient.login(server, { uid: 'b', deviceId: 'page' });
  sender.say({ no: 'acknowledged', to: 'b' });
  sender.say({ no: 'for another', to: 'b' });
  sender.say({ no: 'unstored', to: 'b', flags: 1 });
  await receiver.wire.heard(4);
  await page.until(() => page.recvs.length === 3);
  const [first = 0n, second = 0n] = receiver.wire.transcript.received;
  receiver.acknowledge(first, 1);
  receiver.acknowledge(second, 2, 1);
  receiver.acknowledge(77n, 1);
  page.notify('recvack', { messageId: String(first), messageSeq: 1 });
  assert.deepEqual((await page.call('recvack', { messageId: String(second), messageSeq: 2 })).result, {});
  assert.equal(await receiver.settled(), true);
  await server.pass(66);
  assert.equal(await receiver.settled(), true);
  assert.deepEqual((await page.call('ping', {})).result, {});
  const again = receiver.lines.slice(4).filter((line) => line.startsWith('RECV'));
  assert.equal(again.length, 1);
  assert.match(again[0] ?? '', /for another/);
  assert.equal(page.recvs.length, 3);
  for (const one of [sender.wire, receiver.wire, page]) one.end();
});
