import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../refusals/support/http.ts';
import { openRpc } from '../refusals/support/rpc.ts';
import { ADMIN, freshAddress } from '../refusals/support/server.ts';
import { openWorld, PASSWORD, type World } from '../refusals/support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const login = (from: string, uid: string, password: string) => post(from, '/api/v1/auth/login', { uid, password });
const operator = (from: string, secret: string) => post(from, '/api/v1/auth/operator', { secret });
const post = (from: string, path: string, body: object) =>
  call({
    to: world.server.at.http,
    from,
    method: 'POST',
    path,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

test('a stranger who guesses locks out the own address, and never the account', async () => {
  const stranger = freshAddress();
  for (let one = 0; one < 10; one += 1) assert.equal((await login(stranger, 'alice', 'wrong password')).status, 401);
  const locked = await login(stranger, 'alice', PASSWORD);
  assert.deepEqual([locked.status, locked.json['code']], [429, 'cred.login_locked']);
  assert.ok(Number(locked.headers['retry-after']) > 0);
  assert.equal((await login(freshAddress(), 'alice', PASSWORD)).status, 200, 'the owner comes from elsewhere');
  assert.equal((await login(stranger, 'zoe', PASSWORD)).status, 200, 'others at this address are not locked out');
  assert.equal((await world.api(world.sessions.alice, 'GET', '/api/v1/me')).status, 200, 'who is signed in stays so');
});

test('guesses at the same time are no more than ten either', async () => {
  const stranger = freshAddress();
  const answers = await Promise.all(Array.from({ length: 40 }, () => login(stranger, 'zoe', 'wrong password')));
  assert.equal(answers.filter((answer) => answer.status === 401).length, 10);
  assert.equal(answers.filter((answer) => answer.status === 429).length, 30);
});

test('a new password signs the person out everywhere, the same one nowhere', async () => {
  const { zoe } = world.sessions;
  const me = () => world.api(zoe, 'GET', '/api/v1/me');
  const page = await openRpc('ws', world.server.at.ws, freshAddress());
  assert.match(await page.call('connect', { uid: 'zoe', token: zoe, deviceFlag: 1, deviceId: 'page' }), /"reasonCode":1/);
  const phone = await openRpc('ws', world.server.at.ws, freshAddress());
  assert.match(await phone.call('connect', { uid: 'zoe', token: 'zoe-web', deviceFlag: 1, deviceId: 'phone' }), /"reasonCode":1/);
  const reset = (password: string) => world.admin('/api/v1/users', { uid: 'zoe', name: 'zoe', password }, freshAddress());
  assert.equal((await reset(PASSWORD)).status, 200);
  assert.equal((await me()).status, 200);
  assert.equal((await reset('quite another sentence')).status, 200);
  assert.match(await page.heard('disconnect'), /cred\.rejected/);
  assert.equal((await page.closed).code, 4401);
  assert.match(await phone.call('ping', {}), /"result"/, 'a token of the back end is no matter of the password');
  phone.close();
  assert.equal((await me()).status, 401);
  assert.equal((await login(freshAddress(), 'zoe', PASSWORD)).status, 401);
  assert.equal((await login(freshAddress(), 'zoe', 'quite another sentence')).status, 200);
});

/** A live connection of alice. */
async function live(token: string, deviceId: string) {
  const tap = await openRpc('ws', world.server.at.ws, freshAddress());
  assert.match(await tap.call('connect', { uid: 'alice', token, deviceFlag: 1, deviceId }), /"reasonCode":1/);
  return tap;
}

const signOut = (token: string) => world.api(token, 'POST', '/api/v1/auth/logout', {});

test('who signs out on one device stays connected on the others, and on no tab of that one', async () => {
  const [here, elsewhere] = [await world.sessionOf('alice'), await world.sessionOf('alice')];
  const tabs = [await live(here, 'tab 1'), await live(here, 'tab 2')];
  const others = [await live(elsewhere, 'laptop'), await live('alice-web', 'of the back end')];
  assert.equal((await signOut(here)).status, 200);
  for (const tab of tabs) {
    assert.match(await tab.heard('disconnect'), /The token is not valid here\. \(cred\.rejected; req=hr_/);
    assert.match((await tab.closed).reason, /^cred\.rejected; req=hr_/);
  }
  for (const other of others) {
    assert.match(await other.call('ping', {}), /"result"/);
    other.close();
  }
  assert.equal((await signOut(elsewhere)).status, 200);
});

test('a connection that was being let in while its session was ended does not stay', async () => {
  const token = await world.sessionOf('alice');
  const { directory } = world.server.core;
  const { sessionByHash } = directory;
  directory.sessionByHash = async (hash) => {
    directory.sessionByHash = sessionByHash;
    const found = await directory.sessionByHash(hash);
    assert.equal((await signOut(token)).status, 200);
    return found;
  };
  const late = await live(token, 'late');
  assert.match(await late.heard('disconnect'), /cred\.rejected/);
  assert.equal((await late.closed).code, 4401);
});

test('the operator’s login is locked in the same way, and no uid can use up its tries', async () => {
  const stranger = freshAddress();
  for (let one = 0; one < 10; one += 1) assert.equal((await login(stranger, 'operator', 'wrong password')).status, 401);
  assert.equal((await operator(stranger, ADMIN)).status, 200, 'an account of that name is another one');
  for (let one = 0; one < 10; one += 1) assert.equal((await operator(stranger, 'wrong')).status, 401);
  assert.equal((await operator(stranger, ADMIN)).status, 429);
  assert.equal((await operator(freshAddress(), ADMIN)).status, 200);
});
