import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { conclude } from '../src/engine/conclude.ts';
import { logPatterns } from '../src/log/patterns/index.ts';
import type { Report } from '../src/model/report.ts';
import { linesOf } from '../src/log/lines.ts';
import { readLog } from '../src/log/read-log.ts';
import { pastedLog } from '../src/log/target.ts';
import { LOGS } from './fixtures/logs.ts';
import { facts } from './support/seen.ts';

const explain = async (text: string) =>
  conclude(
    pastedLog,
    facts({ target: 'log', url: 'standard input' }, await readLog(linesOf(Readable.from([Buffer.from(text)])))),
  );

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
  ['nothing', ['remote.log_unknown']],
];

for (const [name, codes] of verdicts) {
  test(`reads the log ${name} as ${codes.join(', ')}`, async () => {
    const report = await explain(LOGS[name]);
    assert.deepEqual(
      report.causes.map((cause) => cause.code),
      codes,
    );
  });
}

test('every secret of a log stays out of the facts', async () => {
  for (const text of Object.values(LOGS)) assert.doesNotMatch(JSON.stringify(await explain(text)), /tok-secret/);
});

test('what the status alone cannot tell is said to be open, with exit code 2', async () => {
  assert.equal((await explain(LOGS.lagrange)).exit, 2);
  assert.equal((await explain(LOGS.wrongToken)).exit, 1);
});

test('every pattern has its own id', () => {
  assert.equal(new Set(logPatterns.map((pattern) => pattern.id)).size, logPatterns.length);
});

test('any text is read without a fault, also a very long line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (text) => void (await explain(text))),
    { numRuns: 300 },
  );
  const hostile = `${'token verify fail "expectToken" '.repeat(20_000)}`;
  assert.equal((await explain(hostile)).causes[0]?.code, 'remote.log_unknown');
});

/** What Windows, a terminal and a cut in the middle of a character do to the same lines. */
const WRITTEN: readonly (readonly [how: string, bytes: Buffer])[] = [
  ['UTF-8 with line ends of Windows', Buffer.from('机器人启动\r\n连接失败！reasonCode: 2\r\n')],
  ['UTF-8 with a mark at its start', Buffer.from('\uFEFF连接失败！reasonCode: 2')],
  ['UTF-16, as PowerShell writes it', Buffer.from('\uFEFF机器人启动\r\n连接失败！reasonCode: 2\r\n', 'utf16le')],
  ['UTF-16 of the other order', Buffer.from('\uFEFF连接失败！reasonCode: 2\n', 'utf16le').swap16()],
  // 连接失败！ in GBK.
  ['GBK', Buffer.concat([Buffer.from('c1acbdd3caa7b0dca3a1', 'hex'), Buffer.from('reasonCode: 2\r\n')])],
  ['colours', Buffer.from('\u001b[31m连接失败！\u001b[0mreasonCode: 2\n')],
];
for (const [how, bytes] of WRITTEN) {
  test(`a log in ${how} is read, however it is cut into pieces`, async () => {
    for (const size of [bytes.length, 2, 3]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.subarray(at * size, (at + 1) * size),
      );
      const seen = await readLog(linesOf(Readable.from(pieces)));
      assert.ok(Object.keys(seen).length > 1, `${size}: ${JSON.stringify(seen)}`);
    }
  });
}

test('a log far larger than the memory is read to its end, lines without an end too', async () => {
  const bin = new URL('../src/bin.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--max-old-space-size=64', bin, '--log', '-', '--json'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const line = `${'x'.repeat(3000)}\n`;
  const log = Readable.from(
    (function* () {
      for (let block = 0; block < 250; block += 1) yield line.repeat(300);
      for (let block = 0; block < 60; block += 1) yield 'y'.repeat(1_000_000);
      yield '\n11-25 17:40:18 [WARNING] nonebot | OneBot V11 | Missing Authorization Header\n';
    })(),
  );
  const [out] = await Promise.all([text(child.stdout), pipeline(log, child.stdin)]);
  const report = JSON.parse(out) as Report;
  assert.equal(report.causes[0]?.code, 'remote.token_required');
  assert.equal(report.evidence[0]?.result, 'lines=75002');
});

test('an empty log is said to be empty', async () => {
  const { causes, open } = await explain('');
  assert.deepEqual([causes[0]?.code, open[0]?.en], ['remote.log_unknown', 'the log is empty']);
});
