import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { definitionOf, wireOf } from '@hufu/refusals';
import type { BotClient } from '../../src/domain/model.ts';
import { refuse } from '../../src/kernel/outcome.ts';
import { openAdminSecret } from '../../src/policy/credentials/admin-secret.ts';
import { createBotTokens } from '../../src/policy/credentials/bot-token.ts';
import { extractCredential } from '../../src/policy/credentials/extract.ts';
import { openKeyring } from '../../src/policy/credentials/keyring.ts';
import { LoginLock, makeVerifier, verifyPassword } from '../../src/policy/credentials/passwords.ts';
import { PolicyWorld } from './policy-world.ts';

let world: PolicyWorld;
beforeEach(() => {
  world = new PolicyWorld();
});
afterEach(() => world.close());

test('the keys are files of mode 0600 and stay the same', () => {
  const folder = join(world.folder, 'keys');
  assert.deepEqual(readdirSync(folder).sort(), ['master', 'pepper']);
  for (const name of ['master', 'pepper']) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  const again = openKeyring(world.folder);
  assert.deepEqual(again.hash('x'), world.keyring.hash('x'));
  assert.match(again.fingerprint('x'), /^[0-9a-f]{8}$/);
  assert.ok(
    !Buffer.from(again.hash('x')).toString('hex').startsWith(again.fingerprint('x')),
    'a fingerprint tells nothing of the stored hash',
  );
});

test('a damaged key file stops the start instead of making other keys', () => {
  const path = join(world.folder, 'keys', 'pepper');
  writeFileSync(path, 'short');
  assert.throws(() => openKeyring(world.folder), /must hold 32 bytes/);
  assert.equal(readFileSync(path, 'utf8'), 'short');
});

test('sealed secrets open again, and not when a bit differs', () => {
  const sealed = world.keyring.seal('bot token ✓');
  const opened = world.keyring.open(sealed);
  assert.ok(opened.ok && opened.value === 'bot token ✓');
  assert.notDeepEqual(world.keyring.seal('bot token ✓'), sealed);
  for (const at of [0, 13, sealed.length - 1]) {
    const changed = Uint8Array.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(world.keyring.open(changed).ok, false);
  }
  assert.equal(world.keyring.open(new Uint8Array(5)).ok, false);
});

test('the admin secret is generated once, shown once, and kept as a hash only', async () => {
  const first = await openAdminSecret(world.directory, world.keyring, '');
  assert.match(first.generated ?? '', /^hfa_/);
  assert.ok(!JSON.stringify([...world.settings]).includes(first.generated ?? 'none'));
  const second = await openAdminSecret(world.directory, world.keyring, '');
  assert.equal(second.generated, null);
  assert.equal(second.matches(first.generated ?? ''), true);
  for (const wrong of ['', 'hfa_', `${first.generated} `]) assert.equal(second.matches(wrong), false);
});

test('a given admin secret is used and never shown', async () => {
  const given = await openAdminSecret(world.directory, world.keyring, 'from the environment');
  assert.equal(given.generated, null);
  assert.equal((await openAdminSecret(world.directory, world.keyring, '')).matches('from the environment'), true);
});

test('a secret that cannot be kept is not handed out', async () => {
  const directory = { ...world.directory, saveSetting: async () => refuse('srv.store_unavailable') };
  await assert.rejects(openAdminSecret(directory, world.keyring, ''), /srv\.store_unavailable/);
});

test('passwords are verified, and nobody costs the same as somebody', async () => {
  const made = await makeVerifier('correct horse');
  assert.ok(made.ok && made.value.startsWith('argon2id$') && !made.value.includes('correct'));
  const answers = await Promise.all([
    verifyPassword('correct horse', made.value),
    verifyPassword('wrong horse', made.value),
    verifyPassword('correct horse', null),
  ]);
  assert.deepEqual(
    answers.map((one) => one.ok && one.value),
    [true, false, false],
  );
  assert.equal((await makeVerifier('short')).ok, false);
  const again = await makeVerifier('correct horse');
  assert.ok(again.ok && again.value !== made.value, 'salted');
});

test('ten failures lock one address for a minute, and no other one', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 9; one += 1) lock.failed('alice', '192.0.2.1', 1000);
  assert.equal(lock.waitSeconds('alice', '192.0.2.1', 1000), 0);
  lock.failed('alice', '192.0.2.1', 1000);
  assert.equal(lock.waitSeconds('alice', '192.0.2.1', 1000), 60);
  assert.equal(lock.waitSeconds('alice', '192.0.2.2', 1000), 0);
  assert.equal(lock.waitSeconds('alice', '192.0.2.1', 61_001), 0);
  lock.succeeded('alice', '192.0.2.1');
  assert.equal(lock.waitSeconds('alice', '192.0.2.1', 1000), 0);
});

