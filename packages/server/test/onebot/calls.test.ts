import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SENDABLE_TYPES } from '@hufu/protocol/onebot';
import fc from 'fast-check';
import { refuse } from '../../src/kernel/outcome.ts';
import { actions } from '../../src/surfaces/onebot/actions/index.ts';
import { framework } from './support/framework.ts';
import { onebotWorld, type Peer, PNG } from './support/world.ts';

async function connected(t: TestContext) {
  const w = await onebotWorld(t);
  w.addClient('raw', { token: 'T1' });
  const peer = await w.connect('T1');
  assert.equal((await peer.next())['meta_event_type'], 'lifecycle');
  return { w, peer };
}

/** The text of the next frame, for what JSON.parse would round. */
function nextText(peer: Peer): Promise<string> {
  return new Promise((resolve) => peer.socket.once('message', (data) => resolve(String(data))));
}

describe('an echo', () => {
  test('comes back in the letters it was sent in, also where JSON.parse would change them', async (t) => {
    const { peer } = await connected(t);
    for (const echo of ['18446744073709551615', '1.0', '-0', '1e400', '{"a":18446744073709551615,"b":[1.50]}', '"\\u0041"']) {
      const text = nextText(peer);
      peer.send(`{"action":"get_login_info","params":null,"echo":${echo}}`);
      assert.ok((await text).endsWith(`,"echo":${echo}}`));
      await peer.next();
    }
  });

  test('is the last of two, and is found in a frame that is no JSON', async (t) => {
    const { peer } = await connected(t);
    peer.send('{"echo":1,"action":"get_login_info","echo":2}');
    assert.equal((await peer.next())['echo'], 2);
    peer.send('{"echo":"k","action":');
    const answer = await peer.next();
    assert.deepEqual([answer['echo'], answer['retcode'], answer['status']], ['k', 1400, 'failed']);
  });
});

