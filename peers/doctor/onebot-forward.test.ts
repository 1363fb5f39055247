import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { askDoctor } from '../lib/doctor.ts';
import { startServer, type TestServer } from '../lib/server.ts';
import { type EndBehaviour, type FakeEnd, startEnd } from './fakes/onebot-end.ts';

const TOKEN = 'tok-secret-fwd';
const ask = (url: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  askDoctor([url, '--kind', 'onebot-forward', ...args], { OB_TOKEN: TOKEN, ...env });
const WITH_TOKEN = ['--token-env', 'OB_TOKEN'] as const;

interface Row {
  readonly fault: string;
  readonly behaviour: EndBehaviour;
  readonly url: (end: FakeEnd) => string;
  readonly args?: readonly string[];
  readonly codes: readonly string[];
  readonly warnings?: readonly string[];
}

const rows: readonly Row[] = [
  { fault: 'healthy', behaviour: { like: 'go-cqhttp', token: TOKEN }, url: (end) => `${end.ws}/`, args: WITH_TOKEN, codes: [] },
  {
    fault: '401 before the upgrade',
    behaviour: { like: 'go-cqhttp', token: TOKEN },
    url: (end) => `${end.ws}/`,
    codes: ['remote.fwd_token_required'],
  },
  {
    fault: '403 before the upgrade',
    behaviour: { like: 'go-cqhttp', token: 'another' },
    url: (end) => `${end.ws}/`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_token_mismatch'],
  },
  {
    fault: 'a 1403 frame, no token sent',
    behaviour: { like: 'llonebot', token: TOKEN },
    url: (end) => `${end.ws}/`,
    codes: ['remote.fwd_token_required'],
    warnings: ['remote.fwd_frame_refusal'],
  },
  {
    fault: 'a 1403 frame, a wrong token sent',
    behaviour: { like: 'napcat', token: 'another' },
    url: (end) => `${end.ws}/`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_token_mismatch'],
    warnings: ['remote.fwd_frame_refusal'],
  },
  {
    fault: 'a path it does not know',
    behaviour: { like: 'lagrange', token: TOKEN },
    url: (end) => `${end.ws}/onebot`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_path_wrong'],
  },
  {
    fault: 'calls on /event',
    behaviour: { like: 'llonebot', token: TOKEN },
    url: (end) => `${end.ws}/event`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_event_only'],
  },
  {
    fault: 'events wanted on /api',
    behaviour: { like: 'llonebot', token: TOKEN },
    url: (end) => `${end.ws}/api`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_api_only'],
  },
  {
    fault: 'events arrive, calls fail',
    behaviour: { like: 'napcat', token: TOKEN, calls: 'fail' },
    url: (end) => `${end.ws}/`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_actions_fail'],
  },
  {
    fault: 'events arrive, calls get no answer',
    behaviour: { like: 'napcat', token: TOKEN, calls: 'silent' },
    url: (end) => `${end.ws}/`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_actions_fail'],
  },
  {
    fault: 'no token is needed',
    behaviour: { like: 'llonebot' },
    url: (end) => `${end.ws}/`,
    codes: [],
    warnings: ['remote.fwd_open'],
  },
  {
    fault: 'calls fail and no token is needed at once',
    behaviour: { like: 'napcat', calls: 'fail' },
    url: (end) => `${end.ws}/`,
    codes: ['remote.fwd_actions_fail'],
    warnings: ['remote.fwd_open'],
  },
  {
    fault: 'calls on /event and no token is needed at once',
    behaviour: { like: 'llonebot' },
    url: (end) => `${end.ws}/event`,
    codes: ['remote.fwd_event_only'],
    warnings: ['remote.fwd_open'],
  },
  {
    fault: 'the token only in the query, tried as the client does',
    behaviour: { like: 'go-cqhttp', token: TOKEN, reads: 'header' },
    url: (end) => `${end.ws}/?access_token=${TOKEN}`,
    args: ['--active'],
    codes: ['remote.fwd_query_ignored'],
  },
  {
    fault: 'the token only in the query, not tried',
    behaviour: { like: 'go-cqhttp', token: TOKEN, reads: 'header' },
    url: (end) => `${end.ws}/?access_token=${TOKEN}`,
    codes: ['remote.fwd_query_ignored'],
  },
  {
    fault: 'a WebSocket on the HTTP port',
    behaviour: { like: 'llonebot', token: TOKEN, http: 'only' },
    url: (end) => `${end.ws}/`,
    args: WITH_TOKEN,
    codes: ['remote.fwd_not_ws'],
  },
  {
    fault: 'HTTP on the WebSocket port',
    behaviour: { like: 'napcat', token: TOKEN },
    url: (end) => end.http,
    args: WITH_TOKEN,
    codes: ['remote.fwd_ws_only'],
  },
  {
    fault: 'HTTP, healthy',
    behaviour: { like: 'llonebot', token: TOKEN, http: 'too' },
    url: (end) => end.http,
    args: WITH_TOKEN,
    codes: [],
  },
  {
    fault: 'HTTP without a token',
    behaviour: { like: 'lagrange', token: TOKEN, http: 'too' },
    url: (end) => end.http,
    codes: ['remote.fwd_token_required'],
  },
  {
    fault: 'HTTP with a wrong token',
    behaviour: { like: 'napcat', token: 'another', http: 'too' },
    url: (end) => end.http,
    args: WITH_TOKEN,
    codes: ['remote.fwd_token_mismatch'],
  },
  {
    fault: 'HTTP, calls fail',
    behaviour: { like: 'llonebot', token: TOKEN, http: 'too', calls: 'fail' },
    url: (end) => end.http,
    args: WITH_TOKEN,
    codes: ['remote.fwd_actions_fail'],
  },
  {
    fault: 'a wrong path and no token at once',
    behaviour: { like: 'go-cqhttp', token: TOKEN },
    url: (end) => `${end.ws}/nowhere`,
    codes: ['remote.fwd_token_required'],
  },
];

describe('doctor on OneBot programs that listen', { timeout: 240_000 }, () => {
  for (const { fault, behaviour, url, args = [], codes, warnings = [] } of rows) {
    test(`${fault}: ${[...codes, ...warnings].join(' and ') || 'nothing wrong'}`, async () => {
      using end = await startEnd(behaviour);
      const answer = await ask(url(end), args);
      assert.deepEqual([answer.codes, answer.warnings], [codes, warnings], answer.text);
      assert.equal(answer.exit === 0, codes.length === 0);
      const lines = answer.report.causes.filter((one) => /fwd_token/.test(one.code)).flatMap((one) => one.edits);
      assert.equal(
        lines.some((one) => one.file.startsWith('config/onebot11_')),
        codes.some((code) => /fwd_token/.test(code)),
        'the line to change',
      );
      assert.ok(!answer.text.includes(TOKEN));
      if (!args.includes('--active')) assert.deepEqual(end.tokens, [], 'no token in a query');
    });
  }
});

describe('doctor on the forward end of our own server', { timeout: 120_000 }, () => {
  let server: TestServer;
  before(async () => {
    server = await startServer({
      yaml: `bots:\n  - uid: "20001"\n    name: Bot A\n    clients:\n      - {name: raw, kind: forward, token: ${TOKEN}}\n`,
    });
  });
  after(() => server.close());

  test('healthy', async () => {
    const answer = await ask(`${server.ready.onebotWs}/`, WITH_TOKEN);
    assert.deepEqual([answer.codes, answer.warnings, answer.exit], [[], [], 0], answer.text);
  });
  test('no token, and a wrong one', async () => {
    assert.deepEqual((await ask(`${server.ready.onebotWs}/`)).codes, ['remote.fwd_token_required']);
    const wrong = await ask(`${server.ready.onebotWs}/`, ['--token-env', 'OTHER'], { OTHER: 'nope-nope' });
    assert.deepEqual(wrong.codes, ['remote.fwd_token_mismatch'], wrong.text);
  });
  test('a path that is not served', async () => {
    const answer = await ask(`${server.ready.onebotWs}/nowhere`, WITH_TOKEN);
    assert.deepEqual(answer.codes, ['remote.fwd_path_wrong'], answer.text);
  });
});
