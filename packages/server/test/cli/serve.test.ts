import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const ANY_PORT = '127.0.0.1:0';

function start(dataDir: string, env: Readonly<Record<string, string>>) {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'serve'], {
    env: {
      ...process.env,
      HUFU_READY: 'json',
      HUFU_DATA_DIR: dataDir,
      HUFU_LISTEN_HTTP: ANY_PORT,
      HUFU_LISTEN_TCP: ANY_PORT,
      HUFU_LISTEN_WS: ANY_PORT,
      HUFU_LISTEN_ONEBOT_HTTP: 'off',
      HUFU_LISTEN_ONEBOT_WS: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  it(`${signal} at the very ready line ends the server with code 0`, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hufu-serve-'));
    // As npm start does it: the cache is written right after the ready line.
    const child = start(dataDir, { NODE_COMPILE_CACHE: join(dataDir, 'compiled') });
    child.stderr.resume();
    const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve(code ?? by)));
    child.stdout.once('data', () => child.kill(signal));
    assert.equal(await ended, 0);
    rmSync(dataDir, { recursive: true });
  });
}

it('an admin secret that can be guessed is taken, and the start says so without showing it', async () => {
  for (const [LANG, secret, said] of [
    ['en_US.UTF-8', 'hunter2', /Warning: the admin secret is easy to guess/],
    ['zh_CN.UTF-8', 'hunter2', /警告：管理密钥容易被猜中/],
    ['en_US.UTF-8', 'a long and varied sentence', null],
  ] as const) {
    const dataDir = mkdtempSync(join(tmpdir(), 'hufu-serve-'));
    const child = start(dataDir, { LC_ALL: '', LANG, HUFU_ADMIN_SECRET: secret });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.stdout.once('data', () => child.kill('SIGTERM'));
    assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0, err);
    if (said !== null) assert.match(err, said);
    else assert.doesNotMatch(err, /guess/);
    assert.equal(err.includes('"event":"admin_secret.weak"'), said !== null, err);
    assert.ok(!err.includes(secret), err);
    rmSync(dataDir, { recursive: true });
  }
});
