import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCq, toCqString } from '../../src/onebot/cq-code.ts';
import { mergeText, type Segment } from '../../src/onebot/index.ts';

const awkward = fc.constantFrom(
  '&amp;',
  '&#44;',
  '&#91;',
  ',',
  ']',
  '[',
  '=',
  '\n',
  '\r',
  '𠮷',
  '😀',
  '[CQ:',
  '[CQ:at,qq=1]',
  '&',
  ' ',
  '',
);
const value = fc.array(fc.oneof(awkward, fc.string({ unit: 'binary' })), { maxLength: 6 }).map((parts) => parts.join(''));
const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/);
const text = value.map((content): Segment => ({ type: 'text', data: { text: content } }));
const code = fc
  .tuple(
    word.filter((type) => type !== 'text'),
    fc.uniqueArray(fc.tuple(word, value), { selector: ([key]) => key, maxLength: 4 }),
  )
  .map(([type, pairs]): Segment => ({ type, data: Object.fromEntries(pairs) }));

test('any list of segments survives being written and read', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(text, code), { maxLength: 8 }), (segments) => {
      const list = mergeText(segments);
      const read = parseCq(toCqString(list));
      assert.deepEqual(read.map(plain), list.map(plain));
    }),
    { numRuns: 3000, seed: 7 },
  );
});

function plain({ type, data }: Segment): [string, [string, unknown][]] {
  return [type, Object.entries(data)];
}

test('damaged CQ strings are read without an exception, and what is written of them reads the same', () => {
  const piece = fc.constantFrom(
    '[CQ:',
    '[CQ:at',
    ',qq=',
    '1',
    ']',
    '[',
    ',',
    '=',
    '&amp;',
    '&#91;',
    'text',
    '\n',
    '😀',
    '\ud83d',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
      (raw) => {
        const read = parseCq(raw);
        assert.deepEqual(parseCq(toCqString(mergeText(read))), mergeText(read));
      },
    ),
    { numRuns: 3000, seed: 8 },
  );
});

test('the documented vectors', () => {
  assert.deepEqual(parseCq('[CQ:reply,id=4700][CQ:at,qq=20001,name=bot] ping'), [
    { type: 'reply', data: { id: '4700' } },
    { type: 'at', data: { qq: '20001', name: 'bot' } },
    { type: 'text', data: { text: ' ping' } },
  ]);
  assert.deepEqual(parseCq('&#91;CQ:at,qq=1&#93; &amp;#91; &#44;'), [
    { type: 'text', data: { text: '[CQ:at,qq=1] &#91; &#44;' } },
  ]);
  assert.deepEqual(parseCq('[CQ:share,url=http://a/?x=1&amp;y=2&#44;3,title=]'), [
    { type: 'share', data: { url: 'http://a/?x=1&y=2,3', title: '' } },
  ]);
  assert.equal(toCqString([{ type: 'text', data: { text: 'a,b&[c]' } }]), 'a,b&amp;&#91;c&#93;');
  assert.equal(toCqString([{ type: 'face', data: { id: '178', sub_type: 1, raw: null } }]), '[CQ:face,id=178,sub_type=1]');
});

test('brackets that are no code are text', () => {
  for (const raw of [
    '[CQ:',
    '[CQ:]',
    '[CQ:at,qq]',
    '[CQ:at qq=1]',
    '[CQ: at,qq=1]',
    '[CQ:at,qq=1',
    '[CQ:at,=1]',
    '[CQ:at,]',
    '[cq:at,qq=1]',
    '[]',
  ]) {
    assert.deepEqual(parseCq(raw), [{ type: 'text', data: { text: raw } }]);
  }
  assert.deepEqual(parseCq('[CQ:at,x=[CQ:at,qq=2]'), [
    { type: 'text', data: { text: '[CQ:at,x=' } },
    { type: 'at', data: { qq: '2' } },
  ]);
});

test('objects are written as JSON, the content of a node not at all', () => {
  assert.equal(toCqString([{ type: 'keyboard', data: { rows: [{ a: 1 }] } }]), '[CQ:keyboard,rows=&#91;{"a":1}&#93;]');
  assert.equal(toCqString([{ type: 'node', data: { user_id: 1, content: [] } }]), '[CQ:node,user_id=1]');
  const cycle: Record<string, object> = {};
  cycle['self'] = cycle;
  assert.equal(toCqString([{ type: 'json', data: { data: cycle } }]), '[CQ:json]');
});

test('a megabyte of opening brackets is read at once', () => {
  const raw = '[CQ:'.repeat(250_000);
  assert.deepEqual(parseCq(raw), [{ type: 'text', data: { text: raw } }]);
});