describe('a call', () => {
  test('in a binary frame is answered as text, and one that is not UTF-8 is refused', async (t) => {
    const { peer } = await connected(t);
    peer.socket.send(Buffer.from('{"action":"get_login_info","echo":"b\ufffd"}'), { binary: true });
    const answer = await peer.next();
    assert.deepEqual([answer['status'], answer['echo']], ['ok', 'b\ufffd']);
    peer.socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: true });
    const refused = await peer.next();
    assert.deepEqual([refused['retcode'], refused['echo']], [1400, null]);
  });

  test('may be nested deeply and nearly 4 MiB long; a longer frame ends the connection with 1009', async (t) => {
    const { w, peer } = await connected(t);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    peer.send(`{"action":"get_status","params":{"x":${deep}},"echo":"deep"}`);
    assert.equal((await peer.next())['status'], 'ok');
    const long = 'x'.repeat(4 * 1024 * 1024 - 200);
    peer.send({ action: 'send_group_msg', params: { group_id: 30001, message: long }, echo: 'long' });
    const answer = await peer.next();
    assert.deepEqual([answer['reason'], answer['echo']], ['im.payload_too_large', 'long']);
    const closed = new Promise<number>((resolve) => peer.socket.once('close', resolve));
    w.deps.events.warn = () => undefined;
    peer.send(`"${'x'.repeat(4 * 1024 * 1024)}"`);
    assert.equal(await closed, 1009);
    assert.equal(w.refusals.at(-1)?.refusal.code, 'http.body_too_large');
  });

  test('may be longer or must be shorter as the server is set, whoever dialled', async (t) => {
    for (const [maxFrameBytes, answered] of [
      [65_536, false],
      [6 * 1024 * 1024, true],
    ] as const) {
      const w = await onebotWorld(t, { maxFrameBytes, events: { info: () => {}, warn: () => {}, error: () => {} } });
      const other = await framework(t);
      w.addClient('raw', { token: 'T1' });
      w.addClient('nb', { kind: 'reverse', url: other.url });
      await w.surface.start();
      await other.first;
      for (const peer of [await w.connect('T1'), other.arrivals[0]?.peer ?? assert.fail('nobody dialled')]) {
        await peer.next();
        const closed = new Promise((resolve) => peer.socket.once('close', resolve));
        const frame = { action: 'get_status', params: { x: 'x'.repeat(5 * 1024 * 1024) } };
        if (answered) assert.equal((await peer.call(frame.action, frame.params))['status'], 'ok');
        else {
          peer.send(frame);
          assert.equal(await closed, 1009);
          assert.equal(w.refusals.at(-1)?.refusal.evidence?.['limitBytes'], maxFrameBytes);
        }
      }
    }
  });

  test('takes null and no params, numbers and booleans as text, other names and unknown names; not a list', async (t) => {
    const { w, peer } = await connected(t);
    const { messageId } = await w.say(w.ann, { type: 1, content: 'hi' });
    await peer.next();
    const statusOf = async (frame: object) => {
      peer.send({ ...frame, echo: 1 });
      const answer = await peer.next();
      return `${String(answer['status'])} ${String(answer['retcode'])}`;
    };
    for (const frame of [
      { action: 'get_login_info' },
      { action: 'get_login_info', params: null },
      { action: 'get_group_info', params: { group_id: '30001', no_cache: 'true' } },
      { action: 'get_group_info', params: { group_id: '030001', no_cache: 0 } },
      { action: 'get_group_info', params: { group_id: 30001, no_cache: null, _timeout: 1, self_id: 20001 } },
      { action: 'get_msg', params: { id: String(messageId) } },
      { action: 'send_private_msg', params: { friend_id: 10001, message: 'a', group_id: null } },
      { action: 'send_msg', params: { message_type: 'private', user_id: '10001', group_id: 0, message: 'a' } },
      { action: 'send_msg', params: { group_id: '30001', user_id: '', message: 'a', auto_escape: 'yes' } },
      { action: 'send_msg', params: { message_type: '', group_id: '30001', message: 'a', auto_escape: '' } },
      { action: 'get_version' },
      { action: '/get_status/' },
      { action: 'get_status_rate_limited' },
    ])
      assert.equal(await statusOf(frame), 'ok 0', JSON.stringify(frame));
    for (const frame of [
      { action: 'get_login_info', params: [] },
      { action: 'get_login_info', params: 'x' },
      { action: 'get_group_info', params: {} },
      { action: 'get_group_info', params: { group_id: 'ops' } },
      { action: 'get_group_info', params: { group_id: 1.5 } },
      { action: 'get_group_info', params: { group_id: 30001, no_cache: 'perhaps' } },
      { action: 'send_msg', params: { message: 'a' } },
      { action: 'send_msg', params: { message_type: 'channel', group_id: 30001, message: 'a' } },
      { action: 'send_msg', params: { group_id: 30001 } },
      { action: 'send_msg', params: { group_id: 30001, message: '' } },
      { action: 7 },
      {},
      [],
    ])
      assert.equal(await statusOf(frame), 'failed 1400', JSON.stringify(frame));
  });

  test('with a word that is none of those wanted is told which they are', async (t) => {
    const { peer } = await connected(t);
    const answer = await peer.call('send_msg', { message_type: 'channel', group_id: 30001, message: 'a' });
    assert.match(String(answer['message']), /message_type must be private or group/);
    const nested = await peer.call('.handle_quick_operation', { context: { message_type: 'guild' }, operation: {} });
    assert.match(String(nested['message']), /context\.message_type must be private or group/);
  });

  test('that is refused names its cause twice, in words, and by a request id', async (t) => {
    const { w, peer } = await connected(t);
    const answer = await peer.call('get_msg', { message_id: 99 });
    assert.deepEqual(
      [answer['status'], answer['retcode'], answer['data'], answer['msg'], answer['reason'], answer['requestId']],
      ['failed', 1200, null, 'im.message_missing', 'im.message_missing', `r${String(w.refusals.length).padStart(7, '0')}`],
    );
    assert.match(String(answer['message']), /消息不存在/);
    assert.match(String(answer['wording']), /There is no such message/);
    assert.equal(w.refusals.at(-1)?.path, 'get_msg');
    const unknown = await peer.call('get_member_list');
    assert.deepEqual([unknown['retcode'], unknown['reason']], [1404, 'onebot.action_unknown']);
    assert.match(String(unknown['message']), /get_friend_list|get_group_member_list/);
    assert.match(String((await peer.call('x'))['message']), /send_msg, send_private_msg, /);
  });

  test('that the client of the file may not make is refused, by pattern, also when it is asynchronous', async (t) => {
    const w = await onebotWorld(t);
    w.addClient('reader', { token: 'T9', actions: ['get_*', 'send_private_msg'], asyncRetcode: 0 });
    const peer = await w.connect('T9');
    await peer.next();
    const params = { group_id: 30001, message: 'a' };
    for (const action of ['send_group_msg', 'send_group_msg_async', 'send_msg']) {
      const answer = await peer.call(action, params);
      assert.deepEqual([answer['status'], answer['retcode'], answer['reason']], ['failed', 1403, 'scope.missing'], action);
    }
    assert.equal((await peer.call('get_login_info'))['status'], 'ok');
    // An alias is the action that it stands for.
    assert.equal((await peer.call('get_version'))['status'], 'ok');
    const later = await peer.call('send_private_msg_async', { user_id: 10001, message: 'a' });
    assert.deepEqual([later['status'], later['retcode']], ['async', 0]);
  });

  test('is answered once when its handler throws, and not at all when the socket is gone', async (t) => {
    const { w, peer } = await connected(t);
    const logged: string[] = [];
    w.deps.events.error = (_, text) => void logged.push(text);
    const friendsOf = w.deps.directory.friendsOf;
    w.deps.directory.friendsOf = () => Promise.reject(new Error('boom'));
    const failed = await peer.call('get_friend_list');
    assert.deepEqual([failed['status'], failed['retcode'], failed['reason']], ['failed', 1500, 'srv.fault']);
    assert.deepEqual(logged, ['an action failed']);

    let release: () => void = () => undefined;
    w.deps.directory.friendsOf = async (u) => {
      await new Promise<void>((resolve) => (release = resolve));
      return friendsOf(u);
    };
    peer.send({ action: 'get_friend_list', echo: 1 });
    await peer.call('get_status');
    await peer.close();
    release();
    const second = await w.connect('T1');
    await second.next();
    assert.equal((await second.call('get_status'))['status'], 'ok');
  });

  test('is answered also when a hundred are sent in one breath, and their messages keep the order', async (t) => {
    const { w, peer } = await connected(t);
    for (let echo = 0; echo < 100; echo += 1)
      peer.send({ action: 'send_group_msg', params: { group_id: 30001, message: `n${echo}` }, echo });
    const answers: Record<string, unknown>[] = [];
    while (answers.length < 100) answers.push(await peer.next());
    assert.ok(answers.every((answer) => answer['status'] === 'ok'));
    const stored = await w.log.range(0, 1000, 1000);
    assert.deepEqual(
      stored.map((message) => (JSON.parse(Buffer.from(message.payload).toString()) as { content: string }).content),
      Array.from({ length: 100 }, (_, n) => `n${n}`),
    );
  });

  test('that is asynchronous is answered with the retcode at which Koishi does not throw, for a client that is for it, whatever its name', async (t) => {
    const w = await onebotWorld(t);
    for (const [name, preset, retcode] of [
      ['pond', 'koishi', 0],
      ['nonebot', 'nonebot', 1],
      ['koishi', null, 1],
    ] as const) {
      w.addClient(name, { token: name, preset });
      const peer = await w.connect(name);
      await peer.next();
      const answer = await peer.call('get_status_async');
      assert.deepEqual([answer['status'], answer['retcode']], ['async', retcode]);
    }
  });

  test('beyond the 64 that are worked on and the 1000 that wait is refused at once, and there is room again afterwards', async (t) => {
    const { w, peer } = await connected(t);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    w.deps.directory.friendsOf = async () => {
      await gate;
      return [];
    };
    for (let echo = 0; echo < 1065; echo += 1) peer.send({ action: 'get_friend_list', echo });
    const refused = await peer.next();
    assert.deepEqual([refused['echo'], refused['retcode'], refused['reason']], [1064, 1429, 'rate.requests']);
    release();
    const echoes = [];
    for (let n = 0; n < 1064; n += 1) echoes.push(Number((await peer.next())['echo']));
    assert.deepEqual(
      echoes.sort((a, b) => a - b),
      Array.from({ length: 1064 }, (_, n) => n),
    );
    assert.equal((await peer.call('get_friend_list'))['status'], 'ok');
  });

  test('has exactly one answer, whatever it is', async (t) => {
    const { w, peer } = await connected(t);
    w.deps.events.error = (_, text) => assert.fail(text);
    const names = actions.flatMap(({ name, aliases }) => [name, ...aliases, `${name}_rate_limited`]);
    const message = fc.oneof(
      fc.jsonValue(),
      fc.array(fc.record({ type: fc.constantFrom(...SENDABLE_TYPES), data: fc.jsonValue() })),
    );
    const params = fc.oneof(
      fc.jsonValue(),
      fc.record({ group_id: fc.constantFrom(30001, '30001', 1), message, auto_escape: fc.jsonValue() }),
      fc.record({ user_id: fc.constantFrom(10001, 10003, '20001'), group_id: fc.jsonValue(), message }),
      fc.record({ message_id: fc.oneof(fc.nat(5), fc.jsonValue()) }),
    );
    const call = fc.record({ action: fc.oneof(fc.constantFrom(...names), fc.jsonValue()), params });
    const frames = fc.sample(
      fc.oneof(
        call.map((one) => JSON.stringify(one)),
        fc.json(),
        fc.string(),
      ),
      { numRuns: 1000, seed: 13 },
    );
    for (const [n, frame] of frames.entries()) {
      peer.send(frame);
      const answer = await peer.next();
      assert.ok(answer['status'] === 'ok' || answer['status'] === 'failed', `${n}: ${frame}`);
      assert.notEqual(answer['reason'], 'srv.fault', frame);
    }
    assert.equal((await peer.call('get_status'))['echo'], 'e');
  });

  test('made asynchronously is checked first, is never answered twice, and at most a thousand run', async (t) => {
    const { w, peer } = await connected(t);
    peer.send({ action: 'send_group_msg_async', params: { group_id: 30001, message: 'later' }, echo: 5 });
    assert.deepEqual(await peer.next(), {
      status: 'async',
      retcode: 1,
      data: null,
      message: '',
      wording: '',
      echo: 5,
    });
    assert.equal((await peer.call('send_group_msg_async', { message: 'x' }))['retcode'], 1400);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    w.deps.directory.friendsOf = async () => {
      await gate;
      return [];
    };
    const retcodes = [];
    for (let n = 0; n < 1001; n += 1) retcodes.push((await peer.call('get_friend_list_async'))['retcode']);
    assert.deepEqual([retcodes[999], retcodes[1000]], [1, 1429]);
    release();
  });
});

