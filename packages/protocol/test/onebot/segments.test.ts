import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_SEGMENTS, normaliseMessage, toBoolean, toMessageId, toNaturalInt, type Segment } from '../../src/onebot/index.ts';

function segmentsOf(input: unknown, autoEscape: unknown = false): Segment[] {
  const result = normaliseMessage(input, { autoEscape });
  assert.ok(result.ok, result.ok ? '' : result.detail);
  return result.segments;
}

function reasonOf(input: unknown): string {
  const result = normaliseMessage(input);
  return result.ok ? 'ok' : result.reason;
}

test('a string, an object, an array and bare strings in it all become segments', () => {
  const at = { type: 'at', data: { qq: '1' } };
  assert.deepEqual(segmentsOf('[CQ:at,qq=1]hi'), [at, { type: 'text', data: { text: 'hi' } }]);
  assert.deepEqual(segmentsOf({ type: 'at', data: { qq: 1 } }), [at]);
  assert.deepEqual(segmentsOf(['a', { type: 'text', data: { text: 'b' } }, '[CQ:at,qq=1]', at]), [
    { type: 'text', data: { text: 'ab' } },
    at,
    at,
  ]);
});

test('auto escape makes a string one text and leaves arrays alone', () => {
  for (const yes of [true, 1, 'true', 'yes']) {
    assert.deepEqual(segmentsOf('[CQ:at,qq=1]&amp;', yes), [{ type: 'text', data: { text: '[CQ:at,qq=1]&amp;' } }]);
  }
  assert.deepEqual(segmentsOf([{ type: 'text', data: { text: '[CQ:at,qq=1]' } }]), [
    { type: 'text', data: { text: '[CQ:at,qq=1]' } },
  ]);
  assert.deepEqual(segmentsOf(['[CQ:face,id=0]'], true), [{ type: 'face', data: { id: '0' } }]);
});

test('null parameters are absent parameters', () => {
  const image = { type: 'image', data: { file: 'http://x/a.png', cache: null, timeout: null, type: null } };
  assert.deepEqual(segmentsOf([image]), [{ type: 'image', data: { file: 'http://x/a.png' } }]);
  assert.equal(reasonOf([{ type: 'at', data: null }]), 'param_missing');
  assert.equal(reasonOf([{ type: 'at', data: { qq: null } }]), 'param_missing');
});

test('each fault has its reason', () => {
  assert.equal(reasonOf(undefined), 'param_missing');
  assert.equal(reasonOf(true), 'param_type');
  assert.equal(reasonOf([[]]), 'param_type');
  assert.equal(reasonOf([{ type: 'text', data: 'x' }]), 'param_type');
  assert.equal(reasonOf([{ type: 'text', data: { text: {} } }]), 'param_type');
  assert.equal(reasonOf([{ data: {} }]), 'param_type');
  assert.equal(reasonOf('[CQ:at,qq=bob]'), 'param_value');
  assert.equal(reasonOf('[CQ:image,url=]'), 'param_missing');
  assert.equal(reasonOf(''), 'empty_message');
  assert.equal(reasonOf([{ type: 'text' }]), 'empty_message');
  assert.equal(reasonOf(Array(MAX_SEGMENTS + 1).fill('a')), 'too_many_segments');
  assert.equal(reasonOf('[CQ:face,id=1]'.repeat(MAX_SEGMENTS + 1)), 'too_many_segments');
});

test('an unknown type is refused with the list of known ones, in a CQ string too', () => {
  const result = normaliseMessage('hi [CQ:Image,file=x]');
  assert.deepEqual(result, {
    ok: false,
    reason: 'segment_unsupported:Image',
    detail: 'message[0]: supported segment types are text, at, reply, face, image',
  });
  assert.equal(reasonOf([{ type: 'redbag', data: {} }]), 'segment_unsupported:redbag');
});

test('no JSON value makes it throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (input) => void normaliseMessage(input)),
    { numRuns: 1000, seed: 9 },
  );
  assert.ok(normaliseMessage(JSON.parse('[{"type":"text","data":{"__proto__":{"a":1},"text":"x"}}]')).ok);
});

test('numbers and booleans come in every spelling that clients use', () => {
  assert.equal(toNaturalInt('0123'), 123);
  assert.equal(toNaturalInt(0), 0);
  for (const bad of [-1, 1.5, '1.5', '-1', '', '1e5', 'abc', null, [], NaN, Infinity, '99999999999999999999'])
    assert.equal(toNaturalInt(bad), null);
  assert.equal(toMessageId('2147483647'), 2147483647);
  for (const bad of ['2147483648', 0]) assert.equal(toMessageId(bad), null);
  for (const yes of [true, 1, '1', 'true', 'yes', 'TRUE']) assert.equal(toBoolean(yes), true);
  for (const no of [false, 0, '0', 'false', 'no']) assert.equal(toBoolean(no), false);
  for (const bad of [2, 'maybe', null, undefined, {}, '']) assert.equal(toBoolean(bad), null);
});
