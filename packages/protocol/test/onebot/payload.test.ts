import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contentToSegments,
  mergeText,
  payloadToSegments,
  segmentsToPayload,
  type Payload,
  type ReportResolvers,
  type Segment,
  type SendResolvers,
} from '../../src/onebot/index.ts';

const people = new Map([
  ['li', 10001],
  ['lisa', 10002],
  ['twin', 10003],
  ['20001', 20001],
]);
const names = new Map([
  ['li', 'Li'],
  ['lisa', 'Lisa'],
  ['twin', 'Li'],
  ['20001', '小 Bot'],
]);
const report: ReportResolvers = {
  numericOf: (uid) => people.get(uid),
  nameOf: (uid) => names.get(uid),
  imageOf: (url) => ({ file: `h:${url}`, url: `http://h${url}` }),
};
const send: SendResolvers = {
  uidOf: (id) => [...people].find(([, numericId]) => numericId === id)?.[0],
  nameOf: (uid) => names.get(uid),
  imageOf: (data) =>
    String(data['file']).startsWith('h:') ? { url: String(data['file']).slice(2), width: 3, height: 4 } : undefined,
  replyOf: (id) => (id === 404 ? undefined : { message_id: String(id), from_uid: 'li', from_name: 'Li' }),
};

const text = (content: string): Segment => ({ type: 'text', data: { text: content } });
const at = (qq: string, name: string): Segment => ({ type: 'at', data: { qq, name } });
const image = (path: string): Segment => ({ type: 'image', data: { file: `h:${path}`, url: `http://h${path}` } });

function stored(segments: Segment[]): Payload {
  const result = segmentsToPayload(segments, send);
  assert.ok(result.ok, result.ok ? '' : result.detail);
  return result.payload;
}

test('an at of a person stands in the content and is an at again for the bot', () => {
  assert.deepEqual(contentToSegments({ type: 1, content: '@小 Bot ping', mention: { uids: ['20001'] } }, report), [
    at('20001', '小 Bot'),
    text(' ping'),
  ]);
  assert.deepEqual(contentToSegments({ type: 1, content: '@Lisa and @Li你好', mention: { uids: ['li', 'lisa'] } }, report), [
    at('10002', 'Lisa'),
    text(' and '),
    at('10001', 'Li'),
    text('你好'),
  ]);
  assert.deepEqual(contentToSegments({ type: 1, content: '@Lisa @Li @Li', mention: { uids: ['li', 'twin'] } }, report), [
    text('@Lisa '),
    at('10001', 'Li'),
    text(' '),
    at('10003', 'Li'),
  ]);
});

test('a mention that stands nowhere in the text still addresses the bot, an unknown one does not', () => {
  assert.deepEqual(
    contentToSegments({ type: 1, content: 'ping', mention: { uids: ['20001', 'ghost', 7] }, reply: { message_id: '5' } }, report),
    [{ type: 'reply', data: { id: '5' } }, at('20001', '小 Bot'), text('ping')],
  );
  for (const all of ['@所有人', '@all']) {
    assert.deepEqual(contentToSegments({ type: 1, content: `${all} hi`, mention: { all: 1 } }, report), [
      { type: 'at', data: { qq: 'all' } },
      text(' hi'),
    ]);
  }
});

test('a bot message is text that an old client shows, with all else beside it', () => {
  const face = { type: 'face', data: { id: '66' } };
  assert.deepEqual(
    stored([
      { type: 'reply', data: { id: '9' } },
      at('10001', 'x'),
      text(' see '),
      image('/a'),
      face,
      { type: 'at', data: { qq: 'all' } },
    ]),
    {
      type: 1,
      content: '@Li see ❤️@所有人',
      mention: { uids: ['li'], all: true },
      reply: { message_id: '9', from_uid: 'li', from_name: 'Li' },
      entities: [
        { type: 'mention', offset: 0, length: 3, value: 'li' },
        { type: 'face', offset: 8, length: 2, value: '66' },
        { type: 'mention', offset: 10, length: 4, value: 'all' },
      ],
      parts: [{ type: 2, url: '/a', width: 3, height: 4, offset: 8 }],
    },
  );
  assert.deepEqual(stored([image('/a')]), { type: 2, url: '/a', width: 3, height: 4 });
  assert.equal(stored([{ type: 'face', data: { id: '9999' } }]).content, '[表情]');
  assert.deepEqual(stored([{ type: 'at', data: { qq: '55555', name: 'gone' } }]), { type: 1, content: '@gone' });
});

