import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../src/engine/conclude.ts';
import type { Seen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { onebotReverse } from '../src/targets/onebot-reverse/index.ts';
import { dns, facts, http, note, REACHED, tcp, tls, ws } from './support/seen.ts';

const UVICORN = { server: 'uvicorn' };
const NOT_FOUND = http(404, { headers: UVICORN, body: '{"detail":"Not Found"}' });
const ROUTE = http(405, { headers: { ...UVICORN, allow: 'POST' } });
const ADAPTER = {
  ...REACHED,
  H1: NOT_FOUND,
  A1: ROUTE,
  A2: http(400, { headers: UVICORN, body: 'Missing X-Self-ID Header' }),
  A4: http(400, { headers: UVICORN, body: 'Invalid request body' }),
  W2: ws(403, { headers: UVICORN }),
};
const TOKEN = { token: 'f1f2f3f4' };

const PAGE = (status: number) => `<!doctype html>\n<html lang=en>\n<title>${status} Some</title>`;
const NGINX = { server: 'nginx/1.22.1' };
const NGINX_PAGE = '<html><head><title>403 Forbidden</title></head><center>nginx/1.22.1</center></html>';
/** NoneBot behind an nginx that names itself in every answer. */
const BEHIND = {
  ...ADAPTER,
  H1: http(404, { headers: NGINX, body: '{"detail":"Not Found"}' }),
  A1: http(405, { headers: { ...NGINX, allow: 'POST' } }),
  A2: http(400, { headers: NGINX, body: 'Missing X-Self-ID Header' }),
  W2: ws(403, { headers: NGINX }),
};
const KOISHI = {
  ...REACHED,
  H1: http(404, { body: 'Not Found' }),
  W2: ws(101, { close: { code: 1005, reason: '', afterMs: 1 } }),
  W3: ws(101, { close: { code: 1008, reason: 'invalid x-client-role', afterMs: 1 } }),
};
const AIOCQHTTP = {
  ...REACHED,
  H1: http(405, { headers: { allow: 'OPTIONS, POST' }, body: PAGE(405) }),
  W2: ws(404, { body: PAGE(404) }),
  W3: ws(401, { body: PAGE(401) }),
  W1: http(400),
};
const DIRECT = {
  N1d: dns('127.0.0.1'),
  N2d: tcp({ address: '127.0.0.1', result: 'ok' }),
  H1d: NOT_FOUND,
  A1d: ROUTE,
  A2d: http(400, { headers: UVICORN, body: 'Missing X-Self-ID Header' }),
} as const;
const PAST = { direct: 'ws://127.0.0.1:9000/onebot/v11/ws' };

type Case = readonly [what: string, question: Partial<Question>, seen: Readonly<Record<string, Seen>>, codes: readonly string[]];

const cases: readonly Case[] = [
  ['a name that does not resolve', {}, { N1: dns() }, ['remote.dns']],
  ['a refused port', {}, { ...REACHED, N2: tcp({ address: '127.0.0.1', result: 'refused' }) }, ['remote.refused']],
  ['a port that drops packets', {}, { ...REACHED, N2: tcp({ address: '127.0.0.1', result: 'timeout' }) }, ['remote.timeout']],
  [
    'ws to a TLS port',
    {},
    { ...REACHED, H1: http(null), N3p: tls('tls', 'DEPTH_ZERO_SELF_SIGNED_CERT') },
    ['remote.tls_mismatch'],
  ],
  ['wss to a plain port', { url: 'wss://a.example/onebot/v11/ws' }, { ...REACHED, N3: tls('plain') }, ['remote.tls_mismatch']],
  [
    'an expired certificate',
    { url: 'wss://a.example/onebot/v11/ws', secrets: TOKEN, active: true },
    { ...ADAPTER, N3: tls('tls', 'CERT_HAS_EXPIRED'), W4: ws(101), W5: ws(403) },
    ['remote.tls_cert'],
  ],
  ['a redirect', { given: { saw: 307 } }, ADAPTER, ['remote.redirect']],
  [
    'uvicorn without a WebSocket library',
    {},
    { ...ADAPTER, W2: ws(404, { headers: UVICORN, body: '{"detail":"Not Found"}' }) },
    ['remote.ws_lib_missing'],
  ],
  [
    'a proxy that drops Upgrade',
    {},
    {
      ...ADAPTER,
      A1: { ...ROUTE, headers: { server: 'nginx/1.22.1', allow: 'POST' } },
      W2: ws(404, { body: '{"detail":"Not Found"}' }),
    },
    ['remote.upgrade_lost'],
  ],
  ['no OneBot V11 adapter', {}, { ...ADAPTER, A1: NOT_FOUND, A2: NOT_FOUND, A3: NOT_FOUND }, ['remote.adapter_unregistered']],
  ['the adapter of V12 only', {}, { ...ADAPTER, A1: NOT_FOUND, A2: NOT_FOUND, A3: ROUTE }, ['remote.adapter_wrong_version']],
  ['a path without its last slash', { url: 'ws://127.0.0.1:8080/onebot/v11' }, ADAPTER, ['remote.path_wrong']],
  [
    'a 403 after our own disconnect',
    { given: { saw: 403, droppedMsAgo: 5000 }, secrets: TOKEN },
    ADAPTER,
    ['remote.self_id_duplicate', 'remote.token_mismatch'],
  ],
  [
    'a bot id that is connected already',
    { active: true, secrets: TOKEN },
    { ...ADAPTER, W4: ws(403), W4b: ws(101) },
    ['remote.self_id_duplicate'],
  ],
  ['a 403 that our client met without a token', { given: { saw: 403 } }, ADAPTER, ['remote.token_required']],
  ['a 403 that our client met with a token', { given: { saw: 403 }, secrets: TOKEN }, ADAPTER, ['remote.token_mismatch']],
  [
    'a wrong path and a wrong token at once',
    { url: 'ws://127.0.0.1:8080/cqhttp/ws', active: true, secrets: TOKEN },
    { ...ADAPTER, W4r: ws(403), W4b: ws(403) },
    ['remote.path_wrong', 'remote.token_mismatch'],
  ],
  [
    'a header that a proxy removes',
    { given: { saw: 403 } },
    { ...ADAPTER, A4: http(400, { body: 'Missing X-Self-ID Header' }), W2: ws(403) },
    ['remote.self_id_missing'],
  ],
  ['a framework that answers 401', { given: { saw: 401 } }, { ...REACHED, H1: http(404) }, ['remote.token_required']],
  ['a handshake that works', { active: true, secrets: TOKEN }, { ...ADAPTER, W4: ws(101), W5: ws(403) }, []],
  [
    'a front whose refusal has a page',
    { given: { saw: 403, sawBodyBytes: 153 }, secrets: TOKEN },
    BEHIND,
    ['remote.front_block'],
  ],
  [
    'a front that names itself on the refusal only',
    { given: { saw: 403, sawServer: 'cloudflare' }, secrets: TOKEN },
    ADAPTER,
    ['remote.front_block'],
  ],
  [
    'a front that passes everything on, and an empty refusal',
    { given: { saw: 403, sawServer: 'nginx/1.22.1', sawBodyBytes: 0 }, secrets: TOKEN },
    BEHIND,
    ['remote.token_mismatch', 'remote.auth_stripped'],
  ],
  [
    'a front that answers this one path itself',
    {},
    { ...BEHIND, W3: ws(403, { headers: NGINX, body: NGINX_PAGE }) },
    ['remote.front_block'],
  ],
  [
    'a refusal through a front, accepted past it',
    { active: true, secrets: TOKEN, given: PAST },
    { ...BEHIND, ...DIRECT, W4: ws(403, { headers: NGINX }), W4d: ws(101) },
    ['remote.auth_stripped'],
  ],
  [
    'a refusal through a front and past it',
    { active: true, secrets: TOKEN, given: PAST },
    { ...BEHIND, ...DIRECT, W4: ws(403, { headers: NGINX }), W4d: ws(403) },
    ['remote.token_mismatch'],
  ],
  [
    'handshakes that die behind a front and past it',
    { given: PAST },
    {
      ...BEHIND,
      ...DIRECT,
      W2: ws(404, { headers: NGINX, body: '{"detail":"Not Found"}' }),
      W2d: ws(404, { headers: UVICORN, body: '{"detail":"Not Found"}' }),
    },
    ['remote.ws_lib_missing'],
  ],
  ['NoneBot before anything was tried', { secrets: TOKEN }, ADAPTER, ['remote.self_id_duplicate', 'remote.token_mismatch']],
  [
    'the redirect of Quart to the path with its slash',
    { url: 'ws://127.0.0.1:8080/onebot/v11' },
    {
      ...ADAPTER,
      W2: ws(404, { body: PAGE(404) }),
      W1: http(400, { body: 'Failed to open a WebSocket connection' }),
      W3: ws(308, { headers: { location: 'http://127.0.0.1:8080/onebot/v11/' } }),
    },
    ['remote.path_wrong'],
  ],
  [
    'a certificate that nobody trusts before anything was tried',
    { url: 'wss://a.example/onebot/v11/ws', secrets: TOKEN },
    { ...ADAPTER, N3: tls('tls', 'DEPTH_ZERO_SELF_SIGNED_CERT') },
    ['remote.tls_cert'],
  ],
  [
    'a token that stands in the address, and is right',
    { active: true, secrets: TOKEN, given: { tokenInQuery: 'access_token' } },
    { ...ADAPTER, W4: ws(101), W5: ws(403) },
    ['remote.token_required'],
  ],
  [
    'a token that the project has in quotes',
    { secrets: TOKEN, given: { saw: 403 } },
    { ...ADAPTER, C1: note({ files: '.env', token: 'quotes', carriedBy: 'project' }) },
    ['remote.token_near_miss'],
  ],
  ['Koishi before anything was tried', {}, KOISHI, ['remote.self_id_unknown']],
  [
    'Koishi without X-Self-ID, which ends it',
    { active: true, given: { selfId: 10001 } },
    { ...KOISHI, W4: ws(101, { close: { code: 1006, reason: '', afterMs: 3 } }) },
    ['remote.self_id_missing'],
  ],
  [
    'Koishi at another path',
    { active: true, given: { selfId: 10001 } },
    { ...KOISHI, W3: KOISHI.W2, W3k: KOISHI.W3 },
    ['remote.path_wrong'],
  ],
  [
    'Koishi that closed the connection of whoever asks for the bot id',
    { given: { selfId: 10001, saw: 101, sawCloseCode: 1008, sawCloseReason: 'invalid x-self-id' } },
    KOISHI,
    ['remote.self_id_unknown'],
  ],
  [
    'Koishi that closed the connection of whoever asks without a word',
    { given: { selfId: 10001, saw: 101, sawCloseCode: 1005, sawCloseReason: '' } },
    { ...KOISHI, W3: KOISHI.W2, W3k: KOISHI.W3 },
    ['remote.path_wrong'],
  ],
  [
    'an unknown program that closed the connection of whoever asks',
    { given: { saw: 101, sawCloseCode: 1000, sawCloseReason: 'bad token' } },
    { ...REACHED, H1: http(404) },
    ['remote.soft_refusal'],
  ],
  ['Koishi without its adapter', {}, { ...KOISHI, W3: KOISHI.W2, W3k: KOISHI.W2 }, ['remote.koishi_no_adapter']],
  [
    'aiocqhttp that says no token came, though one was sent',
    { active: true, secrets: TOKEN },
    { ...AIOCQHTTP, W4: ws(401, { body: PAGE(401) }) },
    ['remote.auth_stripped'],
  ],
  ['aiocqhttp that looks for no token', {}, { ...AIOCQHTTP, W3: ws(400, { body: PAGE(400) }) }, []],
  [
    'an unknown program that closes with a reason',
    { active: true },
    { ...REACHED, H1: http(404), W4: ws(101, { close: { code: 1000, reason: 'bad token', afterMs: 5 } }) },
    ['remote.soft_refusal'],
  ],
  [
    'a web server that is no bot framework',
    {},
    { ...REACHED, H1: http(200, { body: 'hello' }), W2: ws(200), W3: ws(200) },
    ['remote.unknown_peer'],
  ],
];

for (const [what, question, seen, codes] of cases) {
  test(`${what}: ${codes.join(' and ') || 'nothing wrong'}`, () => {
    const report = conclude(onebotReverse, facts(question, seen));
    assert.deepEqual(
      report.causes.map((cause) => cause.code),
      codes,
    );
  });
}

test('a handshake that works without any token is a warning, and the exit code stays 0', () => {
  const report = conclude(onebotReverse, facts({ active: true, secrets: TOKEN }, { ...ADAPTER, W4: ws(101), W5: ws(101) }));
  assert.deepEqual([report.exit, report.causes, report.warnings.map((one) => one.code)], [0, [], ['remote.token_unset']]);
});

test('without acting the verdict says what remains, and that --active decides', () => {
  const report = conclude(onebotReverse, facts({ secrets: TOKEN }, ADAPTER));
  assert.equal(report.exit, 2);
  assert.deepEqual(new Set(report.causes.map((one) => one.confidence)), new Set(['possible']));
  assert.match(report.open.map((one) => one.en).join(), /--active/);
});

test('each line to change names a file, and no rule but the address needs the software left out', () => {
  for (const [, question, seen] of cases)
    for (const cause of conclude(onebotReverse, facts(question, seen)).causes)
      for (const edit of cause.edits) {
        assert.ok(edit.change.length > 0 && edit.file.length > 0, cause.code);
        assert.equal(edit.software === '', edit.file === 'url', `${cause.code}: ${edit.file}`);
      }
});
