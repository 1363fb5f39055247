import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from '../src/tools/redact.ts';

test('a secret is replaced also when it comes back trimmed, unquoted, decoded, escaped or without its scheme', () => {
  for (const given of [
    ' kernel-value ',
    '"kernel-value"',
    'kernel%2Dvalue',
    '“kernel-value”',
    'Bearer  kernel-value',
    'Token kernel-value',
  ])
    for (const came of [given, 'kernel-value', encodeURIComponent(given), JSON.stringify(given)]) {
      const shown = redact(`before ${came} after`, { token: given });
      assert.ok(!/kernel|value/.test(shown), `${given} came back as ${came}: ${shown}`);
    }
});

test('a secret of a letter or two is no reason to blank every text', () => {
  assert.equal(redact('a banana', { token: 'a' }), 'a banana');
});
