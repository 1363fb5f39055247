import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { startAll } from './start-all.ts';

/** Something that is open once the event loop has turned that often. */
function opening(turns: number) {
  const one = {
    state: 'starting',
    async close() {
      await tick();
      one.state = 'closed';
    },
  };
  const open = async () => {
    for (let turn = 0; turn < turns; turn += 1) await tick();
    one.state = 'open';
    return one;
  };
  return { one, open };
}

test('when one of many cannot start, those before and those after it are closed, and its cause is told', async () => {
  const [early, late] = [opening(0), opening(5)];
  const failing = async () => {
    await tick();
    throw new Error('package missing');
  };
  await assert.rejects(startAll([early.open(), failing(), Promise.resolve('an address'), late.open()]), /package missing/);
  assert.deepEqual([early.one.state, late.one.state], ['closed', 'closed']);
});

test('when all start, they are given in their order and stay open', async () => {
  const [late, early] = [opening(5), opening(0)];
  assert.deepEqual(await startAll([late.open(), early.open(), 'an address']), [late.one, early.one, 'an address']);
  assert.deepEqual([late.one.state, early.one.state], ['open', 'open']);
});
