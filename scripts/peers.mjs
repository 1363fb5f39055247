// Foreign clients as proof: installs the pinned peers once into .cache, then runs their suites, two files at a time: most of their time they wait for each other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './node24.mjs';
import { closeWith, runTests } from './run-tests.mjs';

const suites = process.argv.slice(2);
const files = (suites.length === 0 ? ['*'] : suites)
  .flatMap((suite) => globSync(`peers/${suite}/*.test.ts`, { cwd: root }))
  .sort();
if (files.length === 0) {
  // Without files node:test would look for some itself, and run what is no test.
  process.stderr.write(`no suite in peers/ is called ${suites.join(' or ')}\n`);
  process.exit(2);
}
installPackages();
installWukong();
const env = {
  ...process.env,
  HUFU_PEERS_PYTHON: installPython('nonebot'),
  HUFU_PEERS_NONEBOT_DRIVERS: installPython('nonebot-drivers'),
  HUFU_PEERS_AIOCQHTTP: installPython('aiocqhttp'),
  HUFU_PEERS_WUKONG_EASY: installPython('wukong-easy'),
  HUFU_PEERS_KOISHI: installNpm('koishi'),
  HUFU_PEERS_NACOS: installNpm('nacos'),
};
const { passed, failed } = runTests(files, { concurrency: 2, env });
closeWith(passed, failed);

function installPackages() {
  const missing = ['chromium', 'strace', 'nginx', 'openssl', 'faketime', 'mvn', 'javac'].filter(
    (name) => spawnSync('which', [name]).status !== 0,
  );
  if (globSync('/usr/lib/*/libnss_wrapper.so').length === 0) missing.push('libnss-wrapper');
  if (missing.length === 0) return;
  run('apt-get', ['update', '-qq']);
  // Runlevel 1: a service that comes with a package is not started.
  const env = { ...process.env, RUNLEVEL: '1' };
  const packages = missing.map((name) => ({ mvn: 'maven', javac: 'default-jdk-headless' })[name] ?? name);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages, 'fonts-noto-cjk'], { env });
}

/** Where it is bundled from: its packages have to be beside its entry. */
function installWukong() {
  const folder = join(root, 'peers/wukong-web');
  const key = hashOf(join(folder, 'package-lock.json'));
  const stamp = join(folder, 'node_modules/.hufu-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  npmCi(folder);
  writeFileSync(stamp, key);
}

/** Answers the folder that holds its node_modules. */
function installNpm(name) {
  const source = join(root, 'peers', name);
  const folder = cacheFolder(`${name}-npm`, join(source, 'package-lock.json'));
  if (existsSync(join(folder, '.done'))) return folder;
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(source, name), join(folder, name));
  npmCi(folder);
  writeFileSync(join(folder, '.done'), '');
  return folder;
}

/** Answers the interpreter of an environment with exactly the packages of peers/<name>/requirements.txt. */
function installPython(name) {
  const requirements = join(root, 'peers', name, 'requirements.txt');
  const venv = cacheFolder(name, requirements);
  const python = join(venv, 'bin/python');
  if (existsSync(join(venv, '.done'))) return python;
  mkdirSync(join(root, '.cache'), { recursive: true });
  run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(join(venv, '.done'), '');
  return python;
}

function cacheFolder(name, pins) {
  return join(root, '.cache', `${name}-${hashOf(pins).slice(0, 12)}`);
}

function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function npmCi(cwd) {
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd });
}
