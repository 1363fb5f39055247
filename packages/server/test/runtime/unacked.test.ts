import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Delivery } from '../../src/runtime/session.ts';
import { Unacked } from '../../src/runtime/unacked.ts';
import { channelOf, memberOf, stateOf } from '../support/memory-world.ts';

const state = stateOf(channelOf(1, 1, 'a@b'), [memberOf(1), memberOf(2)]);

function delivery(id: number, bytes: number): Delivery {
  const rest = { ch: 1, seq: id, sender: 1, clientMsgNo: `${id}`, flags: 0, tsMs: 1, expireSeconds: 0, topic: '' };
  return { message: { ...rest, id, payload: new Uint8Array(bytes) }, state, senderUid: 'a' };
}

it('what is kept for a client that never acknowledges is bounded in number and in bytes', () => {
  const small = new Unacked();
  for (let id = 1; id <= 5000; id += 1) small.add(delivery(id, 10), 0);
  assert.equal(small.size, 1024);
  const large = new Unacked();
  for (let id = 1; id <= 500; id += 1) large.add(delivery(id, 30_000), 0);
  assert.equal(large.size, 34);
  const again: number[] = [];
  large.resend(60_000, ({ message }) => again.push(message.id));
  assert.deepEqual([again[0], again.at(-1)], [467, 500], 'the newest are kept');
  for (const id of again) large.acknowledge({ messageId: BigInt(id), flags: 0 });
  assert.equal(large.size, 0);
});
