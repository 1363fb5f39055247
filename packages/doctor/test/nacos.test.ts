import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../src/engine/conclude.ts';
import type { NoteSeen, Seen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { nacos } from '../src/targets/nacos/index.ts';
import { claimsOf } from '../src/targets/nacos/token.ts';
import { isReadable, messageOf, wordOf } from '../src/targets/nacos/words.ts';
import { facts, http, REACHED } from './support/seen.ts';

const error = (status: number, message: string) =>
  http(status, { body: `{"timestamp":"t","status":${status},"error":"e","message":"${message}","path":"/p"}` });
const note = (values: NoteSeen['values']): NoteSeen => ({ kind: 'note', request: 'token', values, ms: 0 });
const LOGIN = { secrets: { password: 'f1' }, given: { username: 'ann' } };
const TOKEN = { secrets: { accessToken: 'f2' } };
const V3 = {
  ...REACHED,
  H1: http(200),
  S1: http(410),
  S3: http(200, { body: '{"data":{"auth_enabled":"true"}}' }),
  B2: error(403, 'Code: 401, Message: User not found! Please check user exist or password is right!.'),
};
const TTL = '{"accessToken":"‹hidden›","tokenTtl":18000}';

const cases: readonly (readonly [
  what: string,
  question: Partial<Question>,
  seen: Readonly<Record<string, Seen>>,
  codes: readonly string[],
  warnings?: readonly string[],
])[] = [
  [
    '3.1 says 500 to a wrong password',
    LOGIN,
    { B3: error(500, 'No message available'), B3r: error(500, 'No message available') },
    ['nacos.user_or_password'],
  ],
  [
    '3.1 says 403 to an unknown user',
    LOGIN,
    { B3: error(403, 'Access Denied'), B3r: error(403, 'Access Denied') },
    ['nacos.user_or_password'],
  ],
  ['3.1 answers an empty 200', TOKEN, { B5: http(200, { body: '' }) }, ['nacos.empty_answer']],
  [
    'an expired token',
    TOKEN,
    {
      B5: error(403, 'Code: 401, Message: token expired!.'),
      D1: note({ jwt: true, expires: '2026-01-01T00:00:00.000Z', secondsLeft: -5 }),
    },
    ['nacos.token_expired'],
  ],
  ['a v1 path that is gone', TOKEN, { B2: error(410, 'x'), B5: error(410, 'x') }, ['nacos.api_removed']],
  ['the console port', {}, { S3: http(404), S4: http(200), B2: http(404) }, ['nacos.console_port']],
  [
    'an open server whose state claims otherwise',
    {},
    { B2: http(404, { body: 'config data not exist\n' }) },
    [],
    ['nacos.auth_off'],
  ],
  ['good credentials', LOGIN, { B3: http(200, { body: TTL }), B4: http(404, { body: 'config data not exist' }) }, []],
];
for (const [what, question, seen, codes, warnings = []] of cases) {
  test(`${what}: ${[...codes, ...warnings].join(' and ') || 'nothing wrong'}`, () => {
    const report = conclude(nacos, facts({ target: 'nacos', url: 'http://a:8848/nacos', ...question }, { ...V3, ...seen }));
    assert.deepEqual([report.causes.map((cause) => cause.code), report.warnings.map((cause) => cause.code)], [codes, warnings]);
  });
}

test('the detail says which of user and password is wrong, where the server lets one tell', () => {
  const report = conclude(
    nacos,
    facts({ target: 'nacos', url: 'http://a:8848/nacos', ...LOGIN }, { ...V3, B3: error(403, 'Access Denied') }),
  );
  assert.match(report.causes[0]?.detail?.en ?? '', /does not know this user/);
});

test('reads the sentence out of JSON, a page, or a bare text, and what it means', () => {
  assert.equal(messageOf(error(403, 'Code: 401, Message: token expired!.')), 'token expired!');
  assert.equal(
    wordOf(http(403, { body: '<html><body><h1>Whitelabel Error Page</h1><div>token invalid!</div></body></html>' })),
    'invalid',
  );
  assert.equal(wordOf(http(500, { body: 'caused: User nobody not found;' })), 'user');
  assert.equal(wordOf(http(200, { body: '\n' })), 'empty');
  assert.equal(isReadable(http(404, { body: '{"status":404}' })), false);
});

test('reads the end of life of a token, and survives what is none', () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  assert.deepEqual(claimsOf(`${part({ alg: 'HS256' })}.${part({ sub: 'a', exp: 100 })}.x`, 90_000), {
    jwt: true,
    alg: 'HS256',
    expires: '1970-01-01T00:01:40.000Z',
    secondsLeft: 10,
  });
  for (const text of ['', 'a.b', 'a.b.c', `${part(null)}.${part(1)}.x`]) assert.deepEqual(claimsOf(text, 0), { jwt: false });
});
