import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { furnish, type RealServer, realServer } from './support/server.ts';
import { type Peer, PNG } from './support/world.ts';

const BOTS = [
  {
    uid: '20001',
    name: 'Bot A',
    clients: [
      { name: 'raw', kind: 'forward', token: 'T1', heartbeatMs: 0 },
      { name: 'cq', kind: 'forward', token: 'T2', heartbeatMs: 0, format: 'string' },
    ],
  },
  { uid: '20002', name: 'Bot B', clients: [{ name: 'raw', kind: 'forward', token: 'TB', heartbeatMs: 0 }] },
];
const GROUP = { group: '30001' };
const BASE64 = `base64://${PNG.toString('base64')}`;

interface Scene {
  readonly server: RealServer;
  readonly a: Peer;
  readonly cq: Peer;
  readonly b: Peer;
}

/** Ann owns a group with two bots; three clients of them are connected. */
async function scene(t: TestContext): Promise<Scene> {
  const server = await realServer(t, { bots: BOTS });
  await furnish(server);
  await server.post('/channel/subscriber_add', { channel_id: '30001', channel_type: 2, subscribers: ['20002'] });
  const [a, cq, b] = await Promise.all(['T1', 'T2', 'TB'].map((token) => server.connect(token)));
  assert.ok(a !== undefined && cq !== undefined && b !== undefined);
  await Promise.all([a.next(), cq.next(), b.next()]);
  return { server, a, cq, b };
}

/** What people's clients find in the channel last. */
async function lastPayload(server: RealServer, channel: { channel_id: string; channel_type: number }) {
  const { messages } = await server.post('/channel/messagesync', {
    login_uid: '10001',
    ...channel,
    start_message_seq: 0,
    end_message_seq: 0,
    limit: 1,
    pull_mode: 1,
  });
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  assert.ok(typeof last === 'object' && last !== null && 'payload' in last);
  const payload: unknown = JSON.parse(Buffer.from(String(last.payload), 'base64').toString('utf8'));
  return { message: last, payload };
}
const ofGroup = { channel_id: '30001', channel_type: 2 };

