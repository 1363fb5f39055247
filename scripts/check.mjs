// Types, lint and the gates that no linter has.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';

const MAX_LINES = 400;
let bad = 0;

function step(name, command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  process.stdout.write(`${done.status === 0 ? '✔' : '✖'} ${name}\n`);
  if (done.status !== 0) bad += 1;
}

step('types', process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json', '--noEmit']);
step('types of the page', process.execPath, [
  join(root, 'node_modules/vue-tsc/bin/vue-tsc.js'),
  '-p',
  'packages/web/tsconfig.json',
  '--noEmit',
]);
step('format and lint', process.execPath, [
  join(root, 'node_modules/@biomejs/biome/bin/biome'),
  'check',
  '--assist-enabled=false',
  '--error-on-warnings',
  'packages',
  'scripts',
  'bench',
  'peers',
]);

step('nothing is unused', process.execPath, [join(root, 'node_modules/knip/bin/knip.js')]);

step('reference pages are what the code declares', process.execPath, [
  '--disable-warning=ExperimentalWarning',
  join(root, 'scripts/docs.mjs'),
  '--check',
]);

for (const file of globSync('{packages,peers,bench}/**/*.{ts,vue}', {
  cwd: root,
  exclude: (name) => name === 'node_modules' || name === 'dist',
})) {
  const text = readFileSync(join(root, file), 'utf8');
  const lines = text.split('\n').length;
  if (lines > MAX_LINES) complain(file, `${lines} lines, at most ${MAX_LINES}`);
  if (/\bas any\b|: any\b|<any>|as unknown as|@ts-ignore|@ts-nocheck/.test(withoutComments(text))) {
    complain(file, 'leaves the type system');
  }
}
process.exitCode = bad === 0 ? 0 : 1;

/** A comment may say "any"; a switched-off check is one too and stays. */
function withoutComments(text) {
  return text.replace(/\/\*\*[\s\S]*?\*\/|^\s*\/\/(?!.*@ts-).*$/gm, '');
}

function complain(file, problem) {
  process.stdout.write(`✖ ${file}: ${problem}\n`);
  bad += 1;
}
