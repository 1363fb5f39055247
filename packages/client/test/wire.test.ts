import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackoff, decodePayload, encodePayload } from '../src/index.ts';
import { refusalFromRpcError } from '../src/result.ts';
import { eventOf, messageOf, refusalOfClose, refusalOfDisconnect } from '../src/wire.ts';

test('waits double up to the longest, and are spread so that many clients do not return at once', () => {
  const longest = createBackoff(100, 1000, () => 1);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map(() => longest.nextMs()),
    [100, 200, 400, 800, 1000, 1000],
  );
  longest.reset();
  assert.equal(longest.nextMs(), 100);
  assert.equal(createBackoff(100, 1000, () => 0).nextMs(), 50);
});

test('a payload of any size and language comes back as it was', () => {
  const payload = { type: 1, content: `${'虎符🐯'.repeat(5000)}`, mention: { uids: ['a'] } };
  assert.deepEqual(decodePayload(encodePayload(payload)), payload);
  for (const odd of ['', '!!!', btoa('[1]'), btoa('\xff'), 7, null]) assert.equal(decodePayload(odd), null);
});

test('the close and the disconnect of a refused connection say code and request id; others are a lost connection', () => {
  assert.deepEqual(refusalOfClose(4401, 'cred.rejected; req=hr_1'), {
    code: 'cred.rejected',
    message: 'cred.rejected',
    requestId: 'hr_1',
  });
  assert.equal(refusalOfClose(1006, '').code, 'client.unreachable');
  assert.equal(refusalOfClose(1012, 'srv.draining').code, 'client.unreachable');
  assert.deepEqual(refusalOfDisconnect({ reasonCode: 12, reason: 'Signed in elsewhere. (wk.kicked; req=hr_2)' }), {
    code: 'wk.kicked',
    message: 'Signed in elsewhere.',
    requestId: 'hr_2',
  });
  assert.deepEqual(refusalOfDisconnect({ reason: 'bye' }), { code: 'wk.kicked', message: 'bye', requestId: '' });
});

test('a private message that names its receiver is of the conversation with its sender', () => {
  const recv = {
    fromUid: 'ben',
    channelId: 'ann',
    channelType: 1,
    messageId: '9',
    messageSeq: 2,
    timestamp: 5,
    payload: encodePayload({ type: 1 }),
  };
  assert.equal(messageOf('ann', recv).channelId, 'ben');
  assert.equal(messageOf('ann', { ...recv, fromUid: 'ann', channelId: 'ben' }).channelId, 'ben');
  assert.equal(messageOf('ann', recv).timestampMs, 5000);
});

test('events carry their data as text or as an object; one without a type is dropped', () => {
  assert.deepEqual(eventOf({ id: '1', type: 't', timestamp: 3, data: '{"a":1}' }), {
    id: '1',
    type: 't',
    timestampMs: 3,
    data: { a: 1 },
  });
  assert.deepEqual(eventOf({ type: 't', data: { a: 1 } })?.data, { a: 1 });
  assert.deepEqual(eventOf({ type: 't', data: 'no json' })?.data, {});
  assert.equal(eventOf({ data: '{}' }), null);
});

test('a refusal of a call on the live connection keeps its public code and request id; a bare reason code becomes the code', () => {
  assert.deepEqual(refusalFromRpcError({ code: 11, message: 'Muted.', data: { reason: 'im.muted', requestId: 'q' } }), {
    code: 'im.muted',
    message: 'Muted.',
    requestId: 'q',
  });
  assert.equal(refusalFromRpcError({ code: 3 }).code, 'reason.3');
});
