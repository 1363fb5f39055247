import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refuse } from '../../src/kernel/outcome.ts';
import { type DecisionInput, DecisionRecorder } from '../../src/policy/decisions/recorder.ts';
import type { DecisionStore } from '../../src/domain/decision-store.ts';
import { MemoryDecisions, NOW_MS } from './policy-world.ts';

let store: MemoryDecisions;
let recorder: DecisionRecorder;
let nowMs = NOW_MS;
const log = { info() {}, warn() {}, error() {} };
beforeEach(() => {
  nowMs = NOW_MS;
  store = new MemoryDecisions();
  recorder = new DecisionRecorder(store, log, { now: () => nowMs, isSecret: (word) => word === 'a-known-secret' });
});
afterEach(() => recorder.close());

const input = (patch: Partial<DecisionInput> = {}): DecisionInput => ({
  refusal: refuse('cred.mismatch', { note: 'seen' }).refusal,
  surface: 'wkproto',
  listener: 'tcp',
  peer: '192.0.2.7',
  subjectOfCall: 'CONNECT',
  claimed: { uid: 'alice', deviceFlag: 1 },
  readerUid: 'alice',
  answer: 'CONNACK 2',
  ...patch,
});

test('explains a request id to the operator with cause, evidence and both languages', async () => {
  const explanation = await recorder.explain(recorder.record(input()), { kind: 'operator' });
  assert.ok(explanation);
  assert.equal(explanation.code, 'cred.mismatch');
  assert.equal(explanation.publicCode, 'cred.rejected');
  assert.equal(explanation.timeIso, new Date(NOW_MS).toISOString());
  assert.deepEqual(explanation.claimed, { uid: 'alice', deviceFlag: 1 });
  assert.equal(explanation.evidence['answer'], 'CONNACK 2');
  assert.equal(explanation.evidence['note'], 'seen');
  assert.notEqual(explanation.text.zh.fix, explanation.text.en.fix);
});

test('a person reads what a person can do, and not that a group exists which was never told', async () => {
  const id = recorder.record(input({ refusal: { code: 'im.channel_missing' } }));
  const operator = await recorder.explain(id, { kind: 'operator' });
  assert.deepEqual([operator?.code, operator?.publicCode], ['im.channel_missing', 'im.not_member']);
  assert.match(operator?.text.en.fix ?? '', /admin secret/);
  const own = await recorder.explain(id, { kind: 'person', uid: 'alice' });
  assert.equal(own?.code, 'im.not_member');
  assert.match(own?.text.en.fix ?? '', /Ask any member/);
});

test('a long address or uid of a stranger costs a bounded number of hashes, and hides no secret at the cut', async () => {
  let asked = 0;
  const isSecret = (word: string) => {
    asked += 1;
    return word === 'a-known-secret';
  };
  recorder = new DecisionRecorder(store, log, { isSecret });
  const words = Array.from({ length: 5000 }, (_, index) => `word${index}`).join('/');
  recorder.record(input({ claimed: { uid: words }, subjectOfCall: `GET /${words}` }));
  assert.ok(asked < 300, `${asked} words were hashed`);
  const id = recorder.record(input({ subjectOfCall: `${'x'.repeat(250)} ${'y'.repeat(140)} a-known-secret` }));
  const shown = String((await recorder.explain(id, { kind: 'operator' }))?.evidence['call']);
  assert.ok(shown.length <= 400 && !shown.includes('a-known'), shown);
});

test('an id of somebody else looks like an id that does not exist', async () => {
  const id = recorder.record(input());
  assert.equal(await recorder.explain(id, { kind: 'person', uid: 'bob' }), null);
  assert.equal(await recorder.explain('hr_00000000000000000000000000', { kind: 'person', uid: 'bob' }), null);
  assert.ok(await recorder.explain(id, { kind: 'person', uid: 'alice' }));
});

test('a decision without a reader is for the operator alone', async () => {
  const id = recorder.record(input({ readerUid: null }));
  assert.equal(await recorder.explain(id, { kind: 'person', uid: 'alice' }), null);
});

test('a person cannot read whose token it was, nor that it was the admin secret', async () => {
  const other = recorder.record(input());
  recorder.addEvidence(other, { evidence: { ownerUid: 'bob' }, code: 'cred.other_owner' });
  const admin = recorder.record(input());
  recorder.addEvidence(admin, { evidence: { presentedKind: 'admin secret' }, code: 'cred.wrong_kind' });
  const plain = recorder.record(input());
  const seen = await Promise.all([other, admin, plain].map((id) => recorder.explain(id, { kind: 'person', uid: 'alice' })));
  const shapes = seen.map((one) => JSON.stringify({ ...one, requestId: '' }));
  assert.equal(new Set(shapes).size, 1);
  assert.equal((await recorder.explain(other, { kind: 'operator' }))?.code, 'cred.other_owner');
  const listed = await recorder.list({ kind: 'person', uid: 'alice' }, 10);
  assert.deepEqual([...new Set(listed.map((row) => row.code))], ['cred.mismatch']);
});

