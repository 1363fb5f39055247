import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personChannelId } from '../../src/domain/channels/channel-id.ts';

test('a person channel has one id from both sides: the uid with the higher CRC-32 comes first', () => {
  assert.equal(personChannelId('u1', 'u2'), 'u2@u1');
  assert.equal(personChannelId('alice', 'bob'), 'bob@alice');
  assert.equal(personChannelId('bob', 'alice'), 'bob@alice');
  assert.equal(personChannelId('10001', '10002'), '10002@10001');
});
