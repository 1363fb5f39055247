import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeResponse, parseRequestFrame, splitAction, type OneBotResponse } from '../../src/onebot/index.ts';

const OK: OneBotResponse = { status: 'ok', retcode: 0, data: null, message: '', wording: '' };
const HEAD = '{"status":"ok","retcode":0,"data":null,"message":"","wording":""';

test('an echo of every JSON type comes back in the letters it was sent in', () => {
  const echoes = [
    '18446744073709551615',
    '-0',
    '1.0',
    '1e400',
    '0',
    'false',
    'true',
    'null',
    '""',
    '"1"',
    '"a\\"},{\\u0041"',
    '"😀"',
    '{}',
    '{"echo": 1, "x": [ "]", {"y": 18446744073709551615} ]}',
    '[1,"}"]',
  ];
  for (const echo of echoes) {
    for (const frame of [`{"action":"a","params":{"echo":"no"},"echo":${echo}}`, ` { "echo" : ${echo} , "action" : "a" } `]) {
      const request = parseRequestFrame(frame);
      assert.ok(request.ok);
      assert.equal(request.echo, echo);
      assert.equal(encodeResponse(OK, request.echo), `${HEAD},"echo":${echo}}`);
    }
  }
});

test('no echo in, no echo out', () => {
  const request = parseRequestFrame('{"action":"get_status"}');
  assert.ok(request.ok);
  assert.deepEqual([request.action, request.params, request.echo], ['get_status', {}, null]);
  assert.equal(encodeResponse(OK, request.echo), `${HEAD}}`);
});

test('an escaped or repeated key is the key that JSON sees', () => {
  assert.equal(parseRequestFrame('{"action":"a","\\u0065cho":7}').echo, '7');
  assert.equal(parseRequestFrame('{"echo":1,"action":"a","echo":2}').echo, '2');
  assert.equal(parseRequestFrame('{"action":"a","params":{"echo":1}}').echo, null);
});

test('an unreadable frame is answered with null, or with the echo when it can be found', () => {
  for (const frame of [
    '',
    'nonsense',
    '[]',
    '"echo"',
    '{"action":"a","echo":12',
    '{"echo":"cut',
    '{"echo":{"a":1',
    '{,"echo":1}',
  ]) {
    const request = parseRequestFrame(frame);
    assert.ok(!request.ok);
    assert.equal(request.echo, 'null', frame);
  }
  for (const frame of ['{"echo":"k1","action":}', '{"action":"a","echo":"k1","params":{', '{"echo":"k1",,}']) {
    const request = parseRequestFrame(frame);
    assert.ok(!request.ok);
    assert.equal(request.echo, '"k1"', frame);
  }
});

test('params may be missing or null, but no list and no scalar', () => {
  for (const params of ['null', '{}']) assert.ok(parseRequestFrame(`{"action":"a","params":${params}}`).ok);
  for (const params of ['[]', '1', '"x"', 'false']) {
    const request = parseRequestFrame(`{"action":"a","params":${params},"echo":5}`);
    assert.deepEqual(request, { ok: false, reason: 'params_type', detail: 'params must be an object', echo: '5' });
  }
  for (const action of ['null', '1', '""', `"${'a'.repeat(200)}"`]) {
    const request = parseRequestFrame(`{"action":${action},"echo":5}`);
    assert.equal(request.ok ? 'ok' : request.reason, 'action_missing');
  }
});

test('an event and an answer are no calls; a call may carry their keys', () => {
  for (const [frame, detail] of [
    ['{"post_type":"meta_event","self_id":1}', 'event meta_event'],
    ['{"status":"failed","retcode":1404,"data":null,"echo":5}', 'answer failed'],
  ] as const) {
    const request = parseRequestFrame(frame);
    assert.deepEqual(request.ok ? null : [request.reason, request.detail], ['not_a_call', detail]);
  }
  assert.ok(parseRequestFrame('{"action":"a","post_type":"message","status":"ok","retcode":0}').ok);
});

