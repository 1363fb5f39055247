// Foreign clients as proof: installs the pinned peers once into .cache, then runs their suites one after the other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './node24.mjs';
import { closeWith, runTests } from './run-tests.mjs';

const suites = process.argv.slice(2);
const files = (suites.length === 0 ? ['*'] : suites)
  .flatMap((suite) => globSync(`peers/${suite}/*.test.ts`, { cwd: root }))
  .sort();
installPackages();
installWukong();
const python = installPython();
const { passed, failed } = runTests(files, { concurrency: 1, env: { ...process.env, HUFU_PEERS_PYTHON: python } });
closeWith(passed, failed);

function installPackages() {
  const missing = ['chromium', 'strace'].filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length === 0) return;
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing, 'fonts-noto-cjk']);
}

function installWukong() {
  const folder = join(root, 'peers/wukong-web');
  const key = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules/.hufu-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  writeFileSync(stamp, key);
}

function installPython() {
  const requirements = join(root, 'peers/nonebot/requirements.txt');
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const venv = join(root, '.cache', `nonebot-${key}`);
  const python = join(venv, 'bin/python');
  if (existsSync(join(venv, '.done'))) return python;
  mkdirSync(join(root, '.cache'), { recursive: true });
  run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(join(venv, '.done'), '');
  return python;
}