describe('what a bot hears', () => {
  test('of a group is a group message with all that frameworks need', async (t) => {
    const { server, a, cq } = await scene(t);
    const id = await server.say('10001', GROUP, { type: 1, content: '@Bot A ping [x]', mention: { uids: ['20001'] } });
    const { time, ...event } = await a.next();
    assert.ok(typeof time === 'number' && Math.abs(time - Date.now() / 1000) < 60);
    assert.deepEqual(event, {
      self_id: 20001,
      post_type: 'message',
      message_type: 'group',
      sub_type: 'normal',
      message_id: id,
      message_seq: 1,
      real_id: 1,
      user_id: 10001,
      font: 14,
      message_format: 'array',
      message: [
        { type: 'at', data: { qq: '20001', name: 'Bot A' } },
        { type: 'text', data: { text: ' ping [x]' } },
      ],
      raw_message: '[CQ:at,qq=20001,name=Bot A] ping &#91;x&#93;',
      group_id: 30001,
      group_name: 'ops',
      sender: {
        user_id: 10001,
        nickname: 'Ann',
        sex: 'unknown',
        age: 0,
        card: '',
        role: 'owner',
        title: '',
        level: '1',
        area: '',
      },
    });
    const asString = await cq.next();
    assert.deepEqual([asString['message'], asString['message_format']], [event['raw_message'], 'string']);
  });

  test('of a person is a private message; an account without a name goes by its uid', async (t) => {
    const { server, a } = await scene(t);
    await server.post('/user/token', { uid: 'nameless', token: 'x', device_flag: 1, device_level: 1 });
    await server.say('nameless', '20001', { type: 1, content: 'hi' });
    const event = await a.next();
    assert.deepEqual(
      [event['message_type'], event['sub_type'], event['message']],
      ['private', 'friend', [{ type: 'text', data: { text: 'hi' } }]],
    );
    const userId = event['user_id'];
    assert.ok(typeof userId === 'number' && userId >= 10_000);
    assert.deepEqual(event['sender'], { user_id: userId, nickname: 'nameless', sex: 'unknown', age: 0 });
    assert.equal((await a.call('send_private_msg', { user_id: userId, message: 'yes?' }))['status'], 'ok');
  });

  test('of pictures is a lasting file and an address that answers without a token', async (t) => {
    const { server, a, b } = await scene(t);
    const sent = await b.call('send_group_msg', { group_id: 30001, message: [{ type: 'image', data: { file: BASE64 } }] });
    assert.equal(sent['status'], 'ok');
    const event = await a.next();
    const { message } = event;
    assert.ok(Array.isArray(message) && message.length === 1);
    const segment: unknown = message[0];
    assert.ok(typeof segment === 'object' && segment !== null && 'data' in segment);
    const { data } = segment;
    assert.ok(typeof data === 'object' && data !== null && 'file' in data && 'url' in data);
    assert.deepEqual(segment, {
      type: 'image',
      data: { file: data.file, url: `${server.http}/files/${String(data.file)}`, file_size: String(PNG.length), subType: 0 },
    });
    const answer = await fetch(String(data.url));
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), PNG);
    // Sent on as it was received, by its file, by its address, and after a client has added to the address.
    for (const again of [
      segment,
      { type: 'image', data: { file: data.file } },
      { type: 'image', data: { file: `${String(data.url)}?rkey=1` } },
      { type: 'image', data: { file: 'cache.png', url: data.url } },
      `[CQ:image,file=${String(data.file)}]`,
    ])
      assert.equal((await a.call('send_private_msg', { user_id: 10001, message: again }))['status'], 'ok', JSON.stringify(again));
    // A picture that a person's client keeps elsewhere is named as it is.
    await server.say('10001', GROUP, { type: 2, url: 'https://cdn.example/a.png', width: 1, height: 1 });
    assert.deepEqual((await a.next())['message'], [
      { type: 'image', data: { file: 'https://cdn.example/a.png', url: 'https://cdn.example/a.png', subType: 0 } },
    ]);
  });

  test('is no command and no tip for people, neither as event nor by get_msg', async (t) => {
    const { server, a } = await scene(t);
    await server.say('10001', GROUP, { type: 99, cmd: 'typing' });
    const tip = await server.say('10001', GROUP, { type: 1002, content: '{0} joined', extra: [] });
    await server.say('10001', GROUP, { type: 8, name: 'plan.pdf', url: '/files/x' });
    assert.equal((await a.next())['raw_message'], '&#91;文件&#93; plan.pdf');
    assert.equal((await a.call('get_msg', { message_id: tip }))['reason'], 'im.message_missing');
  });

  test('is never longer than its receivers take', async (t) => {
    const server = await realServer(t, { bots: BOTS, settings: { 'messages.maxPayloadBytes': 1_000_000 } });
    await furnish(server);
    const a = await server.connect('T1');
    await a.next();
    await server.say('10001', GROUP, { type: 1, content: 'x'.repeat(400_000) });
    assert.match(String((await a.next())['raw_message']), /^&#91;消息过长 4\d{5} 字节&#93;$/);
    await server.say('10001', GROUP, { type: 1, content: 'x'.repeat(300_000) });
    const frame = JSON.stringify(await a.next());
    assert.ok(frame.length > 600_000 && frame.length < 900 * 1024);
  });

  test('are the messages of other bots, never its own, with the same id for everybody', async (t) => {
    const { server, a, cq, b } = await scene(t);
    const sent = await a.call('send_group_msg', { group_id: 30001, message: 'from A' });
    const heard = await b.next();
    assert.deepEqual(sent['data'], { message_id: heard['message_id'] });
    assert.deepEqual([heard['user_id'], heard['raw_message']], [20001, 'from A']);
    const id = await server.say('10001', GROUP, { type: 1, content: 'to all' });
    for (const peer of [a, cq, b]) assert.equal((await peer.next())['message_id'], id);
  });
});

