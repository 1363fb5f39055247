import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Delivery } from '../../src/runtime/session.ts';
import { openRealServer, type RealServer } from '../support/real-server.ts';

let server: RealServer;
before(async () => void (server = await openRealServer()));
after(() => server.close());

interface Data {
  readonly message_id: number;
  readonly message_idstr: string;
  readonly message_seq: number;
  readonly client_msg_no: string;
  readonly reason: number;
}
interface Page {
  readonly more: number;
  readonly messages: readonly {
    readonly message_seq: number;
    readonly client_msg_no: string;
    readonly payload: string;
    readonly header: object;
  }[];
}

interface Row {
  readonly channel_id: string;
  readonly unread: number;
  readonly readed_to_msg_seq: number;
  readonly recents: readonly unknown[];
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const send = (body: object) =>
  server.post('/message/send', { from_uid: 'ann', channel_id: 'bob', channel_type: 1, payload: base64('hi'), ...body });
const dataOf = async (body: object) => (await send(body)).json['data'] as Data;
const read = async (body: object) =>
  JSON.parse((await server.post('/channel/messagesync', { login_uid: 'ann', channel_type: 2, limit: 10, ...body })).text) as Page;
const seqs = (page: Page) => page.messages.map((message) => message.message_seq);

test('an answered message is there at once, with the id, seq and flags that were answered', async () => {
  const sent = await dataOf({ channel_id: 'fay', client_msg_no: 'f1', header: { red_dot: 1 } });
  const page = await read({ channel_id: 'fay', channel_type: 1 });
  const [message] = page.messages;
  assert.deepEqual([message?.message_seq, message?.client_msg_no], [sent.message_seq, 'f1']);
  assert.deepEqual(message?.header, { no_persist: 0, red_dot: 1, sync_once: 0 });
});

test('the same client_msg_no gives the first answer again, with another content a conflict', async () => {
  const first = await dataOf({ client_msg_no: 'same' });
  assert.deepEqual(await dataOf({ client_msg_no: 'same' }), first);
  const conflict = await send({ client_msg_no: 'same', payload: base64('other') });
  assert.deepEqual([conflict.status, conflict.json['reason']], [400, 'im.idempotency_conflict']);
});

test('an unstored message has an id from 2^62 up that loses no digit, seq 0, and is nowhere to be read', async () => {
  const before = seqs(await read({ channel_id: 'bob', channel_type: 1 }));
  const ids = new Set<bigint>();
  for (let i = 0; i < 3; i += 1) {
    const { text, json } = await send({ header: { no_persist: 1 } });
    const bare = /"message_id":(\d+),/.exec(text)?.[1] ?? '';
    const data = json['data'] as Data;
    assert.deepEqual([bare, data.message_seq, data.reason], [data.message_idstr, 0, 1]);
    assert.ok(BigInt(bare) > 2n ** 62n && BigInt(bare) < 2n ** 63n, bare);
    ids.add(BigInt(bare));
  }
  assert.equal(ids.size, 3);
  assert.deepEqual(seqs(await read({ channel_id: 'bob', channel_type: 1 })), before);
});

test('a command reaches who is online and is in no history and no conversation', async () => {
  const gus = await server.core.users.ensurePerson('gus');
  assert.ok(gus.ok);
  const heard: Delivery[] = [];
  const session = {
    connectionId: 'c',
    uid: 'gus',
    u: gus.value.u,
    surface: 'wkproto' as const,
    deviceFlag: 0,
    deviceLevel: 0 as const,
    deviceId: '',
    openedBy: null,
    deliver: (delivery: Delivery) => void heard.push(delivery),
    notify: () => undefined,
    end: () => undefined,
  };
  server.core.hub.add(session);
  const data = await dataOf({ channel_id: 'gus', header: { sync_once: 1, red_dot: 1 }, client_msg_no: 'cmd' });
  assert.deepEqual([data.message_seq, data.reason], [0, 1]);
  assert.deepEqual(
    heard.map((one) => [one.message.clientMsgNo, one.message.flags]),
    [['cmd', 6]],
  );
  server.core.hub.remove(session);
  assert.deepEqual(seqs(await read({ channel_id: 'gus', channel_type: 1 })), []);
  assert.equal((await server.post('/conversation/sync', { uid: 'gus', msg_count: 5 })).text, '[]');
});

test('payloads are taken as base64 in lines and as a list of bytes, as Go reads them', async () => {
  for (const payload of ['aGV5', 'aG\r\nV5\n', [104, 101, 121]]) {
    assert.equal((await send({ channel_id: 'hal', payload })).status, 200, JSON.stringify(payload));
  }
  const page = await read({ channel_id: 'hal', channel_type: 1 });
  assert.deepEqual(new Set(page.messages.map((message) => message.payload)), new Set(['aGV5']));
  for (const payload of ['aGV', 'a-_=', '====', 'aGV5=', [256], ['a'], 5, {}])
    assert.equal((await send({ payload })).json['reason'], 'http.bad_body', JSON.stringify(payload));
});

test('ids that no wire can carry are refused: controls, half surrogates, separators, more than 128 characters', async () => {
  for (const id of ['a\u0000b', 'a\tb', 'a\ud800', '\udc00a', 'a@b', 'a#b', 'a&b', 'x'.repeat(129)]) {
    for (const [path, body] of [
      ['/user/token', { uid: id, token: 't' }],
      ['/channel', { channel_id: id, channel_type: 2 }],
      ['/channel', { channel_id: 'gid', channel_type: 2, subscribers: [id] }],
      ['/channel/subscriber_add', { channel_id: 'gid', channel_type: 2, subscribers: ['ann', id] }],
      ['/channel/blacklist_add', { channel_id: 'ann', channel_type: 1, uids: [id] }],
      ['/message/send', { from_uid: id, channel_id: 'bob', channel_type: 1, payload: base64('x') }],
      ['/message/send', { from_uid: 'ann', channel_id: id, channel_type: 1, payload: base64('x') }],
      ['/message/send', { from_uid: 'ann', channel_id: id, channel_type: 2, payload: base64('x') }],
    ] as const) {
      const refused = await server.post(path, body);
      assert.equal(refused.status, 400, `${path} ${JSON.stringify(id)} ${refused.text}`);
      assert.match(String(refused.json['reason']), /^(wk\.uid_invalid|im\.channel_invalid|http\.bad_body)$/);
    }
  }
  const half = await send({ channel_id: 'ivy', client_msg_no: 'n\ud800', topic: 't\udfff' });
  assert.equal((half.json['data'] as Data).client_msg_no, 'n\ufffd');
});

test('bodies that are too long or nested without end are refused or read, and cost no more than their length', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const extra = await server.post('/user/token', `{"uid":"ann","token":"t","unknown":${deep}}`);
  assert.equal(extra.text, '{"status":200}');
  const wrong = await server.post('/user/token', deep);
  assert.deepEqual([wrong.status, wrong.json['reason']], [400, 'http.bad_body']);
  const objects = await server.post('/message/send', `{"header":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`);
  assert.equal(objects.status, 400);
  const large = await server.post('/user/token', `{"uid":"ann","token":"t","pad":"${'x'.repeat(4 * 1024 * 1024)}"}`);
  assert.deepEqual([large.status, large.json['reason']], [413, 'http.body_too_large']);
  assert.match(String(large.json['msg']), /4194304 bytes/);
});