test('faults on the way to a payload have their reasons', () => {
  const reason = (segments: Segment[]): string => {
    const result = segmentsToPayload(segments, send);
    return result.ok ? 'ok' : result.reason;
  };
  assert.equal(reason([{ type: 'reply', data: { id: '404' } }, text('x')]), 'reply_not_found');
  assert.equal(reason([{ type: 'reply', data: { id: '1' } }]), 'empty_message');
  assert.equal(reason([{ type: 'image', data: { file: 'nowhere' } }]), 'media_fetch_failed');
  assert.equal(reason([{ type: 'video', data: {} }]), 'segment_unsupported:video');
});

test('what a bot sends is what another bot reads', () => {
  const piece = fc.oneof(
    fc.constantFrom('hi', ' ', '@Li', '@所有人', '❤️', '😀', '\n', '[表情]', ',').map(text),
    fc.constantFrom(at('10001', 'Li'), at('10003', 'Li'), at('10002', 'Lisa'), at('20001', '小 Bot')),
    fc.constantFrom<Segment>({ type: 'at', data: { qq: 'all' } }),
    fc.constantFrom('66', '178', '9999').map((id): Segment => ({ type: 'face', data: { id } })),
    fc.constantFrom('/a', '/b').map(image),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), fc.boolean(), (pieces, quoted) => {
      const list = mergeText(quoted ? [{ type: 'reply', data: { id: '9' } }, ...pieces] : pieces);
      assert.deepEqual(payloadToSegments(JSON.stringify(stored(list)), report), list);
    }),
    { numRuns: 2000, seed: 11 },
  );
});

test('other kinds of content are named, and payloads that are no JSON are shown safely', () => {
  const shown = (content: unknown): unknown => contentToSegments(content, report)[0]?.data['text'];
  assert.equal(shown({ type: 4, url: '/v' }), '[语音]');
  assert.equal(shown({ type: 8, name: 'a.zip' }), '[文件] a.zip');
  assert.equal(shown({ type: 77 }), '[未知消息类型 77]');
  assert.equal(shown({ type: 77, content: 'words' }), 'words');
  assert.equal(shown({ type: 2 }), '[图片]');
  assert.equal(shown({ type: 1, content: '' }), '[空消息]');
  assert.equal(shown('plain'), 'plain');
  assert.equal(shown(null), '[未知消息]');
  assert.deepEqual(payloadToSegments(new TextEncoder().encode('你好 {'), report), [text('你好 {')]);
  assert.deepEqual(payloadToSegments(Uint8Array.of(0xff, 0, 1), report), [text('[二进制消息 3 字节]')]);
  assert.deepEqual(contentToSegments({ type: 2, url: '/p' }, report), [image('/p')]);
});

test('entities that do not fit the text are ignored', () => {
  const entities = [
    { type: 'mention', offset: 0, length: 3, value: 'ghost' },
    { type: 'mention', offset: 1, length: 2, value: 'li' },
    { type: 'mention', offset: 0, length: 99, value: 'li' },
    { type: 'face', offset: 0, length: 1, value: '66' },
    null,
    5,
  ];
  assert.deepEqual(contentToSegments({ type: 1, content: '@Li', mention: { uids: ['li'] }, entities }, report), [
    at('10001', 'Li'),
  ]);
});

test('no payload makes it throw or leaves the message empty', () => {
  const odd = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        type: fc.constantFrom(1, 2, 8, 'x'),
        content: fc.oneof(fc.string(), fc.constant('@Li 😀 @Li')),
        url: fc.jsonValue(),
        reply: fc.jsonValue(),
        mention: fc.oneof(
          fc.jsonValue(),
          fc.record({ uids: fc.array(fc.constantFrom('li', 'twin', '__proto__')), all: fc.boolean() }),
        ),
        entities: fc.array(
          fc.record({
            type: fc.constantFrom('mention', 'face'),
            offset: fc.integer(),
            length: fc.nat(5),
            value: fc.constantFrom('li', 'all', '66'),
          }),
        ),
        parts: fc.array(fc.record({ type: fc.constant(2), url: fc.constant('/a'), offset: fc.integer({ min: -2, max: 12 }) })),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(odd, (content) => assert.ok(contentToSegments(content, report).length > 0)),
    { numRuns: 1500, seed: 12 },
  );
});
