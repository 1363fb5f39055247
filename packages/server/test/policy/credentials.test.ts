import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { definitionOf, wireOf } from '@hufu/refusals';
import { refuse } from '../../src/kernel/outcome.ts';
import { openAdminSecret } from '../../src/policy/credentials/admin-secret.ts';
import { extractCredential, hasTokenInQuery } from '../../src/policy/credentials/extract.ts';
import { openKeyring } from '../../src/policy/credentials/keyring.ts';
import { makeVerifier, verifyPassword } from '../../src/policy/credentials/passwords.ts';
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
  await first.keep();
  assert.ok(!JSON.stringify([...world.settings]).includes(first.generated ?? 'none'));
  const second = await openAdminSecret(world.directory, world.keyring, '');
  assert.equal(second.generated, null);
  assert.equal(second.matches(first.generated ?? ''), true);
  for (const wrong of ['', 'hfa_', `${first.generated} `]) assert.equal(second.matches(wrong), false);
});

test('a first start that fails before it has shown the admin secret does not lock the operator out', async () => {
  const failed = await openAdminSecret(world.directory, world.keyring, '');
  const second = await openAdminSecret(world.directory, world.keyring, '');
  assert.match(second.generated ?? '', /^hfa_/);
  assert.equal(second.matches(failed.generated ?? ''), false);
});

test('a given admin secret is used and never shown', async () => {
  const given = await openAdminSecret(world.directory, world.keyring, 'from the environment');
  assert.equal(given.generated, null);
  await given.keep();
  assert.equal((await openAdminSecret(world.directory, world.keyring, '')).matches('from the environment'), true);
});

test('an admin secret that can be guessed is known as such: short, or of few different characters', async () => {
  const isWeak = async (given: string) => (await openAdminSecret(world.directory, world.keyring, given)).isWeak;
  for (const weak of ['admin', 'fifteen letters', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '1234512345123451234512345'])
    assert.equal(await isWeak(weak), true, weak);
  for (const strong of ['sixteen letters!', '0f1e2d3c4b5a6978', '8301749265018374', ''])
    assert.equal(await isWeak(strong), false, strong);
});

test('a secret that cannot be kept is told so, and not handed out', async () => {
  const directory = { ...world.directory, saveSetting: async () => refuse('srv.store_unavailable') };
  const kept = await (await openAdminSecret(directory, world.keyring, '')).keep();
  assert.equal(kept.ok ? '' : kept.refusal.code, 'srv.store_unavailable');
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
    const found = extractCredential({ headers, queryToken: false }, true);
    assert.equal(found.ok ? found.value.value : found.refusal.code, expected);
    if (!found.ok) assert.ok(!JSON.stringify(found.refusal).includes('justatoken'), 'a token without a scheme is no evidence');
  });
}

test('what looks like a scheme but may be a token is no evidence', () => {
  const found = extractCredential({ headers: { authorization: 'CANARY-half another-half' }, queryToken: false }, true);
  assert.ok(!found.ok && !/canary/i.test(JSON.stringify(found.refusal)));
});

test('Basic counts only where it is allowed', () => {
  const found = extractCredential({ headers: { authorization: basic('admin:T') }, queryToken: false }, false);
  assert.ok(!found.ok && found.refusal.code === 'cred.malformed');
});

test('a credential in the query is named as being in the wrong place, and a right one in the header goes before it', () => {
  for (const url of ['/x?access_token=T', '/x?a=b&token=T', '/x?API_KEY=T', '/x?secret=T'])
    assert.equal(hasTokenInQuery(url), true, url);
  for (const url of ['/x', '/x?token=', '/x?uid=token', undefined]) assert.equal(hasTokenInQuery(url), false, url);
  const found = extractCredential({ headers: {}, queryToken: true }, true);
  assert.ok(!found.ok && found.refusal.code === 'cred.wrong_place');
  assert.equal(extractCredential({ headers: { token: 'T' }, queryToken: true }, true).ok, true);
});

const botCodeOf = async (token: string) => {
  const found = await world.botTokens.identify(token);
  return found.ok ? found.value.client.id : found.refusal.code;
};

test('a bot token names its client; changes count at once', async () => {
  world.account('helper', { kind: 'bot' });
  const one = world.client('one', 'T1');
  world.client('two', 'T2', { enabled: false });
  world.client('three', null);
  assert.equal(await botCodeOf('T1'), 'one');
  assert.equal(await botCodeOf('T2'), 'onebot.bot_unbound');
  assert.equal(await botCodeOf('T3'), 'cred.unknown');
  assert.equal(await botCodeOf(''), 'cred.unknown');
  world.clients.splice(world.clients.indexOf(one), 1);
  world.client('one', 'T1-new');
  assert.deepEqual([await botCodeOf('T1'), await botCodeOf('T1-new')], ['cred.unknown', 'one']);
});

test('the token of a client that we dial, and the admin secret, are named as another kind to who holds them', async () => {
  world.account('helper', { kind: 'bot' });
  world.client('dialled', 'R1', { kind: 'reverse', url: 'ws://127.0.0.1:1/' });
  for (const [value, kind] of [
    ['R1', 'token of a reverse client'],
    ['the-admin-secret', 'admin secret'],
  ] as const) {
    const found = await world.botTokens.identify(value);
    assert.ok(!found.ok);
    assert.equal(found.refusal.code, 'cred.wrong_kind');
    assert.equal(found.refusal.evidence?.['presentedKind'], kind);
  }
  world.client('both', 'R1');
  assert.equal(await botCodeOf('R1'), 'both', 'the client that may dial us goes first');
});

test('a client whose stored token is empty is opened by nothing', async () => {
  world.account('helper', { kind: 'bot' });
  world.client('empty', null, { tokenHash: world.keyring.hash('') });
  world.client('emptied', null, { tokenHash: new Uint8Array() });
  const found = await world.botTokens.identify('');
  assert.ok(!found.ok);
  assert.equal(definitionOf(found.refusal.code).publicCode, 'cred.rejected');
  assert.equal(wireOf(found.refusal.code).onebotHttp, 403);
});