describe('bots that hear each other', () => {
  test('are kept from answering each other for ever', async (t) => {
    const { server, a, cq, b } = await scene(t);
    await cq.close();
    const say = (peer: Peer, message: string) => peer.call('send_group_msg', { group_id: 30001, message });
    // Sixty turns of each, and the other's first word.
    for (let n = 0; n <= 60; n += 1) {
      await say(a, `a${n}`);
      assert.equal((await b.next())['raw_message'], `a${n}`);
      await say(b, `b${n}`);
      assert.equal((await a.next())['raw_message'], `b${n}`);
    }
    await say(a, 'a61');
    await server.say('10001', GROUP, { type: 1, content: 'enough' });
    assert.equal((await b.next())['raw_message'], 'enough');
    assert.match(server.logged.map((line) => line.text).join('\n'), /two bots answer each other/);
    assert.equal((await a.next())['raw_message'], 'enough');
  });

  test('may report without end, as long as it is no answer', async (t) => {
    const { a, b } = await scene(t);
    for (let n = 0; n < 150; n += 1) await a.call('send_group_msg', { group_id: 30001, message: `report ${n}` });
    for (let n = 0; n < 150; n += 1) assert.equal((await b.next())['raw_message'], `report ${n}`);
  });
});

describe('what a bot says', () => {
  test('is for people text with its ats at their place, the reply and the pictures beside it', async (t) => {
    const { server, a, b } = await scene(t);
    const question = await server.say('10001', GROUP, { type: 1, content: 'which?' });
    await Promise.all([a.next(), b.next()]);
    const message = [
      { type: 'reply', data: { id: question } },
      { type: 'at', data: { qq: 10001 } },
      { type: 'text', data: { text: ' this ' } },
      { type: 'face', data: { id: 178 } },
      { type: 'image', data: { file: `data:image/png;base64,${PNG.toString('base64')}`, cache: null } },
      { type: 'at', data: { qq: '99999', name: 'Nobody' } },
    ];
    const sent = await a.call('send_msg', { message_type: 'group', group_id: '30001', message });
    assert.equal(sent['status'], 'ok', JSON.stringify(sent));
    const { payload } = await lastPayload(server, ofGroup);
    assert.ok(typeof payload === 'object' && payload !== null && 'parts' in payload && 'reply' in payload);
    const { parts, reply, ...text } = payload;
    assert.deepEqual(text, {
      type: 1,
      content: '@Ann this 😼@Nobody',
      mention: { uids: ['10001'] },
      entities: [
        { type: 'mention', offset: 0, length: 4, value: '10001' },
        { type: 'face', offset: 10, length: 2, value: '178' },
      ],
    });
    assert.match(JSON.stringify(parts), /^\[\{"type":2,"url":"\/files\/[\w-]{32}","width":1,"height":1,"offset":12\}\]$/);
    assert.deepEqual(reply, {
      message_id: String(question),
      message_seq: 1,
      from_uid: '10001',
      from_name: 'Ann',
      payload: { type: 1, content: 'which?' },
    });
    const heard = await b.next();
    assert.match(
      String(heard['raw_message']),
      new RegExp(
        `^\\[CQ:reply,id=${question}\\]\\[CQ:at,qq=10001,name=Ann\\] this \\[CQ:face,id=178\\]\\[CQ:image,file=.*\\]@Nobody$`,
      ),
    );
    const { data } = await b.call('get_msg', { message_id: question });
    assert.ok(typeof data === 'object' && data !== null && 'raw_message' in data && 'real_id' in data);
    assert.deepEqual([data.raw_message, data.real_id], ['which?', 1]);
  });

  test('in a CQ string may escape, and is one text with auto_escape', async (t) => {
    const { server, a } = await scene(t);
    const contentOf = async (params: object) => {
      assert.equal((await a.call('send_group_msg', { group_id: 30001, ...params }))['status'], 'ok');
      const { payload } = await lastPayload(server, ofGroup);
      return typeof payload === 'object' && payload !== null && 'content' in payload ? payload.content : payload;
    };
    assert.equal(
      await contentOf({ message: '&#91;CQ:at,qq=all&#93; &amp;amp; [CQ:at,qq=10001]!' }),
      '[CQ:at,qq=all] &amp; @Ann!',
    );
    assert.equal(await contentOf({ message: '[CQ:at,qq=10001]', auto_escape: 'true' }), '[CQ:at,qq=10001]');
    assert.equal(await contentOf({ message: [{ type: 'text', data: { text: '[CQ:at,qq=10001]' } }] }), '[CQ:at,qq=10001]');
    assert.equal(await contentOf({ message: 42 }), '42');
  });

  test('to everybody needs a leader of the group; without the right it is text, and the caller is told', async (t) => {
    const { server, a } = await scene(t);
    const say = () => a.call('send_group_msg', { group_id: 30001, message: '[CQ:at,qq=all] meeting' });
    const { data } = await say();
    assert.ok(typeof data === 'object' && data !== null && 'warnings' in data && Array.isArray(data.warnings));
    assert.match(String(data.warnings[0]), /^at_all_denied/);
    assert.deepEqual((await lastPayload(server, ofGroup)).payload, { type: 1, content: '@所有人 meeting' });
    await server.post('/channel', { ...ofGroup, admins: ['20001'] });
    assert.ok(!JSON.stringify(await say()).includes('warnings'));
    const { payload } = await lastPayload(server, ofGroup);
    assert.ok(typeof payload === 'object' && payload !== null && 'mention' in payload);
    assert.deepEqual(payload.mention, { all: true });
  });

  test('cannot reach the disk or the network, and a faulty message is refused whole', async (t) => {
    const { server, a } = await scene(t);
    const other = await server.say('10001', '20001', { type: 1, content: 'private' });
    await a.next();
    const before = await server.core.messages.lastId();
    const reasonOf = async (message: unknown) => {
      const answer = await a.call('send_group_msg', { group_id: 30001, message });
      assert.deepEqual([answer['status'], answer['data']], ['failed', null]);
      return `${String(answer['retcode'])} ${String(answer['reason'])}`;
    };
    for (const [message, reason] of [
      ['[CQ:image,file=file:///etc/passwd]', '1200 onebot.segment_unsupported'],
      ['[CQ:image,file=/etc/passwd]', '1200 onebot.segment_unsupported'],
      ['[CQ:image,file=http://169.254.169.254/a.png]', '1200 onebot.segment_unsupported'],
      [`[CQ:image,file=/files/${'A'.repeat(32)}]`, '1200 media.missing'],
      ['[CQ:image,file=base64://bm8gaW1hZ2U=]', '1400 media.unsupported'],
      ['[CQ:image,file=base64://!!]', '1400 onebot.bad_params'],
      ['[CQ:json,data={}]', '1200 onebot.segment_unsupported'],
      ['[CQ:AT,qq=10001]', '1200 onebot.segment_unsupported'],
      ['[CQ:at,qq=Ann]', '1400 onebot.bad_params'],
      [[{ type: 'node', data: { user_id: 1, content: 'x' } }], '1200 onebot.segment_unsupported'],
      ['[CQ:reply,id=424242]hi', '1200 onebot.reply_missing'],
      [`[CQ:reply,id=${other}]hi`, '1200 onebot.reply_missing'],
      ['', '1400 im.payload_empty'],
      [[{ type: 'text', data: { text: '' } }], '1400 im.payload_empty'],
      ['x'.repeat(40_000), '1400 im.payload_too_large'],
    ] as const)
      assert.equal(await reasonOf(message), reason, JSON.stringify(message).slice(0, 80));
    assert.equal(await server.core.messages.lastId(), before);
  });

  test('goes where the bot may speak, and each refusal names why not', async (t) => {
    const { server, a } = await scene(t);
    await server.post('/user/token', { uid: '10003', token: 'x', device_flag: 1, device_level: 1, name: 'Eve' });
    await server.post('/channel', { channel_id: '30002', channel_type: 2, subscribers: ['10003'] });
    const reasonOf = async (action: string, params: object) => (await a.call(action, { message: 'a', ...params }))['reason'];
    assert.equal(await reasonOf('send_group_msg', { group_id: 30009 }), 'im.not_member');
    assert.equal(await reasonOf('send_group_msg', { group_id: 30002 }), 'im.not_member');
    assert.equal(await reasonOf('send_private_msg', { user_id: 10009 }), 'im.user_missing');
    assert.equal(await reasonOf('send_private_msg', { user_id: 10003 }), 'im.not_friend');
    assert.equal(await reasonOf('send_private_msg', { user_id: 10003, group_id: 30001 }), 'im.not_friend');
    await server.post('/channel/subscriber_add', { ...ofGroup, subscribers: ['10003'] });
    assert.equal(await reasonOf('send_private_msg', { user_id: 10003, group_id: 30001 }), undefined);
    await server.post('/channel/blacklist_add', { channel_id: '10003', channel_type: 1, uids: ['20001'] });
    assert.equal(await reasonOf('send_private_msg', { user_id: 10003 }), 'im.blacklisted');
    await server.post('/channel/blacklist_add', { ...ofGroup, uids: ['20001'] });
    assert.equal(await reasonOf('send_group_msg', { group_id: 30001 }), 'im.blacklisted');
  });
});

