import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { RefusalCode } from '@hufu/refusals';
import { operatorText } from '@hufu/refusals/texts';
import { openServer } from '../refusals/support/server.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-start-'));
  folders.push(folder);
  return folder;
};

/** Starts the server as a process that must end by itself; answers its exit code and what it said. */
function serve(dataDir: string, env: Readonly<Record<string, string>>): Promise<{ code: number | null; err: string }> {
  const free = '127.0.0.1:0';
  const listen = {
    HUFU_LISTEN_HTTP: free,
    HUFU_LISTEN_TCP: free,
    HUFU_LISTEN_WS: free,
    HUFU_LISTEN_ONEBOT_HTTP: free,
    HUFU_LISTEN_ONEBOT_WS: free,
  };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'serve'], {
      env: { ...process.env, LC_ALL: '', LANG: 'en_US.UTF-8', HUFU_CONFIG: '', HUFU_DATA_DIR: dataDir, ...listen, ...env },
    });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.once('close', (code) => resolve({ code, err }));
  });
}

function assertExplained(said: { code: number | null; err: string }, code: RefusalCode, lang: 'zh' | 'en'): void {
  const text = operatorText(code)[lang];
  assert.equal(said.code, 1, said.err);
  assert.ok(said.err.includes(`✗ ${text.title}  ${code}\n  ${text.meaning}\n`), said.err);
  assert.ok(said.err.includes(text.fix), said.err);
}

test('a second start on the same data names the pid of the first, and how to go on', async (t) => {
  const first = await openServer();
  t.after(() => first.close());
  for (const lang of ['en', 'zh'] as const) {
    const second = await serve(first.dataDir, { LANG: lang === 'zh' ? 'zh_CN.UTF-8' : 'en_US.UTF-8' });
    assertExplained(second, 'srv.data_locked', lang);
    assert.match(second.err, new RegExp(`pid = ${process.pid}\\b`));
  }
});

test('a database of a newer version is not opened, and both versions are told', async () => {
  const dataDir = newFolder();
  const server = await openServer({ dataDir });
  await server.stop();
  const db = new DatabaseSync(join(dataDir, 'hufu.db'));
  db.exec('PRAGMA user_version=9999');
  db.close();
  const said = await serve(dataDir, {});
  assertExplained(said, 'srv.data_newer', 'en');
  assert.match(said.err, /found = 9999/);
  assert.match(said.err, /known = \d+/);
});

test('a port that is taken ends the start, with the name of the listener; that of OneBot is only a line in the log', async (t) => {
  const first = await openServer();
  t.after(() => first.close());
  for (const name of ['HTTP', 'TCP', 'WS'] as const) {
    const taken = first.at[name === 'HTTP' ? 'http' : name === 'TCP' ? 'tcp' : 'ws'];
    const said = await serve(newFolder(), { [`HUFU_LISTEN_${name}`]: taken });
    assertExplained(said, 'srv.listener_taken', 'en');
    assert.match(said.err, new RegExp(`listener = ${name.toLowerCase()}\\b`));
    assert.ok(said.err.includes(taken), said.err);
  }
});