test('__proto__ and other names of every object are fields like any unknown one', async () => {
  const body = '{"uid":"ann","token":"t","__proto__":{"device_flag":"x"},"constructor":null,"toString":1}';
  assert.equal((await server.post('/user/token', body)).text, '{"status":200}');
});

test('a long page is put together from pieces, in both directions, and ends at 10,000', async () => {
  await server.post('/channel', { channel_id: 'long', channel_type: 2, subscribers: ['ann'] });
  const ann = await server.core.users.get('ann');
  const state = await server.core.channels.load(2, 'long');
  assert.ok(ann !== null && state !== null);
  const draft = { ch: state.channel.ch, sender: ann.u, flags: 0, tsMs: Date.now(), expireSeconds: 0, topic: '', parties: null };
  const total = 10_050;
  for (let from = 0; from < total; from += 1000) {
    const batch = Array.from({ length: Math.min(1000, total - from) }, (_, index) => ({
      ...draft,
      clientMsgNo: `l${from + index + 1}`,
      payload: Buffer.from('x'),
    }));
    const stored = await server.core.messages.append(batch);
    assert.ok(stored.ok);
  }
  for (const [body, first, last, more] of [
    [{ limit: 1234 }, total - 1233, total, 1],
    [{ limit: 20_000 }, total - 9999, total, 1],
    [{ limit: 1234, start_message_seq: 1300, pull_mode: 0 }, 67, 1300, 1],
    [{ limit: 1500, start_message_seq: 1300, pull_mode: 0 }, 1, 1300, 0],
    [{ limit: 1500, start_message_seq: 1300, end_message_seq: 99, pull_mode: 0 }, 100, 1300, 0],
    [{ limit: 1234, start_message_seq: 100, pull_mode: 1 }, 100, 1333, 1],
    [{ limit: 5000, start_message_seq: 9000, pull_mode: 1 }, 9000, total, 0],
    [{ limit: 5000, start_message_seq: 9000, end_message_seq: 10_000, pull_mode: 1 }, 9000, 9999, 0],
    [{ limit: 0, start_message_seq: 5, pull_mode: 1 }, 5, 104, 1],
  ] as const) {
    const page = await read({ channel_id: 'long', ...body });
    const found = seqs(page);
    assert.deepEqual(
      [found[0], found.at(-1), found.length, page.more],
      [first, last, last - first + 1, more],
      JSON.stringify(body),
    );
    assert.ok(found.every((seq, index) => seq === first + index));
  }
});

