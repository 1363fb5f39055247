import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repairs } from '../../src/policy/credentials/repairs.ts';

const meant = (value: string) => repairs(value).at(-1);

test('quotes of every kind are taken off both ends, and only there', () => {
  assert.deepEqual(meant('"a"b"'), ['quotes around it', 'a"b']);
  assert.deepEqual(meant('“a’'), ['quotes around it', 'a']);
  assert.deepEqual(meant('"""'), undefined);
});

test('a token of a million quotes, spaces or scheme words is looked at once', { timeout: 60_000 }, () => {
  const many = 1_000_000;
  assert.deepEqual(repairs(`x${'"'.repeat(many)}x`), []);
  assert.deepEqual(meant(`x${' '.repeat(many)}x`), ['white space inside it', 'xx']);
  assert.deepEqual(meant(`${'bearer '.repeat(many)}x`), ['a scheme word before it', 'x']);
});
