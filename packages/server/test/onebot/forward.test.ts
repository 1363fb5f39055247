import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { realServer } from './support/server.ts';
import { onebotWorld, Peer, PNG } from './support/world.ts';

/** Sends raw bytes and reads until the server closes. */
function raw(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      // A close frame is answered by going.
      if (text.startsWith('HTTP/1.1 101') && chunk.includes(0x88)) socket.end();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });
}

const upgrade = (path: string, headers: string[] = []) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
    '',
    '',
  ].join('\r\n');

/** A masked text frame. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]), payload]);
}

describe('a forward WebSocket', () => {
  test('refuses a missing token with 401 and every wrong one with the same 403, before the upgrade', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const missing = await raw(w.port, upgrade('/'));
    assert.match(missing, /^HTTP\/1\.1 401 /);
    assert.match(missing, /WWW-Authenticate: Bearer\r\n/);
    const answers = [];
    for (const token of ['unknown', 'near', 'other'])
      answers.push((await raw(w.port, upgrade('/', [`Authorization: Bearer ${token}`]))).replaceAll(/r\d{7}/g, 'ID'));
    assert.match(answers[0] ?? '', /^HTTP\/1\.1 403 /);
    assert.deepEqual(new Set(answers).size, 1);
    assert.deepEqual(
      w.refusals.map((one) => one.refusal.code),
      ['cred.missing', 'cred.unknown', 'cred.near_miss', 'cred.other_owner'],
    );
    const body: unknown = JSON.parse((answers[0] ?? '').split('\r\n\r\n')[1] ?? '');
    assert.deepEqual(Object.keys(typeof body === 'object' && body !== null ? body : {}), [
      'status',
      'retcode',
      'data',
      'message',
      'msg',
      'wording',
      'reason',
      'requestId',
    ]);
  });

  test('takes Bearer and Token in any case, and the bare token with advice', async (t) => {
    const advice: string[] = [];
    const note = (_: object, text: string) => void advice.push(text);
    const w = await onebotWorld(t, { events: { info: note, warn: note, error: note } });
    w.addClient('raw', { token: 'T1' });
    for (const authorization of ['Bearer T1', 'bearer   T1', 'TOKEN T1', 'T1']) {
      const peer = await Peer.open(`ws://127.0.0.1:${w.port}/onebot/v11/ws`, { Authorization: authorization });
      assert.equal((await peer.next())['meta_event_type'], 'lifecycle');
      await peer.close();
    }
    assert.equal(advice.length, 1);
    assert.match(advice[0] ?? '', /Authorization: Bearer/);
    for (const header of ['Authorization: Basic VDE6', 'Authorization: T1 T1'])
      assert.match(await raw(w.port, upgrade('/', [header])), /^HTTP\/1\.1 401 [\s\S]*X-Hufu-Reason: cred\.malformed\r\n/);
    for (const header of ['Authorization: Bearer', 'Authorization: Bearer  ', 'Authorization:', 'Accept: x'])
      assert.match(await raw(w.port, upgrade('/?access_token=', [header])), /^HTTP\/1\.1 401 [\s\S]*cred\.missing/);
  });

  test('takes a token in the query only for a client that may, and two that differ not at all', async (t) => {
    const w = await onebotWorld(t, { authReply: 'handshake' });
    w.addClient('raw', { token: 'T1' });
    w.addClient('nc', { token: 'T3', queryToken: true });
    const peer = await Peer.open(`ws://127.0.0.1:${w.port}/?access_token=T3`);
    assert.equal((await peer.next())['meta_event_type'], 'lifecycle');
    const same = await Peer.open(`ws://127.0.0.1:${w.port}/?access_token=T1`, { Authorization: 'Bearer T1' });
    assert.equal((await same.next())['meta_event_type'], 'lifecycle');
    const reasonOf = async (path: string, headers: string[]) =>
      /X-Hufu-Reason: (\S+)/.exec(await raw(w.port, upgrade(path, headers)))?.[1];
    assert.equal(await reasonOf('/?access_token=T1', []), 'cred.wrong_place');
    for (const [path, headers] of [
      ['/?access_token=T2', ['Authorization: Bearer T1']],
      ['/?access_token=T3&access_token=T1', []],
      ['/', ['Authorization: Bearer T1', 'Authorization: Bearer T3']],
    ] as const)
      assert.equal(await reasonOf(path, [...headers]), 'cred.ambiguous');
    assert.ok(w.refusals.every((one) => !one.path.includes('T')));
  });

  test('answers a mistyped path with 404 and the paths that are right', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    for (const path of ['/event', '/onebot/v12/', '/onebot/v11/ws/x?access_token=T1']) {
      const answer = await raw(w.port, upgrade(path, ['Authorization: Bearer T1']));
      assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*http\.route_unknown[\s\S]*\/onebot\/v11\/ws/);
    }
    for (const path of ['/', '/onebot/v11', '/onebot/v11/', '/onebot/v11/ws', '/onebot/v11/ws/']) {
      const peer = await w.connect('T1', path);
      assert.equal((await peer.next())['meta_event_type'], 'lifecycle');
      await peer.close();
    }
  });

  test('is served at / of the OneBot ports and below /onebot/v11/ of the public one', async (t) => {
    const server = await realServer(t);
    const headers = { Authorization: 'Bearer T1' };
    const ws = (address: string, path: string) => Peer.open(`${address.replace(/^http/, 'ws')}${path}`, headers);
    for (const [address, path] of [
      [server.onebotWs, '/'],
      [server.onebotHttp, '/'],
      [server.http, '/onebot/v11/'],
      [server.http, '/onebot/v11/ws'],
    ] as const) {
      const peer = await ws(address, path);
      assert.equal((await peer.next())['meta_event_type'], 'lifecycle');
      await peer.close();
    }
    const port = Number(new URL(server.http).port);
    const answer = await raw(port, upgrade('/onebot/v11/api', ['Authorization: Bearer T1']));
    assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*valid paths: \/onebot\/v11 /);
    assert.match(await raw(port, upgrade('/', ['Authorization: Bearer T1'])), /^HTTP\/1\.1 404 /);
  });

  test('never runs an action that came in the same segment as an upgrade with a bad token', async (t) => {
    for (const [path, headers] of [
      ['/', ['Authorization: Bearer bad']],
      ['/?access_token=bad', []],
      ['/', ['Authorization: Bearer bad', 'Origin: http://a']],
    ] as const) {
      const w = await onebotWorld(t);
      w.addClient('raw', { token: 'T1' });
      const action = frame('{"action":"send_group_msg","params":{"group_id":30001,"message":"blind"},"echo":1}');
      const answer = await raw(w.port, Buffer.concat([Buffer.from(upgrade(path, [...headers])), action]));
      assert.equal(w.log.appends, 0);
      assert.match(answer, /cred\.rejected/);
    }
  });

  test('tells browsers and query tokens by one failed frame with echo null, then closes 1008', async (t) => {
    const w = await onebotWorld(t);
    for (const [path, headers] of [
      ['/?access_token=bad', {}],
      ['/', { Origin: 'http://a.example', Authorization: 'Bearer bad' }],
    ] as const) {
      const peer = await Peer.open(`ws://127.0.0.1:${w.port}${path}`, headers);
      const closed = new Promise<number>((resolve) => peer.socket.once('close', (code) => resolve(code)));
      const refused = await peer.next();
      assert.deepEqual([refused['status'], refused['retcode'], refused['data'], refused['echo']], ['failed', 1403, null, null]);
      assert.ok('echo' in refused);
      assert.equal(await closed, 1008);
    }
  });

  test('is refused as the setting of the listeners says, whoever asks', async (t) => {
    const frame = await onebotWorld(t, { authReply: 'frame' });
    const peer = await Peer.open(`ws://127.0.0.1:${frame.port}/`);
    const refused = await peer.next();
    assert.deepEqual([refused['retcode'], refused['reason']], [1401, 'cred.missing']);
    const handshake = await onebotWorld(t, { authReply: 'handshake' });
    assert.match(await raw(handshake.port, upgrade('/?access_token=bad', ['Origin: http://a'])), /^HTTP\/1\.1 403 /);
  });

  test('sends lifecycle first, then each message of others once, in order', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const peer = await w.connect('T1');
    // The client offered compression.
    assert.equal(peer.socket.extensions, '');
    assert.deepEqual(await peer.next(), {
      time: 1_767_225_600,
      self_id: 20001,
      post_type: 'meta_event',
      meta_event_type: 'lifecycle',
      sub_type: 'connect',
    });
    await peer.call('get_status');
    for (const content of ['one', 'two', 'three']) await w.say(w.ann, { type: 1, content });
    await w.say(w.bot, { type: 1, content: 'own' });
    await w.say(w.ann, { type: 1, content: 'hi @Bot A', mention: { uids: ['20001'] } }, { channelId: '20001', channelType: 1 });
    assert.deepEqual(
      [(await peer.next())['raw_message'], (await peer.next())['raw_message'], (await peer.next())['raw_message']],
      ['one', 'two', 'three'],
    );
    const direct = await peer.next();
    assert.equal(direct['message_type'], 'private');
    assert.equal(direct['raw_message'], 'hi [CQ:at,qq=20001,name=Bot A]');
  });

  test('gives one answer to everything, with the echo as it was sent', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const peer = await w.connect('T1');
    await peer.next();
    for (const echo of ['5', 5, { a: [1] }, null, false, '']) {
      peer.send({ action: 'get_login_info', echo });
      const answer = await peer.next();
      assert.deepEqual(answer['echo'], echo);
      assert.deepEqual(answer['data'], { user_id: 20001, nickname: 'Bot A' });
    }
    peer.send({ action: 'get_login_info' });
    assert.ok(!('echo' in (await peer.next())));
    peer.send('not json');
    assert.deepEqual([(await peer.next())['retcode'], w.refusals.at(-1)?.refusal.code], [1400, 'onebot.bad_params']);
    const unknown = await peer.call('send_grup_msg');
    assert.equal(unknown['retcode'], 1404);
    assert.match(String(unknown['wording']), /send_group_msg/);
    assert.equal((await peer.call('send_group_msg', { group_id: 'x', message: 'a' }))['retcode'], 1400);
    assert.equal((await peer.call('send_group_msg', { group_id: 39999, message: 'a' }))['reason'], 'im.not_member');
    assert.equal((await peer.call('send_private_msg', { user_id: 10003, message: 'a' }))['reason'], 'im.not_friend');
    assert.equal(
      (await peer.call('send_group_msg', { group_id: 30001, message: [{ type: 'image', data: { file: 'http://a/b.png' } }] }))[
        'reason'
      ],
      'onebot.segment_unsupported',
    );
    assert.equal((await peer.call('send_group_msg_async', { group_id: 30001, message: 'a' }))['status'], 'async');
  });

  test('stores what a bot sends as people read it, and gives it back by get_msg', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1' });
    const peer = await w.connect('T1');
    const { messageId } = await w.say(w.ann, { type: 1, content: 'question' });
    const sent = await peer.call('send_group_msg', {
      group_id: '30001',
      message: [
        { type: 'reply', data: { id: messageId } },
        { type: 'at', data: { qq: 10001 } },
        { type: 'text', data: { text: ' look ' } },
        { type: 'image', data: { file: `base64://${PNG.toString('base64')}` } },
      ],
    });
    assert.equal(sent['status'], 'ok');
    const stored: unknown = JSON.parse(Buffer.from(w.log.messages.at(-1)?.payload ?? []).toString('utf8'));
    assert.ok(typeof stored === 'object' && stored !== null && 'content' in stored && 'mention' in stored);
    assert.equal(stored.content, '@Ann look ');
    assert.deepEqual(stored.mention, { uids: ['ann'] });
    const id = w.log.messages.at(-1)?.id;
    const read = await peer.call('get_msg', { message_id: String(id) });
    const [file] = [...w.files.keys()];
    assert.equal(
      JSON.stringify(read['data']).includes(
        JSON.stringify([
          { type: 'reply', data: { id: String(messageId) } },
          { type: 'at', data: { qq: '10001', name: 'Ann' } },
          { type: 'text', data: { text: ' look ' } },
          { type: 'image', data: { file, url: `http://im.example/files/${file}`, file_size: String(PNG.length), subType: 0 } },
        ]),
      ),
      true,
    );
    const again = await peer.call('send_private_msg', { user_id: 10001, message: `[CQ:image,file=${file}]` });
    assert.equal(again['status'], 'ok');
  });

  test('replays what was missed, in order and marked, then goes on live', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('raw', { token: 'T1', replayMaxEvents: 3 });
    const first = await w.connect('T1');
    await first.next();
    await w.say(w.ann, { type: 1, content: 'seen' });
    assert.equal((await first.next())['raw_message'], 'seen');
    await first.close();
    for (const content of ['lost', 'a', 'b', 'c']) await w.say(w.ann, { type: 1, content });
    const second = await w.connect('T1');
    assert.equal((await second.next())['meta_event_type'], 'lifecycle');
    const missed = [await second.next(), await second.next(), await second.next()];
    assert.deepEqual(
      missed.map((one) => one['raw_message']),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(
      missed.map((one) => one['hufu']),
      Array(3).fill({ replayed: true }),
    );
    const reads = w.log.reads;
    await w.say(w.ann, { type: 1, content: 'live' });
    const live = await second.next();
    assert.deepEqual([live['raw_message'], live['hufu'], w.log.reads], ['live', undefined, reads]);
    await w.close();
    assert.equal(w.cursors.get('bot:20001:raw'), w.log.messages.at(-1)?.id);
  });
});
