import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../src/engine/conclude.ts';
import type { Seen, WkSeen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { wukong } from '../src/targets/wukong/index.ts';
import { facts, http, REACHED, tls, ws } from './support/seen.ts';

const wk = (reasonCode: number | null, text = ''): WkSeen => ({
  kind: 'wk',
  request: 'CONNECT',
  transport: 'tcp',
  connack: reasonCode === null ? null : { reasonCode, version: 4, timeDiffMs: 0, text },
  disconnect: null,
  strangeBytes: '',
  closedAfterMs: null,
  error: null,
  ms: 1,
});
const ASKED = { active: true, secrets: { token: 'f1f2f3f4' }, given: { uid: 'ann', deviceFlag: 1 } };
const TCP = { ...REACHED, P1: http(null) };
/** Hufu's TCP port, asked in HTTP. */
const SAID = http(400, { body: '{"type":"/problems/wk.protocol","status":400}' });
const NOBODY = { K5: wk(2) };
const CUT_OFF: WkSeen = { ...wk(null), closedAfterMs: 3 };
const UNANSWERED: WkSeen = { ...wk(null), error: 'ETIMEDOUT' };
const HANGS = http(null, { error: 'ETIMEDOUT' });

type Case = readonly [
  what: string,
  url: string,
  question: Partial<Question>,
  seen: Readonly<Record<string, Seen>>,
  codes: readonly string[],
  warnings?: readonly string[],
];
const cases: readonly Case[] = [
  ['a good CONNECT', 'tcp://a:5100', ASKED, { ...TCP, K2: wk(1), ...NOBODY }, []],
  [
    'reason 2 under every flag',
    'tcp://a:5100',
    ASKED,
    { ...TCP, K2: wk(2), 'K4.0': wk(2), 'K4.2': wk(2), ...NOBODY },
    ['remote.wk_token_refused'],
  ],
  [
    'silence under every flag',
    'tcp://a:5100',
    ASKED,
    { ...TCP, K0: CUT_OFF, K2: UNANSWERED, 'K4.0': UNANSWERED, 'K4.2': UNANSWERED, K5: UNANSWERED },
    ['remote.wk_token_refused'],
    ['remote.wk_silent'],
  ],
  [
    'reason 2 without a token',
    'tcp://a:5100',
    { ...ASKED, secrets: {} },
    { ...TCP, K2: wk(2), ...NOBODY },
    ['remote.wk_token_required'],
  ],
  [
    'flag 0 gets in',
    'tcp://a:5100',
    ASKED,
    { ...TCP, K2: wk(2), 'K4.0': wk(1), 'K4.2': wk(2), ...NOBODY },
    ['remote.wk_flag_mismatch'],
  ],
  [
    'a Hufu that names the flag',
    'tcp://a:5100',
    ASKED,
    { ...TCP, K2: wk(2, 'wk.flag_mismatch; req=hr_01'), ...NOBODY },
    ['remote.wk_flag_mismatch'],
  ],
  ['a banned account', 'tcp://a:5100', ASKED, { ...TCP, K2: wk(19), ...NOBODY }, ['remote.wk_banned']],
  ['a failing token store', 'tcp://a:5100', ASKED, { ...TCP, K2: wk(14), ...NOBODY }, ['remote.wk_server_error']],
  ['everybody gets in', 'tcp://a:5100', ASKED, { ...TCP, K2: wk(1), K5: wk(1) }, [], ['remote.wk_auth_off']],
  ['HTTP on the TCP port', 'tcp://a:5100', ASKED, { ...REACHED, P1: http(404), W1: ws(426) }, ['remote.wk_port_http']],
  [
    'a TCP port that says in HTTP what it is, and a good CONNECT',
    'tcp://a:5100',
    ASKED,
    { ...REACHED, P1: SAID, K2: wk(1), ...NOBODY },
    [],
  ],
  ['the same where a WebSocket is meant', 'ws://a:5100', {}, { ...REACHED, P1: SAID, W1: ws(400) }, ['remote.wk_port_wk']],
  ['the same where HTTP is meant', 'http://a:5100', {}, { ...REACHED, P1: SAID }, ['remote.wk_port_wk']],
  [
    'the TCP port where a WebSocket is meant',
    'ws://a:5100',
    {},
    { ...REACHED, P1: HANGS, W1: ws(null), N3p: tls('mute'), K0: CUT_OFF },
    ['remote.wk_port_wk'],
  ],
  ['a black hole', 'tcp://a:5100', {}, { ...REACHED, P1: HANGS, K0: UNANSWERED }, ['remote.mute']],
  [
    'a black hole, tried for real',
    'tcp://a:5100',
    ASKED,
    { ...REACHED, P1: HANGS, K0: UNANSWERED, K2: UNANSWERED },
    ['remote.mute'],
  ],
  [
    'a black hole where HTTP is meant',
    'http://a:5001',
    {},
    { ...REACHED, P1: HANGS, N3p: tls('mute'), K0: UNANSWERED },
    ['remote.mute'],
  ],
  [
    'a WebSocket that ignores WKProto',
    'ws://a:3001',
    {},
    { ...REACHED, P1: http(426), W1: ws(101), K0: UNANSWERED },
    ['remote.mute'],
  ],
  [
    'a clone that hears only a CONNECT with a uid',
    'tcp://a:5100',
    ASKED,
    { ...REACHED, P1: HANGS, K0: UNANSWERED, K2: wk(1), ...NOBODY },
    [],
  ],
  [
    'SSH on that port',
    'tcp://a:22',
    ASKED,
    { ...REACHED, P1: http(null, { error: 'HPE_INVALID_CONSTANT', body: 'SSH-2.0' }) },
    ['remote.not_http'],
  ],
  [
    'TLS where ws is meant',
    'ws://a:5210',
    {},
    { ...REACHED, P1: http(null), W1: ws(null), N3p: tls('tls') },
    ['remote.tls_mismatch'],
  ],
  ['the API answers 401', 'http://a:5001', {}, { ...REACHED, P1: http(401) }, ['remote.wk_manager_token_missing']],
  [
    'the API is guarded, the addresses are open to clients',
    'http://a:5001',
    {},
    { ...REACHED, P1: http(200), A2: http(401) },
    ['remote.wk_manager_token_missing'],
  ],
  [
    'the API answers 401 to a token too',
    'http://a:5001',
    { secrets: { managerToken: 'f1' } },
    { ...REACHED, P1: http(401), A1: http(401) },
    ['remote.wk_manager_token_wrong'],
  ],
  ['the API is open', 'http://a:5001', {}, { ...REACHED, P1: http(200), A2: http(200) }, [], ['remote.wk_api_open']],
];
for (const [what, url, question, seen, codes, warnings = []] of cases) {
  test(`${what}: ${[...codes, ...warnings].join(' and ') || 'nothing wrong'}`, () => {
    const report = conclude(wukong, facts({ target: 'wukong', url, ...question }, seen));
    assert.deepEqual([report.causes.map((cause) => cause.code), report.warnings.map((cause) => cause.code)], [codes, warnings]);
  });
}

test('a flag that was told for certain leaves nothing undecided about the token', () => {
  const seen = { ...TCP, K2: wk(null), 'K4.0': wk(1), 'K4.2': wk(null), ...NOBODY };
  assert.deepEqual(conclude(wukong, facts({ target: 'wukong', url: 'tcp://a:5100', ...ASKED }, seen)).open, []);
});
