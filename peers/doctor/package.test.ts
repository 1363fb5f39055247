import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freePort } from '../lib/free-port.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'hufu-pack-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the packed doctor, installed as a stranger does, names a closed port', { timeout: 120_000 }, async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/pack.mjs'), folder]);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const packed = globSync('*.tgz', { cwd: folder }).filter((name) => /refusals|protocol|doctor/.test(name));
  assert.equal(packed.length, 3);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packed.map((name) => `./${name}`)], {
    cwd: folder,
  });
  for (const manifest of globSync('node_modules/{*,@*/*}/package.json', { cwd: folder })) {
    const { name, engines } = JSON.parse(readFileSync(join(folder, manifest), 'utf8')) as {
      name: string;
      engines?: { node?: string };
    };
    const oldest = Number(/\d+/.exec(engines?.node ?? '0')?.[0]);
    assert.ok(oldest <= 20, `npm warns on Node 20: ${name} wants ${engines?.node}`);
  }
  const port = await freePort();
  const done = spawnSync('npx', ['--no-install', 'doctor', `ws://127.0.0.1:${port}/onebot/v11/ws`, '--lang', 'en'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(done.status, 3, done.stderr);
  assert.match(done.stdout, /Nothing listens there {2}remote\.refused \(certain\)/);
});