test('a page of very long messages ends early and says that there is more', async () => {
  await server.post('/channel', { channel_id: 'heavy', channel_type: 2, subscribers: ['ann'] });
  const payload = Buffer.alloc(32_000, 'x').toString('base64');
  const ann = await server.core.users.get('ann');
  const state = await server.core.channels.load(2, 'heavy');
  assert.ok(ann !== null && state !== null);
  const draft = { ch: state.channel.ch, sender: ann.u, flags: 0, tsMs: Date.now(), expireSeconds: 0, topic: '', parties: null };
  for (let from = 0; from < 1200; from += 200) {
    const batch = Array.from({ length: 200 }, (_, index) => ({
      ...draft,
      clientMsgNo: `h${from + index}`,
      payload: Buffer.from(payload, 'base64'),
    }));
    assert.ok((await server.core.messages.append(batch)).ok);
  }
  const page = await read({ channel_id: 'heavy', limit: 10_000 });
  assert.deepEqual([page.more, seqs(page).at(-1)], [1, 1200]);
  assert.ok(page.messages.length >= 500 && page.messages.length < 1200, `${page.messages.length} messages`);
});

test('conversations carry at most 200 messages, come in pages that do not overlap, and skip what the client has', async () => {
  const peers = Array.from({ length: 7 }, (_, index) => `peer${index}`);
  for (const peer of peers) await send({ from_uid: peer, channel_id: 'joe', client_msg_no: `to-joe-${peer}` });
  const sync = async (body: object) =>
    JSON.parse((await server.post('/conversation/sync', { uid: 'joe', msg_count: 5, ...body })).text) as readonly Row[];
  const all = (await sync({})).map((row) => row.channel_id);
  assert.deepEqual(all, peers.toReversed());
  const pages = [];
  for (let page = 1; page <= 4; page += 1) pages.push(...(await sync({ page, page_size: 2 })).map((row) => row.channel_id));
  assert.deepEqual(pages, all);
  const known = await sync({
    last_msg_seqs: `${peers
      .slice(0, 6)
      .map((peer) => `${peer}:1:1`)
      .join('|')}|broken|a:b`,
  });
  assert.deepEqual(
    known.map((row) => row.channel_id),
    ['peer6'],
  );
  assert.deepEqual(await sync({ exclude_channel_types: [1] }), []);
  assert.deepEqual(await sync({ exclude_channel_types: 'AQ==' }), []);
  await send({ from_uid: 'joe', channel_id: 'peer3' });
  assert.deepEqual(
    (await sync({ only_unread: 1 })).map((row) => row.channel_id),
    peers.toReversed().filter((peer) => peer !== 'peer3'),
  );
  const [row] = await sync({ msg_count: 100_000 });
  assert.deepEqual([row?.recents.length, row?.unread, row?.readed_to_msg_seq], [2, 0, 2]);
});
