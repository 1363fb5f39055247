import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLocalBus } from '../../src/bus/local.ts';
import type { User } from '../../src/domain/model.ts';
import type { Directory } from '../../src/domain/ports.ts';
import { UserCache } from '../../src/runtime/user-cache.ts';
import { userOf } from '../support/memory-world.ts';

function cacheOver(read: () => Promise<User | null>) {
  const directory: Pick<Directory, 'user' | 'usersByInt' | 'ensureUser' | 'ensurePeople'> = {
    user: read,
    usersByInt: async () => [await read()].filter((user) => user !== null),
    ensureUser: () => Promise.reject(new Error('nobody is made here')),
    ensurePeople: () => Promise.reject(new Error('nobody is made here')),
  };
  return new UserCache(directory, createLocalBus(), 2);
}

it('an account that is banned while it is read is not remembered as it was before', async () => {
  const answer = Promise.withResolvers<User | null>();
  let next: Promise<User | null> = answer.promise;
  const cache = cacheOver(() => next);
  const first = cache.get('a');
  const banned = userOf(1, 'a', { banned: true });
  cache.apply([{ kind: 'user.saved', user: banned }]);
  next = Promise.resolve(banned);
  answer.resolve(userOf(1, 'a'));
  await first;
  assert.equal((await cache.get('a'))?.banned, true);
  assert.equal(cache.peekInt(1)?.banned, true);
});

it('remembers so many accounts and not more, the oldest leaves first', async () => {
  let u = 0;
  const cache = cacheOver(() => Promise.resolve(userOf(++u, `u${u}`)));
  for (const uid of ['u1', 'u2', 'u3']) await cache.get(uid);
  assert.deepEqual(
    ['u1', 'u2', 'u3'].map((uid) => cache.peek(uid)?.u),
    [undefined, 2, 3],
  );
  assert.equal(cache.peekInt(1), undefined);
});
