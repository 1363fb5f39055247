import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { encodeLetters, fromBase64, toBase64 } from '../../src/jsonrpc/base64.ts';

it('base64 is the same with and without Buffer, and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const text = toBase64(bytes);
      assert.equal(encodeLetters(bytes), text);
      assert.deepEqual(fromBase64(text), bytes);
    }),
  );
});

it('what is no base64 of RFC 4648 §4 is refused', () => {
  for (const text of ['A', 'AA', 'AAA', 'AA=A', '====', 'AAA*', 'AA==\n', 'A-__']) assert.equal(fromBase64(text), null, text);
});
