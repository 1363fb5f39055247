import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { refuse } from '../../src/kernel/outcome.ts';
import { type DecisionInput, DecisionRecorder } from '../../src/policy/decisions/recorder.ts';
import { MemoryDecisions, NOW_MS } from './policy-world.ts';

let store: MemoryDecisions;
let recorder: DecisionRecorder;
let nowMs = NOW_MS;
const log = { info() {}, warn() {}, error() {} };
beforeEach(() => {
  nowMs = NOW_MS;
  store = new MemoryDecisions();
  recorder = new DecisionRecorder(store, log, { now: () => nowMs });
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
  recorder.addEvidence(other, { ownerUid: 'bob' }, 'cred.other_owner');
  const admin = recorder.record(input());
  recorder.addEvidence(admin, { presentedKind: 'admin secret' }, 'cred.wrong_kind');
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
  recorder.addEvidence(id, { nearMiss: 'quotes around it' }, 'cred.near_miss');
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
  recorder.addEvidence(first, { late: true });
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

test('a store that refuses costs records, never an answer', async () => {
  let warned = 0;
  const failing = Object.assign(new MemoryDecisions(), { put: async () => refuse('srv.store_unavailable') });
  const broken = new DecisionRecorder(failing, { ...log, warn: () => (warned += 1) });
  const id = broken.record(input());
  await broken.flush();
  assert.equal(warned, 1);
  assert.ok(await broken.explain(id, { kind: 'operator' }));
});
