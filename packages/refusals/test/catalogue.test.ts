import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionOf, isRefusalCode, type RefusalCode, refusalCodes, wireOf, wkReasonForWeb } from '@hufu/refusals';
import { operatorText, personText } from '@hufu/refusals/texts';

const codes = Object.keys(refusalCodes).filter(isRefusalCode);

test('every code has a safe sentence in both languages that takes no values', () => {
  for (const code of codes) {
    const { zh, en } = definitionOf(code).public;
    for (const sentence of [zh, en]) {
      assert.ok(sentence.length >= 3, code);
      // A sentence with a placeholder could carry what was seen to a stranger.
      assert.doesNotMatch(sentence, /[{}$<>]|%[sd]/, `${code}: ${sentence}`);
    }
    assert.match(zh, /\p{Script=Han}/u, code);
    assert.doesNotMatch(en, /\p{Script=Han}/u, code);
  }
});

test('every code has title, meaning, check and fix in both languages', () => {
  for (const code of codes) {
    const { zh, en } = operatorText(code);
    for (const part of ['title', 'meaning', 'check', 'fix'] as const) {
      assert.match(zh[part], /\p{Script=Han}/u, `${code} zh ${part}`);
      assert.ok(en[part].length > 3, `${code} en ${part}`);
      assert.doesNotMatch(en[part], /\p{Script=Han}/u, `${code} en ${part}`);
    }
    assert.notEqual(en.meaning, en.fix, code);
  }
});

/** Met before anybody has an account, by clients of hufu.yaml, at the start, or by the doctor: no person is told them. */
const NO_PERSONS =
  /^(nacos|remote)\.|^cors\.|^ws\.|^http\.(host|upgrade)_|^cred\.(rejected|login_failed|login_locked|other_owner)$|^rate\.handshake$|^wk\.auth_timeout$|^scope\.missing$|^im\.channel_missing$|^srv\.(data_|listener_)/;
const OPERATORS =
  /admin secret|管理密钥|hufu\.yaml|HUFU_|hufu explain|POST \/(channel|message|api\/v1\/users)|journalctl|df -h|ulimit|log of the server|服务器日志/;

test('what a person reads is something that a person can do', () => {
  for (const code of codes.filter((one) => !NO_PERSONS.test(one))) {
    for (const words of Object.values(personText(code))) {
      assert.doesNotMatch(words.check, OPERATORS, code);
      assert.doesNotMatch(words.fix, OPERATORS, code);
    }
    const { zh, en } = personText(code);
    for (const part of ['check', 'fix'] as const) {
      assert.match(zh[part], /\p{Script=Han}/u, `${code} zh ${part}`);
      assert.doesNotMatch(en[part], /\p{Script=Han}/u, `${code} en ${part}`);
    }
  }
});

test('the public code of every cause is itself a declared code', () => {
  for (const code of codes) assert.ok(isRefusalCode(definitionOf(code).publicCode), code);
});

test('causes that share a public code are the same on every wire', () => {
  const first = new Map<string, RefusalCode>();
  for (const code of codes) {
    const { publicCode, ...definition } = definitionOf(code);
    const other = first.get(publicCode);
    if (other === undefined) first.set(publicCode, code);
    else {
      assert.deepEqual(wireOf(code), wireOf(other), `${code} and ${other}`);
      assert.deepEqual(definition, { ...definition, ...withoutPublicCode(other) }, `${code} and ${other}`);
    }
  }
});

test('what would tell whether an account or token exists is never public', () => {
  for (const code of [
    'cred.unknown',
    'cred.mismatch',
    'cred.near_miss',
    'cred.not_issued',
    'cred.other_owner',
    'wk.reserved_identity',
  ] as const) {
    assert.equal(definitionOf(code).publicCode, 'cred.rejected', code);
  }
});

test('a group that does not exist and a group of others are one answer', () => {
  assert.equal(definitionOf('im.channel_missing').publicCode, 'im.not_member');
});

test('every wire number is one that clients know', () => {
  for (const code of codes) {
    const wire = wireOf(code);
    assert.ok(wire.wkReason >= 2 && wire.wkReason <= 27, code);
    assert.notEqual(wire.wkReason, 26, code);
    assert.ok(wire.http >= 400 && wire.http < 600, code);
    assert.ok(wire.wsHandshake >= 400 && wire.wsHandshake < 600, code);
    assert.ok((wire.wsClose >= 1002 && wire.wsClose <= 1013) || (wire.wsClose >= 4400 && wire.wsClose < 4600), code);
    assert.ok(wire.onebotRetcode >= 1200 && wire.onebotRetcode < 1600, code);
  }
});

test('messaging refusals carry the reasons that WuKongIM clients expect', () => {
  const reasons: [RefusalCode, number][] = [
    ['im.not_member', 3],
    ['im.blacklisted', 4],
    ['im.not_whitelisted', 13],
    ['im.channel_missing', 3],
    ['im.disbanded', 24],
    ['im.send_banned', 25],
    ['im.channel_banned', 19],
    ['im.payload_invalid', 9],
    ['im.msg_key', 8],
    ['im.channel_invalid', 16],
    ['im.channel_type_unsupported', 23],
    ['im.not_friend', 11],
  ];
  for (const [code, reason] of reasons) assert.equal(wireOf(code).wkReason, reason, code);
});

test('the JS SDK gets only reasons that it knows', () => {
  for (const code of codes) assert.ok(wkReasonForWeb(code) <= 23, code);
  assert.equal(wkReasonForWeb('im.disbanded'), 5);
  assert.equal(wkReasonForWeb('im.send_banned'), 11);
  assert.equal(wkReasonForWeb('im.not_member'), 3);
});

function withoutPublicCode(code: RefusalCode): object {
  const { publicCode: _, ...rest } = definitionOf(code);
  return rest;
}
