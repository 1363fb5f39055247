import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused } from '../../src/kernel/outcome.ts';
import { ThreadClient } from '../../src/store/sqlite/client.ts';

type Calls = { life(): number; die(): never };

test('a store thread that dies refuses what waits for it, and is there again by itself', { timeout: 30_000 }, async (t) => {
  let lives = 0;
  const { client } = await ThreadClient.start({
    url: new URL('./support/mortal-thread.ts', import.meta.url),
    data: () => ({ life: ++lives }),
    maxPending: 3,
  });
  t.after(() => client.end());
  assert.equal(await client.call<Calls, 'life'>('life'), 1);
  const codeOf = (call: Promise<number>): Promise<string> =>
    call.then(
      () => 'answered',
      (error: unknown) => (error instanceof Refused ? error.refusal.code : String(error)),
    );
  const dying = client.call<Calls, 'die'>('die');
  const behind = client.call<Calls, 'life'>('life');
  assert.deepEqual(await Promise.all([codeOf(dying), codeOf(behind)]), ['srv.store_unavailable', 'srv.store_unavailable']);
  let code = '';
  for (let tries = 0; tries < 200 && code !== 'answered'; tries += 1) {
    code = await codeOf(client.call<Calls, 'life'>('life'));
    assert.ok(['answered', 'srv.store_unavailable'].includes(code), code);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await client.call<Calls, 'life'>('life'), 2);
});

test('no more calls wait for a store thread than it was told', async (t) => {
  const { client } = await ThreadClient.start({
    url: new URL('./support/mortal-thread.ts', import.meta.url),
    data: () => ({ life: 1 }),
    maxPending: 3,
  });
  t.after(() => client.end());
  const calls = Array.from({ length: 5 }, () => client.call<Calls, 'life'>('life').catch((error: unknown) => error));
  const answers = await Promise.all(calls);
  assert.deepEqual(answers.slice(0, 3), [1, 1, 1]);
  for (const answer of answers.slice(3)) assert.equal(answer instanceof Refused && answer.refusal.code, 'srv.overloaded');
});
