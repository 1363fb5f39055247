import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from '../src/engine/conclude.ts';
import type { Seen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { onebotReverse } from '../src/targets/onebot-reverse/index.ts';
import { dns, facts, http, REACHED, tcp, tls, ws } from './support/seen.ts';

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
