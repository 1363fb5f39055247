import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isRefusalCode } from '@hufu/refusals';
import { actions, nearestActions } from '../../src/surfaces/onebot/actions/index.ts';
import { refusalWords } from '../../src/surfaces/onebot/refusal-words.ts';
import { furnish, realServer } from './support/server.ts';

/** The example with what only the run can know: moments of about now, and the id of the message stored last. */
function asRun(example: unknown, answer: unknown, lastId: number): unknown {
  if (Array.isArray(example))
    return example.map((one, index) => asRun(one, Array.isArray(answer) ? answer[index] : undefined, lastId));
  if (typeof example !== 'object' || example === null) return example;
  const got = new Map<string, unknown>(typeof answer === 'object' && answer !== null ? Object.entries(answer) : []);
  return Object.fromEntries(
    Object.entries(example).map(([key, value]): [string, unknown] => {
      const seen = got.get(key);
      if (key === 'message_id') return [key, lastId];
      const isMoment = /(^|_)time$/.test(key) && typeof value === 'number' && value > 0;
      const isNow = typeof seen === 'number' && Number.isInteger(seen) && Math.abs(seen - Date.now() / 1000) < 60;
      return [key, isMoment && isNow ? seen : asRun(value, seen, lastId)];
    }),
  );
}

describe('every action answers its own example on a real server:', () => {
  // get_status counts from the connection on, get_msg reads the group's first message: they come first.
  const rank = (name: string) => ['get_status', 'get_msg'].indexOf(name) + 1 || 3;
  const inOrder = [...actions].sort((a, b) => rank(a.name) - rank(b.name));

  test(inOrder.map((action) => action.name).join(' '), async (t) => {
    const server = await realServer(t);
    await furnish(server);
    const peer = await server.connect('T1');
    await peer.next();
    for (const { name, example } of inOrder) {
      await t.test(name, async () => {
        if (name === 'get_msg') await server.say('10001', { group: '30001' }, { type: 1, content: 'hi' });
        const before = await server.core.messages.lastId();
        const params = name === 'get_msg' ? { message_id: String(before) } : example.params;
        const answer = await peer.call(name, params);
        const lastId = await server.core.messages.lastId();
        assert.deepEqual(answer['data'], asRun(example.data, answer['data'], lastId));
        assert.deepEqual([answer['status'], answer['retcode'], answer['message'], answer['wording']], ['ok', 0, '', '']);
      });
    }
  });
});

describe('a quick operation', () => {
  const GROUP_EVENT = { post_type: 'message', message_type: 'group', group_id: 30001, user_id: 10001, message_id: 1 };
  const PRIVATE_EVENT = { post_type: 'message', message_type: 'private', sub_type: 'friend', user_id: '10001', message_id: 1 };

  test('answers where the message came from, with an at of the sender only when it asks for one', async (t) => {
    const server = await realServer(t);
    await furnish(server);
    const peer = await server.connect('T1');
    await peer.next();
    const contentAfter = async (context: object, operation: object) => {
      const answer = await peer.call('.handle_quick_operation', { context, operation });
      assert.deepEqual([answer['status'], answer['data']], ['ok', null]);
      const last = await server.core.messages.byId(await server.core.messages.lastId());
      const { content, mention } = JSON.parse(Buffer.from(last?.payload ?? '').toString()) as Record<string, unknown>;
      return [content, mention];
    };
    const ann = { uids: ['10001'] };
    for (const [context, operation, expected] of [
      [GROUP_EVENT, { reply: 'pong' }, ['pong', undefined]],
      [GROUP_EVENT, { reply: 'pong', at_sender: true }, ['@Ann pong', ann]],
      [GROUP_EVENT, { reply: '[CQ:face,id=14]!', at_sender: 'true', delete: false }, ['@Ann 🙂!', ann]],
      [GROUP_EVENT, { reply: '[CQ:face,id=14]', auto_escape: true, at_sender: 1 }, ['@Ann [CQ:face,id=14]', ann]],
      [GROUP_EVENT, { reply: [{ type: 'text', data: { text: 'pong' } }], at_sender: true }, ['@Ann pong', ann]],
      [PRIVATE_EVENT, { reply: 'pong', at_sender: true }, ['pong', undefined]],
      [PRIVATE_EVENT, { reply: '[CQ:face,id=14]', auto_escape: 'yes' }, ['[CQ:face,id=14]', undefined]],
    ] as const)
      assert.deepEqual(await contentAfter(context, operation), expected, JSON.stringify(operation));
  });

  test('that says nothing does nothing, and one that needs another action is refused as a whole', async (t) => {
    const server = await realServer(t);
    await furnish(server);
    const peer = await server.connect('T1');
    await peer.next();
    for (const operation of [{}, { reply: null }, { reply: '' }, { approve: true }])
      assert.equal((await peer.call('.handle_quick_operation', { context: GROUP_EVENT, operation }))['status'], 'ok');
    for (const [context, operation, retcode, hint] of [
      [GROUP_EVENT, { reply: 'go', kick: true }, 1404, /operation\.kick: set_group_kick/],
      [GROUP_EVENT, { reply: 'go', delete: true }, 1404, /operation\.delete: delete_msg/],
      [{ post_type: 'notice', user_id: 10001 }, { reply: 'welcome' }, 1400, /message_type/],
      [GROUP_EVENT, 'pong', 1400, /operation must be object/],
      [{ ...GROUP_EVENT, group_id: 39999 }, { reply: 'pong' }, 1200, /会话|频道|群/],
    ] as const) {
      const answer = await peer.call('.handle_quick_operation', { context, operation });
      assert.equal(answer['retcode'], retcode, JSON.stringify(answer));
      assert.match(String(answer['message']), hint);
    }
    assert.equal(await server.core.messages.lastId(), 0);
  });
});

describe('the list of actions', () => {
  test('has a name of its own and a doc in both languages', () => {
    const names = actions.flatMap((action) => [action.name, ...action.aliases]);
    assert.equal(new Set(names).size, names.length);
    for (const { doc } of actions) assert.ok(doc.zh !== '' && doc.en !== '');
  });
  test('is suggested for a mistyped name', () => assert.deepEqual(nearestActions('get_grop_info').at(0), 'get_group_info'));
});

test('every descriptive refusal name has a code', () => {
  for (const code of Object.values(refusalWords)) assert.ok(isRefusalCode(code));
});
