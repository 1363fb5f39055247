import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  ObjectStream,
  PARSE_ERROR,
  parseRpcText,
  type RpcParsed,
} from '@hufu/protocol/jsonrpc';

const MAX = 100_000;
const one = (text: string): RpcParsed | undefined => parseRpcText(text, MAX)[0];
const send = (params: string) => one(`{"id":"1","method":"send","params":{"channelId":"b","channelType":1,${params}}}`);

function sendParams(params: string) {
  const parsed = send(params);
  assert.ok(parsed?.ok && parsed.message.method === 'send', JSON.stringify(parsed));
  return parsed.message.params;
}

function problemOf(parsed: RpcParsed | undefined): readonly [number, string] {
  assert.ok(parsed !== undefined && !parsed.ok);
  return [parsed.error.code, parsed.error.problem];
}

describe('JSON-RPC calls', () => {
  it('may leave jsonrpc out and have a text or a number as id', () => {
    assert.deepEqual(one('{"id":"a","method":"ping"}'), { ok: true, message: { method: 'ping', id: 'a' } });
    assert.deepEqual(one('{"jsonrpc":"2.0","id":7,"method":"ping","params":null}'), {
      ok: true,
      message: { method: 'ping', id: 7 },
    });
    assert.deepEqual(one('{"method":"ping"}'), { ok: true, message: { method: 'ping', id: null } });
  });

  it('several objects in one text are taken in order, up to the first broken one', () => {
    const parsed = parseRpcText(' {"id":"1","method":"ping"}\n{"id":"2","method":"ping"} {"id":"3","method":', MAX);
    assert.deepEqual(
      parsed.map((call) => (call.ok ? call.message.id : call.error.code)),
      ['1', '2', PARSE_ERROR],
    );
    const flood = parseRpcText('{"method":"ping"}'.repeat(300), MAX);
    assert.equal(flood.length, 257);
    assert.deepEqual(problemOf(flood.at(-1)), [PARSE_ERROR, 'more than 256 messages in one text']);
  });

  it('what is wrong is named', () => {
    assert.deepEqual(problemOf(one('{')), [PARSE_ERROR, 'message is not valid JSON']);
    assert.deepEqual(problemOf(one('')), [PARSE_ERROR, 'message is not valid JSON']);
    assert.deepEqual(problemOf(one('[]')), [INVALID_REQUEST, 'message must be a JSON object']);
    assert.deepEqual(problemOf(one('{"id":{},"method":"ping"}')), [
      INVALID_REQUEST,
      'id must be a string of up to 256 characters',
    ]);
    assert.deepEqual(problemOf(one('{"jsonrpc":"1.0","method":"ping"}')), [INVALID_REQUEST, 'jsonrpc must be "2.0"']);
    assert.deepEqual(problemOf(one('{"id":"1","method":"nope"}')), [METHOD_NOT_FOUND, 'method "nope" is unknown']);
    assert.deepEqual(problemOf(one('{"id":"1","method":"send","params":[]}')), [INVALID_PARAMS, 'params must be an object']);
    assert.deepEqual(problemOf(send('"payload":5')), [
      INVALID_PARAMS,
      'payload must be base64 text (standard, padded) or an object',
    ]);
    assert.deepEqual(problemOf(send('"payload":"e30=","header":{"redDot":1}')), [
      INVALID_PARAMS,
      'header.redDot must be true or false',
    ]);
    assert.deepEqual(problemOf(parseRpcText('x'.repeat(11), 10)[0]), [PARSE_ERROR, 'message is longer than 10 characters']);
  });

  it('a payload is base64 text, an object or a list', () => {
    const payloadOf = (value: string) => Buffer.from(sendParams(`"payload":${value}`).payload).toString();
    assert.equal(payloadOf('"eyJ0eXBlIjoxfQ=="'), '{"type":1}');
    assert.equal(payloadOf('{"type":1}'), '{"type":1}');
    assert.equal(payloadOf('[1]'), '[1]');
  });

  it('header and setting are the bits of the binary protocol, all fields optional', () => {
    const params = sendParams(
      '"payload":"e30=","header":{"noPersist":true,"redDot":true,"syncOnce":true,"dup":true,"end":true},' +
        '"setting":{"receipt":true,"signal":true,"stream":true,"topic":true},"expire":60,"topic":"t","clientMsgNo":"n"',
    );
    assert.deepEqual([params.flags, params.setting, params.expire, params.topic, params.clientMsgNo], [15, 170, 60, 't', 'n']);
    assert.equal(sendParams('"payload":"e30=","clientMsgNo":"a\\ud800b"').clientMsgNo, 'a\ufffdb', 'as its UTF-8 reads');
    const bare = sendParams('"payload":"e30=","header":{},"setting":null');
    assert.deepEqual([bare.flags, bare.setting, bare.expire, bare.topic, bare.clientMsgNo], [0, 0, 0, '', '']);
  });

  it('an acknowledged id is a text or a number, exact to 63 bits', () => {
    const acknowledged = (id: string) => {
      const parsed = one(`{"method":"recvack","params":{"messageId":${id},"messageSeq":1}}`);
      return parsed?.ok && parsed.message.method === 'recvack' ? parsed.message.params.messageId : null;
    };
    assert.equal(acknowledged('"4611686018427387905"'), 4_611_686_018_427_387_905n);
    assert.equal(acknowledged('7'), 7n);
    assert.equal(acknowledged('"x"'), null);
    assert.equal(acknowledged('-1'), null);
  });

  it('no text makes the parser throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void parseRpcText(text, 250)),
      { numRuns: 1000 },
    );
    const nested = `{"id":"1","method":"send","params":{"channelId":"b","channelType":1,"payload":${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}}}`;
    parseRpcText(nested, 10_000_000);
  });
});

describe('a stream of objects', () => {
  const value = fc.record({
    id: fc.string({ unit: 'grapheme', maxLength: 20 }),
    params: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
  });

  it('is cut into the same objects at every split point', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (values, sizes) => {
          const bytes = Buffer.from(values.map((one) => JSON.stringify(one, null, 1)).join(' \r\n'));
          const stream = new ObjectStream(MAX);
          const got: string[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes.next().value ?? 1;
            assert.equal(
              stream.push(bytes.subarray(at, at + size), (text) => got.push(text)),
              null,
            );
            at += size;
          }
          assert.deepEqual(
            got.map((text) => JSON.stringify(JSON.parse(text))),
            values.map((one) => JSON.stringify(one)),
          );
          assert.equal(stream.heldBytes, 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses what is no object and what is too long, and reads nothing after it', () => {
    const refusal = (bytes: string, max = MAX) => new ObjectStream(max).push(Buffer.from(bytes), () => {});
    assert.equal(refusal('{}[]'), 'a message must be a JSON object');
    assert.equal(refusal('}'), 'a message must be a JSON object');
    assert.equal(refusal(`{"a":"${'x'.repeat(20)}`, 10), 'message is longer than 10 bytes');
    const stream = new ObjectStream(10);
    stream.push(Buffer.from('x'), () => {});
    assert.notEqual(
      stream.push(Buffer.from('{}'), () => assert.fail('read after an error')),
      null,
    );
  });

  it('a peer that sends byte by byte costs no more memory than it sent', () => {
    const stream = new ObjectStream(MAX);
    stream.push(Buffer.from('{"a":"'), () => {});
    for (let index = 0; index < 50_000; index += 1) stream.push(Buffer.from('x'), () => {});
    assert.equal(stream.heldBytes, 50_006);
  });
});
