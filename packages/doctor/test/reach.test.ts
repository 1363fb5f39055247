import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Seen } from '../src/model/facts.ts';
import type { Question } from '../src/model/question.ts';
import { reachRules } from '../src/reach/rules.ts';
import { dns, facts, http, REACHED, tcp, tls } from './support/seen.ts';

const SECURE = { url: 'wss://bot.example/onebot/v11/ws' };
const CLOCK = { clockMs: Date.parse('2026-06-01T00:00:00Z') };

function found(question: Partial<Question>, seen: Readonly<Record<string, Seen>>) {
  return reachRules.flatMap((rule) => {
    const finding = rule.decide(facts(question, seen));
    return finding === null ? [] : [{ code: rule.code, level: rule.level ?? 'cause', ...finding }];
  });
}

test('a port that takes TLS bytes and never answers is mute, not a wrong scheme', () => {
  const seen = { ...REACHED, N3: tls('mute'), H1p: http(null, { error: 'ETIMEDOUT' }) };
  assert.deepEqual(
    found(SECURE, seen).map((one) => one.code),
    ['remote.mute'],
  );
});

test('a port that cuts the line when TLS comes and answers a plain request wants ws', () => {
  const [one, ...rest] = found(SECURE, { ...REACHED, N3: tls('mute'), H1p: http(404) });
  assert.deepEqual(
    [one?.code, one?.edits?.[0]?.change, rest.length],
    ['remote.tls_mismatch', 'ws://bot.example/onebot/v11/ws', 0],
  );
});

test('what a foreign protocol says first is named', () => {
  for (const [banner, name] of [
    ['220 mail.example ESMTP Postfix\r\n', 'SMTP'],
    ["-ERR unknown command 'GET'", 'Redis'],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 'SSH'],
  ] as const) {
    const [one] = found({}, { ...REACHED, H1: http(null, { error: 'HPE_INVALID_CONSTANT', body: banner }), N3p: tls('plain') });
    assert.equal(one?.code, 'remote.not_http');
    assert.match(one?.detail?.en ?? '', new RegExp(`that is .*${name}`));
  }
});

test('a certificate that is expired, self-signed and for another name is told to be all three', () => {
  const N3 = {
    ...tls('tls', 'CERT_HAS_EXPIRED'),
    subject: 'other.example',
    issuer: 'other.example',
    names: 'DNS:other.example',
    validTo: '2026-01-01T00:00:00.000Z',
  };
  const [one] = found({ ...SECURE, given: CLOCK }, { ...REACHED, N3, H1: http(404) });
  assert.equal(one?.code, 'remote.tls_cert');
  for (const word of [/expired/, /self-signed/, /another name/]) assert.match(one?.detail?.en ?? '', word);
});

test('a certificate for a wildcard of the name is not blamed for its name', () => {
  const N3 = {
    ...tls('tls', 'CERT_HAS_EXPIRED'),
    subject: 'x',
    issuer: 'y',
    names: 'DNS:*.example',
    validTo: '2026-01-01T00:00:00.000Z',
  };
  const [one] = found({ ...SECURE, given: CLOCK }, { ...REACHED, N3, H1: http(404) });
  assert.doesNotMatch(one?.detail?.en ?? '', /another name/);
});

test('localhost that means ::1 first is a warning: the doctor itself got through', () => {
  const N2 = tcp({ address: '::1', result: 'refused' }, { address: '127.0.0.1', result: 'ok' });
  const [one] = found({ url: 'ws://localhost:8080/onebot/v11/ws' }, { ...REACHED, N2, H1: http(404) });
  assert.deepEqual(
    [one?.code, one?.level, one?.edits?.[0]?.change],
    ['remote.localhost', 'warning', 'ws://127.0.0.1:8080/onebot/v11/ws'],
  );
});

test('localhost that means only the address where nothing listens is the cause, and the other address the fix', () => {
  for (const [meant, other, change] of [
    ['::1', '127.0.0.1', 'ws://127.0.0.1:8080/onebot/v11/ws'],
    ['127.0.0.1', '::1', 'ws://[::1]:8080/onebot/v11/ws'],
  ] as const) {
    const seen = {
      N1: dns(meant),
      N2: tcp({ address: meant, result: 'refused' }),
      N2l: tcp({ address: other, result: 'ok' }),
    };
    const [one] = found({ url: 'ws://localhost:8080/onebot/v11/ws' }, seen);
    assert.deepEqual([one?.code, one?.level, one?.edits?.[0]?.change], ['remote.localhost', 'cause', change]);
  }
});
