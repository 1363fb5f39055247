// One entry for every npm script: Node 24, dependencies, the page, then the command itself.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { node24, root, run } from './node24.mjs';

const [command = 'serve', ...args] = process.argv.slice(2);
const node = node24();
const env = {
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  // Sources run unbuilt: what stripping and compiling them gave is kept, which halves the work of the next start.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules/.cache/hufu-compiled'),
};

installDependencies();
if (command === 'serve' || command === 'peers' || command === 'page') buildPage();

const main = join(root, 'packages/server/src/main.ts');
const targets = {
  serve: [main, 'serve', ...args],
  hufu: [main, ...args],
  test: [join(root, 'scripts/test.mjs'), ...args],
  check: [join(root, 'scripts/check.mjs'), ...args],
  peers: [join(root, 'scripts/peers.mjs'), ...args],
  deletable: [join(root, 'scripts/deletable.mjs')],
  pack: [join(root, 'scripts/pack.mjs'), ...args],
  docs: [join(root, 'scripts/docs.mjs'), ...args],
  page: ['--eval', ''],
};
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...targets[command]], { stdio: 'inherit', env });
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
if (command === 'serve' && process.env.npm_lifecycle_event !== undefined) stopWithNpm(process.ppid);
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});

/**
 * npm passes SIGTERM on to what it started, which is this process only because the script says `exec` (a shell in between would die and leave the server behind;
 * where there is no exec, the second half of the script runs). A killed npm passes nothing on: then its end is the signal.
 */
function stopWithNpm(npm) {
  setInterval(() => {
    if (process.ppid !== npm) child.kill('SIGTERM');
  }, 500).unref();
}

function installDependencies() {
  const stamp = join(root, 'node_modules/.hufu-lock');
  const want = hashOf([readFileSync(join(root, 'package-lock.json'))]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  process.stderr.write('Installing dependencies …\n');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env });
  writeFileSync(stamp, want);
}

/** Built again only when something it is made of has changed. */
function buildPage() {
  const sources = [
    'packages/web/src',
    'packages/web/index.html',
    'packages/web/vite.config.ts',
    'packages/web/package.json',
    'packages/client/src',
  ];
  const want = hashOf(
    sources.flatMap((one) => filesOf(join(root, one))).map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`),
  );
  const stamp = join(root, 'packages/web/dist/.built');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  process.stderr.write('Building the page …\n');
  run('npm', ['run', 'build', '--silent', '--workspace', '@hufu/web', '--', '--logLevel', 'warn'], { env });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, want);
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((one) => statSync(one).isFile())
    .sort();
}

function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
}
