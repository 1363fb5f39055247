import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkName } from '../../src/domain/users/account-rules.ts';

const nameOf = (name: string) => {
  const checked = checkName('name', name);
  return checked.ok ? checked.value : checked.refusal.code;
};

test('a name may be in any writing, and is trimmed', () => {
  for (const name of ['Ann', '安', 'آنا', '👩‍👩‍👧', '#1', 'a b', 'x'.repeat(64)]) assert.equal(nameOf(name), name);
  assert.equal(nameOf('  Ann\t'), 'Ann');
});

test('a name that cannot be seen, or that breaks the text around it, is refused', () => {
  for (const name of [
    '',
    '  ',
    '\u200b',
    '\u2060\ufe0f',
    'x'.repeat(65),
    'a\nb',
    'a\u0000',
    'a\ud800',
    '\u202egnp.exe',
    'a\u2066b',
    'a\u2028b',
  ])
    assert.equal(nameOf(name), 'http.bad_body', JSON.stringify(name));
});