describe('a group', () => {
  test('of two thousand members is listed in one frame below 900 KiB', async (t) => {
    const { server, a } = await scene(t);
    const subscribers = Array.from({ length: 2000 }, (_, n) => String(40_000 + n));
    await server.post('/channel/subscriber_add', { ...ofGroup, subscribers });
    const frame = new Promise<string>((resolve) => a.socket.once('message', (data) => resolve(String(data))));
    const answer = await a.call('get_group_member_list', { group_id: 30001 });
    assert.ok(Array.isArray(answer['data']) && answer['data'].length === 2003);
    const bytes = Buffer.byteLength(await frame);
    assert.ok(bytes < 900 * 1024, `${bytes} bytes`);
  });

  test('tells of its members only to a bot that is one, and of nobody else', async (t) => {
    const { server, a } = await scene(t);
    await server.post('/user/token', { uid: '10003', token: 'x', device_flag: 1, device_level: 1, name: 'Eve' });
    await server.post('/channel', { channel_id: '30002', channel_type: 2, subscribers: ['10003'] });
    const ask = (params: object) => a.call('get_group_member_info', params);
    const missing = await ask({ group_id: 30001, user_id: 10003 });
    assert.deepEqual([missing['retcode'], missing['reason']], [1200, 'im.user_missing']);
    assert.match(String(missing['message']), /无法获取用户信息/);
    assert.equal((await ask({ group_id: 30002, user_id: 10003 }))['reason'], 'im.not_member');
    assert.equal((await a.call('get_group_info', { group_id: 30002 }))['reason'], 'im.not_member');
    const { data } = await ask({ group_id: 30001, user_id: 20001, no_cache: true });
    assert.ok(typeof data === 'object' && data !== null && 'nickname' in data && 'is_robot' in data);
    assert.deepEqual([data.nickname, data.is_robot], ['Bot A', true]);
    const id = await server.say('10003', { group: '30002' }, { type: 1, content: 'secret' });
    assert.equal((await a.call('get_msg', { message_id: id }))['reason'], 'im.message_missing');
  });
});
