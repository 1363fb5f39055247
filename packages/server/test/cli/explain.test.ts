import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { operatorText } from '@hufu/refusals/texts';
import { call } from '../refusals/support/http.ts';
import { openServer, type TestServer } from '../refusals/support/server.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function hufu(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
      env: { ...process.env, LANG: 'en_US.UTF-8', LC_ALL: '', ...env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

let server: TestServer;
let stored: string;
let ringOnly: string;
before(async () => {
  server = await openServer();
  const ask = () =>
    call({ to: server.at.http, from: '127.52.0.1', path: '/api/v1/me\u001b[2J'.slice(0, 10), headers: { token: 'guess' } });
  const ids = (await Promise.all(Array.from({ length: 40 }, ask))).map((answer) => String(answer.json['requestId']));
  stored = ids[0] ?? '';
  const explained = await Promise.all(ids.map((id) => server.core.decisions.explain(id, { kind: 'operator' })));
  ringOnly = explained.find((one) => one?.evidence['keptInMemoryOnly'] === true)?.requestId ?? '';
  assert.notEqual(ringOnly, '');
});
after(() => server.close());

const text = operatorText('cred.unknown');

test('explains an id in English: cause, who, what the peer saw, evidence, fix', async () => {
  const { code, out, err } = await hufu(['explain', stored, '--data-dir', server.dataDir]);
  assert.deepEqual([code, err], [0, '']);
  const lines = out.split('\n');
  assert.equal(lines[0], `✗ ${text.en.title}  cred.unknown`);
  assert.equal(lines[1], `  ${text.en.meaning}`);
  assert.match(lines[2] ?? '', /^ {2}when: \d{4}-\d\d-\d\dT[\d:.]+Z {3}from: 127\.52\.0\.1 \(api\)$/);
  assert.equal(lines[3], `  the peer saw: cred.rejected; req=${stored}`);
  assert.ok(lines.includes('  evidence: call = GET /api/v1/me'), out);
  assert.ok(lines.includes('  evidence: answer = HTTP 401'), out);
  assert.match(out, /evidence: presentedFingerprint = [0-9a-f]{8}\n/);
  assert.equal(lines.at(-2), `  fix: ${text.en.fix}`);
});

test('explains it in Chinese when asked, or when the terminal is Chinese', async () => {
  for (const [args, env] of [
    [['--lang', 'zh'], {}],
    [[], { LANG: 'zh_CN.UTF-8' }],
  ] as const) {
    const { code, out } = await hufu(['explain', stored, '--data-dir', server.dataDir, ...args], env);
    assert.equal(code, 0);
    assert.ok(out.startsWith(`✗ ${text.zh.title}  cred.unknown\n  ${text.zh.meaning}\n`), out);
    assert.match(out, new RegExp(`对方看到: cred\\.rejected; req=${stored}`));
    assert.ok(out.endsWith(`修复: ${text.zh.fix}\n`));
  }
});

test('explains an id that is only in memory', async () => {
  const { code, out } = await hufu(['explain', ringOnly, '--data-dir', server.dataDir]);
  assert.equal(code, 0);
  assert.match(out, /evidence: keptInMemoryOnly = true/);
});

test('prints JSON for machines', async () => {
  const { code, out } = await hufu(['explain', stored, '--data-dir', server.dataDir, '--json']);
  assert.equal(code, 0);
  const found = JSON.parse(out) as { requestId: string; code: string };
  assert.deepEqual([found.requestId, found.code], [stored, 'cred.unknown']);
});

test('says that an id is unknown, or none, with exit code 1', async () => {
  const unknown = await hufu(['explain', 'hr_00000000000000000000000000', '--data-dir', server.dataDir]);
  assert.deepEqual([unknown.code, unknown.out], [1, '']);
  assert.match(unknown.err, /hr_00000000000000000000000000/);
  const none = await hufu(['explain', '../../etc\u001b[2J', '--data-dir', server.dataDir]);
  assert.deepEqual([none.code, none.out], [1, '']);
  assert.doesNotMatch(none.err, /\u001b/);
  const zh = await hufu(['explain', 'nothing', '--data-dir', server.dataDir, '--lang', 'zh']);
  assert.equal(zh.code, 1);
  assert.match(zh.err, /\p{Script=Han}/u);
});

test('says that no server runs on a data folder, with exit code 3', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-none-'));
  for (const dataDir of [folder, join(folder, 'missing')]) {
    const { code, out, err } = await hufu(['explain', stored, '--data-dir', dataDir]);
    assert.deepEqual([code, out], [3, '']);
    assert.ok(err.includes(dataDir), err);
  }
  const zh = await hufu(['explain', stored, '--data-dir', folder, '--lang', 'zh']);
  assert.match(zh.err, /\p{Script=Han}/u);
  rmSync(folder, { recursive: true });
});
