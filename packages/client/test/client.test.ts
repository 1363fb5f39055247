import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type StandIn, startStandIn } from '../../web/test/stand-in.ts';
import {
  type Client,
  createBackoff,
  createClient,
  decodePayload,
  encodePayload,
  type LiveState,
  type Msg,
} from '../src/index.ts';

let server: StandIn;
let client: Client;
let states: LiveState[];

beforeEach(async () => {
  server = await startStandIn();
  client = createClient({ baseUrl: server.url, deviceId: 'd1', backoff: createBackoff(10, 20, () => 1) });
  states = [];
  client.on('state', (state) => states.push(state));
});
afterEach(async () => {
  await client.logout();
  await server.close();
});

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!what()) {
    assert.ok(Date.now() < end, 'waited too long');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const connected = (): boolean => client.liveState().status === 'connected';
const group = { channelId: 'g1', channelType: 2 };
function message(seq: number): Msg {
  return {
    ...group,
    messageId: `m${seq}`,
    messageSeq: seq,
    fromUid: 'bob',
    fromName: 'Bob',
    clientMsgNo: `c${seq}`,
    timestampMs: 1000 * seq,
    payload: { type: 1, content: `${seq}` },
  };
}
function recv(seq: number): Record<string, unknown> {
  const { messageId, messageSeq, fromUid, channelId, channelType } = message(seq);
  return {
    messageId,
    messageSeq,
    fromUid,
    channelId,
    channelType,
    timestamp: seq,
    payload: encodePayload({ type: 1, content: `${seq}` }),
    header: { redDot: true },
  };
}

test('a refused sign-in is a value with the public code and the request id', async () => {
  const answer = await client.login('alice', 'wrong');
  assert.deepEqual(answer, {
    ok: false,
    refusal: { code: 'cred.rejected', message: 'The credential was not accepted.', requestId: 'q7f3k2m9' },
  });
});

test('signing in opens the live connection with the session token', async () => {
  assert.equal((await client.login('alice', 'secret')).ok, true);
  await until(connected);
  const { params } = server.heard[0] ?? assert.fail('nothing was heard');
  assert.equal(params['uid'], 'alice');
  assert.equal(params['token'], 'session-1');
  assert.equal(params['deviceFlag'], 1);
});

test('a received message is told and acknowledged', async () => {
  const got: Msg[] = [];
  client.on('message', (one) => got.push(one));
  await client.login('alice', 'secret');
  await until(connected);
  server.notify('recv', recv(1));
  await until(() => server.heard.some((one) => one.method === 'recvack'));
  assert.deepEqual(got[0]?.payload, { type: 1, content: '1' });
  assert.deepEqual(server.heard.at(-1)?.params, { header: { redDot: true }, messageId: 'm1', messageSeq: 1 });
});

test('a message whose answer was lost is sent again with the same number after the reconnect', async () => {
  await client.login('alice', 'secret');
  await until(connected);
  const answerAll = server.onSend;
  server.onSend = () => {
    server.onSend = answerAll;
    for (const socket of server.live) socket.terminate();
    return null;
  };
  const sent = await client.send(group, { type: 1, content: '虎' }, 'n1');
  assert.equal(sent.ok, true);
  const sends = server.heard.filter((one) => one.method === 'send');
  assert.deepEqual(
    sends.map((one) => one.params['clientMsgNo']),
    ['n1', 'n1'],
  );
  assert.deepEqual(decodePayload(sends[1]?.params['payload']), { type: 1, content: '虎' });
});

test('a refused message keeps its reason and request id, and the connection stays', async () => {
  await client.login('alice', 'secret');
  await until(connected);
  server.onSend = () => ({ error: { code: 11, message: 'You are muted.', data: { reason: 'im.muted', requestId: 'q2' } } });
  assert.deepEqual(await client.send(group, { type: 1, content: 'x' }, 'n1'), {
    ok: false,
    refusal: { code: 'im.muted', message: 'You are muted.', requestId: 'q2' },
  });
  assert.equal(connected(), true);
});

test('a refused credential is latched and not tried again', async () => {
  client.attach({ uid: 'alice', token: 'stale' });
  await until(() => client.liveState().status === 'refused');
  assert.equal(client.liveState().refusal?.code, 'cred.rejected');
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(server.heard.length, 1);
});

test('after a reconnect the followed channel is read up to date', async () => {
  const asked: string[] = [];
  server.routes.set('GET /messages', (_body, url) => {
    asked.push(url.searchParams.get('afterSeq') ?? '');
    return { messages: [message(4), message(5)], more: false };
  });
  const got: number[] = [];
  client.on('message', (one) => got.push(one.messageSeq));
  await client.login('alice', 'secret');
  await until(connected);
  client.follow(group, 3);
  for (const socket of server.live) socket.terminate();
  await until(() => got.length === 2);
  assert.deepEqual(asked, ['3']);
  assert.deepEqual(got, [4, 5]);
});

test('attaching the same session twice makes one connection', async () => {
  client.attach({ uid: 'alice', token: 'session-1' });
  client.attach({ uid: 'alice', token: 'session-1' });
  client.retryNow();
  await until(connected);
  assert.equal(server.heard.filter((one) => one.method === 'connect').length, 1);
});

test('an answer that is no refusal document and no answer at all are refusals of this side', async () => {
  server.routes.set('GET /contacts', () => ({ unexpected: true }));
  const odd = await client.api.contacts();
  assert.equal(odd.ok ? '' : odd.refusal.code, 'client.bad_answer');
  await server.close();
  const none = await client.api.me();
  assert.equal(none.ok ? '' : none.refusal.code, 'client.unreachable');
  server = await startStandIn();
});
