import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conclude } from '../src/engine/conclude.ts';
import { logPatterns } from '../src/log/patterns/index.ts';
import { readLog } from '../src/log/read-log.ts';
import { pastedLog } from '../src/log/target.ts';
import { LOGS } from './fixtures/logs.ts';
import { facts } from './support/seen.ts';

const explain = (text: string) => conclude(pastedLog, facts({ target: 'log', url: 'standard input' }, readLog(text)));

const verdicts: readonly (readonly [keyof typeof LOGS, readonly string[]])[] = [
  ['noToken', ['remote.token_required']],
  ['wrongToken', ['remote.token_mismatch']],
  ['duplicate', ['remote.self_id_duplicate']],
  ['noAdapter', ['remote.adapter_unregistered']],
  ['wrongPath', ['remote.path_wrong']],
  ['onlyUvicorn', ['remote.adapter_unregistered']],
  ['lagrange', ['remote.unknown_403']],
  ['napcat', ['remote.unknown_403']],
  ['koishi', ['remote.self_id_unknown']],
  ['wukongNone', ['cred.not_issued']],
  ['wukongOther', ['cred.mismatch']],
  ['browser', ['cors.origin_not_allowed']],
  ['nacosOnce', ['nacos.token_expired']],
  ['nacosAgain', ['nacos.refresh_absent']],
  ['nacosPassword', ['nacos.never_logs_in']],
  ['nothing', ['remote.unknown_403']],
];

for (const [name, codes] of verdicts) {
  test(`reads the log ${name} as ${codes.join(', ')}`, () => {
    const report = explain(LOGS[name]);
    assert.deepEqual(
      report.causes.map((cause) => cause.code),
      codes,
    );
  });
}

test('every secret of a log stays out of the facts', () => {
  for (const text of Object.values(LOGS)) assert.doesNotMatch(JSON.stringify(readLog(text)), /tok-secret/);
});

test('what the status alone cannot tell is said to be open, with exit code 2', () => {
  assert.equal(explain(LOGS.lagrange).exit, 2);
  assert.equal(explain(LOGS.wrongToken).exit, 1);
});

test('every pattern has its own id', () => {
  assert.equal(new Set(logPatterns.map((pattern) => pattern.id)).size, logPatterns.length);
});

test('any text is read without a fault, also a very long line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void explain(text)),
    { numRuns: 300 },
  );
  const hostile = `${'token verify fail "expectToken" '.repeat(20_000)}`;
  assert.equal(explain(hostile).causes[0]?.code, 'remote.unknown_403');
});