test('cut and mutated frames never throw, and the answer is always JSON', () => {
  const frame = '{"action":"send_msg","params":{"message":[{"type":"text"}]},"echo":{"a":[1,"x\\"]"]}}';
  fc.assert(
    fc.property(fc.nat(frame.length), fc.nat(frame.length), fc.string({ maxLength: 3 }), (cut, at, noise) => {
      for (const text of [frame.slice(0, cut), frame.slice(0, at) + noise + frame.slice(cut)]) {
        JSON.parse(encodeResponse(OK, parseRequestFrame(text).echo));
      }
    }),
    { numRuns: 2000, seed: 10 },
  );
  const deep = `{"action":"a","echo":${'['.repeat(100_000)}`;
  JSON.parse(encodeResponse(OK, parseRequestFrame(deep).echo));
});

test('the echo of any frame is the text that JSON takes it from', () => {
  const blank = fc.stringMatching(/^[ \t\n\r]{0,2}$/);
  const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$/);
  const value = fc.oneof(fc.json(), number, fc.json({ depthSize: 'large' }), fc.constantFrom('"echo"', '{"echo":1}', '["echo"]'));
  const key = fc.oneof(
    fc.constantFrom('"echo"', '"\\u0065cho"', '"ech\\u006F"', '"\\"echo"', '"echo\\\\"', '"Echo"', '"params"'),
    fc.string().map((text) => JSON.stringify(text)),
  );
  const member = fc.tuple(blank, key, blank, blank, value, blank);
  fc.assert(
    fc.property(fc.array(member, { maxLength: 6 }), (members) => {
      const body = members.map(([a, name, b, c, text, d]) => `${a}${name}${b}:${c}${text}${d}`).join(',');
      const wanted = members.filter(([, name]) => JSON.parse(name) === 'echo').at(-1)?.[4];
      const frame = `{${body}}`;
      assert.equal(parseRequestFrame(frame).echo, wanted ?? null, frame);
      if (wanted === undefined) return;
      const answer = encodeResponse(OK, wanted);
      assert.ok(answer.endsWith(`,"echo":${wanted}}`));
      JSON.parse(answer);
    }),
    { numRuns: 1000, seed: 12 },
  );
});

test('a megabyte is scanned in one pass, whatever it is', () => {
  const size = 1024 * 1024;
  for (const filling of ['"x"', '{"a":1},', '\\\\', '[', '"a":1,', ' ']) {
    const many = filling.repeat(size / filling.length);
    for (const frame of [
      `{"action":"a","params":{"x":"${many.replaceAll('"', '')}"},"echo":7}`,
      `{"echo":7,${many}`,
      `{"echo":${many}`,
    ])
      JSON.parse(encodeResponse(OK, parseRequestFrame(frame).echo));
  }
});

test('a failed answer carries the reason twice and the request id', () => {
  const text = encodeResponse(
    { status: 'failed', retcode: 1200, data: null, message: '不行', wording: '不行', reason: 'x.y', requestId: 'r1' },
    '"e"',
  );
  assert.deepEqual(JSON.parse(text), {
    status: 'failed',
    retcode: 1200,
    data: null,
    message: '不行',
    wording: '不行',
    msg: 'x.y',
    reason: 'x.y',
    requestId: 'r1',
    echo: 'e',
  });
});

test('data that JSON cannot carry becomes a failed answer with the echo', () => {
  const answer: unknown = JSON.parse(encodeResponse({ ...OK, data: { big: 1n } }, '3'));
  assert.ok(typeof answer === 'object' && answer !== null && 'status' in answer && 'echo' in answer);
  assert.deepEqual([answer.status, answer.echo], ['failed', 3]);
});

test('the suffixes of an action are taken off', () => {
  assert.deepEqual(splitAction('send_msg_async'), { name: 'send_msg', mode: 'async' });
  assert.deepEqual(splitAction('/send_msg_rate_limited/'), { name: 'send_msg', mode: 'rate_limited' });
  assert.deepEqual(splitAction('.handle_quick_operation'), { name: '.handle_quick_operation', mode: 'now' });
});