describe('messages of a bot', () => {
  test('are stored in the order of their calls, also when the first takes longer to make', async (t) => {
    const { w, peer } = await connected(t);
    const save = w.deps.files.save;
    w.deps.files.save = async (bytes, name) => {
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      return save(bytes, name);
    };
    const image = [{ type: 'image', data: { file: `base64://${PNG.toString('base64')}` } }];
    peer.send({ action: 'send_group_msg', params: { group_id: 30001, message: image }, echo: 1 });
    peer.send({ action: 'send_private_msg', params: { user_id: 10001, message: 'second' }, echo: 2 });
    peer.send({ action: 'send_group_msg', params: { group_id: 30001, message: 'third' }, echo: 3 });
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await peer.next());
    const byEcho = ids.sort((a, b) => Number(a['echo']) - Number(b['echo'])).map((one) => one['data']);
    assert.deepEqual(byEcho, [{ message_id: 1 }, { message_id: 2 }, { message_id: 3 }]);
  });

  test('are answered before the events that follow them, also from the same batch of the log', async (t) => {
    const { w, peer } = await connected(t);
    const append = w.deps.send.append;
    w.deps.send.append = (draft) => {
      const own = append(draft);
      void append({ ...draft, sender: w.ann.u, clientMsgNo: 'hers', origin: '' });
      return own;
    };
    peer.send({ action: 'send_group_msg', params: { group_id: 30001, message: 'mine' }, echo: 1 });
    const frames = [await peer.next(), await peer.next()];
    assert.equal(w.log.appends, 1);
    assert.deepEqual([frames[0]?.['data'], frames[1]?.['message_id']], [{ message_id: 1 }, 2]);
  });

  test('leave no file behind when the bot may not speak', async (t) => {
    const { w, peer } = await connected(t);
    w.group.members.set(2, { u: 2, role: 'member', mutedUntilMs: w.deps.now() + 60_000, joinedMs: 0 });
    const answer = await peer.call('send_group_msg', {
      group_id: 30001,
      message: [{ type: 'image', data: { file: `base64://${PNG.toString('base64')}` } }],
    });
    assert.deepEqual([answer['retcode'], answer['reason'], w.files.size], [1200, 'im.muted', 0]);
    assert.match(String(answer['message']), /shut_up_timestamp \d+/);
  });

  test('make get_status say that all is not good while nothing can be stored', async (t) => {
    const { w, peer } = await connected(t);
    const good = async () => {
      const { data } = await peer.call('get_status');
      return typeof data === 'object' && data !== null && 'good' in data ? data.good : null;
    };
    w.log.refuseNext = refuse('srv.store_unavailable');
    assert.equal((await peer.call('send_group_msg', { group_id: 30001, message: 'a' }))['reason'], 'srv.store_unavailable');
    assert.equal(await good(), false);
    await peer.call('send_group_msg', { group_id: 30001, message: 'a' });
    assert.equal(await good(), true);
  });
});
