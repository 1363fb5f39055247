import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  groupMessageEvent,
  heartbeatEvent,
  lifecycleEvent,
  privateMessageEvent,
  type OneBotEvent,
  type Segment,
} from '../../src/onebot/index.ts';

const segments: Segment[] = [
  { type: 'reply', data: { id: 4700 } },
  { type: 'at', data: { qq: 20001, name: 'bot', role: null } },
  { type: 'text', data: { text: ' pi' } },
  { type: 'text', data: { text: 'ng' } },
];
const base = {
  timeSeconds: 1767225600.9,
  selfId: 20001,
  messageId: 4711,
  messageSeq: 88,
  userId: 10002,
  nickname: 'Li',
  segments,
};
const group = groupMessageEvent({ ...base, format: 'array', groupId: 30001, groupName: 'ops', role: 'admin' });

test('a group message is the documented example', () => {
  assert.deepEqual(group, {
    time: 1767225600,
    self_id: 20001,
    post_type: 'message',
    message_type: 'group',
    sub_type: 'normal',
    message_id: 4711,
    message_seq: 88,
    real_id: 88,
    user_id: 10002,
    group_id: 30001,
    group_name: 'ops',
    font: 14,
    message_format: 'array',
    message: [
      { type: 'reply', data: { id: '4700' } },
      { type: 'at', data: { qq: '20001', name: 'bot' } },
      { type: 'text', data: { text: ' ping' } },
    ],
    raw_message: '[CQ:reply,id=4700][CQ:at,qq=20001,name=bot] ping',
    sender: { user_id: 10002, nickname: 'Li', card: '', role: 'admin', title: '', level: '1', sex: 'unknown', age: 0, area: '' },
  });
});

test('in string format the message is the raw message', () => {
  const event = privateMessageEvent({ ...base, format: 'string' });
  assert.equal(event.message, event.raw_message);
  assert.equal(event.message_format, 'string');
  assert.equal(event.sub_type, 'friend');
});

test('replayed and own messages say so', () => {
  assert.deepEqual(privateMessageEvent({ ...base, format: 'array', replayed: true }).hufu, { replayed: true });
  const own = privateMessageEvent({ ...base, format: 'array', sentTo: 10002 });
  assert.deepEqual([own.post_type, own.message_type, own.target_id], ['message_sent', 'private', 10002]);
});

test('meta events have the fields that clients read first', () => {
  assert.deepEqual(lifecycleEvent({ timeSeconds: 5, selfId: 20001 }), {
    time: 5,
    self_id: 20001,
    post_type: 'meta_event',
    meta_event_type: 'lifecycle',
    sub_type: 'connect',
  });
  assert.deepEqual(heartbeatEvent({ timeSeconds: 5, selfId: 20001, status: { online: true, good: false }, intervalMs: 30000 }), {
    time: 5,
    self_id: 20001,
    post_type: 'meta_event',
    meta_event_type: 'heartbeat',
    status: { online: true, good: false },
    interval: 30000,
  });
});

test('no event has an echo, a null, or lacks a key that some client needs', () => {
  const common = ['time', 'self_id', 'post_type'];
  const message = [
    ...common,
    'message_type',
    'sub_type',
    'message_id',
    'message_seq',
    'user_id',
    'message',
    'message_format',
    'raw_message',
    'font',
    'sender',
  ];
  const meta = [...common, 'meta_event_type'];
  const cases: [OneBotEvent, string[]][] = [
    [group, [...message, 'group_id']],
    [privateMessageEvent({ ...base, format: 'array' }), message],
    [privateMessageEvent({ ...base, format: 'string', segments: [], replayed: true }), message],
    [lifecycleEvent({ timeSeconds: 5, selfId: 1 }), [...meta, 'sub_type']],
    [
      heartbeatEvent({ timeSeconds: 5, selfId: 1, status: { online: true, good: true }, intervalMs: 1 }),
      [...meta, 'status', 'interval'],
    ],
  ];
  for (const [event, keys] of cases) {
    const text = JSON.stringify(event);
    for (const key of keys) assert.ok(Object.hasOwn(event, key), key);
    assert.ok(!Object.hasOwn(event, 'echo'));
    assert.ok(!text.includes(':null'), text);
  }
});
