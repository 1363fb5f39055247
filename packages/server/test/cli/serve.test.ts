import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
const ANY_PORT = '127.0.0.1:0';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  it(`${signal} at the very ready line ends the server with code 0`, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hufu-serve-'));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'serve'], {
      env: {
        ...process.env,
        // As npm start does it: the cache is written right after the ready line.
        NODE_COMPILE_CACHE: join(dataDir, 'compiled'),
        HUFU_READY: 'json',
        HUFU_DATA_DIR: dataDir,
        HUFU_LISTEN_HTTP: ANY_PORT,
        HUFU_LISTEN_TCP: ANY_PORT,
        HUFU_LISTEN_WS: ANY_PORT,
        HUFU_LISTEN_ONEBOT_HTTP: 'off',
        HUFU_LISTEN_ONEBOT_WS: 'off',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => child.once('exit', (code, by) => resolve(code ?? by)));
    child.stdout.once('data', () => child.kill(signal));
    assert.equal(await ended, 0);
    rmSync(dataDir, { recursive: true });
  });
}
