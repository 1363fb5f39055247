import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askDoctor } from '../lib/doctor.ts';
import { GIVEN, type Replay, startReplay } from './fakes/nacos-replay.ts';

const PASSWORD = 'pass-secret-77';
const LOGIN = ['--username', 'nacos', '--password-env', 'NACOS_PASSWORD'] as const;
const TOKEN = ['--access-token-env', 'NACOS_TOKEN'] as const;

interface Row {
  readonly fault: string;
  readonly on: readonly ('1.4.8' | '2.5.1')[];
  readonly replay: Replay;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly codes: readonly string[];
  readonly warnings?: readonly string[];
}

const BOTH = ['1.4.8', '2.5.1'] as const;
const SHORT = ['nacos.ttl_short'];
const rows: readonly Row[] = [
  { fault: 'healthy', on: BOTH, replay: {}, args: LOGIN, codes: [], warnings: SHORT },
  { fault: 'healthy, with a token', on: BOTH, replay: {}, args: TOKEN, codes: [] },
  { fault: 'not logged in', on: BOTH, replay: {}, args: [], codes: ['nacos.no_token'] },
  { fault: 'a wrong password', on: BOTH, replay: { login: 'loginWrong' }, args: LOGIN, codes: ['nacos.user_or_password'] },
  { fault: 'an unknown user', on: BOTH, replay: { login: 'loginUnknown' }, args: LOGIN, codes: ['nacos.user_or_password'] },
  { fault: 'an expired token', on: BOTH, replay: { given: 'readExpired' }, args: TOKEN, codes: ['nacos.token_expired'] },
  {
    fault: 'a token of another secret key',
    on: BOTH,
    replay: { given: 'readOtherKey' },
    args: TOKEN,
    codes: ['nacos.token_invalid'],
  },
  {
    fault: 'a token of another key that has expired too',
    on: BOTH,
    replay: { given: 'readOtherKeyExpired' },
    args: TOKEN,
    codes: ['nacos.token_invalid'],
  },
  {
    fault: 'something that is no token',
    on: BOTH,
    replay: { fresh: 'readGarbage' },
    args: ['--access-token-env', 'RUBBISH'],
    env: { RUBBISH: 'rubbish-token' },
    codes: ['nacos.token_invalid'],
  },
  {
    fault: 'a missing permission',
    on: BOTH,
    replay: { fresh: 'readNoRole' },
    args: LOGIN,
    codes: ['nacos.no_permission'],
    warnings: SHORT,
  },
  {
    fault: 'the identity header misused',
    on: BOTH,
    replay: { identity: 'identityWrong' },
    args: ['--identity-header', 'hufuTestIdentity', '--secret-env', 'IDENTITY', ...TOKEN],
    codes: ['nacos.identity_refused'],
  },
  {
    fault: 'the identity header of a node in a client',
    on: BOTH,
    replay: {},
    args: ['--identity-header', 'hufuTestIdentity', '--secret-env', 'IDENTITY', ...TOKEN],
    codes: [],
    warnings: ['nacos.identity_open'],
  },
  {
    fault: 'the old default password',
    on: ['2.5.1'],
    replay: { login: 'loginWrong' },
    args: LOGIN,
    env: { NACOS_PASSWORD: 'nacos' },
    codes: ['nacos.default_password'],
  },
  {
    fault: 'no administrator yet',
    on: ['2.5.1'],
    replay: { state: 'stateBefore', login: 'loginBeforeAdmin' },
    args: LOGIN,
    codes: ['nacos.no_admin'],
  },
  {
    fault: 'an expired token, and the login of a client that sends it along',
    on: BOTH,
    replay: { given: 'readExpired' },
    args: [...LOGIN, ...TOKEN],
    codes: ['nacos.token_expired', 'nacos.login_header'],
    warnings: SHORT,
  },
  {
    fault: 'a server that has just started',
    on: ['2.5.1'],
    replay: { login: ['loginAtStart', 'loginGood'] },
    args: LOGIN,
    codes: [],
    warnings: ['nacos.just_started', ...SHORT],
  },
  {
    fault: 'no server identity',
    on: ['2.5.1'],
    replay: { none: 'noIdentityNone', given: 'noIdentityRead', fresh: 'noIdentityRead' },
    args: TOKEN,
    codes: ['nacos.server_identity'],
  },
  {
    fault: 'an empty secret key',
    on: ['1.4.8'],
    replay: { login: 'secretEmptyLogin' },
    args: LOGIN,
    codes: ['nacos.secret_unset'],
  },
  { fault: 'the API open', on: BOTH, replay: { none: 'openRead' }, args: [], codes: [], warnings: ['nacos.auth_off'] },
  {
    fault: 'a wrong password and an expired token at once',
    on: BOTH,
    replay: { login: 'loginWrong', given: 'readExpired' },
    args: [...LOGIN, ...TOKEN],
    codes: ['nacos.token_expired', 'nacos.user_or_password'],
  },
];

describe('doctor on the recorded answers of Nacos', { timeout: 300_000, concurrency: 2 }, () => {
  for (const { fault, on, replay, args, env = {}, codes, warnings = [] } of rows) {
    for (const version of on) {
      test(`${version}, ${fault}: ${[...codes, ...warnings].join(' and ') || 'nothing wrong'}`, async () => {
        using server = await startReplay(version, replay);
        const secrets = { NACOS_PASSWORD: PASSWORD, NACOS_TOKEN: GIVEN, IDENTITY: 'identity-secret-1', ...env };
        const answer = await askDoctor([server.url, '--kind', 'nacos', '--lang', 'en', ...args], secrets);
        assert.deepEqual([answer.codes, answer.warnings], [codes, warnings], answer.text);
        for (const secret of [PASSWORD, GIVEN, 'identity-secret-1', 'dGVzdC1zaWduYXR1cmUtb25seQ'])
          assert.ok(!answer.text.includes(secret));
        assert.ok(server.seen.length <= 20);
        assert.deepEqual(
          server.seen.filter((call) => /^(PUT|DELETE|PATCH)/.test(call) || /password=|accessToken=/.test(call)),
          [],
        );
      });
    }
  }
});