test('what is found out later changes cause and evidence, in memory and in the store', async () => {
  const id = recorder.record(input());
  await recorder.flush();
  recorder.addEvidence(id, { evidence: { nearMiss: 'quotes around it' }, code: 'cred.near_miss' });
  await recorder.flush();
  const restarted = new DecisionRecorder(store, log);
  const explanation = await restarted.explain(id, { kind: 'operator' });
  assert.equal(explanation?.code, 'cred.near_miss');
  assert.equal(explanation?.evidence['nearMiss'], 'quotes around it');
});

test('five a second from one address are kept, the rest is counted, and every id still explains itself', async () => {
  const told: string[] = [];
  recorder.onRecorded((_uid, requestId) => told.push(requestId));
  const ids = Array.from({ length: 50 }, () => recorder.record(input()));
  await recorder.flush();
  assert.equal(store.records.size, 5);
  assert.equal(told.length, 5, 'a page is not flooded by a stranger');
  assert.equal(new Set(ids).size, 50);
  assert.equal((await recorder.explain(ids[4] ?? '', { kind: 'operator' }))?.evidence['alsoRefused'], 45);
  assert.ok(await recorder.explain(ids[49] ?? '', { kind: 'operator' }));
  nowMs += 1000;
  recorder.record(input());
  await recorder.flush();
  assert.equal(store.records.size, 6);
});

test('a flood from many addresses keeps 200 a second, and one address does not use up the share of others', async () => {
  for (let one = 0; one < 1000; one += 1) recorder.record(input({ peer: '192.0.2.1' }));
  for (let one = 0; one < 1000; one += 1) recorder.record(input({ peer: `198.51.100.${one}` }));
  await recorder.flush();
  assert.equal(store.records.size, 200);
  assert.equal([...store.records.values()].filter((record) => record.json.includes('192.0.2.1"')).length, 5);
});

test('memory keeps the newest 10 000', async () => {
  const first = recorder.record(input({ peer: 'a' }));
  for (let one = 0; one < 10_000; one += 1) recorder.record(input({ peer: 'b' }));
  recorder.addEvidence(first, { evidence: { late: true } });
  assert.equal((await recorder.explain(first, { kind: 'operator' }))?.evidence['late'], undefined);
});

test('control characters of a peer do not reach terminal or log', async () => {
  const id = recorder.record(
    input({ claimed: { uid: 'a\u001b[2J\nfake line\u202e', deviceId: 'x'.repeat(5000) }, subjectOfCall: 'GET /\r\nX' }),
  );
  const explanation = await recorder.explain(id, { kind: 'operator' });
  const text = `${String(explanation?.claimed['uid'])}${String(explanation?.evidence['call'])}`;
  assert.doesNotMatch(text, /[\p{Cc}\u202e]/u);
  assert.equal(String(explanation?.claimed['deviceId']).length, 400);
});

test('a record holds only the declared fields, so a token beside them is not kept', async () => {
  const withToken = { ...input(), token: 'CANARY-TOKEN', claim: { token: 'CANARY-TOKEN' } };
  recorder.record(withToken);
  await recorder.flush();
  assert.ok(![...store.records.values()].some((record) => record.json.includes('CANARY')));
});

test('a broken record in the store is an unknown id', async () => {
  await store.put([{ id: 'hr_broken', tsMs: 0, code: 'cred.mismatch', subject: null, json: '{' }]);
  assert.equal(await recorder.explain('hr_broken', { kind: 'operator' }), null);
});

for (const [name, put] of [
  ['refuses', async () => refuse('srv.store_unavailable')],
  ['has ended', () => Promise.reject(new Error('the store thread has ended'))],
] as const) {
  test(`a store that ${name} costs no answer: the whole record goes to the log with its id`, async () => {
    const lines: Record<string, unknown>[] = [];
    const failing = Object.assign(new MemoryDecisions(), { put, get: put, list: put });
    const broken = new DecisionRecorder(failing as DecisionStore, { ...log, warn: (fields) => void lines.push(fields) });
    const id = broken.record(input());
    await broken.close();
    assert.equal(lines[0]?.['requestId'], id);
    assert.match(JSON.stringify(lines[0]), /"code":"cred\.mismatch".*"note":"seen"/);
    assert.ok(await broken.explain(id, { kind: 'operator' }));
  });
}

