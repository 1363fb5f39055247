import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../src/engine/conclude.ts';
import type { Seen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { httpApi } from '../src/targets/http-api/index.ts';
import { addressIn, hintOf, retryAfter } from '../src/targets/http-api/words.ts';
import { facts, http, REACHED } from './support/seen.ts';

const KEY = { secrets: { token: 'f1f2f3f4' } };
const NO_KEY = http(401, { body: '{"error":"API key is missing"}' });
const BASE = { ...REACHED, H1: http(404) };

const cases: readonly (readonly [
  what: string,
  question: Partial<Question>,
  seen: Readonly<Record<string, Seen>>,
  codes: readonly string[],
  exit: number,
])[] = [
  ['a request that works', KEY, { K0: NO_KEY, K1: http(200) }, [], 0],
  ['no key', {}, { K0: NO_KEY }, ['remote.api_key_missing'], 1],
  ['401 with and without a key', KEY, { K0: http(401), K1: http(401) }, ['remote.api_key_rejected'], 1],
  ['403 whatever key is sent', KEY, { K0: http(403), K1: http(403) }, ['remote.api_address', 'remote.front_block'], 2],
  ['403 only with the key', KEY, { K0: http(401), K1: http(403) }, ['remote.api_scope'], 2],
  ['密钥无效 in the answer', KEY, { K0: NO_KEY, K1: http(401, { body: '{"msg":"密钥无效"}' }) }, ['remote.api_key_rejected'], 1],
  [
    '白名单 in the answer',
    KEY,
    { K0: http(403, { body: 'IP 10.1.2.3 不在白名单' }), K1: http(403, { body: 'IP 10.1.2.3 不在白名单' }) },
    ['remote.api_address'],
    1,
  ],
  [
    '403 for a method that Allow does not name',
    KEY,
    { K0: http(403), K1: http(403), O0: http(204, { headers: { allow: 'POST, OPTIONS' } }) },
    ['remote.api_method', 'remote.api_address', 'remote.front_block'],
    1,
  ],
  ['a 500', KEY, { K0: http(500), K1: http(500) }, ['remote.api_refused'], 2],
];
for (const [what, question, seen, codes, exit] of cases) {
  test(`${what}: ${codes.join(', ') || 'nothing wrong'}`, () => {
    const report = conclude(
      httpApi,
      facts({ target: 'http-api', url: 'https://api.example/v1', ...question }, { ...BASE, ...seen }),
    );
    assert.deepEqual([report.causes.map((cause) => cause.code), report.exit], [codes, exit]);
  });
}

test('reads the cause, the address and the time to wait out of a refusal', () => {
  assert.equal(hintOf(http(403, { headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } })), 'scope');
  assert.equal(hintOf(http(403, { body: '您的套餐未开通此功能' })), 'disabled');
  assert.equal(addressIn(http(403, { body: 'your address 203.0.113.9 is not listed' })), '203.0.113.9');
  assert.equal(addressIn(http(403, { body: 'version 1.2.3.4.5' })), null);
  assert.equal(retryAfter(http(429, { headers: { 'retry-after': '30' } }), 0), 30);
  assert.equal(
    retryAfter(http(429, { headers: { 'retry-after': 'Wed, 25 Nov 2026 12:00:30 GMT' } }), Date.UTC(2026, 10, 25, 12)),
    30,
  );
});