test('counted failures stay bounded', () => {
  const lock = new LoginLock();
  for (let one = 0; one < 10; one += 1) lock.failed('first', 'a', 0);
  for (let one = 0; one < 10_000; one += 1) lock.failed(`uid${one}`, 'a', 0);
  assert.equal(lock.waitSeconds('first', 'a', 0), 0, 'the oldest entry made room');
});

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const extractions: [string, Record<string, string>, string][] = [
  ['header token', { token: 'T' }, 'T'],
  ['Bearer', { authorization: 'Bearer T' }, 'T'],
  ['bearer in small letters', { authorization: 'bearer T' }, 'T'],
  ['scheme Token', { authorization: 'Token T' }, 'T'],
  ['Basic password', { authorization: basic('admin:T:with colon') }, 'T:with colon'],
  ['the same value twice', { token: 'T', authorization: 'Bearer T' }, 'T'],
  ['nothing', {}, 'cred.missing'],
  ['an empty header', { token: '' }, 'cred.missing'],
  ['two different values', { token: 'A', authorization: 'Bearer B' }, 'cred.ambiguous'],
  ['Bearer without a value', { authorization: 'Bearer ' }, 'cred.malformed'],
  ['an unknown scheme', { authorization: 'Digest abc' }, 'cred.malformed'],
  ['no scheme', { authorization: 'justatoken' }, 'cred.malformed'],
  ['Basic without a colon', { authorization: basic('T') }, 'cred.malformed'],
  ['a header of 5000 characters', { authorization: `Bearer ${'x'.repeat(5000)}` }, 'cred.malformed'],
  ['a token header of 5000 characters', { token: 'x'.repeat(5000) }, 'cred.malformed'],
];
for (const [name, headers, expected] of extractions) {
  test(`reads the credential of a request with ${name}`, () => {
    const found = extractCredential(headers, true);
    assert.equal(found.ok ? found.value.value : found.refusal.code, expected);
    if (!found.ok) assert.ok(!JSON.stringify(found.refusal).includes('justatoken'), 'a token without a scheme is no evidence');
  });
}

test('what looks like a scheme but may be a token is no evidence', () => {
  const found = extractCredential({ authorization: 'CANARY-half another-half' }, true);
  assert.ok(!found.ok && !/canary/i.test(JSON.stringify(found.refusal)));
});

test('Basic counts only where it is allowed', () => {
  const found = extractCredential({ authorization: basic('admin:T') }, false);
  assert.ok(!found.ok && found.refusal.code === 'cred.malformed');
});

const clientOf = (id: string, token: string | null, patch: Partial<BotClient> = {}): BotClient => ({
  id,
  botUid: 'bot',
  name: id,
  kind: 'forward',
  url: null,
  tokenHash: token === null ? null : world.keyring.hash(token),
  sealedToken: null,
  format: 'array',
  heartbeatMs: 30_000,
  queryToken: false,
  replayMaxEvents: 0,
  replayMaxAgeSeconds: 0,
  enabled: true,
  fromFile: false,
  ...patch,
});

test('a bot token names its client; changes count at once', async () => {
  world.account('bot', { kind: 'bot' });
  const tokens = createBotTokens([clientOf('one', 'T1'), clientOf('two', 'T2', { enabled: false }), clientOf('three', null)], {
    keyring: world.keyring,
    users: world.users,
  });
  const codeOf = async (token: string) => {
    const found = await tokens.identify(token);
    return found.ok ? found.value.client.id : found.refusal.code;
  };
  assert.equal(await codeOf('T1'), 'one');
  assert.equal(await codeOf('T2'), 'onebot.bot_unbound');
  assert.equal(await codeOf('T3'), 'cred.unknown');
  assert.equal(await codeOf(''), 'cred.unknown');
  tokens.apply([{ kind: 'botClient.saved', client: clientOf('one', 'T1-new') }]);
  assert.deepEqual([await codeOf('T1'), await codeOf('T1-new')], ['cred.unknown', 'one']);
  assert.equal(tokens.isBotToken('T1-new'), true);
  assert.deepEqual(tokens.classify(' T1-new\n').code, 'cred.near_miss');
  assert.deepEqual(tokens.classify('nothing').code, 'cred.unknown');
  tokens.apply([{ kind: 'botClient.removed', client: clientOf('one', null) }]);
  assert.equal(await codeOf('T1-new'), 'cred.unknown');
});

test('a client whose stored token is empty is opened by nothing', async () => {
  world.account('bot', { kind: 'bot' });
  const tokens = createBotTokens([clientOf('empty', '')], { keyring: world.keyring, users: world.users });
  const found = await tokens.identify('');
  assert.ok(!found.ok);
  assert.equal(definitionOf(found.refusal.code).publicCode, 'cred.rejected');
  assert.equal(wireOf(found.refusal.code).onebotHttp, 403);
});