test('while the store cannot be read, known ids still explain themselves and unknown ones are unknown', async () => {
  const down = () => Promise.reject(new Error('the store thread has ended'));
  const broken = new DecisionRecorder(Object.assign(new MemoryDecisions(), { get: down, list: down }), log);
  const id = broken.record(input());
  assert.ok(await broken.explain(id, { kind: 'operator' }));
  assert.equal(await broken.explain('hr_00000000000000000000000000', { kind: 'operator' }), null);
  assert.deepEqual(
    (await broken.list({ kind: 'operator' }, 10)).map((row) => row.requestId),
    [id],
  );
  await broken.close();
});

test('what the peer was told stays what it was told, whatever is found out later', async () => {
  const id = recorder.record(input());
  recorder.addEvidence(id, { evidence: {}, code: 'cred.superseded' });
  const explanation = await recorder.explain(id, { kind: 'operator' });
  assert.deepEqual([explanation?.code, explanation?.publicCode], ['cred.superseded', 'cred.rejected']);
});

test('who was told of a refusal is told again when its real cause is found out', async () => {
  const told: string[] = [];
  recorder.onRecorded((uid, _, code) => told.push(`${uid} ${code}`));
  const id = recorder.record(input({ readerUid: 'ann' }));
  recorder.addEvidence(id, { evidence: { nearMiss: 'none' } });
  recorder.addEvidence(id, { evidence: {}, code: 'cred.superseded' });
  assert.deepEqual(told, ['ann cred.mismatch', 'ann cred.superseded']);
});

test('a live notice says no more than the explanation: not that the value opens another account', async () => {
  const told: string[] = [];
  recorder.onRecorded((uid, _, code) => told.push(`${uid} ${code}`));
  const id = recorder.record(input({ readerUid: 'ann' }));
  recorder.addEvidence(id, { evidence: { ownerUid: 'ben' }, code: 'cred.other_owner' });
  assert.deepEqual(told, ['ann cred.mismatch']);
});

test('the owner of what was almost presented hears of it and may read it, also after a restart', async () => {
  const told: string[] = [];
  const id = recorder.record(input({ readerUid: null }));
  recorder.onRecorded((uid, _, code) => told.push(`${uid} ${code}`));
  recorder.addEvidence(id, { evidence: { nearMiss: 'quotes around it' }, code: 'cred.near_miss', readerUid: 'owner' });
  await recorder.flush();
  assert.deepEqual(told, ['owner cred.near_miss']);
  const restarted = new DecisionRecorder(store, log);
  assert.equal((await restarted.explain(id, { kind: 'person', uid: 'owner' }))?.code, 'cred.near_miss');
  assert.equal(await restarted.explain(id, { kind: 'person', uid: 'somebody else' }), null);
});

test('over the rate of the whole server, a new address is counted into the last record of all', async () => {
  const ids = Array.from({ length: 230 }, (_, at) => recorder.record(input({ peer: `198.51.100.${at}` })));
  await recorder.close();
  assert.equal(store.records.size, 200);
  const last = await recorder.explain(ids[199] ?? '', { kind: 'operator' });
  assert.equal(last?.evidence['alsoRefusedElsewhere'], 30);
  const counted = await recorder.explain(ids[229] ?? '', { kind: 'operator' });
  assert.equal(counted?.evidence['keptInMemoryOnly'], true);
});

test('what looks like a secret is not kept, wherever it stands', async () => {
  const secret = `hfb_${'Aa0'.repeat(12)}`;
  const id = recorder.record(
    input({
      claimed: { uid: secret, deviceId: `Bearer ${secret}` },
      subjectOfCall: `GET /bots/${secret}`,
      refusal: refuse('http.bad_body', {
        reason: 'Unexpected token in {"password":"hunter22","access_token":"T-1"}',
        url: 'ws://bot:hunter22@host/?token=T-1&secret=T-1',
      }).refusal,
    }),
  );
  await recorder.flush();
  const text = JSON.stringify([await recorder.explain(id, { kind: 'operator' }), [...store.records.values()]]);
  for (const planted of [secret, 'hunter22', 'T-1']) assert.ok(!text.includes(planted), `${planted} in ${text}`);
});

test('a secret of this server is masked in addresses and in the fields of others, whatever it looks like', async () => {
  const id = recorder.record(
    input({
      claimed: { uid: 'a-known-secret', deviceId: 'x a-known-secret y' },
      subjectOfCall: 'GET /bots/a-known-secret/clients',
      refusal: refuse('http.route_unknown', { path: '/bots/a-known-secret', uid: 'a-known-secret' }).refusal,
    }),
  );
  await recorder.flush();
  const explanation = await recorder.explain(id, { kind: 'operator' });
  assert.equal(explanation?.evidence['call'], 'GET /bots/‹secret›/clients');
  assert.ok(!JSON.stringify([explanation, [...store.records.values()]]).includes('a-known-secret'));
});
